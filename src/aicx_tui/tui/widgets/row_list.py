"""A list of any length with a cursor: draws only the lines in view, each once.

Textual draws a widget line by line through its styles, borders and filters, anew with every key.
This one answers with lines that it keeps, so what Textual would do it does itself when a line is
made: the app's filters run here, and there is no border, padding or opacity. The scrollbar is the
last cell of each line, for the same reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from aicx_tui.storage.record import Record, Rows

HEADER = 1
DRAWN_ROWS = 1000
"""Lines kept as drawn; a long scroll starts over."""

WHEEL_ROWS = 3


class Look(NamedTuple):
    """How a row stands out.

    Attributes:
        at_cursor: Whether the cursor is on it.
        is_marked: Whether it is marked.
        on_thumb: Whether the scrollbar's thumb is beside it.
        sign: How far its change is, in one cell; empty where nothing waits.
    """

    at_cursor: bool
    is_marked: bool
    on_thumb: bool
    sign: str = ""


class RowList(Widget, can_focus=True):
    """The lines, the cursor, the scrollbar and the mouse; what a row says is for heirs to draw."""

    ALLOW_SELECT = False

    DEFAULT_CSS = "RowList { width: 1fr; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "move_to(0)", "First", show=False),
        Binding("end", "move_to(-1)", "Last", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)

    @dataclass
    class Highlighted(Message):
        """The cursor came to another human, or to none that is read yet."""

        record: Record | None

    @dataclass
    class Opened(Message):
        """A human was chosen by double click."""

        record: Record

    def __init__(self, rows: Rows, *, id: str) -> None:  # noqa: A002  # as every widget calls it
        super().__init__(id=id)
        self._rows = rows
        self._top = 0
        self._sought = ""
        self._is_awaited = False
        self._new_ids: dict[str, str] = {}
        self._told: Record | None = None
        self._drag_from: int | None = None
        self._drawn: dict[tuple[int, Look], tuple[Record | None, Strip]] = {}
        self._painted: dict[int, Strip] = {}
        self._frame: tuple[Strip, Strip] | None = None
        self._filters: Sequence[LineFilter] = ()
        self._behind = Color(0, 0, 0)

    # What heirs say

    def prepare(self) -> None:
        """Look up what all lines have in common, such as styles; comes before any is drawn."""

    def draw(self, record: Record | None, look: Look) -> list[Segment]:
        """The segments of a row, of exactly the widget's width; the last cell is the scrollbar's.

        Args:
            record: The human; None where it is not read yet.
            look: How it stands out.
        """
        raise NotImplementedError

    def draw_heading(self) -> list[Segment]:
        """The segments of the first line."""
        raise NotImplementedError

    def is_marked(self, row: int, record: Record) -> bool:
        """Whether a row is marked."""
        return False

    def sign_of(self, record: Record) -> str:
        """What stands beside a row, in one cell; empty where nothing does."""
        return ""

    def heading_clicked(self, x: int) -> None:
        """Answer a click on the first line."""

    def row_clicked(self, row: int, event: events.Click) -> None:
        """Put the cursor on a row, and open it by a second click."""
        self.cursor = row
        if event.chain == 2 and (record := self.current):
            self.tell(self.Opened(record))

    def tell(self, message: Message) -> None:
        """Post a message that reaches everybody above.

        Textual lets one go no further than the parent where it was the parent's doing, such as
        showing other rows.
        """
        self.post_message(message.set_sender(self))

    # The rows

    @property
    def current(self) -> Record | None:
        """The human under the cursor; None where there is none or it is not read yet."""
        return self._rows.at(self.cursor) if self.cursor < self._rows.total else None

    def replace_rows(self, rows: Rows, *, from_top: bool) -> None:
        """Show other rows.

        Args:
            rows: What to show.
            from_top: Put the cursor on the first row; else it stays on its human where that is
                still in the list, or else on its row.
        """
        here = self.current.id if self.current else ""
        here = self._new_ids.get(here, here)
        may_come = self._is_awaited or self._rows.is_looking_for(self._sought)
        self._is_awaited = False
        held = self._sought if self._sought and (may_come or not here) else here
        held = self._new_ids.get(held, held)
        self._rows = rows
        place = None if from_top or not held else rows.place_of(held)
        self._sought = "" if from_top else held
        if place is None and here != held and not from_top:
            place = rows.place_of(here) if here else None
        self._go_to(0 if from_top else self.cursor if place is None else place)
        self._keep_cursor_in_view()
        self.repaint()
        self._tell()

    def rows_arrived(self) -> None:
        """Show what was read or counted since: rows were asked for and are there now."""
        place = self._rows.place_of(self._sought) if self._sought else None
        if place is not None:
            self._go_to(place)
        self.repaint()
        self._tell()

    @property
    def is_seeking(self) -> bool:
        """Whether the cursor is yet to come to a human."""
        return bool(self._sought)

    def seek(self, human_id: str) -> None:
        """Put the cursor on a human as soon as it is known where it is; the next rows may say."""
        self._is_awaited = not self.move_to(human_id)
        if self._is_awaited:
            self._sought = human_id

    def goes_by(self, old_id: str, new_id: str) -> None:
        """Hold the cursor on a human that has another id from the next rows on."""
        self._new_ids[old_id] = new_id

    def move_to(self, human_id: str) -> bool:
        """Put the cursor on a human, and tell whether it is known to be in the list."""
        place = self._rows.place_of(human_id)
        if place is not None:
            self.cursor = place
        return place is not None

    def _go_to(self, row: int) -> None:
        """Move the cursor for a human that is sought, and go on seeking if it is not there yet."""
        sought = self._sought
        self.cursor = row
        self._sought = sought if self.current is None or self.current.id != sought else ""

    def validate_cursor(self, cursor: int) -> int:
        """Hold the cursor within the rows."""
        return max(0, min(cursor, self._rows.total - 1))

    def watch_cursor(self) -> None:
        """Bring the cursor into view; who moves it seeks no human any more."""
        self._sought = ""
        self._keep_cursor_in_view()
        self.repaint()
        self._tell()

    def _tell(self) -> None:
        if (record := self.current) != self._told:
            self._told = record
            self.tell(self.Highlighted(record))

    # What is seen

    def on_resize(self) -> None:
        """Draw every line anew."""
        self._keep_cursor_in_view()
        self.draw_anew()

    def notify_style_update(self) -> None:
        """Draw in the colours of another theme, or of having the focus or not."""
        super().notify_style_update()
        self.draw_anew()

    def draw_anew(self) -> None:
        """Forget what was drawn."""
        self._drawn.clear()
        self._frame = None
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part, most of them as they were drawn before."""
        self._painted = dict(self._lines(crop))
        strips = list(self._painted.values())
        if crop.column_span == (0, self.size.width):
            return strips
        return [strip.crop(*crop.column_span) for strip in strips]

    def repaint(self) -> None:
        """Paint the lines that are not as they were painted."""
        width, painted = self.size.width, self._painted
        changed = [
            Region(0, y, width, 1)
            for y, strip in self._lines(self.size.region)
            if painted.get(y) is not strip
        ]
        if len(changed) > self._rows_in_view // 2:
            self.refresh()
        elif changed:
            self.refresh(*changed)

    def _lines(self, crop: Region) -> list[tuple[int, Strip]]:
        if self._frame is None:
            self._filters = self.app.get_line_filters()
            self._behind = self.background_colors[1]
            self.prepare()
            blank = [Segment(" " * self.size.width, self.rich_style)]
            self._frame = self._strip(self.draw_heading()), self._strip(blank)
        heading, blank_line = self._frame
        total, thumb, top = self._rows.total, self._thumb, self._top - HEADER
        return [
            (y, heading)
            if y < HEADER
            else (y, self._line(top + y, y in thumb) if top + y < total else blank_line)
            for y in crop.line_range
        ]

    def _line(self, row: int, on_thumb: bool) -> Strip:
        record = self._rows.at(row)
        is_marked = record is not None and self.is_marked(row, record)
        sign = self.sign_of(record) if record is not None else ""
        key = (row, Look(row == self.cursor, is_marked, on_thumb, sign))
        kept = self._drawn.get(key)
        if kept is not None and kept[0] == record:
            return kept[1]
        if len(self._drawn) >= DRAWN_ROWS:
            self._drawn.clear()
        strip = self._strip(self.draw(record, key[1]))
        self._drawn[key] = record, strip
        return strip

    def _strip(self, segments: list[Segment]) -> Strip:
        for one in self._filters:
            segments = one.apply(segments, self._behind)
        return Strip(segments, self.size.width)

    @property
    def _rows_in_view(self) -> int:
        return max(self.size.height - HEADER, 1)

    @property
    def _last_top(self) -> int:
        return max(self._rows.total - self._rows_in_view, 0)

    @property
    def _thumb(self) -> range:
        """The lines of the scrollbar's thumb; none where all rows are in view."""
        total, view = self._rows.total, self._rows_in_view
        if total <= view:
            return range(0)
        length = max(view * view // total, 1)
        first = HEADER + round(self._top / self._last_top * (view - length))
        return range(first, first + length)

    def _keep_cursor_in_view(self) -> None:
        top = max(min(self._top, self.cursor), self.cursor - self._rows_in_view + 1)
        self._top = max(0, min(top, self._last_top))

    # What keys and the mouse do

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is in view."""
        self.cursor += pages * max(self._rows_in_view - 1, 1)

    def action_move_to(self, row: int) -> None:
        """Move the cursor to a row; -1 is the last."""
        self.cursor = row if row >= 0 else self._rows.total - 1

    def on_click(self, event: events.Click) -> None:
        """Choose a row, or what a heading offers."""
        if event.y < HEADER:
            self.heading_clicked(event.x)
        elif event.x < self.size.width - 1 and (row := self._top + event.y - HEADER) < (
            self._rows.total
        ):
            self.row_clicked(row, event)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of the scrollbar, or jump to where it is clicked."""
        if event.x == self.size.width - 1 and event.y >= HEADER and self._last_top:
            self._drag_from = event.y
            self.capture_mouse()
            self._jump(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow the hand on the scrollbar."""
        if self._drag_from is not None:
            self._jump(event.y)

    def on_mouse_up(self) -> None:
        """Let go of the scrollbar."""
        if self._drag_from is not None:
            self._drag_from = None
            self.release_mouse()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll, and leave the cursor where it is."""
        event.stop()
        self._turn_to(self._top + WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll, and leave the cursor where it is."""
        event.stop()
        self._turn_to(self._top - WHEEL_ROWS)

    def _jump(self, y: int) -> None:
        share = (y - HEADER) / max(self._rows_in_view - 1, 1)
        self._turn_to(round(share * self._last_top))

    def _turn_to(self, top: int) -> None:
        self._top = max(0, min(top, self._last_top))
        self.repaint()
