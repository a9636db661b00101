"""A dialog with one field for a list that is typed or pasted; what does not work stays in it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import AnswerT, Dialog
from aicx_tui.tui.widgets.too_small import TooSmall

Split = Callable[[str], list[str]]
"""The entries of a list, each once, in order."""


class ListInput(Input):
    """One line of entries; a list that is pasted becomes one line.

    Args:
        split: Finds the entries.
        between: What they are written with between them.
        placeholder: What may be typed.
    """

    def __init__(self, split: Split, *, between: str, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, id="ids", compact=True)
        self._split = split
        self._between = between

    def _on_paste(self, event: events.Paste) -> None:
        """Take every line, where Textual's own takes the first."""
        event.prevent_default()
        event.stop()
        self.replace(self._between.join(self._split(event.text)), *self.selection)

    @property
    def entries(self) -> list[str]:
        """What is there."""
        return self._split(self.value)

    def leave(self, entries: Iterable[str]) -> None:
        """Let only these stay, selected, so that what is pasted next takes their place."""
        self.value = self._between.join(entries)
        self.action_select_all()


class PasteListScreen(Dialog[AnswerT]):
    """Asks for a list and does something with it.

    Args:
        title: What is done.
        verb: What Enter does, in a word.
        field: Where the list is written.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Back", show=False)]

    def __init__(self, title: str, *, verb: str, field: ListInput) -> None:
        super().__init__()
        self._title = title
        self._verb = verb
        self.field = field
        self._said = Static("", id="problem", markup=False)

    def compose(self) -> ComposeResult:
        """A field and a line for how it goes."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = Content(self._title)
            dialog.border_subtitle = Content(f"Enter {self._verb} · Esc back")
            yield self.field
            yield self._said
        yield TooSmall()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the list."""
        event.stop()
        if entries := self.field.entries:
            self.take(entries)

    @abstractmethod
    def take(self, entries: Sequence[str]) -> None:
        """Do it, in a worker."""

    def action_cancel(self) -> None:
        """Go back."""
        self.answer(None)

    def say(self, text: str) -> None:
        """Say how far it is."""
        self._said.update(Content.styled(text, "$quiet"))

    def refuse(self, message: str, hint: str) -> None:
        """Say what did not work, and what can be done."""
        self._said.update(
            Content.assemble(("! ", "bold $error"), clean(message), "\n", (clean(hint), "$quiet"))
        )
