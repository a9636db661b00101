"""Runs the bulks of one mirror on its platform, one after the other, in one process at a time."""

from __future__ import annotations

import asyncio
from asyncio import wrap_future
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from functools import partial

from aicx_tui.api.base import Platform
from aicx_tui.errors import NotFoundError, RefusedError
from aicx_tui.services.bulk_progress import BulkProgress as BulkProgress
from aicx_tui.services.bulk_progress import seen
from aicx_tui.services.bulk_run import WRITTEN_AT_ONCE, BulkRun
from aicx_tui.services.editing import ASSIGN_BATCH
from aicx_tui.services.sending import NOT_NOW
from aicx_tui.services.turn import POLL_SECONDS, turn
from aicx_tui.storage import bulk_reading, bulk_writing
from aicx_tui.storage.bulks import Bulk, BulkState, ItemState
from aicx_tui.storage.database import Connection
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.writing import Writer

RETRY_SECONDS = 5.0
"""How long a platform that cannot be asked is left alone."""


class BulkRunner:
    """Runs bulks; one process at a time does so for a mirror.

    Args:
        platform: Where to.
        mirror: What holds them.
        clock: The present.
        retry_seconds: How long a platform that cannot be asked is left alone.
        batch: Humans in one request.
    """

    def __init__(
        self,
        platform: Platform,
        mirror: Mirror,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        retry_seconds: float = RETRY_SECONDS,
        batch: int = ASSIGN_BATCH,
    ) -> None:
        self._platform = platform
        self._mirror = mirror
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._batch = batch

    async def run(self, bulk_id: str | None = None) -> AsyncGenerator[BulkProgress, None]:
        """Send what is pending of running bulks, and yield how far each is.

        Close it where it is not read to its end (`contextlib.aclosing`), or cancel it: then what
        is under way is waited for and written down, and the rest stays pending.

        Args:
            bulk_id: The only one to run; also one that another process runs is followed to its
                end then. Without it, every running bulk is, the oldest first, unless another
                process does that.

        Raises:
            MirrorError: What becomes of humans cannot be written down.
        """
        while True:
            async with turn(self._mirror.path, "bulks") as is_mine:
                if is_mine:
                    async with aclosing(self._run(bulk_id)) as steps:
                        async for progress in steps:
                            yield progress
                    return
            if bulk_id is None:
                return
            seen = await self._seen(bulk_id)
            yield seen
            if seen.bulk.state is not BulkState.RUNNING:
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _run(self, bulk_id: str | None) -> AsyncGenerator[BulkProgress, None]:
        for given_up in await self._bulks(BulkState.CANCELLED):
            with suppress(*NOT_NOW, RefusedError, NotFoundError):
                await self._one(given_up).take_up()
        if bulk_id is not None:
            yield await self._seen(bulk_id)
        await self._tell()
        while running := [
            bulk
            for bulk in await self._bulks(BulkState.RUNNING)
            if bulk_id is None or bulk.id == bulk_id
        ]:
            async with aclosing(self._one(running[0]).steps()) as steps:
                async for progress in steps:
                    yield progress
            await self._tell()

    async def _tell(self) -> None:
        """Tell history and search of those who came to their end, a few at a time: others write."""
        for bulk in await wrap_future(self._mirror.read(bulk_reading.not_told)):
            after = -1
            while True:
                after = await wrap_future(self._mirror.write(partial(_told, bulk, after)))
                if after < 0:
                    break

    def _one(self, bulk: Bulk) -> BulkRun:
        return BulkRun(
            self._platform,
            self._mirror,
            bulk,
            clock=self._clock,
            retry_seconds=self._retry_seconds,
            batch=self._batch,
        )

    async def _bulks(self, state: BulkState) -> list[Bulk]:
        return await wrap_future(self._mirror.read(lambda c: bulk_reading.bulks(c, (state,))))

    async def _seen(self, bulk_id: str) -> BulkProgress:
        """How far a bulk is that another process runs."""

        def work(connection: Connection) -> tuple[Bulk | None, dict[ItemState, int]]:
            bulk = bulk_reading.bulk(connection, bulk_id)
            return bulk, bulk_reading.counts(connection, bulk.number) if bulk else {}

        bulk, counts = await wrap_future(self._mirror.read(work))
        if bulk is None:
            raise NotFoundError(f"The bulk {bulk_id:.8} is no more.")
        return seen(bulk, counts)


def _told(bulk: Bulk, after: int, connection: Connection, writer: Writer) -> int:
    return bulk_writing.tell(connection, writer, bulk, after=after, limit=WRITTEN_AT_ONCE)
