"""Shows what an import would do, and does it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from typing_extensions import override

from aicx_tui.errors import AicxError
from aicx_tui.models.human import HumanDraft
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
    GIVEN_UP = "Stopping; what is under way is waited for."

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
        counted = "1 row" if rows == 1 else f"{rows:,} rows"
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
            advice="Each row is sent once, however often the file is imported.",
        )
        self._plan = plan
        self._home = home
        self._created = created
        self._clock = clock

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
            ended = await self._plan.run(
                journal,
                report=report,
                created=self._created,
                told=lambda tally: self.tell_progress(pace, tally.seen, rows, things="rows"),
            )
        return ended.said()
