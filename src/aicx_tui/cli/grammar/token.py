"""The words of `aicx token`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import json_form, noun, verb
from aicx_tui.cli.grammar.targets import add_targets

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers

FACTS = "what is known of the token as a JSON object"
REPORT = "one report as a JSON object"


def add_token(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    token = noun(nouns, "token", "the personal access token")
    json_form(verb(token, "token.status"), FACTS)
    json_form(verb(token, "token.verify"), FACTS)
    _replacing(verb(token, "token.issue"))
    _rotate(token)
    _set(token)
    verb(token, "token.forget")
    add_targets(token)


def _rotate(verbs: Subparsers) -> None:
    added = verb(verbs, "token.rotate")
    _replacing(added)
    added.add_argument(
        "--targets",
        nargs="+",
        default=["all"],
        metavar="NAME",
        help="the places to give it to, in this order: names, all (the default) or none",
    )


def _replacing(added: ArgumentParser) -> None:
    added.add_argument(
        "--yes", action="store_true", help="do not ask; needed where there is no terminal"
    )
    added.add_argument(
        "--save-to",
        metavar="FILE",
        help="where the keyring does not take the new token, write it to this file (mode 0600)",
    )
    json_form(added, REPORT)


def _set(verbs: Subparsers) -> None:
    added = verb(verbs, "token.set")
    source = added.add_mutually_exclusive_group()
    source.add_argument("--stdin", action="store_true", help="read it from standard input")
    source.add_argument("--file", metavar="FILE", help="read it from a file")
    source.add_argument("--fd", type=int, metavar="N", help="read it from an open descriptor")
    added.add_argument(
        "--human",
        default="",
        metavar="ID",
        help="a human that has to be readable with it, where no call checks a token",
    )
    json_form(added, REPORT)
