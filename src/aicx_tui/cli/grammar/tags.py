"""The words of `aicx tags`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.bulk import carried_out, whom
from aicx_tui.cli.grammar.options import json_form, noun, tag_values, verb

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers


def add_tags(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    tags = noun(nouns, "tags", "what humans are tagged with")
    _tags_list(tags)
    _tags_assign(tags)
    _tags_unassign(tags)


def _tags_list(verbs: Subparsers) -> None:
    json_form(verb(verbs, "tags.list"))


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
