"""How far a long command is, on one line of a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Self

from aicx_tui.services.pace import MOST_OFTEN, Progress


class ProgressLine:
    """Count, rate and time left, on stderr where that is a terminal; else nothing.

    Args:
        things: What is counted, in the plural.
        clock: Seconds; injected so that tests can hold time still.
    """

    def __init__(self, things: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._things = things
        self._clock = clock
        self._shown_at = clock()
        self._width = 0

    def __enter__(self) -> Self:
        return self

    def show(self, progress: Progress) -> None:
        """Say how far it is, unless it was said just now."""
        now = self._clock()
        if now - self._shown_at < MOST_OFTEN or not _is_seen():
            return
        self._shown_at = now
        said = progress.said(self._things)
        self._write(f"{progress.what}: {said}" if progress.what else said)

    def clear(self) -> None:
        """Leave the line to something else."""
        if self._width:
            self._write("")
            sys.stderr.write("\r")
            sys.stderr.flush()

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text:<{self._width}}")
        sys.stderr.flush()
        self._width = len(text)

    def __exit__(self, *_: object) -> None:
        self.clear()


def _is_seen() -> bool:
    """Whether anybody looks."""
    return sys.stderr is not None and sys.stderr.isatty()
