"""A quiet line of a few words, one of which is shown below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget


class WordTabs(Widget):
    """Says what there is; the active one is bold and has a sign before it.

    Args:
        words: What there is.
    """

    @dataclass
    class Chosen(Message):
        """One was clicked."""

        index: int

    active: reactive[int] = reactive(0)

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self._words = words

    def turn(self, steps: int) -> None:
        """Go on by some, round the end."""
        self.active = (self.active + steps) % len(self._words)

    def render(self) -> Content:
        """The words."""
        return Content("").join(
            Content.styled(text, "bold $foreground" if at == self.active else "$quiet")
            for at, text in enumerate(self._texts())
        )

    def _texts(self) -> list[str]:
        return [
            f"{'▸' if at == self.active else ' '}{word}   " for at, word in enumerate(self._words)
        ]

    def on_click(self, event: events.Click) -> None:
        """Tell which it was."""
        end = 0
        for at, text in enumerate(self._texts()):
            end += len(text)
            if event.x < end:
                self.post_message(self.Chosen(at))
                return
