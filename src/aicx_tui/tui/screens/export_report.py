"""Asks where to, and writes what became of each human of a bulk."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

from textual.widgets import Input
from typing_extensions import override

from aicx_tui.errors import UsageError
from aicx_tui.services.bulk_report import write_report
from aicx_tui.services.exporting import checked_destination
from aicx_tui.services.pace import Pace
from aicx_tui.storage.bulks import BulkItem
from aicx_tui.tui.paths import full_path
from aicx_tui.tui.screens.export import Exported
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

FAILED, EVERY = "failed", "every"

Items = Callable[[bool], AsyncGenerator[BulkItem, None]]
"""Reads the humans of a bulk: all of them, or those of whom it did not become anything."""


class ExportReportScreen(FormScreen[Exported]):
    """A form for a file; answers with what was written.

    Args:
        items: Reads whom.
        troubled: How many failed or were skipped; where nobody did, all are offered first.
        clock: Seconds; injected so that tests can hold time still.
    """

    SENDS = "write"
    AT_STAKE = "A report is being written."
    BUSY = "Writing …"
    GIVEN_UP = "Stopped; nothing was written."

    def __init__(
        self, items: Items, *, troubled: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        fields = (
            Field("file", "File", "CSV. ~ is your home folder.", value="bulk.csv"),
            Field(
                "which",
                "Humans",
                value=FAILED if troubled else EVERY,
                choices=((FAILED, "failed and skipped"), (EVERY, "all")),
            ),
        )
        super().__init__("Export the report", fields)
        self._items = items
        self._clock = clock
        self._warned_of: Path | None = None

    def on_mount(self) -> None:
        """Let what is typed take the place of the name."""
        super().on_mount()
        self.query_one(Input).action_select_all()

    @override
    async def send(self, values: dict[str, str]) -> Exported:
        path = full_path(values["file"])
        if path.is_file() and path != self._warned_of:
            self._warned_of = path
            raise UsageError(
                f"{path} is there already. Nothing was written.",
                hint="Enter again replaces it; or give another name.",
            )
        destination = checked_destination(path, replaces=path == self._warned_of)
        pace = Pace(clock=self._clock)
        async with aclosing(self._items(values["which"] == EVERY)) as items:
            count = await write_report(
                items, destination, told=lambda count: self.tell_progress(pace, count, None)
            )
        return Exported(path=path, count=count)
