"""A request to OpenCX before it is sent, and the token that came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from aicx_tui.errors import AicxError
from aicx_tui.models.human import MASK
from aicx_tui.services.vouching import Vouched, left_of
from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.too_small import TooSmall

EDIT = "edit"

AROUND_TEXT = 7
"""Lines of the border and below the text."""

TICK_SECONDS = 1.0

BEFORE = "Enter send · e edit · Esc back"
AFTER = "y token · i contact id · w snippet · r again · Esc back"


class VouchScreen(Dialog[str]):
    """Shows what is to be sent, sends it, and shows what came; the token shows as dots.

    Args:
        title: Who it is about.
        preview: The request, its key masked.
        vouch: Sends it.
        embed: Shows the embed code with the token, over this one.
        clock: The present.

    Attributes:
        vouched: What came; None before.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", priority=True, show=False),
        Binding("enter", "send", "Send", priority=True, show=False),
        Binding("r", "again", "Again", show=False),
        Binding("e", "edit", "Edit", show=False),
        Binding("y", "copy_token", "Copy the token", show=False),
        Binding("i", "copy_id", "Copy the contact's id", show=False),
        Binding("w", "snippet", "Snippet", show=False),
    ]

    @dataclass
    class Came(Message):
        """OpenCX answered."""

        vouched: Vouched

    @dataclass
    class Failed(Message):
        """It did not, or refused."""

        error: AicxError

    def __init__(
        self,
        title: str,
        preview: str,
        *,
        vouch: Callable[[], Awaitable[Vouched]],
        embed: Callable[[Vouched], None],
        clock: Callable[[], datetime],
        pause: Callable[[], str],
    ) -> None:
        super().__init__()
        self.vouched: Vouched | None = None
        self._title = title
        self._preview = preview
        self._vouch = vouch
        self._embed = embed
        self._clock = clock
        self._pause = pause
        self._is_busy = self._is_warned = False
        self._said: Content | None = None
        self._text = Static("", markup=False)
        self._state = Static("", id="state", markup=False)

    def compose(self) -> ComposeResult:
        """The text, and how it stands."""
        with Vertical(id="vouch") as box:
            box.border_title = Content(clean(self._title))
            with VerticalScroll(can_focus=True):
                yield self._text
            yield self._state
        yield TooSmall()

    def on_mount(self) -> None:
        """Show the request, and let the clock run."""
        self.query_one(VerticalScroll).focus()
        self._paint()
        self.set_interval(TICK_SECONDS, self._paint)

    def on_resize(self) -> None:
        """Leave room for what is below the text."""
        self.query_one(VerticalScroll).styles.max_height = max(self.size.height - AROUND_TEXT, 3)

    def _paint(self) -> None:
        vouched = self.vouched
        keys = BEFORE if vouched is None else AFTER
        self.query_one("#vouch").border_subtitle = Content(keys)
        if vouched is None:
            self._text.update(Content(clean(self._preview, multiline=True)))
        else:
            self._text.update(_came(vouched, self._clock()))
        self._state.update(self._line())

    def _line(self) -> Content:
        if self._is_busy:
            said = self._pause() or "Asking OpenCX …"
            return Content.assemble(("◐ ", "$accent"), said, ("  Esc gives up.", "$quiet"))
        if self._said is not None:
            return self._said
        if self.vouched is None:
            return Content.styled("Nothing is sent yet.", "$quiet")
        return Content.styled("The token is kept nowhere: Esc lets go of it.", "$quiet")

    def action_send(self) -> None:
        """Send the request, once."""
        if self.vouched is None:
            self.action_again(is_first=True)

    def action_again(self, *, is_first: bool = False) -> None:
        """Ask for another token."""
        if not self._is_busy and (is_first or self.vouched is not None):
            self._is_busy, self._said = True, None
            self._paint()
            self._ask()

    @work(exclusive=True, group="vouching")
    async def _ask(self) -> None:
        try:
            self.post_message(self.Came(await self._vouch()))
        except AicxError as error:
            self.post_message(self.Failed(error))

    def on_vouch_screen_came(self, message: Came) -> None:
        """Show what came."""
        self._is_busy = self._is_warned = False
        self.vouched = message.vouched
        self._paint()

    def on_vouch_screen_failed(self, message: Failed) -> None:
        """Say why."""
        self._is_busy = False
        error = message.error
        said = f"{error.message} {error.hint}".strip()
        self._said = Content.assemble(("! ", "bold $error"), clean(said))
        self._paint()

    def action_copy_token(self) -> None:
        """Copy the token, once it was said who else could read it."""
        if self.vouched is None:
            return
        if not self._is_warned:
            self._is_warned = True
            said = "Other programs could read it there. y again copies the token."
            self._said = Content.assemble(("! ", "bold $warning"), said)
        else:
            self.app.copy_to_clipboard(self.vouched.token.get_secret_value())
            self._said = Content("The token was sent to the clipboard.")
        self._paint()

    def action_copy_id(self) -> None:
        """Copy the contact's id."""
        if self.vouched is not None and self.vouched.contact_id:
            self.app.copy_to_clipboard(clean(self.vouched.contact_id))
            self._said = Content("The contact's id was sent to the clipboard.")
            self._paint()

    def action_snippet(self) -> None:
        """Show the embed code with the token."""
        if self.vouched is not None:
            self._embed(self.vouched)

    def action_edit(self) -> None:
        """Change what is said before it is sent."""
        if self.vouched is None and not self._is_busy:
            self.answer(EDIT)

    def action_back(self) -> None:
        """Give up what is under way; else go back."""
        if self._is_busy:
            self._is_busy = False
            self.workers.cancel_group(self, "vouching")
            said = "Given up: OpenCX may have made or changed the contact."
            self._said = Content.styled(said, "$quiet")
            self._paint()
        else:
            self.answer(None)


def _came(vouched: Vouched, now: datetime) -> Content:
    held = left_of(vouched.expires_at, now)
    rows = (
        ("Token", MASK),
        ("Expiry", f"{held[:1].upper()}{held[1:]}."),
        ("Contact", clean(vouched.contact_id) or "OpenCX does not say its id."),
    )
    lines = [Content.assemble((f"{name:<9}", "$quiet"), value) for name, value in rows]
    note = "The expiry stands in the token itself; nobody has verified it."
    return Content("\n").join([*lines, Content(""), Content.styled(note, "$quiet")])
