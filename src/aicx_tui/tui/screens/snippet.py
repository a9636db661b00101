"""Shows an embed code before it is copied or saved."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from aicx_tui.services.snippets import Snippet
from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.too_small import TooSmall

SAVE, OPTIONS = "save", "options"

AROUND_CODE = 6
"""Lines of the border and below the code."""


class SnippetScreen(Dialog[str]):
    """Shows code with its token masked; answers with what is to be done with it, but for copying.

    Args:
        title: For which widget, and who is known there.
        snippet: The code.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", priority=True, show=False),
        Binding("y", "copy", "Copy", show=False),
        Binding("s", f"answer('{SAVE}')", "Save", show=False),
        Binding("o", f"answer('{OPTIONS}')", "Options", show=False),
    ]

    def __init__(self, title: str, snippet: Snippet) -> None:
        super().__init__()
        self._title = title
        self._snippet = snippet
        self._is_warned = False
        self._state = Static("", id="state", markup=False)

    def compose(self) -> ComposeResult:
        """The code, what to know, and the keys."""
        with Vertical(id="snippet") as box:
            box.border_title = Content(clean(self._title))
            box.border_subtitle = "y copy · s save · o options · Esc back"
            with VerticalScroll(can_focus=True):
                yield Static(
                    Content(clean(self._snippet.shown.rstrip(), multiline=True)),
                    id="code",
                    markup=False,
                )
                notes = (f"· {clean(note)}" for note in self._snippet.notes)
                yield Static(Content("\n".join(notes)), id="notes", markup=False)
            yield self._state
        yield TooSmall()

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(VerticalScroll).focus()
        who = f"Known there by {clean(self._snippet.identity)}."
        self._state.update(Content.styled(who, "$quiet"))

    def on_resize(self) -> None:
        """Leave room for what is below the code."""
        self.query_one(VerticalScroll).styles.max_height = max(self.size.height - AROUND_CODE, 3)

    def action_copy(self) -> None:
        """Copy the code; where it holds a token, once that was said."""
        if self._snippet.is_secret and not self._is_warned:
            self._is_warned = True
            said = "It holds a token that other programs could read. y again copies it."
            self._state.update(Content.assemble(("! ", "bold $warning"), said))
            return
        self.app.copy_to_clipboard(self._snippet.code)
        self._state.update(Content("Sent to the clipboard."))

    def action_answer(self, wanted: str) -> None:
        """Answer with what is to be done."""
        self.answer(wanted)

    def action_back(self) -> None:
        """Go back."""
        self.answer(None)
