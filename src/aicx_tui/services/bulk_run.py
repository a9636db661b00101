"""One bulk while it is run.

While a request is under way the reply before is written down, and whom the next is for. Whoever
is found as being sent when a run begins, may have been: each such human is read again.
"""

from __future__ import annotations

import asyncio
from asyncio import wrap_future
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from datetime import datetime
from functools import partial

from aicx_tui.api.base import Platform
from aicx_tui.errors import (
    AicxError,
    NotFoundError,
    NotTheApiError,
    OutcomeUnknownError,
    PlatformFailedError,
    RateLimitedError,
    RefusedError,
)
from aicx_tui.services.bulk_progress import BulkProgress as BulkProgress
from aicx_tui.services.bulk_progress import progress_of, settled
from aicx_tui.services.bulk_sending import Basis, BulkSender
from aicx_tui.services.pace import Pace
from aicx_tui.services.sending import MOST_TRIES, NOT_NOW
from aicx_tui.services.turn import POLL_SECONDS
from aicx_tui.storage import bulk_reading, bulk_writing
from aicx_tui.storage.bulk_writing import Ended
from aicx_tui.storage.bulks import Bulk, BulkItem, BulkState, ItemState
from aicx_tui.storage.database import Connection
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.writing import Writer

ALONE = 64
"""Humans that are changed or read one by one, between two words on how far it is."""

READ_FIRST = 16
"""Humans that are read and then tagged together: the fewer, the shorter the time in between."""

FRESH_SECONDS = 60.0
"""How old may be what is noted of humans when they are sent, unless others were all the time."""

SIDE_BY_SIDE = 2
"""Requests that give tags at the same time: the platform has the next while a reply travels."""

WRITTEN_AT_ONCE = 250
"""Humans that are written down in one transaction, so that no key waits for longer."""

FAILED = (PlatformFailedError, NotTheApiError, OutcomeUnknownError)
"""What is tried again a few times only."""


