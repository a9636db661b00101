"""Shows what an import would do, and does it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

from typing_extensions import override

from aicx_tui.errors import AicxError, StoppedError
from aicx_tui.models.human import HumanDraft
from aicx_tui.numerals import grouped
from aicx_tui.services.importing_ending import Ended
from aicx_tui.services.importing_preview import preview_lines
from aicx_tui.services.importing_report import checked_report
from aicx_tui.services.pace import Pace
from aicx_tui.text import clean
from aicx_tui.tui.paths import full_path
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.screens.import_file import FileToImport
from aicx_tui.tui.widgets.form import Field

PREVIEW_CELLS = 56
"""The width of the dialog within its border and beside its scrollbar."""


class ImportScreen(FormScreen[str]):
    """A preview and a form for the report; answers with what was done, in words.

    Args:
        file: What is imported.
        home: Where it is kept what became of each row.
        created: Called with each human that was created, and its id.
        clock: Seconds; injected so that tests can hold time still.
    """

    SENDS = "import"
    AT_STAKE = "An import is under way."
    BUSY = "Importing …"
    STOPPING = "Stopping: waiting for the answers to the rows that were sent."

    def __init__(
        self,
        file: FileToImport,
        *,
        home: Path,
        created: Callable[[str, HumanDraft], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        plan = file.plan
        rows = plan.preview.rows
        report = file.path.with_name(f"{file.path.stem}-failed.jsonl")
        counted = "1 row" if rows == 1 else f"{grouped(rows)} rows"
        super().__init__(
            f"Import {counted} into {clean(plan.session.context.name)}",
            (
                Field(
                    "report",
                    "Failed rows",
                    "Written here, to be corrected and imported.",
                    value=str(report),
                    is_required=False,
                ),
            ),
            said="\n".join(preview_lines(plan.preview, plan.columns, width=PREVIEW_CELLS)),
            advice="A row is sent once, also where its file is imported again in 30 days.",
        )
        self._plan = plan
        self._home = home
        self._created = created
        self._clock = clock
        self._sending: asyncio.Task[Ended] | None = None
        self._is_stopping = False

    def action_back(self) -> None:
        """Send no further row; until the last answer is there, nothing else is done.

        To give up waiting would leave rows of which nobody knows whether they were created.
        """
        if self._sending is None:
            super().action_back()
        elif not self._is_stopping:
            super().say_busy(self.STOPPING, gives_up=False)
            self._is_stopping = True
            self._sending.cancel()

    @override
    def say_busy(self, text: str, *, gives_up: bool = True) -> None:
        if not self._is_stopping:
            super().say_busy(text, gives_up=gives_up)

    @override
    async def send(self, values: dict[str, str]) -> str:
        name, rows = values["report"], self._plan.preview.rows
        report = checked_report(full_path(name, field="report")) if name else None
        with self._plan.journal(self._home) as journal:
            if journal.is_complete(rows):
                raise AicxError(
                    "Already imported: an earlier run created a human for each row.",
                    hint="All of it once more: aicx humans import FILE --again.",
                )
            pace = Pace(clock=self._clock)
            running = self._plan.run(
                journal,
                report=report,
                created=self._created,
                told=lambda tally: self.tell_progress(pace, tally.seen, rows, things="rows"),
            )
            return (await self._ended(running)).said()

    async def _ended(self, running: Coroutine[object, object, Ended]) -> Ended:
        """Run it as a task that Escape stops, and that says itself what became of each row."""
        self._sending = asyncio.create_task(running)
        try:
            return await self._sending
        except asyncio.CancelledError:  # it had not begun
            raise StoppedError("Stopped. Nothing was sent.") from None
        finally:
            self._sending = None
            self._is_stopping = False
