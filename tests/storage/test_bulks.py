"""Many humans are changed at once, and what became of each is known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock

from aicx_tui.api.base import Platform
from aicx_tui.errors import (
    AicxError,
    ConflictError,
    NotSignedInError,
    OutcomeUnknownError,
    PlatformFailedError,
    RateLimitedError,
    RefusedError,
    StoppedError,
    UnavailableError,
    UnreachableError,
    UsageError,
)
from aicx_tui.models.human import HumanChanges, HumanDraft, TagValue
from aicx_tui.services.bulk import Bulks, Wish
from aicx_tui.services.bulk_progress import BulkProgress
from aicx_tui.services.bulk_run import SIDE_BY_SIDE
from aicx_tui.services.bulk_running import BulkRunner
from aicx_tui.services.bulk_waiting import see_through
from aicx_tui.services.directory import Directory
from aicx_tui.services.mirrors import OpenMirror
from aicx_tui.services.outbox import Outbox
from aicx_tui.services.outbox_opening import OpenOutbox
from aicx_tui.services.session import Session
from aicx_tui.settings import Context
from aicx_tui.storage.audit import Entry
from aicx_tui.storage.bulks import Bulk, BulkState, ItemState
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import Tagged
from aicx_tui.storage.waiting import waiting_in
from tests.storage.bulk_runs import BATCH, Place, told_of
from tests.storage.mirrors import KEY, found, opened
from tests.storage.syncing import at_the_platform, in_the_mirror, synced

DONE, FAILED, SKIPPED = ItemState.DONE, ItemState.FAILED, ItemState.SKIPPED


async def test_everybody_is_tagged_and_the_history_says_so(at: Place) -> None:
    before = await at.values()
    preview = await at.bulks.preview(at.ids, at.giving("Bulk"))
    assert (preview.total, preview.changing, preview.staying) == (len(at.ids), len(at.ids), 0)
    assert preview.sample[0][1][0].after == "Bulk"
    assert sum(count for _, count in preview.held[f"tag:{at.tag}"]) == sum(
        value is not None for value in before.values()
    )

    bulk = await at.bulks.make(at.ids, at.giving("Bulk"), title="Bulk for all")
    end = await at.run()

    assert (end.done, end.total, end.bulk.state) == (len(at.ids), len(at.ids), BulkState.DONE)
    assert set((await at.values()).values()) == {"Bulk"}
    assert sum(map(len, at.platform.requests)) == len(at.ids)
    assert '"value":"Bulk"' in str(at.mirror.document(at.ids[0]).result())
    (entry,) = await Outbox(at.mirror, who="").history(at.ids[0])
    assert (entry.who, entry.change_id, entry.outcome) == ("Ana Cruz", bulk.id, "done")
    assert entry.differences == [(f"tag:{at.tag}", before[at.ids[0]], "Bulk")]
    assert entry.request_id
    await synced(at.direct, at.mirror)
    assert in_the_mirror(at.mirror) == await at_the_platform(at.direct)


async def test_who_has_it_already_is_not_sent_again(at: Place) -> None:
    some = at.ids[:3]
    await at.direct.assign_tags(some[:2], [TagValue(id=at.tag, value="Gold")])
    await at.direct.assign_tags(some[2:], [TagValue(id=at.tag, value="Silver")])
    await synced(at.direct, at.mirror)

    preview = await at.bulks.preview(some, at.giving("Gold"))
    await at.bulks.make(some, at.giving("Gold"), title="Gold")
    end = await at.run()

    assert (preview.changing, preview.staying) == (1, 2)
    assert preview.held == {f"tag:{at.tag}": [("Gold", 2), ("Silver", 1)]}
    assert (end.done, end.same) == (1, 2)
    assert at.platform.requests == [[some[2]]]


async def test_a_tag_is_taken_from_those_who_have_it(at: Place) -> None:
    some = at.ids[:4]
    await at.direct.assign_tags(some, [TagValue(id=at.tag, value="")])
    await synced(at.direct, at.mirror)

    await at.bulks.make(some, at.giving(None), title="Away with it")
    end = await at.run()

    assert end.done == 4
    assert {(await at.values())[human_id] for human_id in some} == {None}
    await synced(at.direct, at.mirror)
    assert in_the_mirror(at.mirror) == await at_the_platform(at.direct)


async def test_a_field_is_changed_upon_what_the_platform_has(at: Place) -> None:
    mine, theirs, so_already = at.ids[:3]
    wish = Wish(fields={"phone_number": "+1 555"})
    bulk = await at.bulks.make([mine, theirs, so_already], wish, title="One phone")
    await at.direct.update_human(theirs, HumanChanges(phone_number="+2 666"))
    await at.direct.update_human(so_already, HumanChanges(phone_number="+1 555"))

    end = await at.run()

    assert (end.done, end.skipped, end.same) == (1, 1, 1)
    assert (await at.said(bulk))[theirs] == (
        SKIPPED,
        "Somebody changed it meanwhile: it is +2 666 now.",
    )
    assert (await at.direct.get_human(mine)).human.phone_number == "+1 555"
    assert (await at.direct.get_human(theirs)).human.phone_number == "+2 666"
    (entry,) = await Outbox(at.mirror, who="").history(theirs)
    assert (entry.kind, entry.outcome) == ("update", "skipped")


async def test_those_the_platform_does_not_have_fail_and_the_rest_is_made(at: Place) -> None:
    nobody = ["eu_000000000001", "eu_000000000002"]
    some = [nobody[0], *at.ids[:5], nobody[1]]
    preview = await at.bulks.preview(some, at.giving("X"))
    bulk = await at.bulks.make(some, at.giving("X"), title="X")

    end = await at.run()

    assert (preview.unknown, preview.changing) == (2, 5)
    assert (end.done, end.failed, end.bulk.state) == (5, 2, BulkState.DONE)
    assert (await at.said(bulk))[nobody[1]] == (FAILED, "This bot has no human with this id")
    assert len(at.platform.requests) == 2


async def test_a_refusal_that_names_nobody_is_split_until_it_is_known_who(at: Place) -> None:
    bad = {at.ids[3], at.ids[11]}

    def refuse(human_ids: Sequence[str]) -> None:
        if bad & set(human_ids):
            raise RefusedError("Not with these.")

    at.platform.before = refuse
    bulk = await at.bulks.make(at.ids[:16], at.giving("X"), title="X")

    end = await at.run()

    assert (end.done, end.failed) == (14, 2)
    assert {i for i, said in (await at.said(bulk)).items() if said[0] is FAILED} == bad
    values = await at.values()
    assert {i for i in at.ids[:16] if values[i] == "X"} == set(at.ids[:16]) - bad


async def test_a_refusal_of_the_tag_itself_pauses_before_everybody_is_refused(at: Place) -> None:
    bulk = await at.bulks.make(at.ids, Wish(tags={"no such tag": "X"}), title="X")

    end = await at.run()

    assert end.bulk.state is BulkState.PAUSED
    assert "This bot has no tag with this id" in end.bulk.problem
    assert 0 < end.failed < len(at.ids)
    assert len(await at.bulks.counts(bulk.id)) == 2


async def test_a_reply_that_never_came_is_looked_for(at: Place) -> None:
    some = at.ids[:6]
    bulk = await at.bulks.make(some, at.giving("X"), title="X")

    def lose(human_ids: Sequence[str]) -> None:
        at.platform.after = lambda _: None
        raise OutcomeUnknownError("No reply.")

    at.platform.after = lose
    end = await at.run()

    assert (end.done, end.bulk.state) == (6, BulkState.DONE)
    assert sorted(at.platform.read) == sorted(some)
    assert len(at.platform.requests) == 1
    assert len(await Outbox(at.mirror, who="").history()) == 6
    assert {state for state, _ in (await at.said(bulk)).values()} == {DONE}


async def test_what_was_not_made_is_sent_again_and_what_others_changed_is_left(at: Place) -> None:
    some, other = at.ids[:6], at.ids[2]
    bulk = await at.bulks.make(some, at.giving("X"), title="X")

    def lose(_: Sequence[str]) -> None:
        at.platform.before = lambda _: None
        raise OutcomeUnknownError("No reply.")

    at.platform.before = lose
    await at.direct.assign_tags([other], [TagValue(id=at.tag, value="Theirs")])
    end = await at.run()

    assert (end.done, end.skipped) == (5, 1)
    assert (await at.said(bulk))[other][1] == "Somebody changed it meanwhile: it is Theirs now."
    assert at.platform.requests == [[i for i in some if i != other]]


async def test_what_a_process_left_is_looked_for_first(at: Place) -> None:
    some = at.ids[:6]
    bulk = await at.bulks.make(some, at.giving("X"), title="X")
    at.mirror.write(
        lambda c, _: c.execute("UPDATE bulk_items SET state = 'sending'").close()
    ).result()
    await at.direct.assign_tags(some[:3], [TagValue(id=at.tag, value="X")])

    end = await at.run(bulk)

    assert end.done == 6
    assert at.platform.requests == [some[3:]]


@pytest.mark.parametrize(
    "error",
    [
        RateLimitedError("Slow down.", retry_after=0.0),
        UnreachableError("No connection."),
        NotSignedInError("Signed out."),
    ],
)
async def test_it_waits_while_the_platform_cannot_be_asked(at: Place, error: Exception) -> None:
    await at.bulks.make(at.ids[:4], at.giving("X"), title="X")
    faults = [error] * 8

    def fail(_: Sequence[str]) -> None:
        if faults:
            raise faults.pop()

    at.platform.before = fail
    end = await at.run()

    waits = [told for told in at.told if told.waiting_for]
    assert len(waits) == 8
    assert waits[0].waiting_for == f"{error} It is tried again in 0 s."
    assert (end.done, end.failed, end.waiting_for) == (4, 0, "")


async def test_a_platform_that_fails_again_and_again_pauses_it(at: Place) -> None:
    bulk = await at.bulks.make(at.ids[:4], at.giving("X"), title="X")

    def fail(_: Sequence[str]) -> None:
        raise PlatformFailedError("It failed (500).")

    at.platform.before = fail
    end = await at.run()
    assert (end.bulk.state, end.bulk.problem) == (BulkState.PAUSED, "It failed (500).")
    assert (end.done, end.failed) == (0, 0)

    at.platform.before = lambda _: None
    await at.bulks.resume(bulk.id[:6])
    end = await at.run()
    assert (end.done, end.bulk.state, end.bulk.problem) == (4, BulkState.DONE, "")


async def test_it_is_paused_resumed_and_given_up(at: Place) -> None:
    bulk = await at.bulks.make(at.ids, at.giving("X"), title="X")
    other = Bulks(at.mirror, who="somebody else")

    async with aclosing(BulkRunner(at.platform, at.mirror, batch=BATCH).run()) as steps:
        async for told in steps:
            if told.done and told.bulk.state is BulkState.RUNNING:
                await other.pause(bulk.id)
    paused = (await other.counts(bulk.id))[DONE]
    assert 0 < paused < len(at.ids)
    assert not await told_of(at.platform, at.mirror, None)

    await other.resume(bulk.id)
    async with aclosing(BulkRunner(at.platform, at.mirror, batch=BATCH).run()) as steps:
        async for told in steps:
            if told.done > paused:
                await other.cancel(bulk.id)
                break
    assert (await other.get(bulk.id)).state is BulkState.CANCELLED
    left = (await other.counts(bulk.id)).get(ItemState.PENDING, 0)
    assert list((await at.values()).values()).count("X") == len(at.ids) - left
    assert ItemState.SENDING not in await other.counts(bulk.id)
    with pytest.raises(UsageError, match="is over"):
        await other.resume(bulk.id)


async def test_the_history_has_what_a_running_bulk_did_and_each_of_it_once(at: Place) -> None:
    outbox = Outbox(at.mirror, who="Ana Cruz")
    bulk = await at.bulks.make(at.ids, at.giving("X"), title="X")
    before_its_end: list[Entry] = []
    async with aclosing(BulkRunner(at.platform, at.mirror, batch=4).run()) as steps:
        async for _ in steps:
            before_its_end = before_its_end or await outbox.history()
    after = await outbox.history()

    assert 0 < len(before_its_end) < len(at.ids)
    assert after[-len(before_its_end) :] == before_its_end
    assert sorted(entry.human_id for entry in after) == sorted(at.ids)
    (first,) = await outbox.history(at.ids[0])
    assert first in after
    assert (first.change_id, first.outcome, first.differences[0].after) == (bulk.id, "done", "X")


async def test_cancelled_it_writes_down_what_was_under_way(at: Place) -> None:
    bulk = await at.bulks.make(at.ids, at.giving("X"), title="X")
    sending, goes_on = asyncio.Event(), asyncio.Event()
    passed_on = at.platform.platform.assign_tags

    class Slow(type(at.platform)):  # type: ignore[misc]
        async def assign_tags(self, *given: object) -> None:
            sending.set()
            await goes_on.wait()
            await passed_on(*given)  # type: ignore[arg-type]

    running = asyncio.create_task(told_of(Slow(at.direct), at.mirror, bulk))
    await sending.wait()
    running.cancel()
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    counts = await at.bulks.counts(bulk.id)
    assert counts.keys() == {DONE, ItemState.PENDING}
    assert list((await at.values()).values()).count("X") == counts[DONE]


@pytest.mark.parametrize("deciding", ["pause", "cancel"])
async def test_what_is_decided_while_a_request_is_under_way_sends_no_other(
    at: Place, deciding: str
) -> None:
    bulk = await at.bulks.make(at.ids, at.giving("X"), title="X")
    sending, goes_on = asyncio.Event(), asyncio.Event()
    passed_on = at.platform.assign_tags

    class Slow(type(at.platform)):  # type: ignore[misc]
        async def assign_tags(self, *given: object) -> None:
            sending.set()
            await goes_on.wait()
            await passed_on(*given)  # type: ignore[arg-type]

    running = asyncio.create_task(told_of(Slow(at.direct), at.mirror, bulk))
    await sending.wait()
    await getattr(at.bulks, deciding)(bulk.id)
    goes_on.set()
    await running
    assert len(at.platform.requests) == SIDE_BY_SIDE
    sent = SIDE_BY_SIDE * BATCH
    assert await at.bulks.counts(bulk.id) == {DONE: sent, ItemState.PENDING: len(at.ids) - sent}


def waited_for(at: Place, platform: Platform, bulk: Bulk) -> Callable[..., Awaitable[BulkProgress]]:
    """Waits for the end of a bulk, by a clock that goes on at each look."""
    seconds = iter(range(0, 6_000, 13))
    here = OpenOutbox(
        outbox=Outbox(at.mirror, who="Ana Cruz"),
        directory=Directory(OpenMirror(at.mirror, "mirror.db")),
    )
    context = Context(name="own", source="config", kind="console", root="http://127.0.0.1")
    session = Session(platform=platform, context=context)
    return partial(
        see_through,
        here,
        session,
        bulk,
        told=lambda _: None,
        clock=lambda: next(seconds),
    )


async def test_a_runner_that_comes_no_further_is_not_waited_for_for_ever(
    at: Place, tmp_path: Path
) -> None:
    bulk = await at.bulks.make(at.ids, at.giving("X"), title="X")
    seen = waited_for(at, at.platform, bulk)
    with FileLock(tmp_path / "mirror.bulks"):
        with pytest.raises(StoppedError, match="Another process has it"):
            await seen()
        kept = await seen(withdraws=False)
        assert kept.bulk.state is BulkState.RUNNING
        await at.bulks.cancel(bulk.id)
        with pytest.raises(ConflictError, match="Another process cancelled it: 40 of 40 not"):
            await seen()
    assert not at.platform.requests


async def test_a_platform_that_only_asks_for_pauses_could_not_be_asked(at: Place) -> None:
    bulk = await at.bulks.make(at.ids, at.giving("X"), title="X")
    told: list[BulkProgress] = []

    class Pausing(type(at.platform)):  # type: ignore[misc]
        async def assign_tags(self, *_: object) -> None:
            raise RateLimitedError("It asks for a pause.", retry_after=0.0)

    with pytest.raises(AicxError, match="asks for a pause") as caught:
        await waited_for(at, Pausing(at.direct), bulk)(told=told.append)
    assert caught.value.exit_code == UnavailableError.exit_code
    assert "It asks for a pause. It is tried again in 0 s." in [one.waiting_for for one in told]
    assert (await at.bulks.get(bulk.id)).state is BulkState.CANCELLED


async def test_each_human_goes_back_to_its_own_unless_somebody_changed_it(at: Place) -> None:
    some = at.ids[:6]
    field = f"tag:{at.tag}"
    before = await at.values()
    bulk = await at.bulks.make(some, at.giving("X"), title="X")
    await at.run()
    await at.direct.assign_tags([some[0]], [TagValue(id=at.tag, value="Theirs")])

    undo = await at.bulks.reverse(bulk.id, title="Back")
    back = [item async for item in at.bulks.items(undo.id)]
    end = await at.run()

    assert (end.done, end.skipped, end.bulk.undo_of) == (5, 1, bulk.id)
    values = await at.values()
    assert values == before | {some[0]: "Theirs"}
    assert (await at.said(undo))[some[0]][1] == "Somebody changed it meanwhile: it is Theirs now."
    assert back[0].differences[0].field == field
    await synced(at.direct, at.mirror)
    assert in_the_mirror(at.mirror) == await at_the_platform(at.direct)


async def test_a_human_with_a_change_that_waits_keeps_it(at: Place) -> None:
    human_id = at.ids[0]
    outbox = Outbox(at.mirror, who="Ana Cruz")
    await outbox.update(human_id, HumanChanges(email="new@example.com"))
    created = await outbox.create(HumanDraft(fullname="Nora"))
    bulk = await at.bulks.make([human_id, created.human_id], at.giving("X"), title="X")

    end = await at.run()

    assert (end.done, end.skipped) == (1, 1)
    assert (await at.said(bulk))[created.human_id][1] == "The platform has not created it yet."
    shown = str(at.mirror.document(human_id).result())
    assert '"email":"new@example.com"' in shown and '"value":"X"' in shown


async def test_what_was_broken_off_while_it_was_prepared_is_no_bulk(at: Place) -> None:
    def broken_off() -> None:
        raise KeyboardInterrupt

    def ids() -> object:
        yield from at.ids
        yield from at.ids
        broken_off()

    with pytest.raises(KeyboardInterrupt):
        await at.bulks.make(ids(), at.giving("X"), title="X")  # type: ignore[arg-type]
    assert await at.bulks.listed() == []
    assert not await told_of(at.platform, at.mirror, None)
    bulk = await at.bulks.make(at.ids[:2], at.giving("X"), title="X")
    assert bulk.total == 2
    assert [bulk.id] == [one.id for one in await at.bulks.listed()]
    with pytest.raises(UsageError, match="nobody"):
        await at.bulks.make([], at.giving("X"), title="X")
    with pytest.raises(RefusedError, match="read-only"):
        await Bulks(at.mirror, who="", read_only=True).make(at.ids, at.giving("X"), title="X")


async def test_what_is_not_sent_yet_counts_as_waiting(at: Place, tmp_path: Path) -> None:
    bulk = await at.bulks.make(at.ids, at.giving("X"), title="X")
    assert waiting_in(tmp_path / "mirror.db", KEY) == len(at.ids)
    await at.bulks.cancel(bulk.id)
    assert waiting_in(tmp_path / "mirror.db", KEY) == 0


async def test_everybody_is_found_by_the_new_tag_when_all_are_tagged(at: Place) -> None:
    await at.bulks.make(at.ids, at.giving("Brand new"), title="X")
    await at.run()
    tagged = found(at.mirror, Tagged(at.tag, "Brand new"), Sort(), {})
    assert sorted(tagged) == sorted(at.ids)
    in_the_mirror(at.mirror)  # its tables agree


async def test_one_process_runs_bulks_and_another_follows(at: Place, tmp_path: Path) -> None:
    bulk = await at.bulks.make(at.ids, at.giving("X"), title="X")
    with opened(tmp_path / "mirror.db") as other:
        with FileLock(tmp_path / "mirror.bulks"):
            assert not await told_of(at.platform, other, None)
            async with aclosing(BulkRunner(at.platform, other).run(bulk.id)) as steps:
                seen = await anext(steps)
        assert (seen.done, seen.total) == (0, len(at.ids))
        end = (await told_of(at.platform, other, bulk))[-1]
    assert end.done == len(at.ids)
