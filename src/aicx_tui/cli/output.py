"""The forms in which commands print data."""

from __future__ import annotations

import csv
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from pydantic import JsonValue

from aicx_tui.models.human import Human
from aicx_tui.services.documents import Document, json_text
from aicx_tui.services.spreadsheet import Sheet
from aicx_tui.text import MISSING, clean, fit

TABLE = (("Id", 16), ("Name", 26), ("E-mail", 32), ("Phone", 18), ("Updated", 20))


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


async def print_table(humans: AsyncIterator[Human]) -> int:
    """Print aligned columns for a person, and return how many rows."""
    return await _under_heading(
        humans,
        heading=lambda: print_line(_row([title for title, _ in TABLE])),
        row=lambda human: print_line(_row(_cells(human))),
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


def _cells(human: Human) -> list[str | None]:
    updated = human.updated_at.strftime("%Y-%m-%d %H:%M %Z") if human.updated_at else None
    return [human.id, human.fullname, human.email, human.phone_number, updated]


def _row(values: Sequence[str | None]) -> str:
    cells = (fit(v or MISSING, width) for v, (_, width) in zip(values, TABLE, strict=True))
    return "  ".join(cells).rstrip()


def print_fields(fields: Sequence[tuple[str, str | None]]) -> None:
    """Print names and values for a person, one pair a line."""
    width = max(len(clean(name)) for name, _ in fields)
    for name, value in fields:
        print_line(f"{clean(name):<{width}}  {clean(value) if value else MISSING}")
