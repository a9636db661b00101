"""How often one may try to sign in to an account from one address."""

from __future__ import annotations

import math
import time
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limits.strategies import MovingWindowRateLimiter

ATTEMPTS_A_MINUTE = 10


class SignInThrottle:
    """Counts attempts by account and client address, in the memory of this process."""

    def pause_after(self, *, email: str, address: str) -> int:
        """Count one attempt, and return the seconds to wait first; 0 when it may be made."""
        from limits import RateLimitItemPerMinute

        limit = RateLimitItemPerMinute(ATTEMPTS_A_MINUTE)
        if self._limiter.hit(limit, email, address):
            return 0
        reset = self._limiter.get_window_stats(limit, email, address).reset_time
        return max(1, math.ceil(reset - time.time()))

    @cached_property
    def _limiter(self) -> MovingWindowRateLimiter:
        # Imported at the first sign-in: it brings drivers of several stores, which start-up need
        # not wait for.
        from limits.storage import MemoryStorage
        from limits.strategies import MovingWindowRateLimiter

        return MovingWindowRateLimiter(MemoryStorage())
