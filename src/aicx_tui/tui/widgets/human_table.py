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
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.record import NoRows
from aicx_tui.tui.moments import in_lists
from aicx_tui.tui.reader import Reader
from aicx_tui.tui.widgets.human_columns import PlacedColumn, order_by, place_columns
from aicx_tui.tui.widgets.human_lines import GUTTER, STYLES, LineMaker
from aicx_tui.tui.widgets.row_list import Look, RowList

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.storage.record import Record, Rows

AGEING_SECONDS = 20.0
"""How often relative times are made anew."""


class HumanTable(RowList):
    """A table of humans with a cursor.

    Args:
        clock: The present, for relative times.
        tags: The definitions of tags by id, asked for whenever columns are placed.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"human-table--{name}" for name in STYLES}

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
        super().__init__(NoRows(), id=id)
        self.reader = Reader()
        self._clock = clock
        self._tags = tags
        self._sort = Sort()
        self._columns = DEFAULT
        self._signs: Mapping[str, str] = {}
        self._lines_of = LineMaker(width=0, columns=(), styles={}, has_focus=False)

    @property
    def columns(self) -> Columns:
        """The columns that were chosen; some may not fit."""
        return self._columns

    @columns.setter
    def columns(self, columns: Columns) -> None:
        self._columns = columns
        self.draw_anew()

    @property
    def signs(self) -> Mapping[str, str]:
        """How far changes are, a cell for each human that has one, by the human's id."""
        return self._signs

    @signs.setter
    def signs(self, signs: Mapping[str, str]) -> None:
        if signs != self._signs:
            self._signs = signs
            self.repaint()

    def sign_of(self, record: Record) -> str:
        """How far the human's change is."""
        return self._signs.get(record.id, "")

    def widths_of(self, columns: Columns) -> dict[str, int]:
        """The cells that columns would have, by their ids; those that do not fit are missing."""
        return {placed.choice.id: placed.width for placed in self._place(columns)}

    def show(self, rows: Rows, *, sort: Sort, from_top: bool = False) -> None:
        """Show other rows.

        Args:
            rows: What to show.
            sort: Their order, for the headings.
            from_top: Put the cursor on the first row; else it stays on its human where that is
                still in the list, or else on its row.
        """
        self._sort = sort
        if [p[:3] for p in self._place(self._columns)] != [p[:3] for p in self._lines_of.columns]:
            self.draw_anew()
        self._frame = None
        self.replace_rows(rows, from_top=from_top)

    def on_mount(self) -> None:
        """Let relative times grow older."""
        self.set_interval(AGEING_SECONDS, self.draw_anew)

    def prepare(self) -> None:
        """Place the columns and look up the styles."""
        styles = {name: self.get_component_rich_style(f"human-table--{name}") for name in STYLES}
        if not self.has_focus:
            for name in ("cursor", "cursor-quiet"):
                styles[name] += Style(bold=False)
        self._lines_of = LineMaker(
            width=self.size.width,
            columns=self._place(self._columns),
            styles=styles,
            has_focus=self.has_focus,
            language=in_lists(self.reader.language)[0],
        )

    def _place(self, columns: Columns) -> list[PlacedColumn]:
        width = max(self.size.width - GUTTER, 1)
        _, cells = in_lists(self.reader.language)
        return place_columns(columns, width, tags=self._tags(), moment_cells=cells)

    def heading_clicked(self, x: int) -> None:
        """Order by a column."""
        end = GUTTER
        for placed in self._lines_of.columns:
            end += placed.width + 1
            if x < end:
                if sort := order_by(placed.choice, self._sort):
                    self.tell(self.SortChosen(sort))
                return

    def draw_heading(self) -> list[Segment]:
        """The titles of the columns."""
        return self._lines_of.heading(self._sort)

    def draw(self, record: Record | None, look: Look) -> list[Segment]:
        """A human's values, or a placeholder for each."""
        return self._lines_of.row(record, look, now=self._clock())
