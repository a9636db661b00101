"""Choosing from a list: typing finds, Enter takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from aicx_tui.text import clean, fit
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.too_small import TooSmall

AROUND_ROWS = 11
"""Lines of the dialog and around it that are not rows."""


class Row(NamedTuple):
    """One line to choose.

    Attributes:
        value: What is answered; empty where the line only informs.
        title: What it is.
        key: What stands before it, such as the keys of an action.
        note: What it does or how it is, behind the title.
        more: What the last line of the dialog says of it.
        refused: Why it cannot be taken now; empty where it can.
    """

    value: str
    title: str
    key: str = ""
    note: str = ""
    more: str = ""
    refused: str = ""


ROW_CELLS = 54
"""What the parts of a row may take together before the dialog gets wider for them."""


class PickScreen(Dialog[str]):
    """Lists rows, finds among them what is typed, and answers with the value of one.

    Args:
        title: The verb.
        rows: What there is to choose; None while that is being read, see `fill`.
        said: Something to know first, above the rows.
        has_cursor: Whether a row is at the cursor before anything is typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("enter", "take", "Take", show=False),
        Binding("down,ctrl+n", "move('down')", "Down", show=False),
        Binding("up,ctrl+p", "move('up')", "Up", show=False),
        Binding("pagedown", "move('page_down')", "Page down", show=False),
        Binding("pageup", "move('page_up')", "Page up", show=False),
    ]

    def __init__(
        self,
        title: str,
        rows: Sequence[Row] | None,
        *,
        said: str = "",
        has_cursor: bool = True,
    ) -> None:
        super().__init__()
        self._title = title
        self._said = said
        self._has_cursor = has_cursor
        self._is_reading = rows is None
        self._is_taken_early = False
        self._measure(rows or ())
        self._options = OptionList(id="rows", markup=False, compact=True)
        self._more = Static("", id="more", markup=False)

    def _measure(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        self._key_width = max((cell_len(clean(row.key)) for row in rows), default=0)
        self._title_width = max((cell_len(clean(row.title)) for row in rows), default=0)
        notes = max((cell_len(clean(row.refused or row.note)) for row in rows), default=0)
        self._is_table = self._key_width + self._title_width + notes > ROW_CELLS

    def compose(self) -> ComposeResult:
        """A field, the rows, and a line about the one at the cursor."""
        with Vertical(id="pick") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = "type to find · Enter take · Esc back"
            yield Input(placeholder="Type to find", compact=True, id="find")
            if self._said:
                yield Static(Content.styled(clean(self._said), "$warning"), id="said", markup=False)
            yield self._options
            yield self._more
        yield TooSmall()

    def on_mount(self) -> None:
        """Show every row."""
        self._options.can_focus = False  # what is typed goes to the field, whatever is clicked
        self._list_all()

    def fill(self, rows: Sequence[Row]) -> None:
        """Show what was read; what was typed meanwhile finds among it."""
        self._is_reading = False
        self._measure(rows)
        if self.is_mounted:
            self._list_all()
            if self._is_taken_early:
                self.action_take()

    def _list_all(self) -> None:
        self.query_one("#pick").set_class(self._is_table, "-table")
        self._find()

    @on(Input.Changed, "#find")
    def _find(self) -> None:
        typed = self.query_one("#find", Input).value
        words = typed.casefold().split()
        exact = [row for row in self._rows if row.key and row.key == typed]
        others = [row for row in self._rows if row not in exact and _matches(row, words)]
        self._show([*exact, *others], has_cursor=self._has_cursor or bool(typed))

    def _show(self, rows: Sequence[Row], *, has_cursor: bool) -> None:
        self._shown = list(rows)
        self._options.set_options([Option(self._line(row), id=row.value or None) for row in rows])
        first = next((i for i, row in enumerate(rows) if row.value and not row.refused), 0)
        self._options.highlighted = first if rows and has_cursor else None
        if self._is_reading:
            self._more.update(Content.assemble(("◐ ", "$accent"), ("Reading …", "$quiet")))
        elif not rows:
            self._more.update(Content.styled("Nothing is called so.", "$quiet"))
        elif not has_cursor:
            self._more.update(Content.styled("None is chosen yet.", "$quiet"))

    def _line(self, row: Row) -> Content:
        quiet = "$faint" if row.refused else "$quiet"
        return Content.assemble(
            (fit(row.key, self._key_width), "$faint" if row.refused else "bold $accent"),
            "  " if self._key_width else "",
            (fit(row.title, self._title_width), quiet if row.refused else ""),
            "  ",
            (clean(row.refused or row.note), quiet),
        )

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._shown):  # else it is of rows that are gone already
            row = self._shown[event.option_index]
            self._more.update(Content.styled(clean(row.refused or row.more), "$quiet"))

    def on_resize(self) -> None:
        """Leave room for the field above the rows and the line below them."""
        said = 2 if self._said else 0
        self._options.styles.max_height = max(self.size.height - AROUND_ROWS - said, 3)

    @on(Input.Submitted, "#find")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_take()

    def action_move(self, how: str) -> None:
        """Move the cursor; the focus stays where text is typed."""
        getattr(self._options, f"action_{'cursor_' * ('page' not in how)}{how}")()

    def action_take(self) -> None:
        """Answer with the row at the cursor, unless it cannot be taken.

        While the rows are being read, the one that is found by what was typed is taken then.
        """
        self._is_taken_early = self._is_reading and bool(self.query_one("#find", Input).value)
        index = self._options.highlighted
        if index is None or not self._shown:
            return
        row = self._shown[index]
        if row.refused:
            self._more.update(Content.styled(clean(row.refused), "$warning"))
        elif row.value:
            self.answer(row.value)

    def action_back(self) -> None:
        """Clear what was typed, or else answer with nothing."""
        field = self.query_one("#find", Input)
        if field.value:
            field.value = ""
        else:
            self.answer(None)


def _matches(row: Row, words: Sequence[str]) -> bool:
    text = f"{row.key} {row.title} {row.note} {row.more}".casefold()
    return all(word in text for word in words)
