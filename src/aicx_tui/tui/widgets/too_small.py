"""What covers every screen of a terminal that is too small for it."""

from __future__ import annotations

from textual.widgets import Static

COLUMNS, ROWS = 60, 16
"""Below these, screens and dialogs would be cut."""

ROOMY = 20
"""Rows from which on a line is not missed by the list."""

HORIZONTAL = [(0, "-tiny"), (COLUMNS, "-narrow"), (100, "-wide")]
VERTICAL = [(0, "-flat"), (ROWS, "-tall"), (ROOMY, "-roomy")]
"""Classes of a screen by its width and height in cells, for styles."""


class TooSmall(Static):
    """Says which size is needed; styles show it where that is missing."""

    def __init__(self) -> None:
        super().__init__(f"This console needs at least {COLUMNS} × {ROWS} cells.", markup=False)
