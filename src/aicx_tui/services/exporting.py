"""Writing humans to a file: all of them, or no file."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Literal, Protocol

from aicx_tui.models.human import Human
from aicx_tui.services.documents import json_text, masked
from aicx_tui.services.spreadsheet import Sheet
from aicx_tui.services.whole_file import WholeFile

ExportForm = Literal["csv", "jsonl", "json"]
"""A sheet that no formula runs in; one of the platform's objects a line; one array of them."""

BREATH = 100
"""Humans written between two turns of the event loop, so that a console goes on answering."""


def checked_destination(path: Path, *, replaces: bool) -> WholeFile:
    """Where humans are to be written, found out before anything is read.

    Raises:
        UsageError: There is a file already that must not be replaced, or none can be made.
    """
    return WholeFile(path, replaces=replaces)


async def export(
    humans: AsyncIterator[Human],
    destination: WholeFile,
    *,
    form: ExportForm,
    sheet: Sheet,
    told: Callable[[int], None] = lambda _count: None,
) -> int:
    """Write humans as they come and return how many; memory does not grow with them.

    The file is there when all of it is on the disk. Cancelled, or ended by an error of the disk
    or of the source, it leaves nothing, and a file that was there before stays.

    Args:
        humans: Whom to write.
        destination: Where.
        form: How; access tokens are masked in each.
        sheet: Columns, for the form `csv`.
        told: Called with the count now and then.

    Raises:
        AicxError: The disk or the source failed.
    """
    count = 0
    with destination as file:
        layout = _LAYOUTS[form](file, sheet)
        layout.begin()
        async for human in humans:
            layout.add(human)
            count += 1
            if count % BREATH == 0:
                told(count)
                await asyncio.sleep(0)
        layout.end()
        await file.publish()
    told(count)
    return count


class _Layout(Protocol):
    def __init__(self, file: WholeFile, sheet: Sheet, /) -> None: ...

    def begin(self) -> None: ...

    def add(self, human: Human) -> None: ...

    def end(self) -> None: ...


class _Csv:
    def __init__(self, file: WholeFile, sheet: Sheet) -> None:
        self._sheet = sheet
        self._writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")

    def begin(self) -> None:
        self._writer.writerow(self._sheet.headings())

    def add(self, human: Human) -> None:
        self._writer.writerow(self._sheet.cells(human))

    def end(self) -> None:
        """A sheet ends with its last row."""


class _JsonLines:
    def __init__(self, file: WholeFile, _sheet: Sheet) -> None:
        self._file = file

    def begin(self) -> None:
        """The first line is the first human."""

    def add(self, human: Human) -> None:
        self._file.write(json_text(masked(human)) + "\n")

    def end(self) -> None:
        """The last line is the last human."""


class _JsonArray:
    def __init__(self, file: WholeFile, _sheet: Sheet) -> None:
        self._file = file
        self._separator = "\n"

    def begin(self) -> None:
        self._file.write("[")

    def add(self, human: Human) -> None:
        self._file.write(self._separator + json_text(masked(human)))
        self._separator = ",\n"

    def end(self) -> None:
        self._file.write("\n]\n")


_LAYOUTS: dict[ExportForm, type[_Layout]] = {
    "csv": _Csv,
    "jsonl": _JsonLines,
    "json": _JsonArray,
}
