"""The words of `aicx tags`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.bulk import carried_out, whom
from aicx_tui.cli.grammar.options import json_form, noun, tag_values, verb

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers

KINDS = ("text", "choice", "number", "date", "flag")
"""As `models.tag` has them, which costs pydantic to name."""


def add_tags(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    tags = noun(nouns, "tags", "what humans are tagged with")
    _tags_list(tags)
    _tags_define(tags)
    _tags_rename(tags)
    _tags_delete(tags)
    _tags_import(tags)
    _tags_assign(tags)
    _tags_unassign(tags)


def _tags_list(verbs: Subparsers) -> None:
    json_form(verb(verbs, "tags.list"))


def _tags_define(verbs: Subparsers) -> None:
    added = verb(verbs, "tags.define")
    added.add_argument("name", metavar="NAME", help="what it is called, or is to be called")
    added.add_argument(
        "--kind", choices=KINDS, help="what its values are; text, or choice where there is --choice"
    )
    added.add_argument(
        "--choice",
        action="append",
        metavar="VALUE",
        help="one of its values, for the kind choice; those given replace the others",
    )
    added.add_argument("--colour", metavar="#RRGGBB", help='its colour; "" takes it away')
    added.add_argument(
        "--id", default="", metavar="ID", help="which tag, whatever it is called until now"
    )
    json_form(added)


def _tags_rename(verbs: Subparsers) -> None:
    added = verb(verbs, "tags.rename")
    added.add_argument("tag", metavar="TAG", help="its id or its name")
    added.add_argument("name", metavar="NAME", help="what to call it")
    json_form(added)


def _tags_delete(verbs: Subparsers) -> None:
    added = verb(verbs, "tags.delete")
    added.add_argument("tag", metavar="TAG", help="its id or its name")
    added.add_argument("--yes", action="store_true", help="delete it without asking")
    added.add_argument("--json", action="store_true", help="print how many humans had it, as JSON")


def _tags_import(verbs: Subparsers) -> None:
    added = verb(verbs, "tags.import")
    added.add_argument(
        "file",
        metavar="FILE|-",
        help="CSV with columns of id, name, kind, choices (a|b) and colour, or JSON of them",
    )
    added.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and do nothing"
    )
    added.add_argument("--json", action="store_true", help="print counts as JSON")


def _tags_assign(verbs: Subparsers) -> None:
    added = verb(verbs, "tags.assign")
    whom(added)
    tag_values(added, required=True)
    carried_out(added)


def _tags_unassign(verbs: Subparsers) -> None:
    added = verb(verbs, "tags.unassign")
    whom(added)
    added.add_argument(
        "--tag",
        dest="tags",
        action="append",
        required=True,
        metavar="ID",
        help="the tag to take away; may be given several times",
    )
    carried_out(added)
