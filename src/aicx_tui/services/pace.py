"""How far a sync is, and how fast."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a sync is.

    Attributes:
        what: What is being done: `reading`, or a step of indexing.
        count: Humans in the mirror.
        total: Humans at the platform, where it says.
        rate: Humans read each second of this run; 0 where that is not known.
        seconds_left: Until everybody is read; None where that is not known.
        changed: Humans that differ from before, of a mirror that was complete.
    """

    what: str = "reading"
    count: int
    total: int | None = None
    rate: float = 0.0
    seconds_left: float | None = None
    changed: int = 0


class Pace:
    """How fast humans come.

    Args:
        count: Those that were there before.
    """

    def __init__(self, count: int) -> None:
        self._before = count
        self._began = time.monotonic()

    def progress(self, count: int, total: int | None, *, changed: int = 0) -> Progress:
        """How far that is."""
        seconds = time.monotonic() - self._began
        rate = (count - self._before) / seconds if seconds > 0 else 0.0
        left = (total - count) / rate if total is not None and rate > 0 else None
        return Progress(
            count=count,
            total=total,
            rate=rate,
            seconds_left=None if left is None else max(left, 0.0),
            changed=changed,
        )
