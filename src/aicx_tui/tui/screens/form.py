"""A dialog with a form: Enter goes on, ctrl+s sends, Escape goes back without loss."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from aicx_tui.errors import AicxError, FieldProblem, UsageError
from aicx_tui.services.pace import Pace
from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import AnswerT, Dialog
from aicx_tui.tui.screens.menu import Choice, MenuScreen
from aicx_tui.tui.widgets.form import LINES, Field, Form, SecretInput
from aicx_tui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from aicx_tui.tui.own_changes import OwnChanges

AROUND_FIELDS = 6
"""Lines of the border and of what is said below the fields."""

SAID_LINES = 4
"""Lines of what is said above the fields, if anything is; what is longer scrolls."""

FIELD_LINES = 4
"""Lines that are left for the fields below something long."""

STAY, LEAVE = "stay", "leave"
UNSAVED = "What you typed is not saved. ctrl+s saves it;"


@dataclass(frozen=True)
class Next:
    """What a form asks for in the place of what it asked for so far.

    Attributes:
        fields: What it asks for now.
        advice: Something to know, below the fields.
    """

    fields: tuple[Field, ...]
    advice: str = ""


class FormScreen(Dialog[AnswerT]):
    """Asks for values and does something with them that may take a while.

    Args:
        title: The verb and what it is about.
        fields: What it asks for.
        said: Something to know first, above the fields.
        advice: Something to know, below the fields.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", priority=True, show=False),
        Binding("ctrl+s", "send", "Send", show=False),
        Binding("enter", "send_at_once", "Send", show=False),
        # At once, since a password manager types the next value right behind a Tab.
        Binding("tab", "app.focus_next", "Next", priority=True, show=False),
        Binding("shift+tab", "app.focus_previous", "Previous", priority=True, show=False),
        Binding("down", "next_field", "Next", priority=True, show=False),
        Binding("up", "previous_field", "Previous", priority=True, show=False),
    ]

    SENDS = "send"
    """What Enter does, in a word."""

    IS_SENT_BY_ENTER = True
    """Whether Enter in the last field does it; else ctrl+s only."""

    GUARDS_TYPED = False
    """Whether Escape asks first where something was typed."""

    AT_STAKE = ""
    """What would be lost if the console ended while this is busy."""

    BUSY = "Asking the platform …"
    GIVEN_UP = "Given up; nothing was kept."

    outlasting: OwnChanges | None = None
    """What sees to the end what is given up here; where there is none, it is cut off."""

    @dataclass
    class Done(Message):
        """It worked."""

        answer: object

    @dataclass
    class Continued(Message):
        """It worked so far, and something else is needed."""

        asked: Next

    @dataclass
    class Refused(Message):
        """It did not; the fields stay as they are."""

        error: AicxError

    @dataclass
    class Progressed(Message):
        """Some more of something long is done."""

        said: str

    def __init__(
        self, title: str, fields: tuple[Field, ...], *, said: str = "", advice: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._said = said
        self._advice = advice
        self._form = Form(fields)
        self._state = Static("", id="state", markup=False)
        self._is_busy = False
        self._skipped: asyncio.Event | None = None
        self._untouched: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """What is to know, the fields, and how it stands."""
        with Vertical(id="form") as box:
            box.border_title = Content(self._title)
            box.border_subtitle = Content(self._keys)
            if self._said:
                with VerticalScroll(id="said", can_focus=self._is_long):
                    yield Static(Content(self._said), markup=False)
            yield self._form
            yield from self.below_fields()
            yield self._state
        yield TooSmall()

    @property
    def _keys(self) -> str:
        """What keys do, in few words."""
        keys = "^s or Enter" if self.IS_SENT_BY_ENTER else "^s"
        moves = "" if self._form.is_bare else "Tab next · "
        return f"{moves}{keys} {self.SENDS} · Esc back"

    def below_fields(self) -> ComposeResult:
        """What stands between the fields and the words on how it is."""
        yield from ()

    def on_mount(self) -> None:
        """Start where something is missing."""
        self._tell(Content.styled(self._advice, "$quiet"))
        self._untouched = self._form.typed
        self.start()

    def missing(self) -> list[str]:
        """The fields without which nothing can be done."""
        return self._form.missing()

    def start(self) -> None:
        """Put the focus where somebody types first."""
        self._form.start()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave up and down to what has several lines, and Enter to what is typed in."""
        if action in ("next_field", "previous_field"):
            return self.focused is None or not self.focused.has_class(LINES)
        if action == "send_at_once":
            focused = self.focused
            is_typed_in = isinstance(focused, Input) or (focused and focused.has_class(LINES))
            return self.IS_SENT_BY_ENTER and not is_typed_in
        return super().check_action(action, parameters)

    def action_next_field(self) -> None:
        """Go to the field below."""
        self.focus_next()

    def action_previous_field(self) -> None:
        """Go to the field above."""
        self.focus_previous()

    def on_resize(self) -> None:
        """Leave room for the words around the fields; the fields scroll instead."""
        room = self.size.height - self._lines_around
        if self._is_long:
            self._form.styles.max_height = FIELD_LINES
            self.query_one("#said").styles.max_height = max(room - FIELD_LINES, 3)
        else:
            said = SAID_LINES if self._said else 0
            self._form.styles.max_height = max(room - said, 3)

    @property
    def _lines_around(self) -> int:
        return AROUND_FIELDS

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        """Go on to the next empty field, or send."""
        event.stop()
        missing = self.missing()
        if missing and missing != [event.input.id]:
            self._form.query_one(f"#{next(k for k in missing if k != event.input.id)}").focus()
        elif self.IS_SENT_BY_ENTER:
            self.action_send()
        else:
            self._tell(Content.styled(f"ctrl+s: {self.SENDS}.", "$quiet"))

    def action_send(self) -> None:
        """Check what is there and do it."""
        if not self._is_busy:
            self._is_busy = True
            self._do()

    def action_send_at_once(self) -> None:
        """Do it from where nothing is typed, once nothing is missing."""
        if missing := self.missing():
            self._form.query_one(f"#{missing[0]}").focus()
        else:
            self.action_send()

    @property
    def _is_long(self) -> bool:
        return self._said.count("\n") >= SAID_LINES

    @property
    def is_busy(self) -> bool:
        """Whether something is being done that Escape gives up."""
        return self._is_busy

    @property
    def awaits_platform(self) -> bool:
        """Whether nothing goes on here before the platform answers, a sign-in included."""
        return self._is_busy

    @property
    def is_unsaved(self) -> bool:
        """Whether leaving would lose something that is asked about first."""
        return self.GUARDS_TYPED and self._form.typed != self._untouched

    async def at_stake(self) -> str:
        """What would be lost if the console ended now, after keeping what can be kept."""
        if self._is_busy:
            return f"{self.AT_STAKE} Esc stops it;" if self.AT_STAKE else ""
        return UNSAVED if self.is_unsaved else ""

    def say_busy(self, text: str, *, gives_up: bool = True) -> None:
        """Say what is being waited for, and whether Escape gives it up."""
        escape = "  Esc gives up." if gives_up else ""
        self._tell(Content.assemble(("◐ ", "$accent"), text, (escape, "$quiet")))

    def tell_progress(self, pace: Pace, count: int, total: int | None, *, things: str = "") -> None:
        """Say how far it is, unless that was said just now or it was stopped meanwhile."""
        if news := pace.news(count, total):
            self.post_message(self.Progressed(news.said(things)))

    def on_form_screen_progressed(self, message: Progressed) -> None:
        """Say how far it is."""
        if self._is_busy:
            self.say_busy(message.said)

    @work(exclusive=True, group="sending")
    async def _do(self) -> None:
        try:
            await self._form.settle()
            if missing := self.missing():
                needed = [FieldProblem(key, "This is needed.") for key in missing]
                raise UsageError("Something is missing yet.", problems=needed)
            self._form.show_problems({})
            self.say_busy(self.BUSY)
            work = self.send(self._form.values)
            answer = await (self.outlasting.see_through(work) if self.outlasting else work)
            if isinstance(answer, Next):
                self.post_message(self.Continued(answer))
            else:
                self.post_message(self.Done(answer))
        except AicxError as error:
            self.post_message(self.Refused(error))

    @abstractmethod
    async def send(self, values: dict[str, str]) -> AnswerT | Next:
        """Do what the form is for, or as much of it as can be done with what was typed.

        Args:
            values: What was typed, by field.

        Raises:
            AicxError: It did not work; `problems` go under their fields.
        """

    async def patiently(self, work: Coroutine[object, object, object], *, said: str) -> bool:
        """Wait for something that Escape may skip, and return whether it was waited for."""
        self._tell(Content.assemble(("◐ ", "$accent"), said))
        self._skipped = asyncio.Event()
        task, skip = asyncio.create_task(work), asyncio.create_task(self._skipped.wait())
        try:
            await asyncio.wait((task, skip), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                task.result()
            return task.done()
        finally:
            self._skipped = None
            task.cancel()
            skip.cancel()

    async def on_form_screen_continued(self, message: Continued) -> None:
        """Ask for what is needed now."""
        self._is_busy = False
        await self.ask_for(message.asked)

    async def ask_for(self, asked: Next) -> None:
        """Ask for something else in the same dialog."""
        self._form.clear_secrets()
        before, self._form = self._form, Form(asked.fields)
        self.set_focus(None)  # what is typed ahead is meant for the first of the new fields
        await before.remove()
        box = self.query_one("#form")
        await box.mount(self._form, before=self._state)
        box.border_subtitle = Content(self._keys)
        self._tell(Content.styled(asked.advice, "$quiet"))
        self._untouched = self._form.typed
        self.on_resize()
        self.start()

    def on_form_screen_done(self, message: Done) -> None:
        """Answer."""
        self._form.clear_secrets()
        self.answer(message.answer)  # type: ignore[arg-type]  # what `send` returned

    def on_form_screen_refused(self, message: Refused) -> None:
        """Say why, and leave everything to be corrected."""
        self._is_busy = False
        error = message.error
        elsewhere = self._form.show_problems({p.field: p.message for p in error.problems})
        if isinstance(self.focused, SecretInput):
            self.focused.action_select_all()  # it cannot be read, so it is typed anew
        lines = [Content.assemble(("! ", "bold $error"), clean(error.message))]
        lines += [Content(clean(f"{field}: {text}")) for field, text in elsewhere.items()]
        lines += [Content.styled(clean(error.hint), "$quiet")] if error.hint else []
        self._tell(Content("\n").join(lines))

    def action_back(self) -> None:
        """Skip or give up what is under way; else go back, after a question where that loses it."""
        if self._skipped is not None:
            self._skipped.set()
        elif self._is_busy:
            self._is_busy = False
            self.workers.cancel_group(self, "sending")
            self._tell(Content.styled(self.GIVEN_UP, "$quiet"))
        elif self.is_unsaved:
            choices = [
                Choice("g", "Go on", STAY, note="with editing: Enter or Esc"),
                Choice("l", "Leave", LEAVE, note="what was typed is lost"),
            ]
            question = MenuScreen("Leave without saving?", choices, default=STAY)
            self.app.push_screen(question, lambda chosen: self.leave() if chosen == LEAVE else None)
        else:
            self.leave()

    def leave(self) -> None:
        """Go back without what was typed."""
        self._form.clear_secrets()
        self.answer(None)

    def _tell(self, text: Content) -> None:
        self._state.update(text)
