"""What config.toml says of saved views: each a named search with its columns, by context.

    [[views.acme]]
    name = "Merchants"
    query = "tag:Merchant sort:-updated"
    columns = ["name", "email:30", "tag:abc"]

A search that cannot be read is no reason to refuse the file: it may name a tag that is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aicx_tui.config import RESERVED_NAMES, Setting
from aicx_tui.config_problems import Problems, not_among
from aicx_tui.config_values import values_of
from aicx_tui.errors import UsageError
from aicx_tui.numerals import grouped
from aicx_tui.services.columns import FIELDS, is_column
from aicx_tui.settings import SavedView
from aicx_tui.text import has_control_character

EVERYBODY = "All"
"""The view that is always there, without a search and with the usual columns."""

MOST_VIEWS = 8
"""Saved views of a context: each has a key, from 2 to 9."""

MAX_NAME, MAX_QUERY = 30, 1000
"""Characters."""

VIEW_SETTINGS = (
    Setting(
        "name",
        str,
        "What its tab says.",
        check=lambda value, what: _checked_name(value, what),
        is_required=True,
        limits={"minLength": 1, "maxLength": MAX_NAME, "pattern": r"^\S(.*\S)?$"},
    ),
    Setting(
        "query",
        str,
        "The search, as it would be typed; sort: is its order.",
        check=lambda value, what: _checked_query(value, what),
        limits={"maxLength": MAX_QUERY},
    ),
)

COLUMNS_HELP = "The columns: fields such as email, with a width email:30, and tags as tag:ID."


def views_of(
    value: object, *, contexts: tuple[str, ...], problems: Problems
) -> dict[str, tuple[SavedView, ...]]:
    """Read the views of all contexts.

    Args:
        value: What config.toml says under `views`.
        contexts: Names of the contexts it describes.
        problems: Takes what is wrong.
    """
    if not isinstance(value, Mapping):
        problems.add("views", "has to be a table of contexts")
        return {}
    problems.unknown(value, known=(*contexts, *RESERVED_NAMES), where="views.")
    return {name: tuple(_views(said, f"views.{name}", problems)) for name, said in value.items()}


def _views(said: object, where: str, problems: Problems) -> Iterator[SavedView]:
    if not isinstance(said, list):
        problems.add(where, f"has to be a list: write [[{where}]]")
        return
    if len(said) > MOST_VIEWS:
        problems.add(where, f"has {len(said)} views; there are keys for {MOST_VIEWS}")
    names: set[str] = set()
    for number, table in enumerate(said, 1):
        view = _view(table, f"{where}[{number}]", problems)
        if view is None:
            continue
        if view.name.casefold() in names:
            problems.add(f"{where}[{number}].name", f"is that of another view: {view.name}")
        names.add(view.name.casefold())
        yield view


def _view(table: object, where: str, problems: Problems) -> SavedView | None:
    if not isinstance(table, Mapping):
        problems.add(where, "has to be a table")
        return None
    before = len(problems.found)
    values = values_of(table, VIEW_SETTINGS, where=where, problems=problems, beside=("columns",))
    columns = _columns(table.get("columns", []), f"{where}.columns", problems)
    return None if len(problems.found) > before else SavedView(columns=columns, **values)


def _columns(said: object, where: str, problems: Problems) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(column, str) for column in said):
        problems.add(where, 'has to be a list of texts, such as ["name", "email:30"]')
        return ()
    for column in said:
        if reason := column_problem(column):
            problems.add(where, reason)
    return tuple(said)


def column_problem(column: str) -> str:
    """Why a text is no column; empty where it is one."""
    if has_control_character(column):
        return "has a control character in it"
    if is_column(column):
        return ""
    field = column.partition(":")[0]
    reason = "has a width that is no number" if field in FIELDS else not_among(field, FIELDS)
    return f"“{column}” {reason}"


def _checked_name(value: str, what: str) -> str:
    if not value.strip() or value != value.strip():
        raise UsageError(f"{what} has to be a text without blanks around it.")
    if len(value) > MAX_NAME:
        raise UsageError(f"{what} has {len(value)} characters; {MAX_NAME} are shown.")
    if value.casefold() == EVERYBODY.casefold():
        raise UsageError(f"{what} is that of the view of everybody, which is always there.")
    return value


def _checked_query(value: str, what: str) -> str:
    if len(value) > MAX_QUERY:
        raise UsageError(
            f"{what} has {grouped(len(value))} characters; {grouped(MAX_QUERY)} are read."
        )
    return value


def views_schema(of_a_view: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of `views`.

    Args:
        of_a_view: What it says of `VIEW_SETTINGS`.
    """
    columns = {"type": "array", "items": {"type": "string"}, "description": COLUMNS_HELP}
    of_a_view["properties"]["columns"] = columns
    views = {"type": "array", "maxItems": MOST_VIEWS, "items": of_a_view}
    return {
        "type": "object",
        "description": "Saved views, by context.",
        "additionalProperties": views,
    }
