"""A conflict, field by field: what was queued, what the platform has, what both came from.

Fields that only one of the two changed are not asked about: they merge by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from aicx_tui.services.field_words import Tags, field_name, value_said
from aicx_tui.storage.changes import Change
from aicx_tui.text import clean, fit
from aicx_tui.tui.change_words import in_order
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.too_small import TooSmall

WIDE = 100
"""Columns of a terminal from which on the three stand side by side."""

NAME_CELLS = 14
AROUND_ROWS = 14
"""Lines of the dialog and around it that are not rows."""

MINE, THEIRS, BASE = "Mine", "Theirs", "Base"

SIDES = {"m": MINE, "t": THEIRS, "b": BASE}

KEYS = "m Mine · t Theirs · b Base, before both · capitals: all"


class Resolution(NamedTuple):
    """What is to become of the fields in conflict; those that are in neither stay as they are.

    Attributes:
        mine: Whose queued values win.
        instead: Values that win over both.
    """

    mine: frozenset[str]
    instead: Mapping[str, Any]


class ConflictScreen(Dialog[Resolution]):
    """Asks of each field whose value is to stay; nothing is taken as chosen.

    Args:
        change: One in conflict.
        tags: Definitions by id.
    """

    AUTO_FOCUS = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("enter", "apply", "Apply", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        *(Binding(key, f"choose('{side}')", side, show=False) for key, side in SIDES.items()),
        *(Binding(k.upper(), f"choose_all('{s}')", s, show=False) for k, s in SIDES.items()),
    ]

    def __init__(self, change: Change, *, tags: Tags) -> None:
        super().__init__()
        self._change = change
        self._tags = tags
        self._values = _values(change)
        self._fields = in_order(self._values)
        self._chosen: dict[str, str] = {}
        self._rows = OptionList(id="rows", markup=False, compact=True)
        self._head = Static("", id="sides", markup=False)
        self._more = Static("", id="more", markup=False)
        self._keys = Static(Content.styled(KEYS, "$quiet"), id="keys", markup=False)

    def compose(self) -> ComposeResult:
        """What it is about, the fields, and what the one at the cursor becomes."""
        with Vertical(id="conflict") as box:
            box.border_title = Content(f"Whose is to stay? {clean(self._change.name)}")
            box.border_subtitle = Content("Enter apply · Esc back")
            yield self._head
            yield self._rows
            if merged := self._merged():
                yield Static(Content.styled(merged, "$quiet"), id="merged", markup=False)
            yield self._more
            yield self._keys
        yield TooSmall()

    def _merged(self) -> str:
        """Which fields nobody has to decide about."""
        names = in_order(d.field for d in self._change.differences if d.field not in self._values)
        said = ", ".join(field_name(name, self._tags) for name in names)
        return f"Merged by {'itself' if len(names) == 1 else 'themselves'}: {said}" if said else ""

    def on_mount(self) -> None:
        """Show every field."""
        self._rows.can_focus = False  # its keys are the dialog's, whatever is clicked
        self._show(0)

    def on_resize(self) -> None:
        """Side by side where there is room."""
        self._rows.styles.max_height = max(self.size.height - AROUND_ROWS, 4)
        self.call_after_refresh(self._show_anew)

    def _show_anew(self) -> None:
        self._show(self._cursor)

    @property
    def _cursor(self) -> int:
        return self._rows.highlighted or 0

    def _show(self, cursor: int) -> None:
        is_wide = self.app.size.width >= WIDE
        cells = max((self._head.size.width - NAME_CELLS) // len(SIDES) - 3, 10)
        heads = [fit("", NAME_CELLS), *(fit(f"  {side}", cells + 3) for side in SIDES.values())]
        self._head.display = is_wide
        self._head.update(Content.styled("".join(heads), "bold $quiet"))
        made = self._columns if is_wide else self._stack
        self._rows.set_options([Option(made(name, cells)) for name in self._fields])
        self._rows.highlighted = max(0, min(cursor, len(self._fields) - 1))
        self._say()

    def _columns(self, name: str, cells: int) -> Content:
        parts = [self._side(name, side, cells) for side in SIDES.values()]
        return Content.assemble(fit(field_name(name, self._tags), NAME_CELLS), *parts)

    def _stack(self, name: str, _: int) -> Content:
        cells = max(self._rows.size.width - 14, 10)
        lines = [Content.styled(field_name(name, self._tags), "bold")]
        for side in SIDES.values():
            lines.append(Content.assemble(f"  {side:<7} ", self._side(name, side, cells)))
        return Content("\n").join(lines)

    def _side(self, name: str, side: str, cells: int) -> Content:
        is_chosen = self._chosen.get(name) == side
        said = value_said(self._values[name][side], self._tags)
        return Content.assemble(
            ("● " if is_chosen else "○ ", "bold $accent" if is_chosen else "$quiet"),
            (fit(said, cells) + " ", "" if is_chosen else "$quiet"),
        )

    def _say(self) -> None:
        """What becomes of the field at the cursor, its value whole."""
        name = self._fields[self._cursor]
        side, called = self._chosen.get(name), field_name(name, self._tags)
        if side is None:
            self._more.update(Content.styled(f"{called}: choose m, t or b", "$quiet"))
            return
        said = value_said(self._values[name][side], self._tags)
        verb = "stays" if side == THEIRS else "becomes"
        self._more.update(Content.assemble((f"{called} {verb} ", "$quiet"), said))

    # What keys do

    def action_move(self, rows: int) -> None:
        """Go to another field."""
        self._rows.highlighted = max(0, min(self._cursor + rows, len(self._fields) - 1))
        self._say()

    def action_choose(self, side: str) -> None:
        """Choose for the field at the cursor, and go on to the next that is not decided."""
        at, count = self._cursor, len(self._fields)
        self._chosen[self._fields[at]] = side
        ahead = ((at + step) % count for step in range(1, count))
        left = (row for row in ahead if self._fields[row] not in self._chosen)
        self._show(next(left, at))

    def action_choose_all(self, side: str) -> None:
        """Choose for every field."""
        self._chosen = dict.fromkeys(self._fields, side)
        self._show(self._cursor)

    def action_apply(self) -> None:
        """Answer, once every field is decided."""
        left = [name for name in self._fields if name not in self._chosen]
        if left:
            self._show(self._fields.index(left[0]))
            self._more.update(
                Content.assemble(
                    ("! ", "bold $warning"), field_name(left[0], self._tags), " is not decided yet."
                )
            )
            return
        mine = frozenset(name for name, side in self._chosen.items() if side == MINE)
        base = [name for name, side in self._chosen.items() if side == BASE]
        self.answer(Resolution(mine, {name: self._values[name][BASE] for name in base}))

    def action_back(self) -> None:
        """Leave the conflict as it is."""
        self.answer(None)


def _values(change: Change) -> dict[str, dict[str, Any]]:
    """The three values of each field in conflict."""
    theirs = change.problem.theirs if change.problem is not None else {}
    return {
        difference.field: {
            MINE: difference.after,
            THEIRS: theirs[difference.field],
            BASE: difference.before,
        }
        for difference in change.differences
        if difference.field in theirs
    }
