"""How far something long is, how fast it goes, and how long it will still take."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from aicx_tui.numerals import grouped

READING = "reading"
"""What a sync does before it indexes."""

MOST_OFTEN = 0.1
"""Seconds between two words on how far it is, at least."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far it is.

    Attributes:
        what: What is being done; empty where that needs no word.
        count: Done so far, of what was there before too.
        total: How many there will be, where that is known.
        rate: Done each second of this run; 0 where that is not known.
        seconds_left: Until the end; None where that is not known.
        changed: Humans that differ from before, of a mirror that was complete.
    """

    what: str = ""
    count: int
    total: int | None = None
    rate: float = 0.0
    seconds_left: float | None = None
    changed: int = 0

    def said(self, things: str = "") -> str:
        """Count, share, rate and time left, in words.

        Args:
            things: What is counted, in the plural.
        """
        of = f" of {grouped(self.total)}" if self.total is not None else ""
        parts = [f"{grouped(self.count)}{of} {things}".rstrip()]
        if self.total:
            parts.append(f"{min(self.count / self.total, 1):.0%}")
        if self.rate:
            parts.append(f"{grouped(round(self.rate))}/s")
        if self.seconds_left is not None:
            minutes, seconds = divmod(round(self.seconds_left), 60)
            parts.append(f"{minutes}:{seconds:02} left")
        return ", ".join(parts)


class Pace:
    """How fast something goes, from now on.

    Args:
        before: How many were done before.
        what: What is being done; empty where that needs no word.
        clock: Seconds; injected so that tests can hold time still.
    """

    def __init__(
        self, before: int = 0, *, what: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._what = what
        self._before = before
        self._clock = clock
        self._began = self._told_at = clock()

    def progress(self, count: int, total: int | None = None, *, changed: int = 0) -> Progress:
        """How far that is."""
        seconds = self._clock() - self._began
        rate = (count - self._before) / seconds if seconds > 0 else 0.0
        left = (total - count) / rate if total is not None and rate > 0 else None
        return Progress(
            what=self._what,
            count=count,
            total=total,
            rate=rate,
            seconds_left=None if left is None else max(left, 0.0),
            changed=changed,
        )

    def news(self, count: int, total: int | None = None) -> Progress | None:
        """How far that is; None where that was told just now."""
        if self._clock() - self._told_at < MOST_OFTEN:
            return None
        self._told_at = self._clock()
        return self.progress(count, total)
