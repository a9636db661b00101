"""Shows an embed code before it is copied or saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from aicx_tui.services.snippets import Choices, Snippet
from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.too_small import TooSmall

SAVE, OPTIONS = "save", "options"

AROUND_CODE = 6
"""Lines of the border and below the code."""


class SnippetScreen(Dialog[None]):
    """Shows code with its token masked; what is asked about it lies over this one.

    Args:
        title: For which widget, and who is known there.
        snippet: The code.
        choices: What was chosen for it.
        wanted: Called with what is to be done with the code, but for copying.

    Attributes:
        snippet: The code.
        choices: What was chosen for it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", priority=True, show=False),
        Binding("y", "copy", "Copy", show=False),
        Binding("s", f"want('{SAVE}')", "Save", show=False),
        Binding("o", f"want('{OPTIONS}')", "Options", show=False),
    ]

    def __init__(
        self,
        title: str,
        snippet: Snippet,
        choices: Choices,
        *,
        wanted: Callable[[SnippetScreen, str], None],
    ) -> None:
        super().__init__()
        self.snippet = snippet
        self.choices = choices
        self._title = title
        self._wanted = wanted
        self._is_warned = False
        self._code = Static("", id="code", markup=False)
        self._notes = Static("", id="notes", markup=False)
        self._state = Static("", id="state", markup=False)

    def compose(self) -> ComposeResult:
        """The code, what to know, and the keys."""
        with Vertical(id="snippet") as box:
            box.border_title = Content(clean(self._title))
            box.border_subtitle = "y copy · s save · o options · Esc back"
            with VerticalScroll(can_focus=True):
                yield self._code
                yield self._notes
            yield self._state
        yield TooSmall()

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(VerticalScroll).focus()
        self.show(self.snippet, self.choices)

    def show(self, snippet: Snippet, choices: Choices) -> None:
        """Show the code, or another in its place."""
        self.snippet, self.choices, self._is_warned = snippet, choices, False
        self._code.update(Content(clean(snippet.shown.rstrip(), multiline=True)))
        self._notes.update(Content("\n".join(f"· {clean(note)}" for note in snippet.notes)))
        who = f"Known there by {clean(snippet.identity)}."
        self._state.update(Content.styled(who, "$quiet"))

    def on_resize(self) -> None:
        """Leave room for what is below the code."""
        self.query_one(VerticalScroll).styles.max_height = max(self.size.height - AROUND_CODE, 3)

    def action_copy(self) -> None:
        """Copy the code; where it holds a token, once that was said."""
        if self.snippet.is_secret and not self._is_warned:
            self._is_warned = True
            said = "It holds a token that other programs could read. y again copies it."
            self._state.update(Content.assemble(("! ", "bold $warning"), said))
            return
        self.app.copy_to_clipboard(self.snippet.code)
        self._state.update(Content("Sent to the clipboard."))

    def action_want(self, wanted: str) -> None:
        """Say what is to be done."""
        self._wanted(self, wanted)

    def action_back(self) -> None:
        """Go back."""
        self.answer(None)