class BulkRun:
    """One bulk while it is run."""

    def __init__(
        self,
        platform: Platform,
        mirror: Mirror,
        bulk: Bulk,
        *,
        clock: Callable[[], datetime],
        retry_seconds: float,
        batch: int,
    ) -> None:
        self._mirror = mirror
        self._bulk = bulk
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._sender = BulkSender(platform, bulk, settle=self._settle, batch=batch)
        self._counts: Counter[ItemState] = Counter()
        self._batch = batch
        self._since = bulk.made_at
        self._is_late = False
        self._ended: list[Ended] = []
        self._written: list[asyncio.Future[None]] = []
        self._tries = 0

    async def steps(self) -> AsyncGenerator[BulkProgress, None]:
        """Send it until it is done, paused or given up."""
        number = self._bulk.number
        self._counts.update(
            await wrap_future(self._mirror.read(lambda c: bulk_reading.counts(c, number)))
        )
        pace = Pace(settled(self._counts))
        while self._bulk.state is BulkState.RUNNING:
            said, seconds = "", 0.0
            fault: AicxError | None = None
            try:
                async with aclosing(self._batches()) as batches:
                    async for _ in batches:
                        yield progress_of(self._bulk, self._counts, pace)
                await self._finish()
            except (*NOT_NOW, OutcomeUnknownError) as error:
                seconds = await self._set_back(error)
                said, fault = f"{error.message} It is tried again in {seconds:.0f} s.", error
            except (RefusedError, NotFoundError) as error:
                fault = error
                await self._pause(error)
            await self._look()
            is_waiting = self._bulk.state is BulkState.RUNNING
            yield progress_of(
                self._bulk,
                self._counts,
                pace,
                waiting_for=said if is_waiting else "",
                error=fault,
            )
            await self._rest(seconds)

    async def take_up(self) -> None:
        """Find out about humans that a process was sending that is gone.

        Raises:
            AicxError: The platform cannot be asked now.
        """
        number, sending = self._bulk.number, ItemState.SENDING
        while left := await wrap_future(
            self._mirror.read(lambda c: bulk_reading.items_in(c, number, sending, limit=ALONE))
        ):
            await self._under_way(self._sender.look(left))
            await self._flush()

    async def _batches(self) -> AsyncGenerator[None, None]:
        """Send batch after batch; the next is taken while one is under way."""
        await self.take_up()
        following = self._taken()
        try:
            while batch := await asyncio.shield(following):
                await self._look()
                if self._bulk.state is not BulkState.RUNNING:
                    break
                following = self._taken()
                self._ended = []
                await self._under_way(self._sender.send(batch))
                yield
                is_last = not await asyncio.shield(following)
                if self._is_refused_to_all and not is_last:
                    raise RefusedError(f"Everybody was refused: {self._ended[-1].said}")
        finally:
            await self._give_back(following)
            await self._flush()

    async def _under_way(self, work: Coroutine[None, None, None]) -> None:
        """Wait for requests; cancelled, for what is under way only, and it is written down."""
        task = asyncio.create_task(work)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            self._sender.is_stopping = True
            with suppress(AicxError):
                await task
            await self._flush()
            raise

    @property
    def _basis(self) -> Basis:
        now = self._clock().timestamp()
        self._is_late = self._is_late or now - self._since > FRESH_SECONDS
        self._since = now
        if self._is_late:
            return Basis.OLD
        return Basis.READ if self._bulk.is_fresh else Basis.UNREAD

    @property
    def _is_refused_to_all(self) -> bool:
        return len(self._ended) > 1 and all(one.state is ItemState.FAILED for one in self._ended)

    # Writing down

    def _taken(self) -> asyncio.Future[list[BulkItem]]:
        """Whom the next request is for, noted on the disk."""
        number = self._bulk.number
        self._sender.basis = self._basis
        together = SIDE_BY_SIDE * self._batch
        known = READ_FIRST if self._sender.reads_first else together

        def work(connection: Connection, _: Writer) -> list[BulkItem]:
            return bulk_writing.take(
                connection, number, together=together, alone=ALONE, known=known
            )

        return wrap_future(self._mirror.write(work, is_durable=True))

    async def _give_back(self, taken: asyncio.Future[list[BulkItem]]) -> None:
        """Let those wait again that were taken and not sent."""
        number, items = self._bulk.number, await taken
        if items:
            await wrap_future(
                self._mirror.write(
                    lambda c, _: bulk_writing.move(c, number, items, ItemState.PENDING)
                )
            )

    async def _settle(self, ended: Sequence[Ended]) -> None:
        """Write down what became of humans, while the next are under way."""
        await self._flush()
        self._ended += ended
        self._counts.update(one.state for one in ended)
        if any(one.state is not ItemState.PENDING for one in ended):
            self._tries = 0
        now = self._clock().timestamp()
        for first in range(0, len(ended), WRITTEN_AT_ONCE):
            some = ended[first : first + WRITTEN_AT_ONCE]
            work = partial(_settled, self._bulk, some, now)
            self._written.append(wrap_future(self._mirror.write(work)))

    async def _flush(self) -> None:
        written, self._written = self._written, []
        await asyncio.shield(asyncio.gather(*written))

    # Where it cannot go on

    async def _set_back(self, error: AicxError) -> float:
        """How many seconds it waits after an error; it pauses after too many of a kind."""
        if isinstance(error, RateLimitedError):
            return error.retry_after
        if not isinstance(error, FAILED):
            return self._retry_seconds
        self._tries += 1
        if self._tries >= MOST_TRIES:
            await self._pause(error)
        return float(min(self._retry_seconds, 2**self._tries / 5))

    async def _pause(self, error: AicxError) -> None:
        await self._write(
            partial(_set, self._bulk.number, BulkState.PAUSED, self._now, error.message)
        )

    async def _finish(self) -> None:
        number, now = self._bulk.number, self._now
        await self._write(lambda c, _: bulk_writing.finish(c, number, now=now))

    async def _look(self) -> None:
        """See how far it is now: others pause and cancel too."""
        bulk_id = self._bulk.id
        found = await wrap_future(self._mirror.read(lambda c: bulk_reading.bulk(c, bulk_id)))
        if found is not None:
            self._bulk = found

    async def _rest(self, seconds: float) -> None:
        """Wait, unless somebody pauses it or gives it up meanwhile."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while self._bulk.state is BulkState.RUNNING and (left := until - loop.time()) > 0:
            await asyncio.sleep(min(left, POLL_SECONDS))
            await self._look()

    @property
    def _now(self) -> float:
        return self._clock().timestamp()

    async def _write(self, work: Callable[[Connection, Writer], None]) -> None:
        await wrap_future(self._mirror.write(work, is_durable=True))


def _settled(
    bulk: Bulk, ended: Sequence[Ended], now: float, connection: Connection, writer: Writer
) -> None:
    bulk_writing.settle(connection, writer, bulk, ended, now=now)


def _set(
    number: int, state: BulkState, now: float, problem: str, connection: Connection, _: Writer
) -> None:
    bulk_writing.set_state(connection, number, state, now=now, problem=problem)
