"""Sends some humans of a bulk, and finds out what became of each.

Tags go to many humans in one request. A request that is refused for some is split until it is
known for whom; one whose reply never came is followed by reading every human in it. Fields go to
each human alone, upon what the platform has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from aicx_tui.api.base import Platform
from aicx_tui.api.http import REQUEST_ID
from aicx_tui.errors import (
    AicxError,
    ConflictError,
    ForbiddenError,
    OutcomeUnknownError,
    UnsupportedError,
)
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import HumanChanges, TagValue, VersionedHuman
from aicx_tui.services.documents import masked
from aicx_tui.services.sending import MOST_TRIES, NOT_NOW
from aicx_tui.services.sync import AT_ONCE
from aicx_tui.storage.bulk_reading import held, is_same
from aicx_tui.storage.bulk_writing import Ended
from aicx_tui.storage.bulks import TAG, Bulk, BulkItem, ItemState, Values, is_of_tags
from aicx_tui.text import MISSING

ABOVE = ("company_not_found", "bot_not_found")
"""Codes by which a platform says that it is not the humans that it does not know."""

Settle = Callable[[Sequence[Ended]], Awaitable[None]]
"""Writes down what became of humans; it may go on while the next request is sent."""


class BulkSender:
    """Sends humans of one bulk.

    Args:
        platform: Where to.
        bulk: Which.
        settle: Told what became of whom, each human once for each time that it is sent.
        batch: Humans in one request.

    Attributes:
        is_stopping: Whether no further request is sent; who was not sent yet is pending again.
    """

    def __init__(self, platform: Platform, bulk: Bulk, *, settle: Settle, batch: int) -> None:
        self._platform = platform
        self._bulk = bulk
        self._settle = settle
        self._batch = batch
        self.is_stopping = False

    async def send(self, items: Sequence[BulkItem]) -> None:
        """Send humans that are to have the same, all requests side by side.

        Raises:
            AicxError: The platform cannot be asked now, or refuses everything. Humans of whom
                nothing was said then may have been changed.
        """
        if not is_of_tags(items[0].after):
            await self._each(items, self._changed)
            return
        if self._bulk.is_guarded:
            items = await self._untouched(items, ItemState.SAME)
        firsts = range(0, len(items), self._batch)
        requests = (self._assign(items[first : first + self._batch]) for first in firsts)
        ended = await asyncio.gather(*requests, return_exceptions=True)
        for fault in ended:
            if fault is not None:
                raise fault

    async def look(self, items: Sequence[BulkItem]) -> None:
        """Find out about humans that may have been sent; raises as `send` does."""
        await self._again(await self._untouched(items, ItemState.DONE))

    # Tags of many

    async def _assign(self, items: Sequence[BulkItem]) -> None:
        if not items:
            return
        if self.is_stopping:
            return await self._again(items)
        REQUEST_ID.set("")
        try:
            await self._request(items)
        except OutcomeUnknownError:
            await self.look(items)
            raise
        except (*NOT_NOW, ForbiddenError, UnsupportedError):
            await self._again(items)
            raise
        except AicxError as error:
            if error.code in ABOVE:
                await self._again(items)
                raise
            return await self._refused(items, error)
        await self._settle([_ended(item, ItemState.DONE) for item in items])
        return None

    async def _request(self, items: Sequence[BulkItem]) -> None:
        ids, given, taken = _tags_of(items[0].after, [item.human_id for item in items])
        if given:
            await self._platform.assign_tags(ids, given)
        if taken:
            await self._platform.unassign_tags(ids, taken)

    async def _refused(self, items: Sequence[BulkItem], error: AicxError) -> None:
        """Find out for whom a request was refused, and send it for the rest."""
        named = _named(items, error)
        if len(items) == 1 or _is_of_the_tags(error):
            named = {item.position: _words(error) for item in items} | named
        if named:
            failed = [item for item in items if item.position in named]
            await self._settle(
                [_ended(item, ItemState.FAILED, named[item.position]) for item in failed]
            )
            return await self._assign([item for item in items if item.position not in named])
        half = len(items) // 2
        await self._assign(items[:half])
        return await self._assign(items[half:])

    # Each alone

    async def _untouched(self, items: Sequence[BulkItem], there: ItemState) -> Sequence[BulkItem]:
        """Those humans that have what they had before; the others are settled.

        Args:
            items: Whom to read.
            there: How far those are that have what they are to have.
        """
        left: list[BulkItem] = []

        async def one(item: BulkItem) -> Ended | None:
            human = await self._platform.get_human(item.human_id)
            wanted, said = left_of(item, human)
            if said:
                return _ended(item, ItemState.SKIPPED, said)
            if not wanted:
                return _ended(item, there)
            left.append(item)
            return None

        await self._each(items, one)
        return sorted(left, key=lambda item: item.position)

    async def _each(
        self, items: Sequence[BulkItem], work: Callable[[BulkItem], Awaitable[Ended | None]]
    ) -> None:
        """Do something with each human, some at a time, and settle what became of it.

        Raises:
            AicxError: The platform cannot be asked now; the others are settled.
        """
        gate = asyncio.Semaphore(AT_ONCE)
        faults: list[AicxError] = []

        async def one(item: BulkItem) -> Ended | None:
            async with gate:
                if faults or self.is_stopping:
                    return None
                REQUEST_ID.set("")
                try:
                    return await work(item)
                except (*NOT_NOW, OutcomeUnknownError, ForbiddenError, UnsupportedError) as error:
                    faults.append(error)
                except AicxError as error:
                    if error.code not in ABOVE:
                        return _ended(item, ItemState.FAILED, _words(error))
                    faults.append(error)
                return None

        ended = await asyncio.gather(*(one(item) for item in items))
        await self._settle([one for one in ended if one is not None])
        if faults:
            raise faults[0]

    async def _changed(self, item: BulkItem) -> Ended:
        """Change a human upon what the platform has."""
        there = ItemState.SAME
        for _ in range(MOST_TRIES):
            human = await self._platform.get_human(item.human_id)
            if item.before is None:
                item = replace(item, before=held(masked(human.human), item.after))
            wanted, said = left_of(item, human)
            if said:
                return _ended(item, ItemState.SKIPPED, said)
            if not wanted:
                return _ended(item, there)
            there = ItemState.DONE
            try:
                await self._put(item.human_id, wanted, human.etag)
            except (ConflictError, OutcomeUnknownError) as error:
                lost = error  # somebody was faster, or nobody knows: look at what is there
                continue
            return _ended(item, ItemState.DONE)
        if isinstance(lost, OutcomeUnknownError):
            raise lost
        return _ended(item, ItemState.SKIPPED, "Others change it all the time.")

    async def _put(self, human_id: str, wanted: Values, etag: str | None) -> None:
        fields = {name: value for name, value in wanted.items() if not name.startswith(TAG)}
        honours = Capability.HUMANS_PRECONDITION in self._platform.capabilities
        if fields:
            changes = HumanChanges.model_validate(fields)
            await self._platform.update_human(human_id, changes, if_match=etag if honours else None)
        ids, given, taken = _tags_of(wanted, [human_id])
        if given:
            await self._platform.assign_tags(ids, given)
        if taken:
            await self._platform.unassign_tags(ids, taken)

    async def _again(self, items: Sequence[BulkItem]) -> None:
        if items:
            await self._settle([_ended(item, ItemState.PENDING) for item in items])


def left_of(item: BulkItem, read: VersionedHuman) -> tuple[dict[str, str | None], str]:
    """What of a human is still to be changed, and what is in the way.

    Args:
        item: What it is to have, and what it had.
        read: The human as the platform has it.

    Returns:
        Values by field, and words where it has neither in some field.
    """
    theirs = held(masked(read.human), item.after)
    left = {n: v for n, v in item.after.items() if not is_same(n, theirs[n], v)}
    before = theirs if item.before is None else item.before
    other = [name for name in left if not is_same(name, theirs[name], before[name])]
    if not other:
        return left, ""
    if len(item.after) == 1:
        return left, f"Somebody changed it meanwhile: it is {theirs[other[0]] or MISSING} now."
    now = ", ".join(f"{name} is {theirs[name] or MISSING}" for name in other)
    return left, f"Somebody changed it meanwhile: {now} now."


def _tags_of(after: Values, ids: list[str]) -> tuple[list[str], list[TagValue], list[str]]:
    """Humans, the tag values that they are to be given, and the tags that are taken away."""
    tags = {n.removeprefix(TAG): value for n, value in after.items() if n.startswith(TAG)}
    given = [TagValue(id=tag_id, value=v) for tag_id, v in tags.items() if v is not None]
    return ids, given, [tag_id for tag_id, value in tags.items() if value is None]


def _named(items: Sequence[BulkItem], error: AicxError) -> dict[int, str]:
    """Why each human was refused that the platform names by its place in the request."""
    named: dict[int, str] = {}
    for problem in error.problems:
        name, _, place = problem.field.partition(".")
        if name == "human_ids" and place.isdecimal() and int(place) < len(items):
            named[items[int(place)].position] = problem.message
    return named


def _is_of_the_tags(error: AicxError) -> bool:
    """Whether it is what humans are to have that is refused, whoever they are."""
    return bool(error.problems) and all(
        problem.field.startswith(("tags", "tag_ids")) for problem in error.problems
    )


def _words(error: AicxError) -> str:
    fields = "; ".join(f"{problem.field}: {problem.message}" for problem in error.problems)
    return f"{error.message} {fields}".strip()


def _ended(item: BulkItem, state: ItemState, said: str = "") -> Ended:
    return Ended(item, state, said, REQUEST_ID.get())
