"""The first screen of all: three ways to a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from aicx_tui.tui.keymap import Keymap
from aicx_tui.tui.widgets.key_bar import KeyBar
from aicx_tui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from aicx_tui.tui.places import Places

WAYS = (
    ("sandbox", "Open the sandbox", "try everything on this machine"),
    ("proto", "Sign in to Proto AICX", "with a personal access token"),
    ("server", "Add a server", "with e-mail and password"),
)


class Ways(OptionList):
    """The ways to choose from; they move by letters too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False),
        Binding("k", "cursor_up", "Up", show=False),
        Binding("enter", "select", "go on", key_display="Enter"),
    ]


class WelcomeScreen(Screen[None]):
    """Asks which platform to open, before there is any.

    Args:
        places: Takes the console there.
        keymap: The keys that hold in this run.
    """

    AUTO_FOCUS = "#ways"

    def __init__(self, places: Places, keymap: Keymap) -> None:
        super().__init__()
        self._places = places
        self._keymap = keymap
        self._ways = Ways(
            *(Option(_line(title, note), id=kind) for kind, title, note in WAYS),
            id="ways",
            markup=False,
            compact=True,
        )

    def compose(self) -> ComposeResult:
        """The name, the three ways, and the keys."""
        with Vertical(id="welcome"):
            yield Static(Content.styled("aicx", "bold $accent"), id="name", markup=False)
            yield Static(
                Content.styled("A console for customer-experience platforms", "$quiet"),
                id="subtitle",
                markup=False,
            )
            yield self._ways
        yield KeyBar(self._keymap)
        yield TooSmall()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id == "sandbox":
            self._places.switch("sandbox")
        else:
            self._places.describe(event.option_id)


def _line(title: str, note: str) -> Content:
    return Content.assemble(f"{title:<24}", (note, "$quiet"))
