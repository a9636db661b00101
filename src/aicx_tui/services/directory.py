"""The humans of one bot, kept in memory and followed through the platform's feed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aicx_tui.api.base import FEED_PAGE_LIMIT, Platform
from aicx_tui.errors import AicxError, CursorTooOldError, NotFoundError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import DeletedHuman, FeedPage, Human
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.search import Entry, Query
from aicx_tui.storage.query.folding import fold
from aicx_tui.storage.query.sorting import Sort, SortKey

MEMORY_LIMIT = 50_000
"""Humans kept in memory at most; the rest is left at the platform, and the console says so."""

CONSOLE_PAGE = 250
"""Humans per page where a person waits; small enough that parsing one never holds up a key."""


FETCHED_AT_ONCE = 8
"""Humans read by id at the same time; more make no platform faster."""

_SORT_VALUES: dict[SortKey, Callable[[Human], str | datetime | None]] = {
    SortKey.NAME: lambda human: fold(human.fullname or ""),
    SortKey.EMAIL: lambda human: fold(human.email or ""),
    SortKey.PHONE: lambda human: human.phone_number,
    SortKey.UID: lambda human: fold(human.uid or ""),
    SortKey.ID: lambda human: fold(human.id),
    SortKey.CREATED: lambda human: human.created_at,
    SortKey.UPDATED: lambda human: human.updated_at,
}


@dataclass
class Directory:
    """What the console browses.

    Attributes:
        platform: Where humans come from.
        clock: The present, injected so that pictures and tests can hold it still.
        tags: Definitions by id; empty where the platform cannot list them.
        total: Humans at the platform when reading began, where it says.
        fresh_at: When the platform was last read to the end.
    """

    platform: Platform
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    tags: dict[str, TagDefinition] = field(default_factory=dict)
    total: int | None = None
    fresh_at: datetime | None = None
    _entries: dict[str, Entry] = field(default_factory=dict)
    _cursor: str | None = None

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def is_listed(self) -> bool:
        """Whether the platform can list its humans; else they come in one by one."""
        return Capability.HUMANS_FEED in self.platform.capabilities

    @property
    def is_truncated(self) -> bool:
        """Whether the platform has more humans than are kept in memory."""
        return len(self) >= MEMORY_LIMIT and self.total is not None and self.total > len(self)

    def get(self, human_id: str) -> Human | None:
        """The human as it was last read."""
        entry = self._entries.get(human_id)
        return entry.human if entry else None

    async def refresh(self) -> AsyncIterator[int]:
        """Read what changed since the last time, and yield the count after each page.

        Raises:
            AicxError: The platform could not be read to the end; what was read stays.
        """
        if Capability.TAGS_LIST in self.platform.capabilities:
            self.tags = {tag.id: tag for tag in await self.platform.list_tags()}
        following = self._follow_feed if self.is_listed else self._read_each_again
        try:
            async for count in following():
                yield count
        except CursorTooOldError:
            self._entries, self._cursor = {}, None
            async for count in following():
                yield count
        self.fresh_at = self.clock()

    async def _read_each_again(self) -> AsyncIterator[int]:
        """Where there is no feed: read the humans held, one after the other."""
        for human_id in list(self._entries):
            try:
                await self.fetch(human_id)
            except NotFoundError:
                del self._entries[human_id]
            yield len(self)

    async def _follow_feed(self) -> AsyncIterator[int]:
        while not self.is_truncated:
            page = await self.platform.read_feed(self._cursor, limit=CONSOLE_PAGE)
            self._take(page)
            if not page.items:
                return
            yield len(self)

    def _take(self, page: FeedPage) -> None:
        if page.total is not None:
            self.total = page.total
        for item in page.items:
            if isinstance(item, DeletedHuman):
                self._entries.pop(item.id, None)
            else:
                self._entries[item.id] = Entry.of(item)
        self._cursor = page.next

    async def fetch(self, human_id: str) -> Human:
        """Read one human from the platform and keep it.

        Raises:
            NotFoundError: There is none with this id.
        """
        human = (await self.platform.get_human(human_id)).human
        self._entries[human.id] = Entry.of(human)
        return human

    async def fetch_each(
        self, human_ids: Sequence[str]
    ) -> AsyncIterator[tuple[str, AicxError | None]]:
        """Read several humans at once and yield each id, in order, with why it failed if it did."""
        gate = asyncio.Semaphore(FETCHED_AT_ONCE)

        async def one(human_id: str) -> tuple[str, AicxError | None]:
            async with gate:
                try:
                    await self.fetch(human_id)
                except AicxError as error:
                    return human_id, error
                return human_id, None

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(human_id)) for human_id in human_ids]
            for task in tasks:
                yield await task

    def find(self, query: Query, *, sort: Sort) -> list[Human]:
        """The humans that match, in order."""
        value = _tag_value(sort.tag_id) if sort.key == SortKey.TAG else _SORT_VALUES[sort.key]
        found = [e.human for e in self._entries.values() if query.matches(e)]
        present = [human for human in found if value(human)]
        missing = [human for human in found if not value(human)]
        present.sort(key=lambda h: (value(h), h.id), reverse=sort.descending)
        return present + missing

    def scarcest_term(self, query: Query) -> tuple[str, int]:
        """The word of a query that excludes most, and how many humans have it."""
        return query.scarcest_term(self._entries.values())


def _tag_value(tag_id: str) -> Callable[[Human], str]:
    def value(human: Human) -> str:
        return next((fold(tag.value) for tag in human.tags if tag.id == tag_id), "")

    return value


async def walk(
    platform: Platform, query: Query, *, page: int = FEED_PAGE_LIMIT
) -> AsyncIterator[Human]:
    """Every human that matches, in the feed's order, each once.

    Args:
        platform: Where to read.
        query: Which humans.
        page: Humans per request.

    Raises:
        UnsupportedError: The platform cannot list humans.
    """
    seen: set[str] = set()
    cursor: str | None = None
    while True:
        read = await platform.read_feed(cursor, limit=page)
        for item in read.items:
            if isinstance(item, Human) and item.id not in seen:
                seen.add(item.id)
                if query.matches(Entry.of(item)):
                    yield item
        if not read.items:
            return
        cursor = read.next
