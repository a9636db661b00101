"""Marking humans in their table: one, a range, all that match."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.binding import BindingType
from textual.message import Message

from aicx_tui.errors import AicxError
from aicx_tui.numerals import grouped
from aicx_tui.services.marks import Marks
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.tui.keys import binding
from aicx_tui.tui.widgets.human_table import HumanTable

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.storage.record import Record, Rows

REST_SECONDS = 0.1
"""How long rows and marks stay as they are before it is counted which marks are not shown."""

CHEAP_TO_COUNT = 10_000
"""Rows whose ids are read only to tell how many marked humans are not among them."""


class MarkingTable(HumanTable):
    """A table of humans that can be marked.

    Args:
        clock: The present, for relative times.
        tags: The definitions of tags by id.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("humans.mark", "mark"),
        binding("humans.mark-range", "mark_range"),
        binding("humans.mark-all", "mark_all"),
        binding("humans.mark-invert", "mark_invert"),
        binding("humans.mark-clear", "mark_clear"),
    ]

    class MarksChanged(Message):
        """Other humans are marked, or a range was begun or given up."""

    @dataclass
    class Failed(Message):
        """It could not be read who is meant; the marks are as they were."""

        error: AicxError

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        tags: Callable[[], Mapping[str, TagDefinition]] = dict,
        id: str,  # noqa: A002  # as every widget calls it
    ) -> None:
        super().__init__(clock=clock, tags=tags, id=id)
        self.marks = Marks()
        self._anchor: tuple[int, str] | None = None
        self._hidden = 0
        self._tasks: set[object] = set()
        self._turns = asyncio.Lock()

    @property
    def is_in_range(self) -> bool:
        """Whether a range was begun."""
        return self._anchor is not None

    @property
    def has_marks(self) -> bool:
        """Whether there is something to step back from: a range or marks."""
        return self.is_in_range or bool(self.marks)

    @property
    def said(self) -> str:
        """How many are marked, in words; empty where nobody is."""
        if self._tasks:
            return "marking …"
        if self._anchor:
            return f"{grouped(len(self._range))} in the range"
        if not self.marks:
            return ""
        hidden = f", {grouped(self._hidden)} not shown" if self._hidden else ""
        return f"{grouped(len(self.marks))} marked{hidden}"

    @property
    def _range(self) -> range:
        if self._anchor is None:
            return range(0)
        first, last = sorted((self._anchor[0], self.cursor))
        return range(first, last + 1)

    def is_marked(self, row: int, record: Record) -> bool:
        """Whether a row is marked, or in the range that is open."""
        return record.id in self.marks or (self._anchor is not None and row in self._range)

    def goes_by(self, old_id: str, new_id: str) -> None:
        """Let a mark stay with a human that has another id from now on."""
        super().goes_by(old_id, new_id)
        if old_id in self.marks:
            self.marks.turn(old_id)
            self.marks.turn(new_id)

    def show(self, rows: Rows, *, sort: Sort, from_top: bool = False) -> None:
        """Show other rows; the range goes on from its human, if that is still there."""
        if self._anchor:
            place = rows.place_of(self._anchor[1])
            self._anchor = None if place is None else (place, self._anchor[1])
        super().show(rows, sort=sort, from_top=from_top)
        if self.has_marks:
            self._marks_changed()

    def watch_cursor(self) -> None:
        """Let the range follow."""
        super().watch_cursor()
        if self._anchor:
            self.tell(self.MarksChanged())

    def row_clicked(self, row: int, event: events.Click) -> None:
        """Mark by ctrl, a range by shift; else as every list does."""
        if event.shift and (record := self.current):
            self._anchor = self._anchor or (self.cursor, record.id)
            self.cursor = row
            self.action_mark_range()
            return
        super().row_clicked(row, event)
        if event.ctrl and (record := self.current):
            self._turn(record)

    # What keys do

    def action_mark(self) -> None:
        """Mark the human at the cursor, or unmark it, and go down."""
        if record := self.current:
            self._turn(record)
            self.cursor += 1

    def action_mark_range(self) -> None:
        """Begin a range here, or mark the one that ends here."""
        if self._anchor is None:
            if record := self.current:
                self._anchor = (self.cursor, record.id)
        else:
            chosen = self._range
            self._anchor = None
            self._work(self.marks.mark, chosen[0], chosen[-1])
        self._marks_changed()

    def action_mark_all(self) -> None:
        """Mark everyone in the result, or unmark them if all are marked."""
        self._work(self.marks.turn_all)

    def action_mark_invert(self) -> None:
        """Mark everyone in the result who is not, and unmark the others."""
        self._work(self.marks.invert)

    def action_mark_clear(self) -> None:
        """Unmark everyone, shown or not, and those too who are about to be marked."""
        self.workers.cancel_group(self, "marking")
        self._tasks.clear()
        self._anchor = None
        self.marks.clear()
        self._marks_changed()

    async def settle(self) -> None:
        """Wait until everybody is marked who is about to be."""
        while self._tasks:
            async with self._turns:
                await asyncio.sleep(0)

    def mark_all_of(self, human_ids: Sequence[str]) -> None:
        """Mark humans, in the list or not."""
        self._mark(self._begun(), human_ids)

    @work(group="marking")
    async def _mark(self, task: object, human_ids: Sequence[str]) -> None:
        try:
            async with self._turns:
                await self.marks.mark(human_ids)
        finally:
            self._tasks.discard(task)
        self._marks_changed()

    def give_up_range(self) -> None:
        """Mark nobody of the range."""
        self._anchor = None
        self._marks_changed()

    def _turn(self, record: Record) -> None:
        self.marks.turn(record.id)
        self._marks_changed()

    def _work(
        self,
        what: Callable[[Sequence[str]], Awaitable[None]],
        first: int = 0,
        last: int | None = None,
    ) -> None:
        """Do something with the ids of rows, as they are now, in the background."""
        self._do(self._begun(), what, self._rows, first, last)

    def _begun(self) -> object:
        """Say that marking has begun."""
        task = object()
        self._tasks.add(task)
        self.tell(self.MarksChanged())
        return task

    @work(group="marking")
    async def _do(
        self,
        task: object,
        what: Callable[[Sequence[str]], Awaitable[None]],
        rows: Rows,
        first: int,
        last: int | None,
    ) -> None:
        try:
            async with self._turns:
                await what(await rows.ids(first, last))
        except AicxError as error:
            self.tell(self.Failed(error))
        finally:
            self._tasks.discard(task)
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.repaint()
        self.tell(self.MarksChanged())
        if not self.marks:
            self._hidden = 0
        elif not self._tasks:
            self._count_hidden(self._rows)

    @work(exclusive=True, group="hidden")
    async def _count_hidden(self, rows: Rows) -> None:
        """Tell how many marked humans are not in the result, where that is cheap."""
        await asyncio.sleep(REST_SECONDS)
        hidden = 0
        if rows.is_counted and rows.total <= CHEAP_TO_COUNT:
            with suppress(AicxError):  # how many are hidden is no loss worth a word
                hidden = len(self.marks) - await self.marks.count(await rows.ids())
        if hidden != self._hidden:
            self._hidden = hidden
            self.tell(self.MarksChanged())
