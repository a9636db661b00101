"""What is noted of humans before a bulk changes them, so that just that comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from aicx_tui.errors import AicxError, NotFoundError, RefusedError
from aicx_tui.models.human import TagValue
from aicx_tui.services.bulk import Wish
from aicx_tui.services.bulk_running import BulkProgress, BulkRunner
from aicx_tui.services.outbox import Outbox
from aicx_tui.services.undoing import Undoing
from aicx_tui.storage.bulks import Bulk, BulkState, ItemState
from tests.storage.bulk_runs import Place, held_by
from tests.storage.syncing import in_the_mirror


@pytest.fixture
def undoing(at: Place) -> Undoing:
    return Undoing(Outbox(at.mirror, who="Ana Cruz"), at.bulks, at.direct.capabilities)


async def run(at: Place, *, later: timedelta = timedelta()) -> BulkProgress:
    """Run what is to be run, as if it were later, and return what was told last."""

    def clock() -> datetime:
        return datetime.now(UTC) + later

    runner = BulkRunner(at.platform, at.mirror, retry_seconds=0, batch=4, clock=clock)
    async with aclosing(runner.run()) as steps:
        return [progress async for progress in steps][-1]


async def tags_of(at: Place, ids: Sequence[str]) -> list[dict[str, str]]:
    """What humans have at the platform."""
    read = [(await at.direct.get_human(human_id)).human for human_id in ids]
    return [{tag.id: tag.value for tag in human.tags} for human in read]


async def given_up_soon(at: Place) -> None:
    """Run it, and cancel it when some are done."""
    runner = BulkRunner(at.platform, at.mirror, retry_seconds=0, batch=4)
    async with aclosing(runner.run()) as steps:
        async for told in steps:
            if told.done and told.bulk.state is BulkState.RUNNING:
                await at.bulks.cancel(told.bulk.id)


async def test_an_undo_that_was_given_up_is_gone_on_with(at: Place, undoing: Undoing) -> None:
    before = await at.values()
    await at.bulks.make(at.ids, at.giving("X"), title="X")
    await run(at)
    await undoing.undo()
    await given_up_soon(at)
    assert 0 < list((await at.values()).values()).count("X") < len(at.ids)

    await undoing.undo()
    await run(at)
    assert await at.values() == before
    with pytest.raises(NotFoundError, match="nothing to undo"):
        await undoing.undo()


async def test_two_who_take_the_same_back_at_once_do_it_once(at: Place, undoing: Undoing) -> None:
    await at.bulks.make(at.ids, at.giving("X"), title="X")
    await run(at)
    ended = await asyncio.gather(undoing.undo(), undoing.undo(), return_exceptions=True)
    assert sorted(isinstance(one, AicxError) for one in ended) == [False, True]
    assert sum(isinstance(one, Bulk) for one in ended) == 1
    assert [bulk.state for bulk in await at.bulks.listed()] == [BulkState.RUNNING, BulkState.DONE]


async def test_what_an_undo_finds_changed_by_others_bars_no_earlier_step(
    at: Place, undoing: Undoing
) -> None:
    before = await at.values()
    for value, ids in (("first", at.ids[:3]), ("second", at.ids[3:6])):
        await at.bulks.make(ids, at.giving(value), title=value)
        await run(at)
    await at.direct.assign_tags(at.ids[3:6], [TagValue(id=at.tag, value="theirs")])
    await undoing.undo()
    assert (await run(at)).skipped == 3
    await undoing.undo()
    await run(at)
    theirs = dict.fromkeys(at.ids[3:6], "theirs")
    assert await at.values() == {**before, **theirs}


@pytest.mark.parametrize("kind", ["a tag", "a field"])
async def test_a_bulk_that_waited_leaves_alone_whom_somebody_changed_meanwhile(
    at: Place, kind: str
) -> None:
    wish = at.giving("X") if kind == "a tag" else Wish(tags={at.tag: "X"}, fields={"uid": "u"})
    bulk = await at.bulks.make(at.ids[:6], wish, title="X")
    await at.direct.assign_tags(at.ids[:2], [TagValue(id=at.tag, value="theirs")])

    end = await run(at, later=timedelta(hours=9))

    assert (end.done, end.skipped) == (4, 2)
    state, said = (await at.said(bulk))[at.ids[0]]
    assert state is ItemState.SKIPPED and "theirs now" in said
    values = await at.values()
    assert [values[human_id] for human_id in at.ids[:6]] == ["theirs"] * 2 + ["X"] * 4
    shown = in_the_mirror(at.mirror)
    assert [held_by(shown[human_id], at.tag) for human_id in at.ids[:6]] == [
        *["theirs"] * 2,
        *["X"] * 4,
    ]


async def test_upon_what_was_read_long_ago_everybody_gets_back_what_they_really_had(
    at: Place, undoing: Undoing
) -> None:
    await at.direct.assign_tags(at.ids[:2], [TagValue(id=at.tag, value="theirs")])
    before = await at.values()
    await at.bulks.make(at.ids[:6], at.giving("X"), title="X", is_fresh=False)
    assert (await run(at)).done == 6
    (entry,) = await Outbox(at.mirror, who="").history(at.ids[0])
    assert entry.differences[0].before == "theirs"
    await undoing.undo()
    await run(at)
    assert await at.values() == before


async def test_tags_given_where_others_cannot_be_taken_are_told_and_taken_back(
    at: Place, undoing: Undoing
) -> None:
    other = next(tag.id for tag in await at.direct.list_tags() if tag.id != at.tag)
    some = at.ids[:3]
    await at.direct.assign_tags(some, [TagValue(id=other, value="kept")])
    before = await tags_of(at, some)

    class KeepsTags(type(at.platform)):  # type: ignore[misc]
        async def unassign_tags(self, *_: Sequence[str]) -> None:
            raise RefusedError("Tags stay here.")

    usual, at.platform = at.platform, KeepsTags(at.direct)
    bulk = await at.bulks.make(
        some, Wish(tags={at.tag: "Zed", other: None}), title="both", is_fresh=False
    )
    end = await run(at)
    assert (end.done, end.failed) == (0, 3)
    assert (await at.said(bulk))[some[0]] == (ItemState.PARTLY, "Tags stay here.")
    (entry,) = await Outbox(at.mirror, who="").history(some[0])
    assert (entry.outcome, [one.after for one in entry.differences]) == ("partly", ["Zed"])

    at.platform = usual
    await undoing.undo()
    await run(at)
    assert await tags_of(at, some) == before
