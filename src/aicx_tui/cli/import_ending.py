"""How an import ended, in words, counts and an exit code."""

from __future__ import annotations

from dataclasses import dataclass, field

from aicx_tui.cli.output import print_json
from aicx_tui.cli.reporting import narrate
from aicx_tui.errors import (
    AicxError,
    FieldProblem,
    OutcomeUnknownError,
    PartlyFailedError,
    StoppedError,
)
from aicx_tui.services.importing import PROBLEMS_KEPT, Rejection, Tally
from aicx_tui.services.importing_report import report_line
from aicx_tui.services.whole_file import WholeFile

GO_ON = "Run the same again to go on where it ended; no human is created twice."


@dataclass
class Rejected:
    """The rows that were not created, as they turn up.

    Attributes:
        file: The report, where one is wanted; it is entered.
        first: Some of them, for the message.
    """

    file: WholeFile | None
    first: list[FieldProblem] = field(default_factory=list)

    def add(self, rejection: Rejection) -> None:
        """Note a row."""
        if len(self.first) < PROBLEMS_KEPT:
            self.first.append(FieldProblem(f"line {rejection.row.line:,}", rejection.words))
        if self.file:
            self.file.write(report_line(rejection) + "\n")


def print_tally(tally: Tally, *, rows: int, as_json: bool) -> None:
    """Print the counts as data, where that is wanted."""
    if as_json:
        counts = {
            "rows": rows,
            "created": tally.created,
            "created_before": tally.done_before,
            "failed": tally.failed,
            "unknown": tally.unknown,
            "not_sent": rows - tally.seen,
        }
        print_json({**counts}, indent=None)


def _counted(tally: Tally, rows: int) -> str:
    done = tally.created + tally.done_before
    of = f"{done:,} of {rows:,} rows" if done < rows else "1 row" if rows == 1 else f"{rows:,} rows"
    parts = [f"{of} {'is' if done == 1 and of == '1 row' else 'are'} created"]
    if tally.done_before:
        parts[0] += f", {tally.done_before:,} of them by an earlier run"
    if tally.failed:
        parts.append(f"{tally.failed:,} failed")
    if tally.unknown:
        parts.append(f"of {tally.unknown:,} nobody knows whether they were created")
    return "; ".join(parts) + "."


def say_or_raise(
    tally: Tally, rejected: Rejected, *, rows: int, fault: AicxError | None, is_stopped: bool
) -> None:
    """Say how it ended.

    Raises:
        StoppedError: Somebody ended it in between.
        AicxError: The rest could not be sent.
        PartlyFailedError: Rows failed.
        OutcomeUnknownError: No row failed, but of some nobody knows.
    """
    counted = _counted(tally, rows)
    left = f" {rows - tally.seen:,} were not sent." if rows > tally.seen else ""
    if is_stopped:
        raise StoppedError(f"Stopped. {counted}{left}", hint=GO_ON)
    if fault:
        hint = f"{fault.hint} {GO_ON}".strip()
        if not tally.created:
            fault.hint, fault.problems = hint, fault.problems or tuple(rejected.first)
            raise fault
        message = f"{counted} Then: {fault.message}{left}"
        raise PartlyFailedError(message, hint=hint, problems=rejected.first)
    if tally.failed:
        raise PartlyFailedError(counted, hint=_next_step(rejected), problems=rejected.first)
    if tally.unknown:
        raise OutcomeUnknownError(
            counted,
            hint="Search for them; those that are not there are sent by --resend-unknown.",
            problems=rejected.first,
        )
    narrate(counted)


def _next_step(rejected: Rejected) -> str:
    """A corrected copy of the whole file would be a new file, and all of it created again."""
    if rejected.file:
        return f"Correct the rows in {rejected.file.path}, and import that file."
    return (
        "Run the same again with --report FILE: the rows that failed are tried again, and those "
        "that fail once more are written there, to be corrected and imported. A corrected copy of "
        "the whole file would create all of it again."
    )
