"""Shows the whole token until it is closed, and then nowhere any more."""

from __future__ import annotations

from typing import ClassVar

from pydantic import SecretStr
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from aicx_tui.credentials import MAX_TOKEN_CHARACTERS
from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.too_small import TooSmall


class TokenOnceScreen(Dialog[bool]):
    """Shows a token; it cannot be selected, and whatever covers this closes it.

    Args:
        context: Whose token.
        token: That.
        asks: Whether somebody has to say that it is noted, as where it is kept nowhere else.
    """

    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close(False)", "Close", priority=True, show=False),
        Binding("enter,full_stop", "close_at_once", "Close", priority=True, show=False),
        Binding("n", "close(True)", "Noted", priority=True, show=False),
    ]

    def __init__(self, context: str, token: SecretStr, *, asks: bool = False) -> None:
        super().__init__()
        self._of = clean(context, limit=40)
        self._asks = asks
        shown = clean(token.get_secret_value(), limit=MAX_TOKEN_CHARACTERS)
        self._shown = Static(Content.styled(shown, "bold"), markup=False)

    def compose(self) -> ComposeResult:
        """The token and whose it is."""
        with VerticalScroll(id="reveal") as box:
            box.border_title = Content(f"Token of {self._of}")
            box.border_subtitle = "n it is noted · Esc back" if self._asks else "Esc close"
            yield self._shown
        yield TooSmall()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key that is hit in passing does not say that it is noted."""
        if action == "close_at_once":
            return not self._asks
        return self._asks if parameters == (True,) else True

    def on_screen_suspend(self) -> None:
        """Show nothing any more once something lies over it."""
        self.action_close(False)

    def action_close(self, is_noted: bool) -> None:
        """Go back."""
        self._shown.update("")
        self.answer(is_noted)

    def action_close_at_once(self) -> None:
        """Go back."""
        self.action_close(False)
