"""Choosing the columns of the list: which, in what order, how wide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from aicx_tui.services.columns import (
    DEFAULT,
    FIELDS,
    LEAST_WIDTH,
    MOST_WIDTH,
    TAG,
    ColumnChoice,
    Columns,
)
from aicx_tui.text import fit
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.human_columns import Tags, least_width, title_of
from aicx_tui.tui.widgets.too_small import TooSmall

AROUND_ROWS = 9
"""Lines of the dialog and around it that are not rows."""

TITLE_CELLS = 28
WIDTH_STEP = 2

KEYS = "Space show or hide · J K order · ← → width · r reset"


class ColumnsScreen(Dialog[Columns]):
    """Lists every column, those that are shown first, and answers with what was chosen.

    Args:
        columns: Those that are shown now.
        tags: The definitions of tags by id.
        widths_of: The cells that columns would have; those that do not fit are missing.
    """

    AUTO_FOCUS = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", show=False),
        Binding("enter", "apply", "Apply", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("home", "move(-1000)", "First", show=False),
        Binding("end", "move(1000)", "Last", show=False),
        Binding("space", "turn", "Show or hide", show=False),
        Binding("J,shift+down", "carry(1)", "Later", show=False),
        Binding("K,shift+up", "carry(-1)", "Earlier", show=False),
        Binding("right,plus", "widen(1)", "Wider", show=False),
        Binding("left,minus", "widen(-1)", "Narrower", show=False),
        Binding("r", "reset", "Reset", show=False),
    ]

    def __init__(
        self, columns: Columns, *, tags: Tags, widths_of: Callable[[Columns], Mapping[str, int]]
    ) -> None:
        super().__init__()
        self._widths_of = widths_of
        self._widths = widths_of(columns)
        self._tags = tags
        self._all: list[ColumnChoice] = []
        self._shown: set[str] = set()
        self._options = OptionList(id="rows", markup=False, compact=True)
        self._said = Static("", id="more", markup=False)
        self._take(columns)

    def compose(self) -> ComposeResult:
        """The columns, and a line below them."""
        with Vertical(id="columns") as box:
            box.border_title = "Columns"
            box.border_subtitle = "Enter apply · Esc back"
            yield self._options
            yield self._said
        yield TooSmall()

    def on_mount(self) -> None:
        """Show every column."""
        self._options.can_focus = False  # its keys are the dialog's, whatever is clicked
        self._show(0)

    def on_resize(self) -> None:
        """Leave room for the line below the rows."""
        self._options.styles.max_height = max(self.size.height - AROUND_ROWS, 3)

    def _take(self, columns: Columns) -> None:
        every = [*FIELDS, *(f"{TAG}{tag_id}" for tag_id in self._tags)]
        self._shown = {column.id for column in columns}
        hidden = [ColumnChoice(column) for column in every if column not in self._shown]
        self._all = [*columns, *hidden]

    def _show(self, cursor: int) -> None:
        placed = self._widths_of(self._chosen)
        lines = [self._line(column, is_placed=column.id in placed) for column in self._all]
        self._options.set_options(map(Option, lines))
        self._options.highlighted = max(0, min(cursor, len(self._all) - 1))
        self._say(KEYS)

    @property
    def _chosen(self) -> Columns:
        return tuple(column for column in self._all if column.id in self._shown)

    def _line(self, column: ColumnChoice, *, is_placed: bool) -> Content:
        is_shown = column.id in self._shown
        width = f"{column.width} cells" if column.width else "as wide as fits"
        return Content.assemble(
            ("✓ " if is_shown else "  ", "bold $accent"),
            (fit(title_of(column, self._tags), TITLE_CELLS), "" if is_shown else "$quiet"),
            ("  tag   " if column.tag_id else "        ", "$quiet"),
            (width if is_shown else "", "$quiet"),
            ("  no room" if is_shown and not is_placed else "", "$warning"),
        )

    def _say(self, words: str) -> None:
        self._said.update(Content.styled(words, "$quiet"))

    @property
    def _cursor(self) -> int:
        return self._options.highlighted or 0

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_turn()

    # What keys do

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._options.highlighted = max(0, min(self._cursor + rows, len(self._all) - 1))
        self._say(KEYS)

    def action_turn(self) -> None:
        """Show the column, or hide it; one always stays."""
        column_id = self._all[self._cursor].id
        if self._shown == {column_id}:
            self._say("It is the last one: show another first.")
            return
        self._shown ^= {column_id}
        self._show(self._cursor)

    def action_carry(self, rows: int) -> None:
        """Move the column itself."""
        here, there = self._cursor, self._cursor + rows
        if 0 <= there < len(self._all):
            self._all[here], self._all[there] = self._all[there], self._all[here]
            self._show(there)

    def action_widen(self, steps: int) -> None:
        """Give the column more or fewer cells, and show it."""
        column = self._all[self._cursor]
        width = column.width or self._widths.get(column.id) or least_width(column)
        width = max(LEAST_WIDTH, min(width + steps * WIDTH_STEP, MOST_WIDTH))
        self._all[self._cursor] = column._replace(width=width)
        self._shown.add(column.id)
        self._show(self._cursor)

    def action_reset(self) -> None:
        """Take the usual columns and widths."""
        self._take(DEFAULT)
        self._show(0)

    def action_apply(self) -> None:
        """Answer with the columns that are shown, in order."""
        self.answer(self._chosen)

    def action_leave(self) -> None:
        """Leave everything as it was."""
        self.answer(None)
