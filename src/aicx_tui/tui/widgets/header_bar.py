"""The quiet line on top: where this is, how fresh the data is, who is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from aicx_tui.settings import Context
from aicx_tui.text import clean

if TYPE_CHECKING:
    from aicx_tui.models.account import Account


class HeaderBar(Widget):
    """One line of three parts, of which the middle one says the state in a sign and a word.

    A second line appears only while there is something standing to know.

    Args:
        context: Where the console is.
    """

    context: reactive[Context] = reactive[Context](
        Context(name="", kind="gateway", root=""), init=False
    )
    company: reactive[str] = reactive("")
    state: reactive[Content] = reactive(Content(""))
    person: reactive[str] = reactive("")
    standing: reactive[str] = reactive("")

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.set_reactive(HeaderBar.context, context)

    def watch_standing(self) -> None:
        """Make room for the second line; by a height of its own the first would come later."""
        self.set_class(bool(self.standing), "-standing")

    def show(self, context: Context, account: Account | None) -> None:
        """Say where the console is now and who is signed in; the bot only where there are more."""
        self.context = context
        if account is not None:
            bots = {bot.id: bot.name for bot in account.bots}
            bot = bots.get(context.bot_id, "") if len(bots) > 1 else ""
            self.company = " · ".join(filter(None, (account.company.name, bot)))
            self.person = f"{account.name} · {account.role}"

    def render(self) -> Content:
        """Place on the left, state in the middle, person on the right; the last gives way."""
        width, state = self.size.width, self.state
        right = Content(clean(self.person))
        place = _place(self.context)
        left = Content.assemble(place, "  ", clean(self.company)) if self.company else place
        if left.cell_length + state.cell_length + right.cell_length + 4 > width:
            right = Content("")
        if left.cell_length + state.cell_length + 2 > width:
            left = left.truncate(
                max(width - state.cell_length - 2, place.cell_length), ellipsis=True
            )
            state = state.truncate(max(width - left.cell_length - 2, 0), ellipsis=True)
        free = max(width - left.cell_length - state.cell_length - right.cell_length, 0)
        centred = (width - state.cell_length) // 2 - left.cell_length
        before = min(max(centred, 2), free)
        line = Content.assemble(left, " " * before, state, " " * (free - before), right)
        if not self.standing:
            return line
        said = Content.assemble(("! ", "bold $warning"), clean(self.standing))
        return Content("\n").join([line, said.truncate(width, ellipsis=True)])


def _place(context: Context) -> Content:
    """The context's name; production as a word too, on the context's own colour."""
    colour = f"$context-{context.colour}" if context.colour else "$accent"
    name = clean(context.name)
    read_only = (" read-only", "$warning") if context.read_only else ""
    if context.production:
        return Content.assemble(
            (f" {name} · production ", f"bold $on-colour on {colour}"), read_only
        )
    return Content.assemble((name, f"bold {colour}"), read_only)
