"""Looks through folders for a picture, by the library's dialog without what keys do anyway."""

from __future__ import annotations

from pathlib import Path

from textual import on
from textual.events import Mount
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
        super().__init__(folder, "Find a picture: Enter opens, Backspace goes up, Esc back")

    @on(Mount)
    def _list_pictures(self) -> None:
        """Leave out other files; their folders stay."""
        listed = self.query_one(DirectoryNavigation)
        listed.file_filter = Filter("Pictures", lambda path: path.suffix.lower() in SUFFIXES)
