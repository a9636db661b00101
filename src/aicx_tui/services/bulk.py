"""The bulks of one context: looked at before, made, paused, resumed and given up.

A bulk is on the disk before anything of it is sent; `services.bulk_running` sends.
"""

from __future__ import annotations

import secrets
from asyncio import wrap_future
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count, islice
from typing import TypeVar

from aicx_tui.errors import NotFoundError, RefusedError, UsageError
from aicx_tui.services.bulk_wish import Wish as Wish
from aicx_tui.services.bulk_wish import check_wish
from aicx_tui.services.turn import turn
from aicx_tui.storage import bulk_reading, bulk_writing
from aicx_tui.storage.bulks import MADE, OPEN, TAG, Bulk, BulkItem, BulkState, ItemState
from aicx_tui.storage.changes import Difference
from aicx_tui.storage.database import Connection
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.writing import Writer

T = TypeVar("T")

AT_ONCE = 500
"""Humans that are looked at or written down in one go."""

SAMPLES = 5
"""Humans whose changes a preview shows."""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a bulk would do.

    Attributes:
        total: Humans in all.
        changing: Humans that would be other than they are.
        staying: Humans that are so already.
        unknown: Humans that the mirror does not have; they are sent as they were named.
        sample: Names of the first humans that change, and what would change.
        held: How many have which value now, by field, the most frequent first; who has none is
            not in it.
    """

    total: int
    changing: int
    staying: int
    unknown: int
    sample: Sequence[tuple[str, Sequence[Difference]]]
    held: Mapping[str, Sequence[tuple[str, int]]]


class Bulks:
    """Makes bulks and tells what became of them.

    Args:
        mirror: Where they are kept, beside the humans.
        who: Whose they are, as the history names them.
        read_only: Whether nothing may be made.
        clock: The present.
    """

    def __init__(
        self,
        mirror: Mirror,
        *,
        who: str,
        read_only: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.mirror = mirror
        self.who = who
        self.read_only = read_only
        self.clock = clock

    async def preview(self, human_ids: Iterable[str], wish: Wish) -> Preview:
        """What a bulk would do, by what the mirror has; nothing is kept or sent.

        Raises:
            UsageError: There is nothing to change, or a value holds what none may.
        """
        check_wish(wish)
        tally: Counter[ItemState] = Counter()
        values: dict[str, Counter[str]] = {name: Counter() for name in wish.after}
        sample: list[tuple[str, Sequence[Difference]]] = []
        unknown = 0
        for some in _some_at_a_time(dict.fromkeys(human_ids)):
            for item in await self._items_for(some, wish):
                tally[item.state] += 1
                is_changing = item.state is ItemState.PENDING
                unknown += is_changing and item.before is None
                if is_changing and item.before is not None and len(sample) < SAMPLES:
                    sample.append((item.name, item.differences))
                for name, value in (item.before or {}).items():
                    values[name].update([value] if value is not None else [])
        return Preview(
            total=tally.total(),
            changing=tally[ItemState.PENDING] - unknown,
            staying=tally[ItemState.SAME],
            unknown=unknown,
            sample=sample,
            held={name: counted.most_common() for name, counted in values.items()},
        )

    async def make(
        self, human_ids: Iterable[str], wish: Wish, *, title: str, is_fresh: bool = True
    ) -> Bulk:
        """Make a bulk that gives every human the same; it is `running` from then on.

        Args:
            human_ids: Whom; repeated ids count once.
            wish: What they are to have.
            title: What it does, as a person reads it.
            is_fresh: Whether the mirror was read from the platform just now; else those are sent
                too who seem to be so already, and everybody is read first.

        Raises:
            UsageError: There is nobody or nothing to change, or a value holds what none may.
            RefusedError: The context is read-only.
        """
        check_wish(wish)

        async def items() -> AsyncGenerator[BulkItem, None]:
            for some in _some_at_a_time(dict.fromkeys(human_ids)):
                for item in await self._items_for(some, wish):
                    is_same = item.state is ItemState.SAME
                    yield (
                        item if is_fresh or not is_same else replace(item, state=ItemState.PENDING)
                    )

        return await self._made(items(), replace(self._new(title), is_fresh=is_fresh))

    async def reverse(self, bulk_id: str, *, title: str, can_remove_tags: bool = True) -> Bulk:
        """Make a bulk that gives each human back what it had before another one.

        Who was changed by somebody else since is left alone, and so is who cannot be brought back:
        they are skipped, with the reason.

        Args:
            bulk_id: The other one, which is over.
            title: What it does, as a person reads it.
            can_remove_tags: Whether the platform can.
        """
        new = replace(self._new(title), undo_of=bulk_id, is_guarded=True)

        async def items() -> AsyncGenerator[BulkItem, None]:
            async for item in self.items(bulk_id, MADE):
                yield _reversed(item, can_remove_tags=can_remove_tags)

        return await self._made(items(), new)

    def _new(self, title: str) -> Bulk:
        return Bulk(
            number=0,
            id=secrets.token_hex(16),
            title=title,
            who=self.who,
            made_at=self.clock().timestamp(),
            ended_at=None,
            state=BulkState.PREPARING,
            problem="",
            total=0,
            undo_of="",
            is_guarded=False,
            is_fresh=False,
        )

    async def _made(self, items: AsyncGenerator[BulkItem, None], new: Bulk) -> Bulk:
        self._refuse_if_read_only()
        positions = count()
        async with turn(self.mirror.path, "preparing", waits=True):
            number = await self._write(lambda c, _: bulk_writing.prepare(c, new))
            some: list[BulkItem] = []
            async for item in items:
                some.append(replace(item, position=next(positions)))
                if len(some) == AT_ONCE:
                    await self._write(partial(_added, number, some))
                    some = []
            total = next(positions)
            if not total:
                await self._write(lambda c, _: bulk_writing.drop_unfinished(c))
                raise UsageError("There is nobody to change.", hint="Mark or name somebody.")

            def start(connection: Connection, _: Writer) -> None:
                bulk_writing.add(connection, number, some)
                bulk_writing.start(connection, number, total)
                bulk_writing.finish(connection, number, now=new.made_at)

            await wrap_future(self.mirror.write(start, is_durable=True))
        return await self.get(new.id)

    async def _items_for(self, human_ids: Sequence[str], wish: Wish) -> list[BulkItem]:
        work = self.mirror.read(lambda c: bulk_reading.items_for(c, human_ids, wish.after))
        return await wrap_future(work)

    # Looking

    async def listed(self) -> list[Bulk]:
        """Every bulk that is known, the latest first."""
        states = (*OPEN, BulkState.DONE, BulkState.CANCELLED)
        found = await wrap_future(self.mirror.read(lambda c: bulk_reading.bulks(c, states)))
        return found[::-1]

    async def get(self, bulk_id: str) -> Bulk:
        """A bulk by its id, or the beginning of it.

        Raises:
            NotFoundError: There is none, or more than one begins so.
        """
        found = await wrap_future(self.mirror.read(lambda c: bulk_reading.bulk(c, bulk_id)))
        if found is None:
            raise NotFoundError(
                f"No one bulk has the id {bulk_id!a:.40}.", hint="List them: aicx bulk list."
            )
        return found

    async def items(
        self, bulk_id: str, states: Collection[ItemState] = tuple(ItemState)
    ) -> AsyncGenerator[BulkItem, None]:
        """The humans of a bulk that are in these states, in order, some at a time."""
        number, position = (await self.get(bulk_id)).number, -1
        while found := await wrap_future(
            self.mirror.read(partial(_page, number, tuple(states), position))
        ):
            for item in found:
                yield item
            position = found[-1].position

    async def counts(self, bulk_id: str) -> Mapping[ItemState, int]:
        """How many humans of a bulk are how far."""
        number = (await self.get(bulk_id)).number
        return await wrap_future(self.mirror.read(lambda c: bulk_reading.counts(c, number)))

    # Deciding

    async def pause(self, bulk_id: str) -> Bulk:
        """Let a bulk rest after what is under way.

        Raises:
            UsageError: It is over.
        """
        return await self._decide(bulk_id, BulkState.PAUSED)

    async def resume(self, bulk_id: str) -> Bulk:
        """Let a bulk go on, wherever its runner is; raises as `pause` does."""
        self._refuse_if_read_only()
        return await self._decide(bulk_id, BulkState.RUNNING)

    async def cancel(self, bulk_id: str) -> Bulk:
        """Send nothing more of a bulk; what was done stays. Raises as `pause` does."""
        return await self._decide(bulk_id, BulkState.CANCELLED)

    async def _decide(self, bulk_id: str, state: BulkState) -> Bulk:
        known, now = await self.get(bulk_id), self.clock().timestamp()

        def work(connection: Connection, _: Writer) -> None:
            there = bulk_reading.bulk(connection, known.id)
            if there is None or there.state not in OPEN:
                raise UsageError(
                    f"The bulk {known.id[:8]} is over: that cannot be done with it now.",
                    hint=f"Look at it: aicx bulk show {known.id[:8]}.",
                )
            bulk_writing.set_state(connection, known.number, state, now=now)

        await wrap_future(self.mirror.write(work, is_durable=True))
        return await self.get(known.id)

    def _refuse_if_read_only(self) -> None:
        if self.read_only:
            raise RefusedError(
                "This context is read-only. Nothing was changed.",
                hint="Allow changes with: aicx contexts edit NAME --no-read-only",
            )

    async def _write(self, work: Callable[[Connection, Writer], T]) -> T:
        return await wrap_future(self.mirror.write(work))


def _reversed(item: BulkItem, *, can_remove_tags: bool) -> BulkItem:
    """What brings a human back to where it was before a bulk."""
    back = replace(item, before=item.after, after=item.before or {}, state=ItemState.PENDING)
    if item.before is None:
        return replace(back, state=ItemState.SKIPPED, said="What it had before is not known.")
    removes = any(v is None for name, v in item.before.items() if name.startswith(TAG))
    if removes and not can_remove_tags:
        said = "It did not have the tag, and this platform has no call that takes tags away."
        return replace(back, state=ItemState.SKIPPED, said=said)
    return back


def _some_at_a_time(human_ids: Iterable[str]) -> Iterable[list[str]]:
    each = iter(human_ids)
    return iter(lambda: list(islice(each, AT_ONCE)), [])


def _added(number: int, items: Sequence[BulkItem], connection: Connection, _: Writer) -> None:
    bulk_writing.add(connection, number, items)


def _page(
    number: int, states: Collection[ItemState], position: int, connection: Connection
) -> list[BulkItem]:
    return bulk_reading.items_after(connection, number, states, position=position, limit=AT_ONCE)
