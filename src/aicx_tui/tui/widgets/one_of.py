"""A choice among a few words, all of which are seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

BETWEEN = "   "


class OneOf(Widget, can_focus=True):
    """Says in words what there is, the chosen one marked.

    Args:
        choices: Values and what they are called.
        value: The one that is chosen at first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,right,l", "turn(1)", show=False),
        Binding("left,h", "turn(-1)", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Another one was chosen."""

        value: str

    value: reactive[str] = reactive("", init=False)

    def __init__(self, choices: tuple[tuple[str, str], ...], value: str, *, id: str) -> None:  # noqa: A002  # as every widget calls it
        super().__init__(id=id)
        self._choices = choices
        self.set_reactive(OneOf.value, value)

    def watch_value(self, value: str) -> None:
        """Tell."""
        self.post_message(self.Changed(value))

    def render(self) -> Content:
        """Every word, the chosen one marked."""
        return Content(BETWEEN.join(self._words()))

    def _words(self) -> list[str]:
        return [f"{'●' if value == self.value else '○'} {name}" for value, name in self._choices]

    def action_turn(self, steps: int) -> None:
        """Choose the next, or the one before."""
        values = [value for value, _ in self._choices]
        self.value = values[(values.index(self.value) + steps) % len(values)]

    def on_click(self, event: events.Click) -> None:
        """Choose what is clicked."""
        end = self.styles.padding.left
        for (value, _), word in zip(self._choices, self._words(), strict=True):
            end += cell_len(word) + len(BETWEEN)
            if event.x < end:
                self.value = value
                return
