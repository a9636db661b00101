"""The words of `aicx bulk`, and of every command that changes many humans."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import noun, verb

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers

NAMED_BY = ("id", "email", "uid", "phone")
"""As `services.choosing` has them, which costs the models to name."""


def whom(added: ArgumentParser) -> None:
    """Let humans be named: one by one, in a file, or by a search."""
    added.add_argument(
        "--human", action="append", default=[], metavar="ID", help="may be given several times"
    )
    added.add_argument("--ids-from", metavar="FILE|-", help="read ids from a file, one a line")
    added.add_argument("--query", metavar="QUERY", help="everybody that matches a search")
    added.add_argument(
        "--by", choices=NAMED_BY, default="id", help="what --human and --ids-from name them by"
    )


def carried_out(added: ArgumentParser) -> None:
    """Let it be looked at, agreed to, queued and told as JSON."""
    consent = added.add_mutually_exclusive_group()
    consent.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and do nothing"
    )
    consent.add_argument("--yes", action="store_true", help="do it without asking")
    added.add_argument(
        "--queue", action="store_true", help="if the platform cannot be reached now, let it wait"
    )
    added.add_argument(
        "--json", action="store_true", help="print counts, and who failed for which reason"
    )


def add_bulk(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    verbs = noun(nouns, "bulk", "changes of many humans")
    _json(verb(verbs, "bulk.list"))
    for action_id in ("bulk.show", "bulk.pause", "bulk.resume", "bulk.cancel"):
        added = verb(verbs, action_id)
        _id(added)
        _json(added)
    report = verb(verbs, "bulk.report")
    _id(report)
    report.add_argument(
        "--all", action="store_true", help="everybody, and not only who failed or was left alone"
    )
    report.add_argument("--ids", action="store_true", help="ids only, for --ids-from")
    _json(report)


def _id(added: ArgumentParser) -> None:
    added.add_argument("id", metavar="ID", help="of the bulk, or the beginning of it")


def _json(added: ArgumentParser) -> None:
    added.add_argument("--json", action="store_true", help="print it as JSON")
