"""How the process ends: by a signal, or with the standard input of an attached one."""

from __future__ import annotations

import _thread
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

_STANDARD_INPUT = 0


class Stopped(Exception):
    """The process was asked to end before it served anything."""


class Lifetime:
    """Remembers that the process was asked to end, whichever way it was.

    A signal interrupts nothing by itself, since libraries do not expect it in their midst:
    what takes long calls `check` at points where it can be left.
    """

    def __init__(self) -> None:
        self._asked_to_end = False
        self._stop: Callable[[], None] | None = None

    def watch(self, *, attached: bool) -> None:
        """Listen to signals, and when attached to the end of standard input instead of Ctrl-C."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, signal.SIG_IGN if attached else self._on_signal)
        if attached:
            threading.Thread(target=_await_end_of_input, daemon=True).start()

    def check(self) -> None:
        """Raise `Stopped` once the process was asked to end."""
        if self._asked_to_end:
            raise Stopped

    def hand_over(self, stop: Callable[[], None]) -> None:
        """From now on, call this when asked to end; raise `Stopped` when that was before."""
        self._stop = stop
        self.check()

    def _on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        self._asked_to_end = True
        if self._stop:
            self._stop()


def _await_end_of_input() -> None:
    with suppress(OSError):  # none at all has ended, too
        while os.read(_STANDARD_INPUT, 4096):
            pass
    _thread.interrupt_main(signal.SIGTERM)
