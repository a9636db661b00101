"""Looks through folders for a picture, by the library's dialog without what keys do anyway."""

from __future__ import annotations

from pathlib import Path

from textual import on
from textual.events import Key, Mount
from textual.widgets import Input
from textual_fspicker import FileOpen
from textual_fspicker.parts import DirectoryNavigation
from textual_fspicker.path_filters import Filter

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif"})
"""What files of pictures are called; what they are, their content says."""


class FindPictureScreen(FileOpen):
    """Answers with the file that was chosen; None for none.

    Args:
        folder: Where to look first.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(
            folder, "Find a picture · Enter open · Backspace up · type a path · Esc back"
        )

    def on_key(self, event: Key) -> None:
        """Take what is typed over the list as the beginning of a path."""
        if event.character and event.is_printable and not isinstance(self.focused, Input):
            event.stop()
            field = self.query_one(Input)
            field.focus()
            field.insert_text_at_cursor(event.character)

    @on(Mount)
    def _list_pictures(self) -> None:
        """Leave out other files; their folders stay."""
        listed = self.query_one(DirectoryNavigation)
        listed.file_filter = Filter("Pictures", lambda path: path.suffix.lower() in SUFFIXES)
