"""The rows that an import did not create, in a file that can be corrected and imported."""

from __future__ import annotations

import os
from pathlib import Path

from aicx_tui.errors import UsageError
from aicx_tui.services.documents import json_text
from aicx_tui.services.importing import Rejection
from aicx_tui.services.whole_file import WholeFile

_TABLES = (".csv", ".tsv", ".xlsx", ".xls")

_BEGINS = b'{"line":'


def checked_report(path: Path) -> WholeFile:
    """Where the report is to be written: a new file, or in place of an earlier report.

    Raises:
        UsageError: There is a file that is no report, or it is called as if it were a table.
    """
    if path.is_file() and not _is_report(path):
        raise UsageError(
            f"{path} is there already and is no report of an import. Nothing was sent.",
            hint="Give another name.",
        )
    if path.suffix.lower() in _TABLES:
        raise UsageError(
            f"A report is JSON Lines, so it is not called {path.name:.80}. Nothing was sent.",
            hint=f"Call it {path.with_suffix('.jsonl').name:.80}; it is imported like any file.",
        )
    return WholeFile(path, replaces=True)


def _is_report(path: Path) -> bool:
    try:
        with open(path, "rb") as file:
            start = file.read(len(_BEGINS))
            return not start or (start == _BEGINS and os.access(path, os.W_OK))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. Nothing was sent.") from None


def report_line(rejection: Rejection) -> str:
    """A row that was not created: where it stands, why, and its own values."""
    return json_text(
        {
            "line": rejection.row.line,
            "error": rejection.words,
            "outcome": rejection.outcome.value,
            "row": dict(rejection.row.cells),
        }
    )
