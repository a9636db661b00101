"""Waits for a grant that is given in a browser: the code, where to type it, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from aicx_tui.errors import AicxError
from aicx_tui.models.signing import DeviceFlow
from aicx_tui.services.qr_codes import is_web_address, qr_lines
from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import AnswerT, Dialog
from aicx_tui.tui.widgets.too_small import TooSmall

GrantedT = TypeVar("GrantedT", covariant=True)

AROUND_CODE = 5
"""Lines of the dialog and below it that are not of the QR code."""


class Granting(Protocol[GrantedT]):
    """Something that a person has to grant elsewhere."""

    async def start(self) -> DeviceFlow:
        """Begin it."""
        ...

    async def finish(self, flow: DeviceFlow) -> GrantedT:
        """Wait until it is granted.

        Raises:
            NotSignedInError: It was refused, or came too late.
        """
        ...

    async def aclose(self) -> None:
        """Let go of it."""
        ...


class GrantScreen(Dialog[AnswerT]):
    """Shows what to do in a browser, and answers with what came of it.

    Args:
        title: What it is for.
        granting: What is waited for.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", priority=True, show=False),
        Binding("r", "again", "Again", show=False),
    ]

    @dataclass
    class Started(Message):
        """The code is known."""

        flow: DeviceFlow

    @dataclass
    class Ended(Message):
        """It was granted."""

        came: object

    @dataclass
    class Failed(Message):
        """It was not."""

        error: AicxError

    def __init__(self, title: str, granting: Granting[AnswerT]) -> None:
        super().__init__()
        self._title = title
        self._granting = granting
        self._flow: DeviceFlow | None = None
        self._has_ended = False
        self._words = Static("", id="words", markup=False)
        self._code = Static("", id="qr", markup=False)
        self._state = Static("", id="state", markup=False)

    def compose(self) -> ComposeResult:
        """The words beside the code, and how it stands below."""
        with Vertical(id="grant") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = "Esc gives up"
            with Horizontal():
                yield self._words
                yield self._code
            yield self._state
        yield TooSmall()

    def on_mount(self) -> None:
        """Begin."""
        self._begin()

    def on_resize(self) -> None:
        """Show the QR code where there is room for it."""
        if self._flow is not None:
            self._show(self._flow)

    def _begin(self) -> None:
        self._has_ended = False
        self._say("Asking for a code …")
        self._run()

    @work(exclusive=True, group="granting")
    async def _run(self) -> None:
        try:
            flow = await self._granting.start()
            self.post_message(self.Started(flow))
            self.post_message(self.Ended(await self._granting.finish(flow)))
        except AicxError as error:
            self.post_message(self.Failed(error))

    def on_grant_screen_started(self, message: Started) -> None:
        """Show what to do."""
        self._flow = message.flow
        self._show(message.flow)
        self._say("Waiting until it is allowed there …")

    def _show(self, flow: DeviceFlow) -> None:
        address = flow.verification_uri
        direct = flow.verification_uri_complete or address
        lines = qr_lines(direct) if is_web_address(direct) else ()
        has_room = bool(lines) and len(lines) + AROUND_CODE <= self.size.height
        self._code.display = has_room
        self._code.update(Content.styled("\n".join(lines), "#ffffff on #000000"))
        words = [
            Content.styled("Open", "$quiet"),
            Content(clean(address, limit=200)),
            Content(""),
            Content.styled("and type the code", "$quiet"),
            Content.styled(clean(flow.user_code, limit=40), "bold $accent"),
        ]
        if not is_web_address(address):
            words += [Content(""), Content("Mind: this is no secure address.")]
        elif has_room:
            told = "Or read the code beside with a phone."
            words += [Content(""), Content.styled(told, "$quiet")]
        self._words.update(Content("\n").join(words))

    def on_grant_screen_ended(self, message: Ended) -> None:
        """Answer."""
        self._leave(cast("AnswerT", message.came))

    def on_grant_screen_failed(self, message: Failed) -> None:
        """Say why, and offer to begin again."""
        self._has_ended = True
        self._flow = None
        self._code.display = False
        self._words.update("")
        error = message.error
        lines = [Content.assemble(("! ", "bold $error"), clean(error.message))]
        lines += [Content.styled(clean(error.hint), "$quiet")] if error.hint else []
        lines += [Content.styled("r begins again.", "$quiet")]
        self._state.update(Content("\n").join(lines))

    def _say(self, text: str) -> None:
        self._state.update(Content.assemble(("◐ ", "$accent"), text))

    def action_again(self) -> None:
        """Ask for another code, where this one is over."""
        if self._has_ended:
            self._begin()

    def action_back(self) -> None:
        """Give it up; nothing was changed."""
        self.workers.cancel_group(self, "granting")
        self._leave(None)

    def _leave(self, came: AnswerT | None) -> None:
        self._close()
        self.answer(came)

    def _close(self) -> None:
        self.app.run_worker(self._granting.aclose(), group="closing")

    async def at_stake(self) -> str:
        """Nothing: what is granted after this is for nobody."""
        return ""
