"""So many requests within so long: what a vendor allows, kept to before it has to refuse."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

MINUTE = 60.0


class Budget:
    """Lets a request pass when it may be sent, in the order in which they came.

    It knows of the requests of this process alone.

    Args:
        most: How many.
        within: Seconds.
        what: Whose budget, for what is said of it.

    Attributes:
        tell: Told what is waited for, when somebody begins to wait; None for nobody.
    """

    def __init__(self, most: int, *, within: float = MINUTE, what: str = "The platform") -> None:
        self.tell: Callable[[str], None] | None = None
        self._most = most
        self._within = within
        self._what = what
        self._sent: deque[float] = deque()
        self._turn = asyncio.Lock()
        self._shut_until = 0.0
        self._is_told = False

    @property
    def pause(self) -> float:
        """Seconds until another request may be sent; 0 where it may now."""
        now = time.monotonic()
        while self._sent and self._sent[0] <= now - self._within:
            self._sent.popleft()
        is_full = len(self._sent) >= self._most
        free_at = self._sent[0] + self._within if is_full else now
        return max(free_at, self._shut_until) - now

    @property
    def said(self) -> str:
        """What is waited for, in a sentence; empty where nothing is."""
        pause = self.pause
        if pause <= 0:
            return ""
        return (
            f"{self._what} takes {self._most} requests in {self._within:.0f} s; "
            f"going on in {pause:.0f} s."
        )

    async def take(self) -> None:
        """Wait until a request may be sent, and count it."""
        async with self._turn:
            while (pause := self.pause) > 0:
                if self.tell is not None and not self._is_told:
                    self.tell(self.said)
                self._is_told = True
                await asyncio.sleep(pause)
            self._is_told = False
            self._sent.append(time.monotonic())

    def count(self) -> None:
        """Count a request that could not wait: one that is repeated."""
        self._sent.append(time.monotonic())

    def is_used_up(self, *, for_seconds: float) -> None:
        """Let nothing pass for a while: the platform counts more than was counted here."""
        self._shut_until = max(self._shut_until, time.monotonic() + for_seconds)
