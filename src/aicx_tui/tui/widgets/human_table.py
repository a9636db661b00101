"""The table of humans: columns as they were chosen, headings that order, one line for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.message import Message

from aicx_tui.services.columns import DEFAULT, Columns
from aicx_tui.services.listing import ListedHumans
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.text import MISSING, fit
from aicx_tui.tui.moments import ago
from aicx_tui.tui.widgets.human_columns import PlacedColumn, order_by, orders, place_columns
from aicx_tui.tui.widgets.row_list import Look, RowList

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.storage.record import Record, Rows

IN_FOCUS, OUT_OF_FOCUS = "▌", "▏"
"""The sign before the row at the cursor; colour alone would not tell."""

MARKED = "✓"
NOT_READ = "·"
THUMB = "▐"

GUTTER = 3
"""The cursor's sign, the mark, and a blank."""

AGEING_SECONDS = 20.0
"""How often relative times are made anew."""


class HumanTable(RowList):
    """A table of humans with a cursor.

    Args:
        clock: The present, for relative times.
        tags: The definitions of tags by id, asked for whenever columns are placed.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "human-table--heading",
        "human-table--row",
        "human-table--quiet",
        "human-table--cursor",
        "human-table--cursor-quiet",
        "human-table--thumb",
    }

    @dataclass
    class SortChosen(Message):
        """A heading was clicked."""

        sort: Sort

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        tags: Callable[[], Mapping[str, TagDefinition]] = dict,
        id: str,  # noqa: A002  # as every widget calls it
    ) -> None:
        super().__init__(ListedHumans(()), id=id)
        self._clock = clock
        self._tags = tags
        self._sort = Sort()
        self._columns = DEFAULT
        self._placed: list[PlacedColumn] = []
        self._styles: dict[str, Style] = {}

    @property
    def columns(self) -> Columns:
        """The columns that were chosen; some may not fit."""
        return self._columns

    @columns.setter
    def columns(self, columns: Columns) -> None:
        self._columns = columns
        self.draw_anew()

    def show(self, rows: Rows, *, sort: Sort, from_top: bool = False) -> None:
        """Show other rows.

        Args:
            rows: What to show.
            sort: Their order, for the headings.
            from_top: Put the cursor on the first row; else it stays on its human where that is
                still in the list, or else on its row.
        """
        self._sort = sort
        placed = self._place()
        if [p[:3] for p in placed] != [p[:3] for p in self._placed]:
            self.draw_anew()
        self._frame = None
        self.replace_rows(rows, from_top=from_top)

    def on_mount(self) -> None:
        """Let relative times grow older."""
        self.set_interval(AGEING_SECONDS, self.draw_anew)

    def prepare(self) -> None:
        """Place the columns and look up the styles."""
        self._placed = self._place()
        self._styles = {
            name: self.get_component_rich_style(f"human-table--{name}")
            for name in ("heading", "row", "quiet", "cursor", "cursor-quiet", "thumb")
        }
        if not self.has_focus:
            for name in ("cursor", "cursor-quiet"):
                self._styles[name] += Style(bold=False)

    def _place(self) -> list[PlacedColumn]:
        return place_columns(self._columns, max(self.size.width - GUTTER, 1), tags=self._tags())

    def heading_clicked(self, x: int) -> None:
        """Order by a column."""
        end = GUTTER
        for placed in self._placed:
            end += placed.width + 1
            if x < end:
                if sort := order_by(placed.choice, self._sort):
                    self.post_message(self.SortChosen(sort))
                return

    def draw_heading(self) -> list[Segment]:
        """The titles, with the direction of the order beside one of them."""
        style = self._styles["heading"]
        titles = [
            (fit(f"{placed.title}{self._direction(placed)}", placed.width) + " ", style)
            for placed in self._placed
        ]
        return self._line_of([(" " * GUTTER, style), *titles], " ", style)

    def _direction(self, placed: PlacedColumn) -> str:
        if not orders(placed.choice, self._sort):
            return ""
        return " ↓" if self._sort.descending else " ↑"

    def draw(self, record: Record | None, look: Look) -> list[Segment]:
        """The signs, a cell for each column, and the scrollbar's part of the line."""
        cursor = "cursor" if look.at_cursor else ""
        base = self._styles[cursor or "row"]
        quiet = self._styles["cursor-quiet" if cursor else "quiet"]
        sign = (IN_FOCUS if self.has_focus else OUT_OF_FOCUS) if cursor else " "
        pieces = [(f"{sign}{MARKED if look.is_marked else ' '} ", base)]
        now = self._clock()
        for column in self._placed:
            value = column.value(record) if record is not None else NOT_READ
            if value and isinstance(value, str) and record is not None:
                pieces.append((fit(value, column.width) + " ", base))
                continue
            said = ago(value, now=now) if isinstance(value, datetime) else value or MISSING
            pieces.append((fit(said, column.width) + " ", quiet))
        thumb = (THUMB, self._styles["thumb"]) if look.on_thumb else (" ", base)
        return self._line_of(pieces, *thumb)

    def _line_of(self, pieces: list[tuple[str, Style]], last: str, style: Style) -> list[Segment]:
        """Bring pieces to the widget's width, those of one style in one segment.

        Args:
            pieces: Texts that each end in a blank, and their styles.
            last: What the last cell shows.
            style: Of the last cell.
        """
        width = self.size.width
        if width <= GUTTER:
            return [Segment(" " * width, style)]
        used = GUTTER + sum(column.width + 1 for column in self._placed)
        text, style_of_last = pieces[-1]
        pieces[-1] = (text + " " * (width - used))[:-1], style_of_last
        segments: list[Segment] = []
        for text, text_style in [*pieces, (last, style)]:
            if segments and segments[-1].style is text_style:
                segments[-1] = Segment(segments[-1].text + text, text_style)
            else:
                segments.append(Segment(text, text_style))
        return segments
