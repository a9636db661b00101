"""The console's table alone, over a million humans that are made up row by row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from textual.app import App, ComposeResult

from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.record import Record
from aicx_tui.tui.app import AicxApp
from aicx_tui.tui.themes import DARK
from aicx_tui.tui.widgets.marking import MarkingTable

TOTAL = 1_000_000
READ_AT_MOST = 4_000
"""Rows kept, as a mirror keeps some of its pages."""

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)

NAMES = ("Jane Doe", "山田 花子", "Zoë Őrsi", "Ana Cruz", "Tom 🌻 Baker", "Ada Byron", "Li Wei")
"""Mostly plain, as real ones are."""


class Synthetic:
    """A million humans, each as its row's number makes it."""

    total = TOTAL
    is_counted = True

    def __init__(self) -> None:
        self._read: dict[int, Record] = {}

    def at(self, row: int) -> Record | None:
        """The human of a row."""
        if row not in self._read:
            if len(self._read) >= READ_AT_MOST:
                self._read.clear()
            self._read[row] = _human(row)
        return self._read[row]

    def place_of(self, human_id: str) -> int | None:
        """The row, which the id names."""
        return int(human_id.removeprefix("eu_"))

    def is_looking_for(self, human_id: str) -> bool:
        """All is known."""
        return False

    async def ids(self, first: int = 0, last: int | None = None) -> Sequence[str]:
        """The ids of some rows."""
        return [f"eu_{row}" for row in range(first, TOTAL if last is None else last + 1)]


def _human(row: int) -> Record:
    name = NAMES[row % 7] if row % 20 == 0 else f"Jane {row % 977} Doe"
    return Record(
        id=f"eu_{row}",
        fullname=f"{row:,} {name}",
        email=f"jane.{row}@example.com" if row % 3 else None,
        phone_number=f"+36 1 {row:07}" if row % 5 else None,
        created_at=NOW - timedelta(minutes=row * 7),
        updated_at=NOW - timedelta(minutes=row),
    )


class Million(App[None]):
    """Nothing but the table."""

    CSS_PATH = [f"../src/aicx_tui/tui/{path}" for path in AicxApp.CSS_PATH[:2]]  # noqa: RUF012  # as App declares it
    CSS = "#table { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = "dark"
        self._table = MarkingTable(clock=lambda: NOW, id="table")

    def compose(self) -> ComposeResult:
        """The table."""
        yield self._table

    def on_mount(self) -> None:
        """Show all humans."""
        self._table.show(Synthetic(), sort=Sort())
        self._table.focus()


if __name__ == "__main__":
    Million().run()
