"""Keeps a mirror as its platform is: a first reading, then what changed."""

from __future__ import annotations

import asyncio
import json
from asyncio import wrap_future
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from filelock import FileLock, Timeout

from aicx_tui.api.base import FEED_PAGE_LIMIT, Platform
from aicx_tui.errors import AicxError, CursorTooOldError, NotFoundError
from aicx_tui.models.capability import Capability
from aicx_tui.models.feed import FeedItem, feed_item
from aicx_tui.models.human import MASK, Human
from aicx_tui.services.feed_pages import pages_from
from aicx_tui.services.pace import READING, Pace, Progress
from aicx_tui.storage.changes import LOCAL
from aicx_tui.storage.database import Connection, DamagedError, unusable
from aicx_tui.storage.loading import COMPLETE, meta
from aicx_tui.storage.mirror import NEVER, Mirror
from aicx_tui.storage.outbox import show_all_anew
from aicx_tui.storage.rows import Document
from aicx_tui.storage.writing import Writer, put_meta

AT_ONCE = 8
"""Humans read by id at the same time; more make no platform faster."""

STALE_SECONDS = 60.0
"""How long a human that was read by its id is not read again."""

POLL_SECONDS = 0.2
"""How often another console that is reading is asked whether it is done."""


class Sync:
    """Reads a platform into a mirror; what was read before it broke off is kept, and gone on from.

    Args:
        platform: Where to read.
        mirror: Where to write.
        clock: The present.
    """

    def __init__(
        self,
        platform: Platform,
        mirror: Mirror,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._platform = platform
        self._mirror = mirror
        self._clock = clock

    async def run(
        self,
        *,
        full: bool = False,
        page: int = FEED_PAGE_LIMIT,
        stale_after: float = STALE_SECONDS,
    ) -> AsyncGenerator[Progress, None]:
        """Bring the mirror up to date, telling how far that is.

        Args:
            full: Compare everybody, and not only who changed.
            page: Humans per request.
            stale_after: Seconds for which a human that was read by its id is not read again.

        Raises:
            AicxError: The platform could not be read to the end; what was read stays.
        """
        try:
            async with aclosing(self._once(full, page, stale_after)) as steps:
                async for progress in steps:
                    yield progress
        except DamagedError:  # what is read now goes into a new file
            async with aclosing(self._once(full, page, stale_after)) as steps:
                async for progress in steps:
                    yield progress

    async def _once(
        self, full: bool, page: int, stale_after: float
    ) -> AsyncGenerator[Progress, None]:
        async with self._turn():
            if not self._mirror.is_usable:
                await asyncio.to_thread(self._mirror.reopen)
            await self.read_tags()
            is_fed = Capability.HUMANS_FEED in self._platform.capabilities
            stale_after = 0.0 if full else stale_after
            reading = self._follow(full, page) if is_fed else self._read_each_again(stale_after)
            async with aclosing(reading):
                async for progress in reading:
                    yield progress
            now = self._clock().timestamp()
            await self._keep({"fresh_at": now, "accepted_at": now, "latest_clock": now})

    async def _follow(self, full: bool, page: int) -> AsyncGenerator[Progress, None]:
        facts = await self._facts()
        first = facts.get("built") != COMPLETE
        wanted = self._compare if full or "full_cursor" in facts else self._changes
        reading = self._first(page) if first else wanted(page)
        try:
            async with aclosing(reading):
                async for progress in reading:
                    yield progress
        except CursorTooOldError:
            if first:
                await wrap_future(self._mirror.clear())
            again = self._first(page) if first else self._compare(page, from_start=True)
            async with aclosing(again):
                async for progress in again:
                    yield progress

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait until no other console reads into the same mirror.

        Raises:
            MirrorError: The folder of the mirror cannot be written.
        """
        lock = FileLock(self._mirror.path.with_suffix(".lock"))
        if not self._mirror.path.exists():  # nobody else can open one that has no name
            yield
            return
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except Timeout:
                await asyncio.sleep(POLL_SECONDS)
            except OSError as error:
                raise unusable(self._mirror.path, error) from None
        try:
            yield
        finally:
            try:  # what a reading that was given up is still writing, nobody else is to write too
                await wrap_future(self._mirror.writer.ask(_nothing))
            finally:
                lock.release()

    async def _first(self, page: int) -> AsyncGenerator[Progress, None]:
        """Read everybody, then index them."""
        count = await wrap_future(self._mirror.count())
        steps = self._mirror.complete()
        try:
            async with aclosing(self._everybody(page, count)) as reading:
                async for progress in reading:
                    count = progress.count
                    yield progress
            while step := await wrap_future(self._mirror.writer.ask(lambda: next(steps, None))):
                yield Progress(what=step.what, count=count, total=count)
        finally:  # there, and not where it is given up
            self._mirror.writer.ask(steps.close)
            self._mirror.writer.ask(self._mirror.end_filling)
        await wrap_future(self._mirror.write(show_all_anew))
        yield Progress(what=READING, count=await wrap_future(self._mirror.count()))

    async def _everybody(self, page: int, count: int) -> AsyncGenerator[Progress, None]:
        """Read everybody behind so many, unless that was done; nobody is indexed yet."""
        facts = await self._facts()
        if "read_at" in facts:
            return
        total = int(facts["total"]) if "total" in facts else None
        pace = Pace(count, what=READING)
        async with aclosing(pages_from(self._platform, facts.get("cursor"), page)) as pages:
            async for read in pages:
                kept: dict[str, Any] = {"cursor": read["next"]}
                if (stated := read.get("total")) is not None:
                    total = kept["total"] = stated
                await wrap_future(self._mirror.append(read["items"], kept))
                count += len(read["items"])
                yield pace.progress(count, total)
        await self._keep({"read_at": self._clock().timestamp()})

    async def _changes(self, page: int) -> AsyncGenerator[Progress, None]:
        """Read what changed since the last time."""
        changed = 0
        async with aclosing(
            pages_from(self._platform, (await self._facts()).get("cursor"), page)
        ) as pages:
            async for read in pages:
                changed += await self._put(read["items"], {"cursor": read["next"]})
                yield Progress(
                    what=READING, count=await wrap_future(self._mirror.count()), changed=changed
                )

    async def _compare(
        self, page: int, *, from_start: bool = False
    ) -> AsyncGenerator[Progress, None]:
        """Read everybody again into a mirror that stays usable, then take out who is no more."""
        facts = await self._facts()
        cursor = None if from_start else facts.get("full_cursor") or None
        if cursor is None:
            await wrap_future(self._mirror.write(_forget_seen))
        total, count, changed, pace = None, 0, 0, Pace(what=READING)
        async with aclosing(pages_from(self._platform, cursor, page)) as pages:
            async for read in pages:
                total = read.get("total") or total
                changed += await self._put(read["items"], {"full_cursor": read["next"]}, seen=True)
                count += len(read["items"])
                yield pace.progress(count, total, changed=changed)
        changed += await wrap_future(self._mirror.write(_remove_unseen))
        yield Progress(what=READING, count=await wrap_future(self._mirror.count()), changed=changed)

    async def _read_each_again(self, stale_after: float) -> AsyncGenerator[Progress, None]:
        """Where there is no feed: read those again that were not read just now."""
        await self._index()
        now = self._clock().timestamp()
        ids = await wrap_future(self._mirror.ids_not_read_since(now - stale_after, now))
        async with aclosing(self.fetch_each(ids)) as each:
            async for _, error in each:
                if error is not None and not isinstance(error, NotFoundError):
                    raise error
                yield Progress(what=READING, count=await wrap_future(self._mirror.count()))

    async def fetch_each(
        self, human_ids: Sequence[str]
    ) -> AsyncGenerator[tuple[str, AicxError | None], None]:
        """Read several humans at once and yield each id, in order, with why it failed if it did.

        One that is no more is taken out of the mirror.
        """
        await self.make_ready()
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(human_id: str) -> tuple[str, AicxError | None]:
            async with gate:
                try:
                    await self.fetch(human_id)
                except AicxError as error:
                    return human_id, error
                return human_id, None

        tasks = [asyncio.create_task(one(human_id)) for human_id in human_ids]
        try:
            for task in tasks:
                yield await task
        finally:  # also where it is given up in between, which a TaskGroup would take for a fault
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def fetch(self, human_id: str) -> Human:
        """Read one human and keep it.

        Raises:
            NotFoundError: There is none with this id; it is taken out of the mirror.
        """
        try:
            human = (await self._platform.get_human(human_id)).human
        except NotFoundError:
            await wrap_future(self._mirror.write(partial(_remove, human_id)))
            raise
        await self.keep([human])
        return human

    async def keep(self, humans: Sequence[Human], *, is_read: bool = True) -> None:
        """Keep humans that came one by one; before everybody was read, the feed brings them.

        Args:
            humans: As they are known.
            is_read: Whether that is what the platform has; else they count as stale.
        """
        await self.make_ready()
        items = [_item(human) for human in humans]
        at = self._clock().timestamp() if is_read else NEVER

        def put(connection: Connection, writer: Writer) -> None:
            if meta(connection, "built") != COMPLETE:
                return
            is_compared = meta(connection, "full_cursor") is not None
            for item in items:
                writer.put(item)
                if is_compared:
                    connection.execute("INSERT OR IGNORE INTO seen VALUES (?)", (item["id"],))
                connection.execute("INSERT OR REPLACE INTO reads VALUES (?, ?)", (item["id"], at))

        await wrap_future(self._mirror.write(put))

    async def make_ready(self) -> None:
        """Make the indexes of a mirror that nobody is read into in bulk."""
        if Capability.HUMANS_FEED in self._platform.capabilities:
            return
        if (await self._facts()).get("built") != COMPLETE:
            async with self._turn():
                await self._index()

    async def _index(self) -> None:
        steps = self._mirror.complete()
        await wrap_future(self._mirror.writer.ask(lambda: list(steps)))
        await wrap_future(self._mirror.write(show_all_anew))

    async def read_tags(self) -> None:
        """Keep the definitions of tags, where the platform lists them."""
        if Capability.TAGS_LIST in self._platform.capabilities:
            tags = [tag.model_dump(mode="json") for tag in await self._platform.list_tags()]
            await self._keep({"tags": json.dumps(tags)})

    async def _put(
        self, items: Sequence[FeedItem], facts: dict[str, Any], *, seen: bool = False
    ) -> int:
        """Put a page of changes in, and return how many humans differ from before."""

        def put(connection: Connection, writer: Writer) -> int:
            differing = sum(_put_item(writer, item) for item in items)
            if seen:
                ids = [(item["id"],) for item in items if not item.get("deleted")]
                connection.executemany("INSERT OR IGNORE INTO seen VALUES (?)", ids)
            put_meta(connection, facts)
            return differing

        return await wrap_future(self._mirror.write(put))

    async def _facts(self) -> dict[str, str]:
        return await wrap_future(self._mirror.facts())

    async def _keep(self, facts: dict[str, Any]) -> None:
        await wrap_future(self._mirror.keep(facts))


def _put_item(writer: Writer, item: Document) -> bool:
    if item.get("deleted") is True:
        return writer.remove(item["id"])
    return writer.put(item)


def _item(human: Human) -> FeedItem:
    """A human as a feed has it."""
    token = {"access_token": MASK if human.access_token else None}
    told = token if "access_token" in human.document else {}
    return feed_item({**human.document, **told, "id": human.id})


def _nothing() -> None:
    """What is asked for to know that the rest is done."""


def _remove(human_id: str, connection: Connection, writer: Writer) -> None:
    if meta(connection, "built") == COMPLETE:
        writer.remove(human_id)


def _forget_seen(connection: Connection, _: Writer) -> None:
    connection.execute("DELETE FROM seen")
    put_meta(connection, {"full_cursor": ""})


def _remove_unseen(connection: Connection, writer: Writer) -> int:
    gone = connection.execute(
        "SELECT id FROM humans WHERE id NOT IN (SELECT id FROM seen) "
        "AND substr(id, 1, length(?)) <> ?",
        (LOCAL, LOCAL),
    )
    removed = sum(writer.remove(human_id) for (human_id,) in gone.fetchall())
    connection.execute("DELETE FROM seen")
    put_meta(connection, {"cursor": meta(connection, "full_cursor")})
    connection.execute("DELETE FROM meta WHERE name = 'full_cursor'")
    return removed
