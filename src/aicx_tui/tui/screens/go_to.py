"""Asks for a human's id and reads that human from the platform."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from aicx_tui.errors import AicxError
from aicx_tui.text import clean


class GoToScreen(ModalScreen[str | None]):
    """A dialog with one field; answers with the id once the human was read.

    Args:
        fetch: Reads the human with an id.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Back", show=False)]

    @dataclass
    class Found(Message):
        """The human was read."""

        human_id: str

    @dataclass
    class Refused(Message):
        """The human could not be read."""

        error: AicxError

    def __init__(self, fetch: Callable[[str], Awaitable[str]]) -> None:
        super().__init__()
        self._fetch = fetch
        self._found: str | None = None

    def compose(self) -> ComposeResult:
        """A field and a line for what went wrong."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Go to a human by id"
            dialog.border_subtitle = "Enter go · Esc back"
            yield Input(placeholder="eu_…", id="human-id", compact=True)
            yield Static("", id="problem", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Read the human; what was typed stays until it worked."""
        event.stop()
        if human_id := event.value.strip():
            self.query_one("#problem", Static).update(
                Content.styled("reading …", "$foreground 60%")
            )
            self._read(human_id)

    @work(exclusive=True)
    async def _read(self, human_id: str) -> None:
        try:
            self.post_message(self.Found(await self._fetch(human_id)))
        except AicxError as error:
            self.post_message(self.Refused(error))

    def on_go_to_screen_found(self, message: Found) -> None:
        """Answer with the id, at once or when what lies over this dialog is gone."""
        self._found = message.human_id
        self._answer()

    def on_screen_resume(self) -> None:
        """Answer now if the human came in meanwhile."""
        self._answer()

    def _answer(self) -> None:
        found = self._found
        if found is not None and self.is_active:
            self._found = None
            self.dismiss(found)

    def on_go_to_screen_refused(self, message: Refused) -> None:
        """Say why, and leave the id to be corrected."""
        error = message.error
        self._say(
            Content.assemble(
                ("! ", "bold $error"),
                clean(error.message),
                "\n",
                (clean(error.hint), "$foreground 60%"),
            )
        )

    def _say(self, text: Content) -> None:
        self.query_one("#problem", Static).update(text)

    def action_cancel(self) -> None:
        """Go back without a human."""
        self.dismiss(None)
