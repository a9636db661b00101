"""The words of `aicx views`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.cli.grammar.options import json_form, noun, verb

if TYPE_CHECKING:
    from aicx_tui.cli.grammar.options import Subparsers


def add_views(nouns: Subparsers) -> None:
    """Add the noun and its verbs."""
    views = noun(nouns, "views", "the saved views of a context")
    json_form(verb(views, "views.list"))
    saved = verb(views, "views.save")
    saved.add_argument("name", metavar="NAME", help="what its tab says; one of that name goes")
    saved.add_argument("--query", metavar="QUERY", default="", help="a search, with its sort:")
    saved.add_argument(
        "--columns",
        metavar="COLUMN,…",
        default="",
        help="such as name,email:30,tag:ID; without them the usual ones",
    )
    verb(views, "views.remove").add_argument("name", metavar="NAME", help="which view")
