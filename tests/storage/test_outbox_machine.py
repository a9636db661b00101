"""Whatever happens, in any order: each change is made once, or said to be in doubt."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from aicx_tui.errors import AicxError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import HumanChanges, HumanDraft, TagValue
from aicx_tui.services.outbox import Outbox
from aicx_tui.services.sending import Sender
from aicx_tui.services.sync import Sync
from aicx_tui.storage.changes import ENDED, SHOWN, WAITING, Change, Kind, State
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.rows import written
from tests.storage.mirrors import KEY
from tests.storage.syncing import in_the_mirror
from tests.storage.wavering_platform import REFUSED, CallerDiedError, Fault, WaveringPlatform

T = TypeVar("T")

HUMANS = 3

humans = st.integers(0, HUMANS - 1)
fields = st.sampled_from(["email", "uid", "fullname"])
faults = st.lists(st.sampled_from(Fault), max_size=6)
DECIDED = (State.FAILED, State.CONFLICT, State.UNKNOWN, *ENDED)


class OutboxMachine(RuleBasedStateMachine):
    """A person who changes, colleagues who change, and a platform that wavers."""

    @initialize(
        also=st.sets(
            st.sampled_from([Capability.HUMANS_PRECONDITION, Capability.WRITES_IDEMPOTENT])
        )
    )
    def begin(self, also: set[Capability]) -> None:
        """Everybody is known."""
        self.platform = WaveringPlatform(also)
        self.ids = [self.platform.add(number) for number in range(HUMANS)]
        self.folder = tempfile.TemporaryDirectory()
        self.now = datetime(2026, 1, 2, tzinfo=UTC)
        self.values = 0
        self.queued: dict[str, Change] = {}
        self._open()
        self.run(self.sync(full=False))

    def _open(self) -> None:
        self.mirror = Mirror(Path(self.folder.name) / "mirror.db", KEY)
        assert not self.mirror.was_damaged
        self.outbox = Outbox(self.mirror, who="me", clock=lambda: self.now)

    def teardown(self) -> None:
        """Everything comes to an end, and then agrees."""
        if not hasattr(self, "mirror"):
            return
        try:
            self.platform.faults.clear()
            self.send([])
            self.run(self.sync(full=True))
            self.check_the_end()
        finally:
            self.mirror.close()
            self.folder.cleanup()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    async def sync(self, *, full: bool) -> None:
        async for _ in Sync(self.platform, self.mirror, clock=lambda: self.now).run(full=full):
            pass

    def value(self) -> str:
        """One that nobody had before."""
        self.values += 1
        return f"value {self.values}"

    def note(self, change: Change) -> None:
        self.queued[change.id] = change

    # What the person does

    @rule(human=humans, field=fields, refused=st.booleans())
    def updates(self, human: int, field: str, refused: bool) -> None:
        value = REFUSED if refused and field == "uid" else self.value()
        changes = HumanChanges.model_validate({field: value})
        self._queue(self.outbox.update(self.ids[human], changes))

    @rule(human=humans, tag=st.sampled_from("ab"))
    def assigns(self, human: int, tag: str) -> None:
        self._queue(self.outbox.assign(self.ids[human], [TagValue(id=tag, value=self.value())]))

    @rule(human=humans, tag=st.sampled_from("ab"))
    def removes_a_tag(self, human: int, tag: str) -> None:
        self._queue(self.outbox.assign(self.ids[human], [], removed=[tag]))

    @rule(refused=st.booleans())
    def creates(self, refused: bool) -> None:
        uid, email = self.value(), REFUSED if refused else None
        self._queue(self.outbox.create(HumanDraft(fullname="New", uid=uid, email=email)))

    @rule(field=fields)
    def changes_whom_they_created(self, field: str) -> None:
        made = [c for c in self.all() if c.kind is Kind.CREATE and c.state in SHOWN]
        if made:
            changes = HumanChanges.model_validate({field: self.value()})
            self._queue(self.outbox.update(made[-1].human_id, changes))

    @rule(human=humans)
    def deletes(self, human: int) -> None:
        if self.values % 5 == 0:
            self._queue(self.outbox.delete(self.ids[human]))

    def _queue(self, work: Coroutine[Any, Any, Change]) -> None:
        try:
            change = self.run(work)
        except AicxError:
            return  # the human is gone from the mirror
        self.note(change)
        if change.kind is not Kind.DELETE:
            assert change.id in {c.id for c in self.all()}

    @rule(mine=st.booleans(), what=st.sampled_from(["retry", "discard", "resolve"]))
    def decides(self, mine: bool, what: str) -> None:
        for change in self.all(WAITING):
            if what == "resolve" and change.state is State.CONFLICT:
                theirs = change.problem.theirs if change.problem else {}
                self.run(self.outbox.resolve(change.id, mine=theirs if mine else ()))
            elif what == "discard" and change.state is not State.SENDING:
                self.run(self.outbox.discard(change.id))
                return
            elif what == "retry" and change.state in (State.FAILED, State.CONFLICT):
                self.run(self.outbox.retry(change.id))
                return

    # What others do

    @rule(human=humans, field=fields)
    def a_colleague_updates(self, human: int, field: str) -> None:
        self.platform.theirs(self.ids[human], field, f"theirs {self.value()}")

    @rule(fault=st.sampled_from(Fault))
    def creates_when_it_wavers(self, fault: Fault) -> None:
        self.send([])
        self.creates(refused=False)
        self.send([fault])

    @rule(human=humans, field=fields, before=st.booleans(), fault=st.sampled_from(Fault))
    def both_change_the_same(self, human: int, field: str, before: bool, fault: Fault) -> None:
        """A colleague is faster, or comes between reading and changing."""
        self.send([])
        self.updates(human=human, field=field, refused=False)
        if before:
            self.a_colleague_updates(human=human, field=field)
        self.send([Fault.NONE, fault])

    @rule(full=st.booleans())
    def it_is_read(self, full: bool) -> None:
        self.run(self.sync(full=full))

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(faults=faults)
    def send(self, faults: list[Fault]) -> None:
        self.platform.faults.extend(faults)
        try:
            self.run(self._sent())
        except CallerDiedError:
            self.mirror.close()
            self._open()
        except AicxError:
            pass
        self.platform.faults.clear()

    async def _sent(self) -> None:
        async for change in Sender(self.platform, self.mirror, clock=lambda: self.now).run():
            assert change.state in DECIDED

    # What is always so

    def all(self, states: tuple[State, ...] = tuple(State)) -> list[Change]:
        return self.run(self.outbox.listed(states))

    @precondition(lambda self: hasattr(self, "mirror"))
    @invariant()
    def nobody_is_made_twice(self) -> None:
        counted = Counter(self.platform.made)
        retried = {uid for uid, count in counted.items() if count > 1}
        assert not retried

    @precondition(lambda self: hasattr(self, "mirror"))
    @invariant()
    def nothing_is_written_twice(self) -> None:
        values = [(i, f, after) for i, f, _, after in self.platform.written]
        counted = Counter(value for value in values if value[-1] is not None)
        assert not [key for key, count in counted.items() if count > 1]

    @precondition(lambda self: hasattr(self, "mirror"))
    @invariant()
    def nobody_elses_change_is_overwritten(self) -> None:
        if Capability.HUMANS_PRECONDITION not in self.platform.capabilities:
            return
        seen_by_us = {
            str(difference.before) for change in self.all() for difference in change.differences
        }
        for human_id, field, before, after in self.platform.written:
            is_theirs = str(before).startswith(("theirs", "overtaken"))
            assert not is_theirs or field.startswith("tag:") or str(before) in seen_by_us, (
                human_id,
                field,
                before,
                after,
            )

    def check_the_end(self) -> None:
        """Nothing is under way, each change says what became of it, and all copies agree."""
        changes = {change.id: change for change in self.all()}
        kept = self.queued.keys() & changes.keys()
        history = self.run(self.outbox.history())
        outcomes = {entry.change_id: entry.outcome for entry in reversed(history)}
        written_values = {after for _, _, _, after in self.platform.written}
        for change_id in self.queued.keys() - kept:
            assert outcomes[change_id] in ENDED  # long over, and only in the history
        for change_id in kept:
            change = changes[change_id]
            if change.state is State.PENDING:
                assert self._is_behind_another(change, list(changes.values())), change
                continue
            assert change.state in DECIDED
            assert outcomes[change.id] == change.state
            if change.kind is Kind.CREATE:
                there = self.platform.made.count(str(change.body["uid"]))
                assert there == 1 if change.state is State.DONE else there <= 1
                assert there == 0 or change.state not in (State.FAILED,)
            elif change.kind in (Kind.UPDATE, Kind.ASSIGN) and change.state is State.DONE:
                assert {d.after for d in change.differences} <= written_values | {None}
        shown = {c.human_id for c in changes.values() if c.state in SHOWN}
        here = {i: d for i, d in in_the_mirror(self.mirror).items() if i not in shown}
        there_too = {i: written(d) for i, d in self.platform.humans.items() if i not in shown}
        assert here == there_too

    @staticmethod
    def _is_behind_another(change: Change, changes: list[Change]) -> bool:
        stopped = (State.CONFLICT, State.UNKNOWN, State.FAILED, State.PENDING)
        return any(
            other.human_id == change.human_id
            and other.number < change.number
            and other.state in stopped
            for other in changes
        )


OutboxMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, print_blob=True
)
TestOutboxMachine = OutboxMachine.TestCase
