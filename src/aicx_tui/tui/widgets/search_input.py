"""The field above the list."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

MAX_CHARACTERS = 200
"""Nobody types more; a pasted page of words would be compared with every human."""


def is_typed_into(focused: Widget | None) -> bool:
    """Whether letters are text where the focus is."""
    return isinstance(focused, Input)


class SearchInput(Input):
    """One line of words; every change is a search, and Enter only leads to the result."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,down", "screen.leave_search", "to the list", key_display="Enter", priority=True
        ),
    ]

    def __init__(self, *, id: str) -> None:  # noqa: A002  # as every widget calls it
        super().__init__(placeholder="Search", compact=True, max_length=MAX_CHARACTERS, id=id)
