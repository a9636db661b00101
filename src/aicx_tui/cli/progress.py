"""How far a long command is, on one line of a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Self

MOST_OFTEN = 0.1
"""Seconds between two states of the line at least."""


class ProgressLine:
    """Count, rate and time left, on stderr where that is a terminal; else nothing.

    Args:
        what: What is counted, in the plural.
        total: How many there will be, where that is known.
        clock: Seconds; injected so that tests can hold time still.
    """

    def __init__(
        self,
        what: str,
        *,
        total: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what = what
        self._total = total
        self._clock = clock
        self._began = self._shown_at = clock()
        self._width = 0

    @staticmethod
    def is_seen() -> bool:
        """Whether anybody looks."""
        return sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> Self:
        return self

    def show(self, count: int, *, what: str = "", total: int | None = None) -> None:
        """Say how far it is, unless it was said just now.

        Args:
            count: Done so far.
            what: What is being done with them, where that changes.
            total: How many there will be, where that was not known before.
        """
        self._total = total or self._total
        now = self._clock()
        if now - self._shown_at < MOST_OFTEN or not self.is_seen():
            return
        self._shown_at = now
        text = self.text(count, seconds=now - self._began)
        self._write(f"{what}: {text}" if what else text)

    def text(self, count: int, *, seconds: float) -> str:
        """The line.

        Args:
            count: Done so far.
            seconds: Since it began.
        """
        rate = count / seconds if seconds > 0 else 0.0
        of = f" of {self._total:,}" if self._total is not None else ""
        parts = [f"{count:,}{of} {self._what}", f"{rate:,.0f} /s"]
        if self._total is not None and rate > 0:
            left = max(0, round((self._total - count) / rate))
            parts.append(f"{left // 60}:{left % 60:02} left")
        return "  ".join(parts)

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text:<{self._width}}")
        sys.stderr.flush()
        self._width = len(text)

    def __exit__(self, *_: object) -> None:
        if self._width:
            self._write("")
            sys.stderr.write("\r")
            sys.stderr.flush()
