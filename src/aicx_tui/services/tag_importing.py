"""Definitions of tags out of a file: CSV, JSON Lines, or the list that `aicx tags list` prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.models.tag import TAG_KINDS
from aicx_tui.numerals import grouped
from aicx_tui.services.importing_files import Cells, normal, table_of
from aicx_tui.services.tag_planning import Wish

COLUMNS = ("id", "name", "kind", "choices", "colour")

BETWEEN_CHOICES = "|"
"""Between two choices in a cell; JSON has a list."""

MOST = 10_000
"""Definitions that one file may have."""


def wishes_in(content: bytes) -> tuple[Wish, ...]:
    """The tags that a file describes.

    Raises:
        UsageError: It cannot be read; `problems` has every row that is none of a tag.
    """
    wishes: list[Wish] = []
    problems: list[FieldProblem] = []
    for place, cells, problem in _rows(content):
        try:
            if problem:
                raise UsageError(problem)
            wishes.append(_wish(cells, place))
        except UsageError as error:
            problems.append(FieldProblem(place, error.message))
    if problems:
        raise UsageError("Some rows are no tags. Nothing was changed.", problems=problems)
    if not wishes:
        raise UsageError("The file has no tags. Nothing was changed.")
    if len(wishes) > MOST:
        raise UsageError(f"The file has more than {grouped(MOST)} tags. Nothing was changed.")
    return tuple(wishes)


def _rows(content: bytes) -> Iterator[tuple[str, Cells, str]]:
    if content.lstrip().startswith(b"["):
        yield from _items(content)
        return
    table = table_of(content)
    columns = [normal(column) for column in table.columns]
    if unknown := [column for column in columns if column and column not in COLUMNS]:
        raise UsageError(
            f"A tag has no “{unknown[0]:.80}”. Nothing was changed.",
            hint=f"Its columns are {', '.join(COLUMNS)}.",
        )
    for row in table.rows():
        cells = {normal(column): value for column, value in row.cells.items()}
        yield f"line {grouped(row.line)}", cells, row.problem


def _items(content: bytes) -> Iterator[tuple[str, Cells, str]]:
    try:
        items = json.loads(content)
    except (ValueError, RecursionError):
        raise UsageError("The file is not JSON. Nothing was changed.") from None
    for number, item in enumerate(items, start=1):
        is_object = isinstance(item, dict)
        problem = "" if is_object else "It is no object."
        yield f"item {grouped(number)}", item if is_object else {}, problem


def _wish(cells: Cells, place: str) -> Wish:
    kind = _text(cells, "kind").casefold()
    if kind and kind not in TAG_KINDS:
        raise UsageError(f"“{kind:.80}” is no kind: it is one of {', '.join(TAG_KINDS)}.")
    choices = cells.get("choices")
    return Wish(
        id=_text(cells, "id"),
        name=_text(cells, "name"),
        kind=next((known for known in TAG_KINDS if known == kind), None),
        choices=None if choices is None else tuple(_choices(choices)),
        colour=None if cells.get("colour") is None else _text(cells, "colour"),
        place=place,
    )


def _text(cells: Cells, column: str) -> str:
    value = cells.get(column)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise UsageError(f"Its {column} is no text.")
    return value.strip()


def _choices(value: JsonValue) -> Iterable[str]:
    listed = value.split(BETWEEN_CHOICES) if isinstance(value, str) else value
    if not isinstance(listed, list):
        raise UsageError("Its choices are no list.")
    for choice in listed:
        if not isinstance(choice, str):
            raise UsageError("One of its choices is no text.")
        yield choice
