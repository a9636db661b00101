"""The quiet line above the list: saved views, each with its key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from aicx_tui.text import clean, fit

WIDTHS = (30, 20, 14, 10, 6, 4)
"""Cells that a name may have: the first with which all tabs fit is taken."""


class Tab(NamedTuple):
    """A view on the line.

    Attributes:
        key: The number that shows it.
        name: What it is called.
        is_readable: Whether its search can be read.
    """

    key: int
    name: str
    is_readable: bool = True


class ViewTabs(Widget):
    """One line of tabs; there is none while nothing is saved, nor on a low screen."""

    @dataclass
    class Chosen(Message):
        """A tab was clicked."""

        key: int

    tabs: reactive[tuple[Tab, ...]] = reactive[tuple[Tab, ...]](())
    active: reactive[int] = reactive(0)

    def watch_tabs(self, tabs: Sequence[Tab]) -> None:
        """Be there or not."""
        self.set_class(len(tabs) > 1, "-saved")

    def render(self) -> Content:
        """The tabs; the active one is bold and has a sign before it."""
        return Content("").join(
            Content.styled(text, "bold $foreground" if tab.key == self.active else "$quiet")
            for tab, text in zip(self.tabs, self._texts(), strict=True)
        )

    def _texts(self) -> list[str]:
        for width in WIDTHS:
            texts = [_text(tab, tab.key == self.active, width) for tab in self.tabs]
            if sum(map(cell_len, texts)) <= self.size.width:
                break
        return texts

    def _ends(self) -> Iterator[int]:
        return accumulate(map(cell_len, self._texts()))

    def on_click(self, event: events.Click) -> None:
        """Tell which tab it was."""
        for tab, end in zip(self.tabs, self._ends(), strict=True):
            if event.x < end:
                self.post_message(self.Chosen(tab.key))
                return


def _text(tab: Tab, is_active: bool, width: int) -> str:
    sign = "▸" if is_active else " "
    name = clean(tab.name)
    shown = name if cell_len(name) <= width else fit(name, width)
    return f"{sign}{tab.key} {shown}{'' if tab.is_readable else ' !'} "
