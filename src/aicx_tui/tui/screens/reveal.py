"""Shows a human's access token until it is closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from pydantic import SecretStr
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from aicx_tui.errors import AicxError, ForbiddenError
from aicx_tui.models.human import MASK, Human
from aicx_tui.text import MISSING, clean
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.too_small import TooSmall

MAX_TOKEN_CHARACTERS = 8192


class RevealScreen(Dialog[None]):
    """Reads the token when it opens and keeps it nowhere; it cannot be selected or copied.

    Whatever covers this screen closes it, so that nobody finds it open later.

    Args:
        human: Whose token.
        read: Reads the human from the platform.
    """

    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,full_stop", "close", "Close", priority=True, show=False)
    ]

    @dataclass
    class Read(Message):
        """The platform told the token, or that it does not."""

        token: SecretStr | None
        said: str = ""

    def __init__(self, human: Human, *, read: Callable[[], Awaitable[Human]]) -> None:
        super().__init__()
        self._name = clean(human.fullname or MISSING)
        self._read = read
        self._shown = Static(Content.assemble(("◐ ", "$accent"), "Reading …"), markup=False)

    def compose(self) -> ComposeResult:
        """The token and whose it is."""
        with Vertical(id="reveal") as box:
            box.border_title = Content(f"Access token of {self._name}")
            box.border_subtitle = "Esc close"
            yield self._shown
        yield TooSmall()

    def on_mount(self) -> None:
        """Ask the platform."""
        self._read_token()

    @work
    async def _read_token(self) -> None:
        try:
            self.post_message(_told(await self._read()))
        except ForbiddenError as error:
            self.post_message(self.Read(None, f"Your role may not see it. {error.message}"))
        except AicxError as error:
            self.post_message(self.Read(None, f"{error.message} {error.hint}"))

    def on_reveal_screen_read(self, message: Read) -> None:
        """Show it."""
        if message.token is not None:
            token = clean(message.token.get_secret_value(), limit=MAX_TOKEN_CHARACTERS)
            self._shown.update(Content.styled(token, "bold"))
        else:
            self._shown.update(Content.styled(clean(message.said), "$quiet"))

    def on_screen_suspend(self) -> None:
        """Show nothing any more once something lies over it."""
        self._shown.update("")
        self.answer(None)

    def action_close(self) -> None:
        """Go back."""
        self._shown.update("")
        self.answer(None)


def _told(human: Human) -> RevealScreen.Read:
    """What a platform told of a token."""
    token = human.access_token
    if "access_token" not in human.document:
        said = "The platform does not tell it; your role may not see it."
    elif token is None or not token.get_secret_value():
        said = "This human has no access token."
    elif token.get_secret_value() == MASK:
        said = "The platform keeps it masked; your role may not see it."
    else:
        return RevealScreen.Read(token)
    return RevealScreen.Read(None, said)
