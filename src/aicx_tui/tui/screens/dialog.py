"""What every dialog has in common: it answers once, and loses no key that is typed early."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual import events
from textual.screen import ModalScreen
from textual.widgets import Input

AnswerT = TypeVar("AnswerT")


class Dialog(ModalScreen[AnswerT | None], Generic[AnswerT]):
    """A screen over another that is answered or left."""

    _given: tuple[AnswerT | None] | None = None

    @property
    def holds_exit(self) -> str:
        """Why the console cannot be left before this is answered; empty where it can."""
        return ""

    async def at_stake(self) -> str:
        """What would be lost if the console ended now, in a sentence; empty where nothing would."""
        return ""

    @property
    def is_answered(self) -> bool:
        """Whether it is over."""
        return self._given is not None

    def answer(self, value: AnswerT | None) -> None:
        """Answer, once; where another screen lies over this one, when that is gone."""
        if self._given is None:
            self._given = (value,)
            self._leave_if_on_top()

    def on_screen_resume(self) -> None:
        """Leave now if an answer came in meanwhile."""
        self._leave_if_on_top()

    def _leave_if_on_top(self) -> None:
        """Leave; `dismiss` would take away whatever lies on top, such as the lock."""
        if self._given is not None and self.app.screen is self:
            self.dismiss(self._given[0])

    def on_key(self, event: events.Key) -> None:
        """Keep what is typed before the field has the focus."""
        fields = self.query(Input)
        if event.character and event.is_printable and fields and self.focused is None:
            event.stop()
            fields.first().insert_text_at_cursor(event.character)
