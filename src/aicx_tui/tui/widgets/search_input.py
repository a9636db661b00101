"""The field above the list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from rich.highlighter import Highlighter
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input

from aicx_tui.errors import QueryError

MAX_CHARACTERS = 1000
"""What a search may have at most; a longer paste is refused whole."""


def is_typed_into(focused: Widget | None) -> bool:
    """Whether letters are text where the focus is."""
    return isinstance(focused, Input)


class SearchInput(Input):
    """One line of a search; every change is one, and Enter only leads to the result.

    Args:
        typed: Called with the text in the very turn of the key, so that rows and echo share one
            paint; a message would bring the rows two frames later.
        suggest: Gives texts to go on with; called in a thread.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter,down", "screen.leave_search", "to the list", key_display="Enter", priority=True
        ),
    ]

    def __init__(
        self,
        *,
        typed: Callable[[str], None],
        suggest: Callable[[str], tuple[str, ...]],
        id: str,  # noqa: A002  # as every widget calls it
    ) -> None:
        self._spot = _Spot()
        self._typed = typed
        super().__init__(
            placeholder="Search",
            compact=True,
            max_length=MAX_CHARACTERS,
            highlighter=self._spot,
            suggester=_Suggester(suggest),
            id=id,
        )

    def watch_value(self, value: str) -> None:
        """Search."""
        if self.is_attached:
            self._typed(value)

    def underline(self, problem: QueryError | None) -> None:
        """Show where a search cannot be read."""
        self._spot.problem = problem
        self.refresh()


class _Spot(Highlighter):
    """Underlines where a search cannot be read."""

    problem: QueryError | None = None

    def highlight(self, text: Text) -> None:
        if self.problem is not None:
            end = max(self.problem.end, self.problem.start + 1)
            text.stylize("underline", self.problem.start, end)


class _Suggester(Suggester):
    """Goes on with what is typed; what begins otherwise cannot be shown behind it."""

    def __init__(self, suggest: Callable[[str], tuple[str, ...]]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._suggest = suggest

    async def get_suggestion(self, value: str) -> str | None:
        """What would follow, at the end of a text; what is typed stays as it is typed."""
        for text in await asyncio.to_thread(self._suggest, value):
            if text.casefold().startswith(value.casefold()) and len(text) > len(value):
                return value + text[len(value) :]
        return None
