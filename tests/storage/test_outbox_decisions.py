"""What a person decides while a change is sent holds; what never arrived is not counted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from filelock import FileLock

from aicx_tui.api.base import Platform
from aicx_tui.errors import OutcomeUnknownError, RateLimitedError, RefusedError, UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human, HumanChanges, HumanDraft, VersionedHuman
from aicx_tui.services.outbox import Outbox
from aicx_tui.services.sending import Sender
from aicx_tui.storage.changes import Change, State
from aicx_tui.storage.mirror import Mirror
from tests.storage.syncing import at_the_platform


class Meanwhile(Platform):
    """Lets something happen while a human is read, and may not take what is sent then."""

    capabilities = frozenset({Capability.HUMANS_GET, Capability.HUMANS_UPDATE})

    def __init__(
        self,
        human: Human,
        happens: Callable[[], Awaitable[object]] | None = None,
        *,
        reading: Exception | None = None,
        changing: Exception | None = None,
    ) -> None:
        self.human = human
        self.changed: list[HumanChanges] = []
        self._happens = happens
        self._reading = reading
        self._changing = changing

    async def get_human(self, human_id: str, /) -> VersionedHuman:
        if happens := self._happens:
            self._happens = None
            await happens()
        if self._reading:
            raise self._reading
        return VersionedHuman(self.human, None)

    async def update_human(
        self, human_id: str, changes: HumanChanges, /, *, if_match: str | None = None
    ) -> str:
        if self._changing:
            raise self._changing
        self.changed.append(changes)
        return human_id


class Lost(Meanwhile):
    """Does not answer a change, and is busy from then on."""

    async def update_human(
        self, human_id: str, changes: HumanChanges, /, *, if_match: str | None = None
    ) -> str:
        self._reading = BUSY
        raise OutcomeUnknownError("No reply came.")


BUSY = RateLimitedError("Slow down; nothing was changed.", retry_after=50)


async def queued(mirror: Mirror, platform: Platform) -> tuple[Outbox, Change, Human]:
    """An outbox in which one change waits."""
    human_id = next(iter(await at_the_platform(platform)))
    human = (await platform.get_human(human_id)).human
    outbox = Outbox(mirror, who="Ana Cruz")
    return outbox, await outbox.update(human_id, HumanChanges(uid="mine")), human


async def sent(platform: Platform, mirror: Mirror) -> list[Change]:
    return [change async for change in Sender(platform, mirror).run()]


async def test_what_is_discarded_while_its_human_is_read_is_not_sent(
    platform: Platform, mirror: Mirror
) -> None:
    outbox, change, human = await queued(mirror, platform)
    there = Meanwhile(human, lambda: outbox.discard(change.id))
    assert await sent(there, mirror) == []
    assert there.changed == []
    assert (await outbox.get(change.id)).state is State.DISCARDED


async def test_what_is_discarded_while_the_platform_goes_away_stays_discarded(
    platform: Platform, mirror: Mirror
) -> None:
    outbox, change, human = await queued(mirror, platform)
    with pytest.raises(RateLimitedError):
        await sent(Meanwhile(human, lambda: outbox.discard(change.id), reading=BUSY), mirror)
    assert (await outbox.get(change.id)).state is State.DISCARDED


async def test_what_is_edited_while_its_human_is_read_is_sent_as_it_is_now(
    platform: Platform, mirror: Mirror
) -> None:
    outbox, change, human = await queued(mirror, platform)
    there = Meanwhile(human, lambda: outbox.edit(change.id, {"uid": "better"}))
    (done,) = await sent(there, mirror)
    assert done.state is State.DONE
    assert [changes.body() for changes in there.changed] == [{"uid": "better"}]


async def test_what_the_platform_did_not_take_yet_can_be_withdrawn(
    platform: Platform, mirror: Mirror
) -> None:
    outbox, change, human = await queued(mirror, platform)
    for _ in range(7):  # more often than a lost reply would be borne
        with pytest.raises(RateLimitedError):
            await sent(Meanwhile(human, changing=BUSY), mirror)
    waiting = await outbox.get(change.id)
    assert (waiting.state, waiting.attempts, waiting.sent_at) == (State.PENDING, 0, None)
    assert (await outbox.withdraw(change)).state is State.WITHDRAWN


async def test_what_may_have_arrived_cannot_be_withdrawn(
    platform: Platform, mirror: Mirror
) -> None:
    outbox, change, human = await queued(mirror, platform)
    there = Lost(human)
    with pytest.raises(RateLimitedError):
        await sent(there, mirror)
    assert (await outbox.get(change.id)).was_sent
    with pytest.raises(UsageError):
        await outbox.withdraw(change)


async def test_a_change_waits_for_the_process_that_sends_and_is_sent_then(
    platform: Platform, mirror: Mirror
) -> None:
    _, change, human = await queued(mirror, platform)
    other = FileLock(mirror.path.with_suffix(".sending"))
    there = Meanwhile(human)
    with other:
        waiting = asyncio.create_task(Sender(there, mirror).outcome(change))
        await asyncio.wrap_future(mirror.read(lambda _: None))
        assert not waiting.done()
        assert there.changed == []
    assert (await waiting).state is State.DONE


async def test_a_human_that_was_read_just_now_is_not_read_again(
    platform: Platform, mirror: Mirror
) -> None:
    outbox, first, human = await queued(mirror, platform)
    second = await outbox.update(human.id, HumanChanges(email="m@example.com"))
    reads = 0

    async def count() -> None:
        nonlocal reads
        reads += 1

    there = Meanwhile(human, count)
    done = await Sender(there, mirror).outcome(second, read=VersionedHuman(human, None))
    assert done.state is State.DONE
    assert [changes.body() for changes in there.changed] == [
        {"uid": "mine"},
        {"email": "m@example.com"},
    ]
    assert reads == 1  # for the second: the first has made the human another
    assert (await outbox.get(first.id)).state is State.DONE


async def test_nothing_is_queued_in_a_read_only_context(platform: Platform, mirror: Mirror) -> None:
    writing, change, human = await queued(mirror, platform)
    outbox = Outbox(mirror, who="Ana Cruz", read_only=True)
    with pytest.raises(RefusedError, match="read-only"):
        await outbox.create(HumanDraft(fullname="Jane"))
    with pytest.raises(RefusedError, match="read-only"):
        await outbox.update(human.id, HumanChanges(uid="x"))
    with pytest.raises(RefusedError, match="read-only"):
        await outbox.edit(change.id, {"uid": "x"})
    assert [one.body for one in await writing.listed()] == [{"uid": "mine"}]
    await outbox.discard(change.id)  # which sends nothing
