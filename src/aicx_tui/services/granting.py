"""Waiting for a grant that a person gives in a browser (RFC 8628), as the platform asks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from aicx_tui.errors import (
    NotFoundError,
    NotSignedInError,
    OutcomeUnknownError,
    RateLimitedError,
    UnavailableError,
)
from aicx_tui.models.signing import DeviceFlow, FlowAnswer

PROVIDERS = {"google": "Google", "microsoft": "Microsoft"}
"""What accounts elsewhere are called, by the contract's own names."""

SLOWER_BY = 5.0
"""Seconds that are added where it was asked too often and no interval is told."""

LONGEST_INTERVAL = 60.0

PASSING = (UnavailableError, OutcomeUnknownError, RateLimitedError)
"""What does not end the wait: the network may be back before the grant is too old."""


async def granted(
    flow: DeviceFlow,
    *,
    poll: Callable[[], Awaitable[FlowAnswer]],
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FlowAnswer:
    """Ask again and again until it is granted.

    Args:
        flow: What was begun.
        poll: Asks once.
        pause: Waits for some seconds.
        now: The present.

    Raises:
        NotSignedInError: It was refused, or came too late.
        AicxError: The platform refused to go on.
    """
    interval = flow.interval
    while now() < flow.expires_at:
        await pause(interval)
        try:
            answer = await poll()
        except PASSING:
            interval = min(interval * 2, LONGEST_INTERVAL)
            continue
        except NotFoundError:
            raise _too_late() from None
        match answer.status:
            case "done":
                return answer
            case "denied":
                raise NotSignedInError(
                    "It was refused in the browser. Nothing was changed.",
                    hint="Begin again, and allow it there.",
                )
            case "expired":
                raise _too_late()
            case "slow_down":
                slower = answer.interval or interval + SLOWER_BY
                interval = min(max(slower, interval), LONGEST_INTERVAL)
            case "pending":
                interval = answer.interval or interval
    raise _too_late()


def _too_late() -> NotSignedInError:
    return NotSignedInError(
        "The code was not used in time. Nothing was changed.", hint="Begin again for another one."
    )


def provider_called(name: str) -> str:
    """What an account elsewhere is called."""
    return PROVIDERS.get(name, name)
