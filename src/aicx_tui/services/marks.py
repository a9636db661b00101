"""Marked humans: a set of ids that outlives orders, searches and refreshes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

AT_ONCE = 5_000
"""Ids between two chances for a key to be answered: about a millisecond."""


class Marks:
    """The ids of the humans that the next action is for.

    What is done with many ids gives way to keys, so it may be seen half done.
    """

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def __contains__(self, human_id: str) -> bool:
        return human_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def turn(self, human_id: str) -> None:
        """Mark a human, or unmark it if it is marked."""
        self._ids ^= {human_id}

    def clear(self) -> None:
        """Unmark everyone; at once, however many they are."""
        self._ids = set()

    async def mark(self, human_ids: Sequence[str]) -> None:
        """Mark humans."""
        ids = self._ids
        for start in range(0, len(human_ids), AT_ONCE):
            ids.update(human_ids[start : start + AT_ONCE])
            await asyncio.sleep(0)

    async def turn_all(self, human_ids: Sequence[str]) -> None:
        """Mark humans, or unmark them if all of them are marked."""
        if await self.count(human_ids) < len(human_ids):
            await self.mark(human_ids)
            return
        ids = self._ids
        for start in range(0, len(human_ids), AT_ONCE):
            ids.difference_update(human_ids[start : start + AT_ONCE])
            await asyncio.sleep(0)

    async def invert(self, human_ids: Sequence[str]) -> None:
        """Mark those that are not marked, and unmark those that are."""
        ids = self._ids
        for start in range(0, len(human_ids), AT_ONCE):
            ids.symmetric_difference_update(human_ids[start : start + AT_ONCE])
            await asyncio.sleep(0)

    async def count(self, human_ids: Sequence[str]) -> int:
        """How many of some humans are marked."""
        marked = 0
        for start in range(0, len(human_ids), AT_ONCE):
            marked += sum(map(self._ids.__contains__, human_ids[start : start + AT_ONCE]))
            await asyncio.sleep(0)
        return marked
