"""Doing something once for many who ask for it in a row."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from textual.timer import Timer
from textual.widget import Widget


class Gathering:
    """Does something at once, but again only after a pause; who asks meanwhile is not forgotten.

    Args:
        owner: Whose timer it is; what ends with it is not done any more.
        do: What is asked for.
        seconds: The pause.
    """

    def __init__(self, owner: Widget, do: Callable[[], object], *, seconds: float) -> None:
        self._owner = owner
        self._do = do
        self._seconds = seconds
        self._next = 0.0
        self._timer: Timer | None = None

    def ask(self) -> None:
        """Do it now, or as soon as the pause is over."""
        wait = self._next - monotonic()
        if wait <= 0:
            self.do_now()
        elif self._timer is None:
            self._timer = self._owner.set_timer(wait, self.do_now)

    def do_now(self) -> None:
        """Do it now, whenever it was done last."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self._next = monotonic() + self._seconds
        self._do()
