"""What was done last is taken back and done again, and nobody else's work is overwritten."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from aicx_tui.api.base import Platform
from aicx_tui.errors import NotFoundError, RefusedError, UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human, HumanChanges, HumanDraft, TagValue
from aicx_tui.services.bulk import Bulks, Wish
from aicx_tui.services.bulk_running import BulkRunner
from aicx_tui.services.outbox import Outbox
from aicx_tui.services.sending import Sender
from aicx_tui.services.undoing import Undoing
from aicx_tui.storage.bulks import Bulk, BulkState, ItemState
from aicx_tui.storage.changes import Change, State
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.steps import KEPT
from tests.storage.mirrors import PATIENCE
from tests.storage.syncing import at_the_platform


@pytest.fixture
def human_id(ids: list[str]) -> str:
    return ids[0]


@pytest.fixture
def undoing(outbox: Outbox, platform: Platform) -> Undoing:
    return of(outbox, platform.capabilities)


def of(outbox: Outbox, capabilities: frozenset[Capability] | None) -> Undoing:
    return Undoing(outbox, Bulks(outbox.mirror, who=outbox.who), capabilities)


async def sent(platform: Platform, mirror: Mirror) -> list[State]:
    """Send all, and return what became of it."""
    return [change.state async for change in Sender(platform, mirror).run()]


async def changed(
    outbox: Outbox, platform: Platform, human_id: str, **fields: str | SecretStr | None
) -> Change:
    """A change that the platform has taken."""
    change = await outbox.update(human_id, HumanChanges.model_validate(fields))
    assert await sent(platform, outbox.mirror) == [State.DONE]
    return change


async def there(platform: Platform, human_id: str) -> Human:
    return (await platform.get_human(human_id)).human


async def test_changes_are_taken_back_and_done_again_in_order(
    platform: Platform, outbox: Outbox, undoing: Undoing, human_id: str
) -> None:
    was = await there(platform, human_id)
    await changed(outbox, platform, human_id, uid="first")
    await changed(outbox, platform, human_id, uid="second", email="ana@example.com")
    for expected in ("first", was.uid):
        await undoing.undo()
        assert await sent(platform, outbox.mirror) == [State.DONE]
        assert (await there(platform, human_id)).uid == expected
    assert (await there(platform, human_id)).email == was.email
    with pytest.raises(NotFoundError, match="nothing to undo"):
        await undoing.undo()
    for expected in ("first", "second"):
        await undoing.redo()
        assert await sent(platform, outbox.mirror) == [State.DONE]
        assert (await there(platform, human_id)).uid == expected
    assert (await there(platform, human_id)).email == "ana@example.com"
    with pytest.raises(NotFoundError, match="nothing to redo"):
        await undoing.redo()


async def test_what_was_not_sent_yet_is_withdrawn_and_queued_again(
    platform: Platform, outbox: Outbox, undoing: Undoing, human_id: str
) -> None:
    was = await there(platform, human_id)
    queued = await outbox.update(human_id, HumanChanges(uid="never sent"))
    withdrawn = await undoing.undo()
    assert (withdrawn.id, withdrawn.state) == (queued.id, State.WITHDRAWN)
    assert await sent(platform, outbox.mirror) == []
    shown = Human.model_validate_json(outbox.mirror.document(human_id).result(PATIENCE) or "")
    assert shown.uid == was.uid
    again = await undoing.redo()
    assert isinstance(again, Change)
    assert (again.state, again.body) == (State.PENDING, queued.body)
    await undoing.undo()
    await undoing.redo()
    assert await sent(platform, outbox.mirror) == [State.DONE]
    assert (await there(platform, human_id)).uid == "never sent"


async def test_a_reversal_that_was_not_sent_yet_is_withdrawn_too(
    platform: Platform, outbox: Outbox, undoing: Undoing, human_id: str
) -> None:
    await changed(outbox, platform, human_id, uid="mine")
    reversal = await undoing.undo()
    assert (await undoing.redo()).id == reversal.id
    assert await outbox.listed() == []
    await undoing.undo()
    assert await sent(platform, outbox.mirror) == [State.DONE]
    assert (await there(platform, human_id)).uid != "mine"


async def test_what_a_colleague_changed_since_is_not_overwritten(
    platform: Platform, outbox: Outbox, undoing: Undoing, human_id: str
) -> None:
    was = await there(platform, human_id)
    await changed(outbox, platform, human_id, uid="mine", email="mine@example.com")
    await platform.update_human(human_id, HumanChanges(uid="theirs"))
    reversal = await undoing.undo()
    assert await sent(platform, outbox.mirror) == [State.CONFLICT]
    assert (await there(platform, human_id)).uid == "theirs"
    assert (await there(platform, human_id)).email == "mine@example.com"
    await outbox.resolve(reversal.id, mine=["email"])
    assert await sent(platform, outbox.mirror) == [State.DONE]
    left = await there(platform, human_id)
    assert (left.uid, left.email) == ("theirs", was.email)


async def test_where_theirs_is_to_stay_the_step_before_is_the_next_to_take_back(
    platform: Platform, outbox: Outbox, undoing: Undoing, human_id: str
) -> None:
    was = await there(platform, human_id)
    await changed(outbox, platform, human_id, email="mine@example.com")
    await changed(outbox, platform, human_id, uid="mine")
    await platform.update_human(human_id, HumanChanges(uid="theirs"))
    reversal = await undoing.undo()
    assert await sent(platform, outbox.mirror) == [State.CONFLICT]
    await outbox.discard(reversal.id)
    await undoing.undo()
    assert await sent(platform, outbox.mirror) == [State.DONE]
    left = await there(platform, human_id)
    assert (left.uid, left.email) == ("theirs", was.email)


async def test_what_was_not_taken_back_is_forgotten_by_no_change_that_follows(
    platform: Platform, outbox: Outbox, undoing: Undoing, human_id: str
) -> None:
    was = await there(platform, human_id)
    await changed(outbox, platform, human_id, email="first@example.com")
    reversal = await undoing.undo()
    await outbox.discard(reversal.id)  # before it was tried
    await changed(outbox, platform, human_id, uid="second")
    for _ in range(2):
        await undoing.undo()
        assert await sent(platform, outbox.mirror) == [State.DONE]
    left = await there(platform, human_id)
    assert (left.uid, left.email) == (was.uid, was.email)


async def test_tags_go_back_to_the_values_they_had_or_away(
    platform: Platform, outbox: Outbox, undoing: Undoing, human_id: str
) -> None:
    had = {tag.id: tag.value for tag in (await there(platform, human_id)).tags}
    new = next(tag.id for tag in await platform.list_tags() if tag.id not in had)
    old = next(iter(had))
    await outbox.assign(human_id, [TagValue(id=new, value="x")], removed=[old])
    assert await sent(platform, outbox.mirror) == [State.DONE]
    given = {tag.id: tag.value for tag in (await there(platform, human_id)).tags}
    assert new in given and old not in given
    await undoing.undo()
    assert await sent(platform, outbox.mirror) == [State.DONE]
    assert {tag.id: tag.value for tag in (await there(platform, human_id)).tags} == had
    await undoing.redo()
    assert await sent(platform, outbox.mirror) == [State.DONE]
    assert {tag.id: tag.value for tag in (await there(platform, human_id)).tags} == given


async def test_what_this_platform_cannot_take_back_is_said(
    platform: Platform, outbox: Outbox, human_id: str
) -> None:
    had = [tag.id for tag in (await there(platform, human_id)).tags]
    new = next(tag.id for tag in await platform.list_tags() if tag.id not in had)
    await outbox.assign(human_id, [TagValue(id=new, value="x")])
    assert await sent(platform, outbox.mirror) == [State.DONE]
    with pytest.raises(UsageError, match="no call that takes tags away"):
        await of(outbox, platform.capabilities - {Capability.TAGS_UNASSIGN}).undo()
    await changed(outbox, platform, human_id, access_token=SecretStr("secret"))
    with pytest.raises(UsageError, match="never kept"):
        await of(outbox, platform.capabilities).undo()
    assert await outbox.listed() == []


async def test_nobody_who_was_created_or_deleted_is_taken_back(
    platform: Platform, outbox: Outbox, undoing: Undoing, human_id: str
) -> None:
    await outbox.create(HumanDraft(fullname="Jane Doe"))
    assert await sent(platform, outbox.mirror) == [State.DONE]
    with pytest.raises(UsageError, match="Jane Doe was created"):
        await undoing.undo()
    await outbox.delete(human_id)
    assert await sent(platform, outbox.mirror) == [State.DONE]
    with pytest.raises(UsageError, match="was deleted"):
        await undoing.undo()


async def test_a_human_to_create_is_withdrawn_before_it_is_sent(
    platform: Platform, outbox: Outbox, undoing: Undoing
) -> None:
    await outbox.create(HumanDraft(fullname="Jane Doe"))
    await undoing.undo()
    assert await sent(platform, outbox.mirror) == []
    created = await undoing.redo()
    assert isinstance(created, Change)
    assert outbox.mirror.document(created.human_id).result(PATIENCE)
    assert await sent(platform, outbox.mirror) == [State.DONE]
    await outbox.create(HumanDraft(fullname="Jim", access_token=SecretStr("secret")))
    await undoing.undo()
    with pytest.raises(UsageError, match="not kept"):
        await undoing.redo()


async def test_a_change_that_did_not_go_through_is_decided_in_the_outbox(
    platform: Platform, outbox: Outbox, undoing: Undoing, human_id: str
) -> None:
    await changed(outbox, platform, human_id, uid="mine")
    await platform.update_human(human_id, HumanChanges(email="theirs@example.com"))
    stuck = await outbox.update(human_id, HumanChanges(email="mine@example.com"))
    assert await sent(platform, outbox.mirror) == [State.CONFLICT]
    with pytest.raises(UsageError, match=r"has not been made \(conflict\)"):
        await undoing.undo()
    await outbox.discard(stuck.id)
    await undoing.undo()  # the one before it
    assert await sent(platform, outbox.mirror) == [State.DONE]
    assert (await there(platform, human_id)).uid != "mine"


async def test_something_new_forgets_what_was_taken_back(
    platform: Platform, outbox: Outbox, undoing: Undoing, human_id: str
) -> None:
    await changed(outbox, platform, human_id, uid="one")
    await undoing.undo()
    await sent(platform, outbox.mirror)
    await changed(outbox, platform, human_id, email="new@example.com")
    with pytest.raises(NotFoundError, match="nothing to redo"):
        await undoing.redo()


async def test_only_so_many_steps_are_kept(outbox: Outbox, undoing: Undoing, human_id: str) -> None:
    for number in range(KEPT + 2):
        await outbox.update(human_id, HumanChanges(uid=f"u{number}"))
    for _ in range(KEPT):
        await undoing.undo()
    with pytest.raises(NotFoundError):
        await undoing.undo()


async def test_nothing_is_taken_back_where_nothing_may_be_changed(
    mirror: Mirror, outbox: Outbox, human_id: str
) -> None:
    await outbox.update(human_id, HumanChanges(uid="u"))
    with pytest.raises(RefusedError, match="read-only"):
        await of(Outbox(mirror, who="Ana Cruz", read_only=True), None).undo()


async def ran(platform: Platform, mirror: Mirror, bulk: Change | Bulk) -> dict[ItemState, int]:
    """Run a bulk to its end, and return how many humans came to which."""
    assert isinstance(bulk, Bulk)
    async for _ in BulkRunner(platform, mirror).run(bulk.id):
        pass
    return dict(await Bulks(mirror, who="Ana Cruz").counts(bulk.id))


async def values(platform: Platform, ids: list[str], tag_id: str) -> list[str | None]:
    humans = [await there(platform, i) for i in ids]
    return [{tag.id: tag.value for tag in human.tags}.get(tag_id) for human in humans]


async def test_a_bulk_gives_everybody_back_what_each_had(
    platform: Platform, mirror: Mirror, outbox: Outbox, undoing: Undoing
) -> None:
    ids = [*await at_the_platform(platform)][:20]
    tag = (await platform.list_tags())[0]
    had = await values(platform, ids, tag.id)
    assert len(set(had)) > 2  # some of them none
    bulks = Bulks(mirror, who="Ana Cruz")
    wish = Wish(tags={tag.id: tag.choices[0]}, fields={})
    bulk = await bulks.make(ids, wish, title="All the same")
    with pytest.raises(UsageError, match="“All the same” is not over"):
        await undoing.undo()
    same = had.count(tag.choices[0])
    assert (await ran(platform, mirror, bulk))[ItemState.DONE] == 20 - same
    await platform.assign_tags([ids[0]], [TagValue(id=tag.id, value="theirs")])
    back = await undoing.undo()
    assert isinstance(back, Bulk) and back.title == "Undo: All the same"
    counted = await ran(platform, mirror, back)
    assert counted[ItemState.SKIPPED] == 1  # whom a colleague changed since
    assert await values(platform, ids, tag.id) == ["theirs", *had[1:]]
    again = await undoing.redo()
    assert isinstance(again, Bulk) and again.title == "All the same"
    await ran(platform, mirror, again)
    assert await values(platform, ids, tag.id) == ["theirs", *[tag.choices[0]] * 19]


async def test_a_bulk_that_was_cancelled_gives_back_what_it_had_done(
    platform: Platform, mirror: Mirror, outbox: Outbox, undoing: Undoing, human_id: str
) -> None:
    await changed(outbox, platform, human_id, uid="before the bulk")
    tag = (await platform.list_tags())[0]
    bulks = Bulks(mirror, who="Ana Cruz")
    ids = [*await at_the_platform(platform)][:5]
    nothing = await bulks.make(ids, Wish(tags={tag.id: "x"}, fields={}), title="Never sent")
    assert (await bulks.cancel(nothing.id)).state is BulkState.CANCELLED
    await undoing.undo()  # what did nothing is no step
    assert await sent(platform, mirror) == [State.DONE]
    assert (await there(platform, human_id)).uid != "before the bulk"


async def test_where_tags_cannot_be_taken_away_a_bulk_is_undone_as_far_as_can_be(
    platform: Platform, mirror: Mirror, outbox: Outbox
) -> None:
    ids = [*await at_the_platform(platform)][:20]
    tag = (await platform.list_tags())[0]
    had = await values(platform, ids, tag.id)
    bulks = Bulks(mirror, who="Ana Cruz")
    bulk = await bulks.make(ids, Wish(tags={tag.id: "x"}, fields={}), title="All x")
    await ran(platform, mirror, bulk)
    back = await of(outbox, platform.capabilities - {Capability.TAGS_UNASSIGN}).undo()
    counted = await ran(platform, mirror, back)
    assert counted[ItemState.SKIPPED] == had.count(None)
    assert await values(platform, ids, tag.id) == [value or "x" for value in had]
    said = [item.said async for item in bulks.items(back.id, [ItemState.SKIPPED])]
    assert all("no call that takes tags away" in words for words in said)
