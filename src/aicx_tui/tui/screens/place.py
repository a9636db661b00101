"""What a screen that lies over the list of humans has in common with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget

from aicx_tui.tui.keys import binding
from aicx_tui.tui.widgets.header_bar import HeaderBar
from aicx_tui.tui.widgets.key_bar import KeyBar
from aicx_tui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.keymap import Keymap
    from aicx_tui.tui.screens.humans import HumansScreen


class PlaceScreen(Screen[None]):
    """A place that one goes to by `g`: the same line above, the keys below, and back by Escape.

    Args:
        humans: The list of humans that one came from.
        keymap: The keys that hold in this run.
    """

    BINDINGS: ClassVar[list[BindingType]] = [binding("console.back", "back", at_once=True)]

    def __init__(self, humans: HumansScreen, keymap: Keymap) -> None:
        super().__init__()
        self.humans = humans
        self.keymap = keymap
        self.header = HeaderBar(humans.header.context)

    @property
    def aicx(self) -> AicxApp:
        """The console this screen belongs to."""
        return cast("AicxApp", self.app)

    def body(self) -> ComposeResult:
        """What stands between the two lines."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """A line, what the place shows, a line."""
        yield self.header
        yield from self.body()
        yield KeyBar(self.keymap)
        yield TooSmall()

    def on_screen_resume(self) -> None:
        """Ask for the sign-in that could not be asked for while a form lay over this."""
        self.aicx.sign_ins.catch_up()

    def paint_header(self) -> None:
        """Say what the list of humans says."""
        self.header.state = self.humans.header.state
        self.header.standing = self.humans.sending.standing
        if session := self.humans.session:
            self.header.show(session.context, session.account)

    def give_keys(self, rows: Widget) -> None:
        """Let a list have the keys that nobody has: while nothing is in it, it cannot be seen."""

        def give() -> None:
            if self.focused is None:
                self.set_focus(rows)

        self.call_after_refresh(give)

    def action_back(self) -> None:
        """Go back to where one came from."""
        self.dismiss()
