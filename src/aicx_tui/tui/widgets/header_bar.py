"""The quiet line on top: where this is, how fresh the data is, who is signed in."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from aicx_tui.text import clean


class HeaderBar(Widget):
    """One line of three parts, of which the middle one says the state in a sign and a word."""

    place: reactive[str] = reactive("")
    state: reactive[Content] = reactive(Content(""))
    person: reactive[str] = reactive("")

    def render(self) -> Content:
        """Place on the left, state in the middle, person on the right; the last gives way."""
        width, state = self.size.width, self.state
        right = Content(clean(self.person))
        left = Content.assemble(("aicx", "bold $accent"), "  ", clean(self.place))
        if left.cell_length + state.cell_length + right.cell_length + 4 > width:
            right = Content("")
        left = left.truncate(max(width - state.cell_length - 2, 4), ellipsis=True)
        free = max(width - left.cell_length - state.cell_length - right.cell_length, 0)
        centred = (width - state.cell_length) // 2 - left.cell_length
        before = min(max(centred, 2), free)
        return Content.assemble(left, " " * before, state, " " * (free - before), right)
