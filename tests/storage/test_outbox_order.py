"""One human's trouble is not everybody's; nobody is in conflict with a change of their own."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from aicx_tui.api.base import Platform
from aicx_tui.errors import (
    AicxError,
    ConflictError,
    FieldProblem,
    OutcomeUnknownError,
    OutdatedError,
    PlatformFailedError,
    UnavailableError,
    UsageError,
)
from aicx_tui.models.human import Human, HumanChanges, HumanDraft, TagValue, VersionedHuman
from aicx_tui.services.outbox import Outbox
from aicx_tui.services.sending import (
    MOST_PUT_OFF,
    MOST_RACES,
    MOST_TRIES,
    MOST_TRIES_AT_ONCE,
    BusyError,
    Sender,
)
from aicx_tui.storage.changes import LOCAL, Change, State
from aicx_tui.storage.mirror import Mirror
from tests.storage.syncing import at_the_platform

FAILED = PlatformFailedError("The platform failed (here: 500).")
TOO_LONG = "x" * 5000
"""What the platform takes as no e-mail address."""


class Troubled(Platform):
    """A platform with which something is wrong for some humans.

    Args:
        inner: The rest of it.
        reading: What is raised when a human is read, by its id.
        writing: What is raised when one is changed.
    """

    def __init__(
        self,
        inner: Platform,
        *,
        reading: dict[str, AicxError] | None = None,
        writing: dict[str, AicxError] | None = None,
    ) -> None:
        self.capabilities = inner.capabilities
        self.reads = self.writes = 0
        self._inner = inner
        self._reading, self._writing = reading or {}, writing or {}

    async def get_human(self, human_id: str, /) -> VersionedHuman:
        self.reads += 1
        if error := self._reading.get(human_id):
            raise error
        return await self._inner.get_human(human_id)

    async def update_human(
        self, human_id: str, changes: HumanChanges, /, *, if_match: str | None = None
    ) -> str:
        self.writes += 1
        if error := self._writing.get(human_id):
            raise error
        return await self._inner.update_human(human_id, changes, if_match=if_match)

    async def create_human(self, draft: HumanDraft, /, *, key: str = "") -> str:
        self.writes += 1
        human_id = await self._inner.create_human(draft, key=key)
        if error := self._writing.get("new"):  # its answer is lost
            raise error
        return human_id

    async def assign_tags(self, human_ids: Sequence[str], tags: Sequence[TagValue], /) -> None:
        await self._inner.assign_tags(human_ids, tags)


async def sent(platform: Platform, mirror: Mirror) -> list[Change]:
    return [change async for change in Sender(platform, mirror).run()]


async def states(outbox: Outbox) -> list[State]:
    return [change.state for change in await outbox.listed()]


async def there(platform: Platform, human_id: str) -> Human:
    return (await platform.get_human(human_id)).human


async def updated(outbox: Outbox, human_id: str, **fields: str | None) -> Change:
    return await outbox.update(human_id, HumanChanges.model_validate(fields))


@pytest.mark.parametrize("kind", ["reading", "writing"])
async def test_a_human_that_the_platform_fails_for_stands_in_nobodys_way(
    platform: Platform, mirror: Mirror, outbox: Outbox, ids: list[str], kind: str
) -> None:
    for human_id in ids[:3]:
        await updated(outbox, human_id, uid="new")
    await updated(outbox, ids[0], email="behind@example.com")
    name = (await there(platform, ids[0])).fullname
    wrong: dict[str, AicxError] = {ids[0]: FAILED}
    is_reading = kind == "reading"
    ill = Troubled(platform, reading=wrong) if is_reading else Troubled(platform, writing=wrong)
    with pytest.raises(PlatformFailedError, match=r"\(here: 500\)") as caught:
        await sent(ill, mirror)
    assert caught.value.message.startswith(f"{name}: ")
    assert [(await there(platform, i)).uid == "new" for i in ids[:3]] == [False, True, True]
    assert await states(outbox) == [State.PENDING, State.PENDING]
    assert [change.state for change in await sent(platform, mirror)] == [State.DONE, State.DONE]


async def test_a_platform_that_fails_for_one_after_another_is_left_alone(
    platform: Platform, mirror: Mirror, outbox: Outbox, ids: list[str]
) -> None:
    for human_id in ids[: MOST_PUT_OFF + 2]:
        await updated(outbox, human_id, uid="new")
    down = Troubled(platform, reading=dict.fromkeys(ids, FAILED))
    with pytest.raises(PlatformFailedError):
        await sent(down, mirror)
    assert down.reads == MOST_PUT_OFF


async def test_a_change_that_nobody_confirms_is_tried_again_later_and_not_at_once(
    platform: Platform, mirror: Mirror, outbox: Outbox, ids: list[str]
) -> None:
    await updated(outbox, ids[0], uid="new")
    words = "The platform failed, and may have made the change (here: 500)."
    ill = Troubled(platform, writing={ids[0]: OutcomeUnknownError(words)})
    for tries in range(MOST_TRIES_AT_ONCE, MOST_TRIES + 1, MOST_TRIES_AT_ONCE):
        with pytest.raises(UnavailableError, match="The platform failed"):
            await sent(ill, mirror)
        assert ill.writes == tries
        assert await states(outbox) == [State.PENDING]
    (failed,) = await sent(ill, mirror)
    assert ill.writes == MOST_TRIES
    assert failed.state is State.FAILED
    assert failed.problem and f"sent {MOST_TRIES} times" in failed.problem.message


async def test_what_the_platform_says_is_in_the_way_is_said_and_not_tried_again(
    platform: Platform, mirror: Mirror, outbox: Outbox, ids: list[str]
) -> None:
    for human_id in ids[:2]:
        await updated(outbox, human_id, uid="new")
    taken = ConflictError("There is one.", problems=[FieldProblem("uid", "is taken")])
    failed, done = await sent(Troubled(platform, writing={ids[0]: taken}), mirror)
    assert (failed.state, done.state) == (State.FAILED, State.DONE)
    assert failed.problem
    assert (failed.problem.message, failed.problem.fields["uid"]) == ("There is one.", "is taken")


async def test_a_human_that_others_change_all_the_time_waits_as_if_nothing_was_sent(
    platform: Platform, mirror: Mirror, outbox: Outbox, ids: list[str]
) -> None:
    change = await updated(outbox, ids[0], uid="new")
    busy = Troubled(platform, writing={ids[0]: OutdatedError("There is a newer version.")})
    with pytest.raises(BusyError, match="Others change it"):
        await sent(busy, mirror)
    assert busy.writes == MOST_RACES
    assert not (await outbox.get(change.id)).was_sent


async def test_nobody_is_in_conflict_with_a_change_of_their_own_that_was_discarded(
    platform: Platform, mirror: Mirror, outbox: Outbox, ids: list[str]
) -> None:
    first = await updated(outbox, ids[0], uid="one", email="one@example.com")
    await updated(outbox, ids[0], uid="two")
    await outbox.discard(first.id)
    assert [change.state for change in await sent(platform, mirror)] == [State.DONE]
    assert (await there(platform, ids[0])).uid == "two"


async def test_nobody_is_in_conflict_with_a_change_of_their_own_that_was_refused(
    platform: Platform, mirror: Mirror, outbox: Outbox, ids: list[str]
) -> None:
    first = await updated(outbox, ids[0], email=TOO_LONG)
    await updated(outbox, ids[0], email="two@example.com")
    failed, done = await sent(platform, mirror)
    assert (failed.id, failed.state, done.state) == (first.id, State.FAILED, State.DONE)
    assert (await there(platform, ids[0])).email == "two@example.com"


async def test_nobody_is_in_conflict_with_a_change_of_their_own_that_was_edited(
    platform: Platform, mirror: Mirror, outbox: Outbox, ids: list[str]
) -> None:
    tag = (await platform.list_tags())[0].id
    first = await outbox.assign(ids[0], [TagValue(id=tag, value="one")])
    await outbox.assign(ids[0], [TagValue(id=tag, value="two")])
    await outbox.edit(first.id, {"tags": [{"id": tag, "value": "other"}]})
    assert [change.state for change in await sent(platform, mirror)] == [State.DONE, State.DONE]
    assert {t.id: t.value for t in (await there(platform, ids[0])).tags}[tag] == "two"


async def test_somebody_elses_change_is_still_a_conflict_behind_a_discarded_one(
    platform: Platform, mirror: Mirror, outbox: Outbox, ids: list[str]
) -> None:
    first = await updated(outbox, ids[0], uid="one")
    await updated(outbox, ids[0], uid="two")
    await outbox.discard(first.id)
    await platform.update_human(ids[0], HumanChanges(uid="theirs"))
    assert [change.state for change in await sent(platform, mirror)] == [State.CONFLICT]
    assert (await there(platform, ids[0])).uid == "theirs"


async def test_what_may_have_arrived_is_not_edited(
    platform: Platform, mirror: Mirror, outbox: Outbox
) -> None:
    change = await outbox.create(HumanDraft(fullname="Jane Doe"))
    lost = Troubled(platform, writing={"new": OutcomeUnknownError("No reply came.")})
    with pytest.raises(UnavailableError):
        await sent(lost, mirror)
    with pytest.raises(UsageError, match="may have arrived"):
        await outbox.edit(change.id, {"fullname": "Jane Roe"})
    (done,) = await sent(platform, mirror)
    assert (done.state, (await there(platform, done.human_id)).fullname) == (State.DONE, "Jane Doe")


async def lost_creation(platform: Platform, mirror: Mirror, outbox: Outbox) -> Change:
    """One that may have made a human, with another change that waits for that one."""
    created = await outbox.create(HumanDraft(fullname="Jane Doe"))
    await updated(outbox, LOCAL + created.id, uid="behind")
    lost = Troubled(platform, writing={"new": OutcomeUnknownError("No reply came.")})
    lost.capabilities = frozenset(c for c in platform.capabilities if c != "writes.idempotent")
    (unknown,) = await sent(lost, mirror)
    assert unknown.state is State.UNKNOWN
    return unknown


async def test_a_creation_in_doubt_goes_on_as_the_human_that_it_is_said_to_have_made(
    platform: Platform, mirror: Mirror, outbox: Outbox, ids: list[str]
) -> None:
    unknown = await lost_creation(platform, mirror, outbox)
    (made,) = set(await at_the_platform(platform)) - set(ids)
    said = await outbox.identify(unknown.id, made)
    assert (said.state, said.human_id) == (State.DONE, made)
    assert [change.state for change in await sent(platform, mirror)] == [State.DONE]
    assert (await there(platform, made)).uid == "behind"


async def test_what_waited_for_a_creation_in_doubt_is_let_go_with_the_true_reason(
    platform: Platform, mirror: Mirror, outbox: Outbox
) -> None:
    unknown = await lost_creation(platform, mirror, outbox)
    await outbox.discard(unknown.id)
    assert await outbox.listed() == []
    reasons = [entry.said for entry in await outbox.history() if entry.kind == "update"]
    assert reasons == ["Jane Doe may or may not have been created."]
