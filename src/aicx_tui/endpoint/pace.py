"""How often one address may call."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_ADDRESSES = 10_000
"""That are remembered; the one that has not called for longest goes first."""


class Pace:
    """So many calls a minute from each address, as many of them at once.

    Args:
        per_minute: How many.
        clock: Seconds.
    """

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> float:
        """Take one call, and return the seconds to wait first; 0 when it may be made."""
        pause = self.pause_before(address)
        if not pause:
            left, at = self._left[address]
            self._left[address] = left - 1, at
        return pause

    def pause_before(self, address: str) -> float:
        """The seconds to wait before one more call, which is not taken yet."""
        now, each = self._clock(), 60 / self._per_minute
        left, at = self._left.pop(address, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - at) / each)
        self._left[address] = left, now
        if len(self._left) > MOST_ADDRESSES:
            self._left.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) * each
