"""The list of humans: draws only the lines in view, so its length costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.text import MISSING, fit
from aicx_tui.tui.moments import ago

if TYPE_CHECKING:
    from aicx_tui.models.human import Human

GUTTER = 1
HEADER = 1
DRAWN_ROWS = 1000
"""Rows kept as drawn; a long scroll starts over."""

IN_FOCUS, OUT_OF_FOCUS = "▌", "▏"
"""The sign before the row at the cursor; colour alone would not tell."""

AGEING_SECONDS = 20.0
"""How often relative times are made anew."""


class Column(NamedTuple):
    """A column of the table.

    Attributes:
        title: Its heading.
        least: Cells below which it is not worth showing.
        weight: Its share of what is left over; 0 keeps it at `least`.
        sort: What a click on its heading orders by.
        priority: Columns with the higher number give way first.
    """

    title: str
    least: int
    weight: int
    sort: SortKey
    priority: int


COLUMNS = (
    Column("Name", 20, 4, SortKey.NAME, 0),
    Column("E-mail", 20, 3, SortKey.EMAIL, 2),
    Column("Phone", 16, 0, SortKey.PHONE, 3),
    Column("Created", 8, 0, SortKey.CREATED, 4),
    Column("Updated", 9, 0, SortKey.UPDATED, 1),
)


class PlacedColumn(NamedTuple):
    """A column with the cells that it was given."""

    column: Column
    width: int


def place_columns(width: int) -> list[PlacedColumn]:
    """Choose the columns that fit and share out the cells.

    Args:
        width: Cells for all columns, the blank between two of them included.
    """
    kept = list(COLUMNS)
    while len(kept) > 1 and sum(c.least + 1 for c in kept) > width:
        kept.remove(max(kept, key=lambda column: column.priority))
    spare = max(width - sum(c.least + 1 for c in kept), 0)
    shares = sum(c.weight for c in kept) or 1
    return [PlacedColumn(c, c.least + spare * c.weight // shares) for c in kept]


class HumanTable(ScrollView, can_focus=True):
    """A table of humans with a cursor.

    Args:
        clock: The present, for relative times.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move_to(0)", "First", show=False),
        Binding("end", "move_to(-1)", "Last", show=False),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "human-table--heading",
        "human-table--row",
        "human-table--quiet",
        "human-table--cursor",
        "human-table--cursor-quiet",
    }

    cursor: reactive[int] = reactive(0, repaint=False)

    @dataclass
    class Highlighted(Message):
        """The cursor came to rest on another human, or on none."""

        human: Human | None

    @dataclass
    class Opened(Message):
        """A human was chosen by key or double click."""

        human: Human

    @dataclass
    class SortChosen(Message):
        """A heading was clicked."""

        key: SortKey

    def __init__(self, *, clock: Callable[[], datetime], id: str) -> None:  # noqa: A002  # as every widget calls it
        super().__init__(id=id)
        self._clock = clock
        self._humans: Sequence[Human] = ()
        self._sort = Sort()
        self._placed: list[PlacedColumn] = []
        self._drawn: dict[tuple[int, bool], Strip] = {}

    @property
    def current(self) -> Human | None:
        """The human under the cursor."""
        return self._humans[self.cursor] if self.cursor < len(self._humans) else None

    def show(self, humans: Sequence[Human], *, sort: Sort, from_top: bool = False) -> None:
        """Show other rows.

        Args:
            humans: What to show, in order.
            sort: The order, for the headings.
            from_top: Put the cursor on the first row; else it stays on its human where that is
                still in the list, or else on its row.
        """
        before = self.current
        self._humans, self._sort = humans, sort
        self._drawn.clear()
        self.virtual_size = Size(self.size.width, len(humans) + HEADER)
        place = self._index_of(before) if before else None
        target = 0 if from_top else self.cursor if place is None else place
        with self.prevent(self.Highlighted):
            self.cursor = target
        self._keep_cursor_in_view()
        self.refresh()
        if self.current != before:
            self.post_message(self.Highlighted(self.current))

    def move_to(self, human_id: str) -> bool:
        """Put the cursor on a human, and tell whether it is in the list."""
        for index, human in enumerate(self._humans):
            if human.id == human_id:
                self.cursor = index
                return True
        return False

    def _index_of(self, human: Human) -> int | None:
        return next((i for i, other in enumerate(self._humans) if other.id == human.id), None)

    def validate_cursor(self, cursor: int) -> int:
        """Hold the cursor within the rows."""
        return max(0, min(cursor, len(self._humans) - 1))

    def watch_cursor(self, before: int, after: int) -> None:
        """Repaint the two rows and bring the cursor into view."""
        self._refresh_row(before)
        self._refresh_row(after)
        self._keep_cursor_in_view()
        self.post_message(self.Highlighted(self.current))

    def on_resize(self, event: events.Resize) -> None:
        """Place the columns anew."""
        self._placed = place_columns(self.size.width - GUTTER)
        self._drawn.clear()
        self.virtual_size = Size(self.size.width, len(self._humans) + HEADER)
        self._keep_cursor_in_view()

    def on_mount(self) -> None:
        """Let relative times grow older."""
        self.set_interval(AGEING_SECONDS, self._draw_anew)

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme, or of having the focus or not."""
        super().notify_style_update()
        self._draw_anew()

    def _draw_anew(self) -> None:
        self._drawn.clear()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Choose a row, or an order by its heading."""
        if event.y < HEADER:
            if column := self._column_at(event.x):
                self.post_message(self.SortChosen(column.sort))
            return
        row = self.scroll_offset.y + event.y - HEADER
        if row < len(self._humans):
            self.cursor = row
            if event.chain == 2:
                self.post_message(self.Opened(self._humans[row]))

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is in view."""
        self.cursor += pages * max(self._rows_in_view - 1, 1)

    def action_move_to(self, row: int) -> None:
        """Move the cursor to a row; -1 is the last."""
        self.cursor = row if row >= 0 else len(self._humans) - 1

    @property
    def _rows_in_view(self) -> int:
        return max(self.size.height - HEADER, 1)

    def _keep_cursor_in_view(self) -> None:
        top = round(self.scroll_y)
        if self.cursor < top:
            top = self.cursor
        elif self.cursor >= top + self._rows_in_view:
            top = self.cursor - self._rows_in_view + 1
        self.scroll_to(y=top, animate=False, immediate=True, force=True)

    def _refresh_row(self, row: int) -> None:
        y = row - self.scroll_offset.y + HEADER
        if HEADER <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def _column_at(self, x: int) -> Column | None:
        start = GUTTER
        for column, width in self._placed:
            if start <= x < start + width + 1:
                return column
            start += width + 1
        return None

    def render_line(self, y: int) -> Strip:
        """One line: the headings, a row, or nothing below the last."""
        if y < HEADER:
            return self._heading()
        row = self.scroll_offset.y + y - HEADER
        if row >= len(self._humans):
            return Strip.blank(self.size.width, self.rich_style)
        place = (row, row == self.cursor)
        if place not in self._drawn:
            if len(self._drawn) >= DRAWN_ROWS:
                self._drawn.clear()
            self._drawn[place] = self._row(self._humans[row], at_cursor=row == self.cursor)
        return self._drawn[place]

    def _heading(self) -> Strip:
        style = self.get_component_rich_style("human-table--heading")
        segments = [Segment(" " * GUTTER, style)]
        for column, width in self._placed:
            title = column.title
            if column.sort == self._sort.key:
                title = f"{title} {'↓' if self._sort.descending else '↑'}"
            segments.append(Segment(fit(title, width) + " ", style))
        return Strip(segments).adjust_cell_length(self.size.width, style)

    def _row(self, human: Human, *, at_cursor: bool) -> Strip:
        cursor = "cursor" if at_cursor else ""
        base = self.get_component_rich_style(f"human-table--{cursor or 'row'}")
        quiet = self.get_component_rich_style(
            f"human-table--{'cursor-quiet' if cursor else 'quiet'}"
        )
        if at_cursor and not self.has_focus:
            base, quiet = base + Style(bold=False), quiet + Style(bold=False)
        sign = (IN_FOCUS if self.has_focus else OUT_OF_FOCUS) if at_cursor else " "
        segments = [Segment(sign, base)]
        for column, width in self._placed:
            text = self._value(human, column)
            style = quiet if text is None or column.sort in _TIMES else base
            segments.append(Segment(fit(text or MISSING, width) + " ", style))
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _value(self, human: Human, column: Column) -> str | None:
        match column.sort:
            case SortKey.NAME:
                return human.fullname
            case SortKey.EMAIL:
                return human.email
            case SortKey.PHONE:
                return human.phone_number
            case SortKey.CREATED:
                return ago(human.created_at, now=self._clock())
            case SortKey.UPDATED:
                return ago(human.updated_at, now=self._clock())
            case SortKey.UID | SortKey.ID | SortKey.TAG:
                return None


_TIMES = (SortKey.CREATED, SortKey.UPDATED)
