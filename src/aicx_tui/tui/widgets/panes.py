"""What list and details stand in."""

from __future__ import annotations

from textual.containers import Container


class Panes(Container):
    """Wholly covered by the two, so that nothing of it is drawn with each key."""

    BLANK = True
