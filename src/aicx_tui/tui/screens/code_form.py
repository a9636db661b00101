"""A form that may go on with the code that is sent by e-mail."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from typing_extensions import override

from aicx_tui.errors import AicxError, ChallengeOverError, RateLimitedError
from aicx_tui.models.signing import Challenge
from aicx_tui.services.codes import CODE, RESEND_SECONDS
from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import AnswerT
from aicx_tui.tui.screens.form import FormScreen, Next
from aicx_tui.tui.widgets.form import Field

if TYPE_CHECKING:
    from aicx_tui.tui.app import AicxApp


class CodeFormScreen(FormScreen[AnswerT]):
    """Asks for something, and where the platform wants a code as well, for that in its place.

    Args:
        title: The verb and what it is about.
        fields: What it asks for first.
        said: Something to know first, above the fields.
        advice: Something to know, below the fields.
        challenge: What was sent already, where it begins with the code.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "resend", "Another code", priority=True, show=False)
    ]

    @dataclass
    class Resent(Message):
        """Another code is on its way."""

        challenge: Challenge

    @dataclass
    class NotResent(Message):
        """None is."""

        error: AicxError

    def __init__(
        self,
        title: str,
        fields: tuple[Field, ...],
        *,
        said: str = "",
        advice: str = "",
        challenge: Challenge | None = None,
    ) -> None:
        self._first = Next(fields, advice)
        self._challenge = challenge
        asked = self._first if challenge is None else code_asked(challenge)
        super().__init__(title, asked.fields, said=said, advice=asked.advice)
        self._sent_at: datetime | None = None

    @abstractmethod
    async def begin(self, values: dict[str, str]) -> AnswerT | Challenge:
        """Do what the form is for, as far as it goes without a code."""

    @abstractmethod
    async def verify(self, challenge: Challenge, code: str) -> AnswerT:
        """Do the rest of it.

        Raises:
            ChallengeOverError: It has to begin anew.
        """

    @abstractmethod
    async def resend(self, challenge: Challenge) -> Challenge:
        """Have another code sent."""

    @override
    def on_mount(self) -> None:
        super().on_mount()
        self.set_interval(1.0, self._count_down)
        if self._challenge is not None:
            self._sent(self._challenge)

    @override
    async def send(self, values: dict[str, str]) -> AnswerT | Next:
        if self._challenge is not None:
            return await self.verify(self._challenge, values[CODE])
        answer = await self.begin(values)
        if not isinstance(answer, Challenge):
            return answer
        fields = tuple(_with_value(field, values) for field in self._first.fields)
        self._first = Next(fields, self._first.advice)
        self._challenge = answer
        return code_asked(answer)

    @override
    async def ask_for(self, asked: Next) -> None:
        await super().ask_for(asked)
        if self._challenge is not None:
            self._sent(self._challenge)

    @override
    def on_form_screen_refused(self, message: FormScreen.Refused) -> None:
        message.prevent_default()  # Textual would call the handler below once more
        if isinstance(message.error, ChallengeOverError) and self._challenge is not None:
            self._challenge = None
            self._is_busy = False
            self.call_later(self._begin_anew, message)
        else:
            super().on_form_screen_refused(message)
            self._form.keep_hint(CODE)

    async def _begin_anew(self, message: FormScreen.Refused) -> None:
        await self.ask_for(self._first)
        error = message.error
        error.hint = " ".join(filter(None, (error.hint, self._first.advice)))
        super().on_form_screen_refused(message)

    # Another code

    def action_resend(self) -> None:
        """Have another code sent, once that is possible."""
        if self._challenge is not None and not self._is_busy and not self._seconds_left:
            self._sent_at = self._now
            self._resend(self._challenge)

    @work(exclusive=True, group="resending")
    async def _resend(self, challenge: Challenge) -> None:
        try:
            self.post_message(self.Resent(await self.resend(challenge)))
        except AicxError as error:
            self.post_message(self.NotResent(error))

    def on_code_form_screen_resent(self, message: Resent) -> None:
        """Take the new one; the one before is of no use any more."""
        if self._challenge is not None:
            self._challenge = message.challenge
            self._sent(message.challenge)
            self._tell(Content.styled("Another code was sent; only that one counts.", "$quiet"))

    def on_code_form_screen_not_resent(self, message: NotResent) -> None:
        """Say why; the code that was sent last still counts."""
        if not isinstance(message.error, RateLimitedError):
            self._sent_at = None
        self.on_form_screen_refused(FormScreen.Refused(message.error))

    def _sent(self, challenge: Challenge) -> None:
        self._challenge = challenge
        self._sent_at = self._now
        self._count_down()

    def _count_down(self) -> None:
        if (challenge := self._challenge) is None:
            return
        left = self._seconds_left
        when = f" in {left} s" if left else ""
        hint = clean(challenge.hint, limit=80)
        self._form.hint(CODE, f"Sent to {hint}\nctrl+r sends another{when}.")

    @property
    def _seconds_left(self) -> int:
        if self._sent_at is None:
            return 0
        return max(math.ceil(RESEND_SECONDS - (self._now - self._sent_at).total_seconds()), 0)

    @property
    def _now(self) -> datetime:
        return cast("AicxApp", self.app).clock()


def code_asked(challenge: Challenge) -> Next:
    """Asks for the code that was sent."""
    hint = f"Sent to {clean(challenge.hint, limit=80)}"
    return Next((Field(CODE, "Code", hint, placeholder="six digits"),))


def _with_value(field: Field, values: dict[str, str]) -> Field:
    """The field with what was typed into it, unless that is a secret."""
    return field if field.is_secret else field._replace(value=values.get(field.key, ""))
