"""Reading the rows of a file that people bring: CSV as spreadsheets write it, or JSON Lines."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from pydantic import JsonValue

from aicx_tui.errors import UsageError
from aicx_tui.models.human import MASK
from aicx_tui.numerals import grouped
from aicx_tui.services.spreadsheet import raw_value

MAX_BYTES = 256 * 1024 * 1024
"""The largest file; its bytes are kept, so that it cannot change between preview and import."""

DELIMITERS = (",", ";", "\t")

REPORT_KEYS = {"line", "error", "outcome", "row"}
"""What a line of an import's report holds; a corrected report is imported like any file."""

MISFITS = ""
"""Where a report keeps the cells of a row that has more or fewer than the header."""

Cells = Mapping[str, JsonValue]


@dataclass(frozen=True)
class Row:
    """A row as it stands in the file.

    Attributes:
        line: Where it begins, from 1.
        cells: Values by column; an access token is masked.
        problem: Why it cannot be read; empty where it can.
    """

    line: int
    cells: Cells = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True)
class TableFile:
    """A file of rows.

    Attributes:
        content: All of it.
        encoding: Of its text.
        delimiter: Between two cells; empty for JSON Lines.
        columns: Names of the columns, in order.
    """

    content: bytes = field(repr=False)
    encoding: str
    delimiter: str
    columns: tuple[str, ...]

    @property
    def digest(self) -> str:
        """What tells it from any other file, in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    def rows(self) -> Iterator[Row]:
        """Every row, read anew each time.

        Raises:
            UsageError: From some line on there are no rows to be told apart.
        """
        if not self.delimiter:
            return _objects(self.content, self.encoding)
        return _records(self.content, self.encoding, self.delimiter, self.columns)


def table_of(content: bytes) -> TableFile:
    """Read the content of a file as a table.

    Raises:
        UsageError: It is neither CSV with a header nor JSON Lines.
    """
    encoding = encoding_of(content)
    try:
        start = content.decode(encoding).lstrip()[:1]
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError(
            f"Line {grouped(line)} is not {error.encoding.upper()}. Nothing was sent.",
            hint="Save the file as CSV UTF-8.",
        ) from None
    if not start:
        raise UsageError("The file is empty. Nothing was sent.")
    if start == "[":
        raise UsageError(
            "The file is one JSON array. Nothing was sent.", hint="Write one object a line."
        )
    if start == "{":
        keys = (key for row in _objects(content, encoding) for key in row.cells if key)
        return TableFile(content, encoding, "", tuple(dict.fromkeys(keys)))
    delimiter, columns = _header(content, encoding)
    return TableFile(content, encoding, delimiter, columns)


def read_bytes(name: str) -> bytes:
    """The bytes of a file, or of standard input for `-`.

    Raises:
        UsageError: They cannot be read, or are too many.
    """
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with open(name, "rb") as file:
                content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or "it is no usable name"
        raise UsageError(
            f"The file cannot be read: {reason}. Nothing was sent.",
            hint="Give the name of a file, or - for standard input.",
        ) from None
    if len(content) > MAX_BYTES:
        raise UsageError(
            f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB. Nothing was sent.",
            hint="Split it.",
        )
    return content


def encoding_of(content: bytes) -> str:
    """The encoding of a text by the mark that it begins with; UTF-8 where it has none."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8-sig" if content.startswith(codecs.BOM_UTF8) else "utf-8"


def _lines(content: bytes, encoding: str, *, newline: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline=newline)


def is_secret(column: str) -> bool:
    """Whether a column holds what is never read from a file."""
    return normal(column) == "access_token"


def normal(column: str) -> str:
    """A column's name as it is compared."""
    return column.strip().casefold().replace(" ", "_").replace("-", "_")


def _visible(cells: Cells) -> Cells:
    return {name: MASK if is_secret(name) and v else v for name, v in cells.items()}


def _objects(content: bytes, encoding: str) -> Iterator[Row]:
    for number, line in enumerate(_lines(content, encoding, newline="\n"), start=1):
        if line.strip():
            yield _object(number, line)


def _object(number: int, line: str) -> Row:
    try:
        value = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return Row(number, problem="The line is not JSON.")
    if not isinstance(value, dict):
        return Row(number, problem="The line is not a JSON object.")
    if set(value) == REPORT_KEYS and isinstance(value["row"], dict):
        return _reported(number, value["outcome"], value["row"])
    return Row(number, _visible(value))


def _reported(number: int, outcome: JsonValue, cells: Cells) -> Row:
    """A row of an earlier import's report, which is sent again only if it surely was not made."""
    if MISFITS in cells:
        problem = "Give each value the name of its column, in place of the list under no name."
        return Row(number, _visible(cells), problem)
    if outcome == "failed":
        return Row(number, _visible(cells))
    problem = (
        "Whether this human was created is unknown: search for it, and if it is not there, "
        'change "unknown" to "failed" in this line.'
    )
    return Row(number, _visible(cells), problem)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _header(content: bytes, encoding: str) -> tuple[str, tuple[str, ...]]:
    """The delimiter that tells most columns apart, and their names."""
    best: tuple[str, tuple[str, ...]] = (",", ())
    for delimiter in DELIMITERS:
        reader = _reader(content, encoding, delimiter)
        try:
            cells = next((record for record in reader if any(record)), [])
        except csv.Error:
            continue
        if len(cells) > len(best[1]):
            best = (delimiter, tuple(raw_value(cell).strip() for cell in cells))
    named = [name for name in best[1] if name]
    if not named:
        raise UsageError(
            "The file's first line is no header. Nothing was sent.",
            hint="Let it name the columns, such as: fullname,email",
        )
    if twice := next((name for name in named if named.count(name) > 1), None):
        raise UsageError(
            f"Two columns are called “{twice:.80}”. Nothing was sent.", hint="Rename one."
        )
    return best


def _reader(content: bytes, encoding: str, delimiter: str) -> Iterator[list[str]]:
    lines = _lines(content, encoding, newline="")
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _records(
    content: bytes, encoding: str, delimiter: str, columns: tuple[str, ...]
) -> Iterator[Row]:
    reader = csv.reader(_lines(content, encoding, newline=""), delimiter=delimiter, strict=True)
    is_header, line = True, 0
    while True:
        line, begins = reader.line_num, reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise UsageError(
                f"The CSV cannot be read from line {grouped(line + 1)} on: {error}. "
                "Nothing was sent.",
                hint="Look for a quote that is not closed.",
            ) from None
        if record is None:
            return
        if any(record):
            if not is_header:
                yield _record(begins, record, columns)
            is_header = False


def _record(line: int, record: list[str], columns: tuple[str, ...]) -> Row:
    if len(record) != len(columns):
        problem = (
            f"The row has {grouped(len(record))} cells, and the header {grouped(len(columns))}."
        )
        return Row(line, {MISFITS: _listed(record, columns)}, problem)
    cells = {name: raw_value(cell) or None for name, cell in zip(columns, record, strict=True)}
    cells.pop("", None)
    return Row(line, _visible(cells))


def _listed(record: list[str], columns: tuple[str, ...]) -> JsonValue:
    """The cells as they came; which of them is a secret cannot be told where they do not fit."""
    return [MASK] if any(is_secret(name) for name in columns) else [*record]
