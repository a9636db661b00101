"""The words of `aicx snippet`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import noun, verb
from aicx_tui.services.snippet_kinds import KINDS

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers


def add_snippets(nouns: Subparsers) -> None:
    """Add the noun and its verbs, one for each chat widget."""
    snippets = noun(nouns, "snippet", "embed codes by which chat widgets know a human")
    for kind, facts in KINDS.items():
        added = verb(snippets, f"snippets.{kind}")
        added.set_defaults(
            kind=kind, way="settings", lang="", user_token_stdin=False, with_access_token=False
        )
        added.set_defaults(phone_as="data-phone-number")
        added.add_argument("id", metavar="ID", help="the human's id")
        setting = facts.setting.replace("_", "-")
        added.add_argument(
            "--channel",
            metavar="TEXT",
            default="",
            help=f"{facts.channel[0].lower()}{facts.channel[1:]}; else the context's --{setting}",
        )
        _ADD[kind](added)
        added.add_argument("-o", "--output", metavar="FILE", help="write to a file")
        added.add_argument("--force", action="store_true", help="replace the file if it is there")
        added.add_argument("--json", action="store_true", help="print the code and what to know")


def _webchat(added: ArgumentParser) -> None:
    added.add_argument(
        "--way",
        choices=("settings", "call"),
        help="the uid goes into humanUid of the settings, or into a call of setHumanUid",
    )
    _language(added)


def _open_cx(added: ArgumentParser) -> None:
    added.add_argument(
        "--user-token-stdin",
        action="store_true",
        help="read the token of aicx open-cx authenticate from standard input",
    )
    _language(added)


def _cx_genie(added: ArgumentParser) -> None:
    _tokens(added)
    added.add_argument(
        "--phone-as",
        choices=("data-phone-number", "data-phone", "none"),
        help="which attribute holds the phone: CX Genie's documents disagree",
    )
    _language(added)


def _tokens(added: ArgumentParser) -> None:
    token = added.add_mutually_exclusive_group()
    token.add_argument(
        "--user-token-stdin",
        action="store_true",
        help="read the visitor's token from standard input",
    )
    token.add_argument(
        "--with-access-token",
        action="store_true",
        help="the access token in the human's record is the visitor's token",
    )


def _language(added: ArgumentParser) -> None:
    added.add_argument("--lang", metavar="CODE", help="the widget's language, such as en")


_ADD = {
    "webchat": _webchat,
    "open-cx": _open_cx,
    "cx-genie": _cx_genie,
    "cx-genie-mobile": _tokens,
}
