"""The words of `aicx outbox` and `aicx audit`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.humans import CLEARABLE, queue_option
from aicx_tui.cli.grammar.options import field_value, noun, positive, verb

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers


def add_outbox(nouns: Subparsers) -> None:
    """Add the two nouns and their verbs."""
    verbs = noun(nouns, "outbox", "changes on their way to the platform")
    listed = verb(verbs, "outbox.list")
    listed.add_argument("--all", action="store_true", help="those of the last week that ended, too")
    _json(listed)
    shown = verb(verbs, "outbox.show")
    _id(shown)
    _json(shown)
    _edit(verbs)
    _resolve(verbs)
    retried = verb(verbs, "outbox.retry")
    _ids(retried)
    retried.add_argument(
        "--yes", action="store_true", help="also where a human may be created twice"
    )
    _json(retried)
    discarded = verb(verbs, "outbox.discard")
    _ids(discarded)
    discarded.add_argument("--yes", action="store_true", help="do it without asking")
    _json(verb(verbs, "outbox.send"))
    for action_id in ("outbox.undo", "outbox.redo"):
        step = verb(nouns, action_id)
        queue_option(step)
    _audit(nouns)


def _edit(verbs: Subparsers) -> None:
    added = verb(verbs, "outbox.edit")
    _id(added)
    added.add_argument(
        "values",
        nargs="*",
        type=field_value,
        metavar="FIELD=VALUE",
        help="such as email=ana@example.com, or tag:ID=VALUE",
    )
    added.add_argument(
        "--clear", action="append", default=[], choices=CLEARABLE, help="empty this field"
    )


def _resolve(verbs: Subparsers) -> None:
    added = verb(verbs, "outbox.resolve")
    _id(added)
    for whose, words in (("mine", "your value"), ("theirs", "the platform's value")):
        added.add_argument(
            f"--{whose}",
            action="append",
            default=[],
            metavar="FIELD",
            help=f"{words} stays in this field",
        )
    added.add_argument(
        "--is",
        dest="human",
        metavar="HUMAN_ID",
        help="the human that a creation of unknown outcome has made; what waits for it goes on",
    )
    every = added.add_mutually_exclusive_group()
    every.add_argument("--all-mine", action="store_true", help="yours in every other field")
    every.add_argument("--all-theirs", action="store_true", help="theirs in every other field")
    _json(added)


def _audit(nouns: Subparsers) -> None:
    added = verb(nouns, "audit.list")
    added.add_argument("--human", metavar="ID", help="only what was done to this human")
    added.add_argument("--limit", type=positive, metavar="N", help="only the latest N")
    form = added.add_mutually_exclusive_group()
    form.add_argument("--json", dest="form", action="store_const", const="json", help="one array")
    form.add_argument(
        "--jsonl", dest="form", action="store_const", const="jsonl", help="one object a line"
    )
    added.set_defaults(form="table")


def _id(added: ArgumentParser) -> None:
    added.add_argument("id", metavar="ID", help="of the change, or the beginning of it")


def _ids(added: ArgumentParser) -> None:
    added.add_argument("ids", nargs="+", metavar="ID", help="of changes, or their beginnings")


def _json(added: ArgumentParser) -> None:
    added.add_argument("--json", action="store_true", help="print it as JSON")
