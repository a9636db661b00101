"""The table alone, over rows that come when a test says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from textual.app import App, ComposeResult

from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.record import Record, Rows
from aicx_tui.tui.app import AicxApp
from aicx_tui.tui.themes import DARK
from aicx_tui.tui.widgets.marking import MarkingTable
from tests.tui.console import NOW, Person

WIDTH, HEIGHT = 100, 11
ROWS_IN_VIEW = HEIGHT - 1


class FakeRows:
    """Rows by number, some of which are not read yet.

    Attributes:
        asked: Rows that were asked for before they were there.
    """

    is_counted = True

    def __init__(self, numbers: Iterable[int], *, missing: Iterable[int] = ()) -> None:
        self._numbers = list(numbers)
        self._missing = set(missing)
        self.asked: set[int] = set()

    @property
    def total(self) -> int:
        return len(self._numbers)

    def at(self, row: int) -> Record | None:
        if row in self._missing:
            self.asked.add(row)
            return None
        return human(self._numbers[row])

    def place_of(self, human_id: str) -> int | None:
        number = int(human_id.removeprefix("eu_"))
        place = self._numbers.index(number) if number in self._numbers else None
        return None if place in self._missing else place

    def is_looking_for(self, human_id: str) -> bool:
        return bool(self._missing)

    async def ids(self, first: int = 0, last: int | None = None) -> Sequence[str]:
        end = None if last is None else last + 1
        return [f"eu_{number}" for number in self._numbers[first:end]]

    def arrive(self) -> None:
        """Everything is read."""
        self._missing = set()


def human(number: int) -> Record:
    return Record(
        id=f"eu_{number}",
        fullname=f"Human {number}",
        email=f"{number}@example.com",
        updated_at=NOW - timedelta(hours=number),
    )


class TableApp(App[None]):
    """Nothing but the table."""

    CSS_PATH = [f"../../src/aicx_tui/tui/{path}" for path in AicxApp.CSS_PATH[:2]]  # noqa: RUF012  # as App declares it
    CSS = "#table { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = "dark"
        self.table = MarkingTable(clock=lambda: NOW, id="table")
        self.opened: list[Record] = []
        self.highlighted: list[Record | None] = []

    def compose(self) -> ComposeResult:
        yield self.table

    def on_row_list_opened(self, message: MarkingTable.Opened) -> None:
        self.opened.append(message.record)

    def on_row_list_highlighted(self, message: MarkingTable.Highlighted) -> None:
        self.highlighted.append(message.record)

    def on_human_table_sort_chosen(self, message: MarkingTable.SortChosen) -> None:
        self.table.show(FakeRows(range(3)), sort=message.sort)


@asynccontextmanager
async def table_of(rows: Rows) -> AsyncIterator[tuple[MarkingTable, Person]]:
    """The table in a terminal of its own, with the focus, and a person before it."""
    app = TableApp()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.table.show(rows, sort=Sort())
        app.table.focus()
        await pilot.pause()
        yield app.table, Person(pilot)
