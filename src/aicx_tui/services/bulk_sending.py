"""Sends some humans of a bulk, and finds out what became of each.

Tags go to many humans in one request. A request that is refused for some is split until it is
known for whom; one whose reply never came is followed by reading every human in it. Fields go to
each human alone, upon what the platform has.

What a human had is noted, so that all can be taken back. Where that was read a while ago, each is
read again first, and who was changed by somebody else since the bulk was made is left alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from enum import Enum
from operator import attrgetter

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
from aicx_tui.models.human import HumanChanges, TagValue
from aicx_tui.services.bulk_comparing import has_changed, left_of, with_before
from aicx_tui.services.documents import masked
from aicx_tui.services.sending import MOST_TRIES, NOT_NOW
from aicx_tui.services.sync import AT_ONCE
from aicx_tui.storage.bulk_reading import held
from aicx_tui.storage.bulk_writing import Ended
from aicx_tui.storage.bulks import TAG, Bulk, BulkItem, BulkState, ItemState, Values, is_of_tags
from aicx_tui.storage.rows import Document

ABOVE = ("company_not_found", "bot_not_found")
"""Codes by which a platform says that it is not the humans that it does not know."""

Settle = Callable[[Sequence[Ended]], Awaitable[None]]
"""Writes down what became of humans; it may go on while the next request is sent."""


class Basis(Enum):
    """How far what is noted of humans can be trusted."""

    READ = "read from the platform just before the bulk was made"
    UNREAD = "the bulk was made just now, upon what was read some time"
    OLD = "the bulk was made some time ago"


class BulkSender:
    """Sends humans of one bulk.

    Args:
        platform: Where to.
        bulk: Which.
        settle: Told what became of whom, each human once for each time that it is sent.
        batch: Humans in one request.

    Attributes:
        basis: How far what is noted of humans can be trusted.
        is_stopping: Whether no further request is sent; who was not sent yet is pending again.
    """

    def __init__(self, platform: Platform, bulk: Bulk, *, settle: Settle, batch: int) -> None:
        self._platform = platform
        self._bulk = bulk
        self._settle = settle
        self._batch = batch
        self.basis = Basis.OLD
        self.is_stopping = False

    @property
    def reads_first(self) -> bool:
        """Whether each human is read before tags are sent."""
        return self._bulk.is_guarded or self.basis is not Basis.READ

    @property
    def _is_guarded(self) -> bool:
        """Whether a human that somebody changed since the bulk was made is left alone."""
        return self._bulk.is_guarded or self.basis is Basis.OLD

    async def send(self, items: Sequence[BulkItem]) -> None:
        """Send humans that are to have the same, all requests side by side.

        Raises:
            AicxError: The platform cannot be asked now, or refuses everything. Humans of whom
                nothing was said then may have been changed.
        """
        if not is_of_tags(items[0].after):
            await self._each(items, self._changed)
            return
        if self.reads_first:
            items = await self._untouched(items)
        firsts = range(0, len(items), self._batch)
        requests = (self._assign(items[first : first + self._batch]) for first in firsts)
        ended = await asyncio.gather(*requests, return_exceptions=True)
        for fault in ended:
            if fault is not None:
                raise fault

    async def look(self, items: Sequence[BulkItem]) -> None:
        """Find out about humans that may have been sent; raises as `send` does."""
        left: list[BulkItem] = []

        async def one(item: BulkItem) -> Ended | None:
            read = await self._platform.get_human(item.human_id)
            wanted, said = left_of(item, read)
            if not wanted:
                return _ended(item, ItemState.DONE)
            made = {name: value for name, value in item.after.items() if name not in wanted}
            if self._bulk.state is BulkState.CANCELLED and has_changed(item, made):
                missing = ", ".join(wanted)
                return _partly(item, made, f"It was given up before {missing} was changed too.")
            if said:
                return _ended(item, ItemState.SKIPPED, said, there=masked(read.human))
            left.append(item)
            return None

        await self._each(items, one)
        await self._again(sorted(left, key=_position))

    # Tags of many

    async def _assign(self, items: Sequence[BulkItem]) -> None:
        if not items:
            return
        if self.is_stopping:
            return await self._again(items)
        REQUEST_ID.set("")
        ids, given, taken = _tags_of(items[0].after, [item.human_id for item in items])
        try:
            if given:
                await self._platform.assign_tags(ids, given)
        except AicxError as error:
            return await self._not_made(items, error)
        try:
            if taken:
                await self._platform.unassign_tags(ids, taken)
        except AicxError as error:
            if given:
                return await self._half_made(items, error)
            return await self._not_made(items, error)
        is_read = self.reads_first
        await self._settle([_ended(item, ItemState.DONE, is_read=is_read) for item in items])
        return None

    async def _not_made(self, items: Sequence[BulkItem], error: AicxError) -> None:
        """Go on after a request that gave nobody anything, as far as is known."""
        if isinstance(error, OutcomeUnknownError):
            await self.look(items)
            raise error
        if _is_for_all(error):
            await self._again(items)
            raise error
        await self._refused(items, error)

    async def _half_made(self, items: Sequence[BulkItem], error: AicxError) -> None:
        """Go on where tags were given and others could not be taken away.

        Where that may be done later, these humans stay as being sent, and are read before.
        """
        if isinstance(error, OutcomeUnknownError) or _is_for_all(error):
            raise error
        made = {name: value for name, value in items[0].after.items() if value is not None}
        await self._settle([_partly(item, made, _words(error)) for item in items])

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

    async def _untouched(self, items: Sequence[BulkItem]) -> Sequence[BulkItem]:
        """Those humans that are to be sent, with what they have now; the others are settled.

        Who is not in the mirror is sent as named.
        """
        left = [item for item in items if item.before is None]

        async def one(item: BulkItem) -> Ended | None:
            read = await self._platform.get_human(item.human_id)
            theirs = held(masked(read.human), item.after)
            if not self._is_guarded:
                item = replace(item, before=theirs)
            wanted, said = left_of(item, read)
            if said:
                return _ended(item, ItemState.SKIPPED, said, there=masked(read.human))
            if not wanted:
                return _ended(item, ItemState.SAME)
            left.append(with_before(item, theirs))
            return None

        unknown = left.copy()
        try:
            known = [item for item in items if item.before is not None]
            await self._each(known, one, otherwise=ItemState.PENDING)
        except AicxError:
            await self._again(unknown)
            raise
        if self.is_stopping:
            await self._again(unknown)
            return []
        return sorted(left, key=_position)

    async def _each(
        self,
        items: Sequence[BulkItem],
        work: Callable[[BulkItem], Awaitable[Ended | None]],
        *,
        otherwise: ItemState | None = None,
    ) -> None:
        """Do something with each human, some at a time, and settle what became of it.

        Args:
            items: Whom.
            work: What.
            otherwise: How far those are of whom nothing is said where it was broken off.

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
        told = [one for one in ended if one is not None]
        if (faults or self.is_stopping) and otherwise is not None:
            silent = (item for item, one in zip(items, ended, strict=True) if one is None)
            told += [_ended(item, otherwise) for item in silent]
        await self._settle(told)
        if faults:
            raise faults[0]

    async def _changed(self, item: BulkItem) -> Ended:
        """Change a human upon what the platform has."""
        there = ItemState.SAME
        is_read = item.before is None or not (self._is_guarded or self.basis is Basis.READ)
        for _ in range(MOST_TRIES):
            read = await self._platform.get_human(item.human_id)
            if is_read and there is ItemState.SAME:
                item = replace(item, before=held(masked(read.human), item.after))
            wanted, said = left_of(item, read)
            if said:
                return _ended(item, ItemState.SKIPPED, said, there=masked(read.human))
            if not wanted:
                return _ended(item, there, is_read=is_read)
            there = ItemState.DONE
            try:
                await self._put(item.human_id, wanted, read.etag)
            except (ConflictError, OutcomeUnknownError) as error:
                lost = error  # somebody was faster, or nobody knows: look at what is there
                continue
            return _ended(item, ItemState.DONE, is_read=is_read)
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


def _is_for_all(error: AicxError) -> bool:
    """Whether it says nothing of the humans in the request."""
    return isinstance(error, (*NOT_NOW, ForbiddenError, UnsupportedError)) or error.code in ABOVE


def _partly(item: BulkItem, made: Values, said: str) -> Ended:
    """A human that has only some of what it was to have."""
    before = None if item.before is None else {name: item.before[name] for name in made}
    return _ended(replace(item, before=before, after=made), ItemState.PARTLY, said, is_read=True)


def _ended(
    item: BulkItem,
    state: ItemState,
    said: str = "",
    *,
    is_read: bool = False,
    there: Document | None = None,
) -> Ended:
    return Ended(item, state, said, REQUEST_ID.get(), is_read, there)


_position = attrgetter("position")
