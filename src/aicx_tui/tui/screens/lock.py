"""What covers the screen when nobody was there for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from aicx_tui.credentials import Credentials
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from aicx_tui.tui.places import Places


class LockScreen(Dialog[None]):
    """Covers everything; a session by password is ended, so that it takes the password again.

    A token is not asked for again: whoever can start the console can use the keyring it is in.

    Args:
        places: What is open.
        credentials: Where its secret is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "unlock", "Go on", priority=True, show=False)
    ]

    def __init__(self, places: Places, credentials: Credentials) -> None:
        super().__init__()
        self._places = places
        self._credentials = credentials
        self._needs_password = False

    def compose(self) -> ComposeResult:
        """Nothing of what lies below, not even a count."""
        yield Static(_text("Press Enter to go on."), id="lock", markup=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """End the session, if it is one."""
        self._end_session()

    @work
    async def _end_session(self) -> None:
        context = self._places.context_by_password
        if context is None:
            return
        self._needs_password = True
        self.query_one("#lock", Static).update(_text("Press Enter and give your password."))
        from aicx_tui.services.signing_in import end_session  # loaded with what it ends

        await end_session(context, self._credentials)

    def action_unlock(self) -> None:
        """Go on, after the password where it is needed."""
        if self._needs_password:
            self._ask()
        else:
            self.answer(None)

    @work(exclusive=True, group="asking")
    async def _ask(self) -> None:
        if await self._places.signs_in_again(None):
            self.answer(None)


def _text(next_step: str) -> Content:
    return Content.assemble(("Locked", "bold"), "\n", (next_step, "$quiet"))
