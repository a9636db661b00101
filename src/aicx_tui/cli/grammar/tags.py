"""The words of `aicx tags`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import json_form, noun, tag_values, verb

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers


def add_tags(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    tags = noun(nouns, "tags", "what humans are tagged with")
    _tags_list(tags)
    _tags_assign(tags)


def _tags_list(verbs: Subparsers) -> None:
    json_form(verb(verbs, "tags.list"))


def _tags_assign(verbs: Subparsers) -> None:
    added = verb(verbs, "tags.assign")
    added.add_argument(
        "--human", action="append", default=[], metavar="ID", help="may be given several times"
    )
    added.add_argument("--ids-from", metavar="FILE|-", help="read ids from a file, one a line")
    tag_values(added, required=True)
    json_form(added)
