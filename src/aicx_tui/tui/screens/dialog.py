"""What every dialog has in common: it answers once, and loses no key that is typed early."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual import events
from textual.screen import ModalScreen
from textual.widgets import Input

AnswerT = TypeVar("AnswerT")


class Dialog(ModalScreen[AnswerT | None], Generic[AnswerT]):
    """A screen over another that is answered or left."""

    _is_answered = False

    def answer(self, value: AnswerT | None) -> None:
        """Answer, once: keys that are read before the dialog is gone do not count again."""
        if not self._is_answered:
            self._is_answered = True
            self.dismiss(value)

    def on_key(self, event: events.Key) -> None:
        """Keep what is typed before the field has the focus."""
        fields = self.query(Input)
        if event.character and event.is_printable and fields and self.focused is None:
            event.stop()
            fields.first().insert_text_at_cursor(event.character)
