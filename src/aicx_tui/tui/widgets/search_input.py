"""The field above the list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

MAX_CHARACTERS = 200
"""Nobody types more; a pasted page of words would be compared with every human."""


class SearchInput(Input):
    """One line of words; every change is a search, and Enter only leads to the result."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,down", "leave", "to the list", key_display="Enter"),
        Binding("escape", "screen.back", "clear", key_display="Esc"),
    ]

    @dataclass
    class Left(Message):
        """The person is done typing."""

    def __init__(self, *, id: str) -> None:  # noqa: A002
        super().__init__(placeholder="Search", compact=True, max_length=MAX_CHARACTERS, id=id)

    def action_leave(self) -> None:
        """Go to the result."""
        self.post_message(self.Left())
