"""The forms in which commands print data."""

from __future__ import annotations

import csv
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from pydantic import JsonValue

from aicx_tui.models.human import Human
from aicx_tui.services.columns import ColumnChoice, Columns
from aicx_tui.services.documents import Document, json_text
from aicx_tui.services.localities import offset_text
from aicx_tui.services.spreadsheet import Sheet
from aicx_tui.text import MISSING, clean, fit

FIELDS = {
    "id": ("Id", 16),
    "name": ("Name", 26),
    "email": ("E-mail", 32),
    "phone": ("Phone", 18),
    "uid": ("UID", 36),
    "picture": ("Picture", 16),
    "created": ("Created", 23),
    "updated": ("Updated", 23),
}
"""What columns are called, and their cells where no width was chosen."""

TAG_CELLS = 16

TABLE: Columns = tuple(map(ColumnChoice, ("id", "name", "email", "phone", "updated")))


def print_json(value: JsonValue | Mapping[str, JsonValue], *, indent: int | None = 2) -> None:
    """Print a JSON value; what a terminal would act on is escaped, which means the same."""
    print_line(json_text(value, indent=indent))


def print_line(text: str) -> None:
    """Print one line of data."""
    sys.stdout.write(text + "\n")


async def print_json_array(humans: AsyncIterator[Human], *, document: Document) -> int:
    """Print one array as its objects come, and return how many."""
    count = 0
    async for human in humans:
        sys.stdout.write((",\n" if count else "[\n") + json_text(document(human)))
        count += 1
    print_line("\n]" if count else "[]")
    return count


async def print_json_lines(humans: AsyncIterator[Human], *, document: Document) -> int:
    """Print one object a line as they come, and return how many."""
    count = 0
    async for human in humans:
        print_json(document(human), indent=None)
        count += 1
    return count


async def print_csv(humans: AsyncIterator[Human], *, sheet: Sheet) -> int:
    """Print comma-separated values that a spreadsheet cannot be tricked by; return how many."""
    writer = csv.writer(sys.stdout, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    return await _under_heading(
        humans,
        heading=lambda: writer.writerow(sheet.headings()),
        row=lambda human: writer.writerow(sheet.cells(human)),
    )


async def print_table(
    humans: AsyncIterator[Human],
    *,
    columns: Columns = (),
    tags: Mapping[str, str] | None = None,
    zone: tzinfo = UTC,
) -> int:
    """Print aligned columns for a person, and return how many rows.

    Args:
        humans: Whom to print.
        columns: Which; the usual ones without any.
        tags: Names of tags by id.
        zone: Where times are told.
    """
    chosen = columns or TABLE
    titles = [_title(column, tags or {}) for column in chosen]
    return await _under_heading(
        humans,
        heading=lambda: print_line(_row(chosen, titles)),
        row=lambda human: print_line(_row(chosen, _cells(chosen, human, zone))),
    )


async def _under_heading(
    humans: AsyncIterator[Human],
    *,
    heading: Callable[[], object],
    row: Callable[[Human], object],
) -> int:
    """Print rows as they come; a platform that refuses leaves no lonely heading."""
    count = 0
    async for human in humans:
        if not count:
            heading()
        row(human)
        count += 1
    if not count:
        heading()
    return count


def _title(column: ColumnChoice, tags: Mapping[str, str]) -> str:
    if column.tag_id:
        return tags.get(column.tag_id) or column.tag_id
    return FIELDS[column.id][0]


def _cells(columns: Columns, human: Human, zone: tzinfo) -> list[str | None]:
    fields = {
        "id": human.id,
        "name": human.fullname,
        "email": human.email,
        "phone": human.phone_number,
        "uid": human.uid,
        "picture": human.profile_pic_id,
        "created": _moment(human.created_at, zone),
        "updated": _moment(human.updated_at, zone),
    }
    values = {tag.id: tag.value for tag in human.tags}
    return [values.get(c.tag_id) if c.tag_id else fields[c.id] for c in columns]


def _moment(at: datetime | None, zone: tzinfo) -> str | None:
    if at is None:
        return None
    try:
        local = at.astimezone(zone)
    except (OverflowError, ValueError):  # the first or last day there is, in a distant zone
        local = at
    return f"{local:%Y-%m-%d %H:%M} {offset_text(local.utcoffset())}"


def _row(columns: Columns, values: Sequence[str | None]) -> str:
    cells = (fit(v or MISSING, _width(c)) for c, v in zip(columns, values, strict=True))
    return "  ".join(cells).rstrip()


def _width(column: ColumnChoice) -> int:
    return column.width or (TAG_CELLS if column.tag_id else FIELDS[column.id][1])


def print_fields(fields: Sequence[tuple[str, str | None]]) -> None:
    """Print names and values for a person, one pair a line."""
    width = max(len(clean(name)) for name, _ in fields)
    for name, value in fields:
        print_line(f"{clean(name):<{width}}  {clean(value) if value else MISSING}")
