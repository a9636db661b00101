"""A menu of one-key choices, for actions whose name ends in `…`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.too_small import TooSmall


class Choice(NamedTuple):
    """One line of a menu.

    Attributes:
        key: The letter that chooses it.
        title: What it does.
        value: What the menu answers.
        note: Shown dim behind the title, such as the present value.
        refused: Why it cannot be chosen now; empty if it can.
    """

    key: str
    title: str
    value: str
    note: str = ""
    refused: str = ""


class MenuScreen(Dialog[str]):
    """Lists choices and answers with the value of the one whose key is pressed.

    Args:
        title: The verb.
        choices: What there is to choose.
        default: What Enter answers; empty where it answers nothing.
    """

    def __init__(self, title: str, choices: Sequence[Choice], *, default: str = "") -> None:
        super().__init__()
        self._title = title
        self._default = default
        self._choices = {choice.key: choice for choice in choices}

    def compose(self) -> ComposeResult:
        """The choices in one text."""
        body = Static(
            Content("\n").join([_line(c) for c in self._choices.values()]), id="menu", markup=False
        )
        body.border_title = Content(self._title)
        body.border_subtitle = "Esc back"
        yield body
        yield TooSmall()

    def on_key(self, event: events.Key) -> None:
        """Answer a choice; every other key is swallowed, so that nothing below acts on it."""
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.answer(None)
        elif event.key == "enter" and self._default:
            self.answer(self._default)
        elif (choice := self._choices.get(event.character or "")) and not choice.refused:
            self.answer(choice.value)


def _line(choice: Choice) -> Content:
    if choice.refused:
        return Content.styled(f" {choice.key}  {choice.title}  {clean(choice.refused)}", "$faint")
    return Content.assemble(
        " ",
        (choice.key, "bold $accent"),
        f"  {choice.title:<12}{'  ' if len(choice.title) > 11 and choice.note else ''}",
        (clean(choice.note), "$quiet"),
    )
