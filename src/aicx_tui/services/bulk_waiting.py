"""Runs one bulk for somebody who waits for its end, as a command does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing

from aicx_tui.errors import (
    AicxError,
    ConflictError,
    NotSignedInError,
    RateLimitedError,
    StoppedError,
    UnavailableError,
)
from aicx_tui.numerals import grouped
from aicx_tui.services.bulk_running import BulkProgress, BulkRunner
from aicx_tui.services.changing import with_code
from aicx_tui.services.outbox_opening import OpenOutbox
from aicx_tui.services.session import Session
from aicx_tui.storage.bulks import Bulk, BulkState, ItemState

PATIENCE = 60.0
"""Seconds that a platform is waited for that cannot be asked."""

NOT_KEPT = (
    "Nothing keeps the rest: the local copy of this context is for one run only. The same "
    "command again changes those who are left."
)


async def see_through(
    opened: OpenOutbox,
    session: Session,
    bulk: Bulk,
    *,
    withdraws: bool = True,
    told: Callable[[BulkProgress], None],
    clock: Callable[[], float] = time.monotonic,
) -> BulkProgress:
    """Run a bulk to its end.

    Args:
        opened: Where it is.
        session: The platform.
        bulk: Which one; it is running.
        withdraws: Whether it is given up where the platform cannot be asked from the first moment
            on; else it stays.
        told: Told how far it is, and what is waited for.
        clock: Seconds.

    Returns:
        How far it came; it still waits where it stays.

    Raises:
        StoppedError: It was interrupted, here or by another process.
        ConflictError: Another process cancelled it.
        AicxError: The platform cannot be asked, or refuses everything: the rest waits, or all of
            it is given up where nothing was sent.
    """
    runner = BulkRunner(session.platform, opened.directory.mirror)
    began: int | None = None
    far: int | None = None
    waits_since = clock()
    try:
        async with aclosing(runner.run(bulk.id)) as steps:
            async for progress in steps:
                began = progress.settled if began is None else began
                if progress.settled != far:
                    far, waits_since = progress.settled, clock()
                is_first, seconds = progress.settled == began, clock() - waits_since
                is_stuck = bool(progress.waiting_for) or seconds >= PATIENCE
                if is_stuck and _gives_up(progress, is_first=is_first, seconds=seconds):
                    break
                told(progress)
    except asyncio.CancelledError:
        if (await opened.bulks.get(bulk.id)).state is BulkState.DONE:
            raise  # all is done but to be put in order, which the next run does
        await opened.bulks.pause(bulk.id)
        raise StoppedError(
            f"Paused: {await _so_far(opened, bulk)}.", hint=_go_on(opened, bulk)
        ) from None
    return await _judged(opened, progress, is_first=progress.settled == began, withdraws=withdraws)


def _gives_up(progress: BulkProgress, *, is_first: bool, seconds: float) -> bool:
    """Whether a platform that cannot be asked is not waited for any longer."""
    if isinstance(progress.error, NotSignedInError):
        return True
    is_away = is_first and isinstance(progress.error, UnavailableError)
    return is_away or seconds >= PATIENCE


async def _judged(
    opened: OpenOutbox, progress: BulkProgress, *, is_first: bool, withdraws: bool
) -> BulkProgress:
    bulk, error = progress.bulk, progress.error
    if bulk.state is BulkState.DONE:
        return progress
    if error is None and bulk.state is BulkState.RUNNING:
        if not withdraws:
            return progress
        raise StoppedError(
            f"Another process has it and comes no further: {await _so_far(opened, bulk)}.",
            hint=f"It goes on there, or when that has ended: aicx bulk resume {bulk.id[:8]}",
        )
    if error is None and bulk.state is BulkState.CANCELLED:
        raise ConflictError(
            f"Another process cancelled it: {await _so_far(opened, bulk, 'not sent')}.",
            hint="What is done stays. The same command again changes the others.",
        )
    is_away = isinstance(error, (UnavailableError, NotSignedInError, RateLimitedError))
    is_in_doubt = ItemState.SENDING in await opened.bulks.counts(bulk.id)
    if error is not None and is_first and is_away and not is_in_doubt:
        if not withdraws and bulk.state is BulkState.RUNNING:
            return progress
        await opened.bulks.cancel(bulk.id)
        raise _about(error, error.message, error.hint)
    if bulk.state is BulkState.RUNNING:
        await opened.bulks.pause(bulk.id)
    far, hint = await _so_far(opened, bulk), _go_on(opened, bulk)
    if error is None:
        raise StoppedError(f"Another process stopped it: {far}.", hint=hint)
    raise _about(error, f"{error.message} It is paused: {far}.", hint)


def _about(error: AicxError, message: str, hint: str) -> AicxError:
    """The error that ends it; who is asked for a pause all the time could not ask the platform."""
    kind = UnavailableError if isinstance(error, RateLimitedError) else error
    return with_code(message, hint, error.problems, kind.exit_code)


async def _so_far(opened: OpenOutbox, bulk: Bulk, rest: str = "left") -> str:
    counts = await opened.bulks.counts(bulk.id)
    words = [
        f"{grouped(count)} {state}"
        for state, count in counts.items()
        if state is not ItemState.PENDING
    ]
    left = counts.get(ItemState.PENDING, 0)
    return ", ".join([*words, f"{grouped(left)} of {grouped(bulk.total)} {rest}"])


def _go_on(opened: OpenOutbox, bulk: Bulk) -> str:
    return f"Go on: aicx bulk resume {bulk.id[:8]}" if opened.directory.is_kept else NOT_KEPT
