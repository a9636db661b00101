"""What a platform's replies tell beside their content: how soon they come, and its clock."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import httpx
from typing_extensions import override

from aicx_tui.api import failures
from aicx_tui.api.http import HttpCore, Reply


class ObservedCore(HttpCore):
    """An HTTP core that notes when the first reply began, refused or not.

    Attributes:
        latency: Seconds to the first reply's head, connecting included; None while there is none.
        clock_ahead: Seconds by which the platform's clock is ahead of this computer's, give or
            take one; None where the reply carries no readable date.
    """

    latency: float | None = None
    clock_ahead: float | None = None
    _sent_at: float = 0.0

    @override
    async def _once(self, request: httpx.Request, call: failures.Call) -> Reply:
        self._sent_at = time.perf_counter()
        return await super()._once(request, call)

    @override
    async def _read(self, response: httpx.Response, call: failures.Call) -> bytes:
        if self.latency is None:
            self.latency = time.perf_counter() - self._sent_at
            self.clock_ahead = _ahead(response.headers.get("date", ""))
        return await super()._read(response, call)


def _ahead(date: str) -> float | None:
    try:
        # The header names a second that has begun; half of one later is its middle.
        return parsedate_to_datetime(date).timestamp() + 0.5 - time.time()
    except (ValueError, OverflowError, OSError):
        return None
