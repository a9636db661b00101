"""How an import ended, in words."""

from __future__ import annotations

from dataclasses import dataclass, field

from aicx_tui.errors import (
    AicxError,
    FieldProblem,
    OutcomeUnknownError,
    PartlyFailedError,
    StoppedError,
)
from aicx_tui.numerals import grouped
from aicx_tui.services.importing import PROBLEMS_KEPT, Rejection, Tally
from aicx_tui.services.importing_report import report_line
from aicx_tui.services.whole_file import WholeFile

GO_ON = "Run the same again to go on where it ended; no human is created twice."


@dataclass
class Rejected:
    """The rows that were not created, as they turn up.

    Attributes:
        file: The report, where one is wanted; it is entered.
    """

    file: WholeFile | None
    _first: list[Rejection] = field(default_factory=list)

    @property
    def first(self) -> list[FieldProblem]:
        """Some of them, for the message."""
        ordered = sorted(self._first, key=lambda rejection: rejection.row.line)
        return [FieldProblem(f"line {grouped(r.row.line)}", r.words) for r in ordered]

    def add(self, rejection: Rejection) -> None:
        """Note a row."""
        if len(self._first) < PROBLEMS_KEPT:
            self._first.append(rejection)
        if self.file:
            self.file.write(report_line(rejection) + "\n")


def _counted(tally: Tally, rows: int) -> str:
    done = tally.created + tally.done_before
    of = "1 row" if rows == 1 else f"{grouped(rows)} rows"
    of = f"{grouped(done)} of {grouped(rows)} rows" if done < rows else of
    parts = [f"{of} {'is' if done == 1 and of == '1 row' else 'are'} created"]
    if tally.done_before:
        parts[0] += f", {grouped(tally.done_before)} of them by an earlier run"
    if tally.failed:
        parts.append(f"{grouped(tally.failed)} failed")
    if tally.unknown:
        parts.append(f"of {grouped(tally.unknown)} nobody knows whether they were created")
    return "; ".join(parts) + "."


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run over a file ended.

    Attributes:
        tally: The counts.
        rows: How many there are in the file.
        rejected: Those that were not created.
        fault: Why the rest could not be sent, if it could not.
        is_stopped: Whether somebody ended it in between.
    """

    tally: Tally
    rows: int
    rejected: Rejected
    fault: AicxError | None = None
    is_stopped: bool = False

    def said(self) -> str:
        """That all rows are created, in words.

        Raises:
            StoppedError: Somebody ended it in between.
            AicxError: The rest could not be sent.
            PartlyFailedError: Rows failed.
            OutcomeUnknownError: No row failed, but of some nobody knows.
        """
        tally, first = self.tally, self.rejected.first
        counted = _counted(tally, self.rows)
        unsent = self.rows - tally.seen
        left = f" {grouped(unsent)} were not sent." if unsent > 0 else ""
        if self.is_stopped:
            raise StoppedError(f"Stopped. {counted}{left}", hint=GO_ON)
        if self.fault:
            hint = f"{self.fault.hint} {GO_ON}".strip()
            if not tally.created:
                self.fault.hint, self.fault.problems = hint, self.fault.problems or tuple(first)
                raise self.fault
            message = f"{counted} Then: {self.fault.message}{left}"
            raise PartlyFailedError(message, hint=hint, problems=first)
        if tally.failed:
            raise PartlyFailedError(counted, hint=_next_step(self.rejected), problems=first)
        if tally.unknown:
            raise OutcomeUnknownError(
                counted,
                hint="Search for them; those that are not there are sent by "
                "aicx humans import FILE --resend-unknown.",
                problems=first,
            )
        return counted


def _next_step(rejected: Rejected) -> str:
    """A corrected copy of the whole file would be a new file, and all of it created again."""
    if rejected.file:
        return f"Correct the rows in {rejected.file.path}, and import that file."
    return (
        "Run the same again with --report FILE: the rows that failed are tried again, and those "
        "that fail once more are written there, to be corrected and imported. A corrected copy of "
        "the whole file would create all of it again."
    )
