"""Sends what waits in an outbox, so that each change is made once, or is said to be in doubt.

A change of a human is made upon what the platform has: it is read just before, and where the
platform honours versions, changed only if it is still that. So one that may have been sent by a
process that is gone is simply taken up again: what is there already is not sent twice. A human to
create cannot be found again like this. It is sent twice only where the platform tells by a key
that it is the same; else it is for a person to say whether it is there.
"""

from __future__ import annotations

import asyncio
from asyncio import wrap_future
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aicx_tui.api.base import Platform
from aicx_tui.api.http import REQUEST_ID
from aicx_tui.errors import (
    AicxError,
    ConflictError,
    NotFoundError,
    NotSignedInError,
    OutcomeUnknownError,
    OutdatedError,
    PlatformFailedError,
    RateLimitedError,
    RefusedError,
    TimedOutError,
    UnavailableError,
)
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import HumanChanges, HumanDraft, TagValue, VersionedHuman
from aicx_tui.services.comparing import left_of
from aicx_tui.services.newest import newest
from aicx_tui.services.turn import POLL_SECONDS, turn
from aicx_tui.storage import outbox, outbox_reading
from aicx_tui.storage.changes import Change, Kind, Problem, State
from aicx_tui.storage.database import Connection
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.writing import Writer

MOST_TRIES = 10
"""How often a change is sent whose reply never comes, over all runs."""

MOST_TRIES_AT_ONCE = 2
"""How often in one run; then the human is put off, and others have their turn."""

MOST_RACES = 5
"""How often a human is read again that others change in between."""

MOST_PUT_OFF = 3
"""Humans in a row that the platform fails for, until it is taken to fail for all."""

SAME_KEY_SECONDS = 86_400.0
"""How long a platform remembers a key, by the console contract."""

_NEVER_MADE = PlatformFailedError(
    f"It was sent {MOST_TRIES} times, the platform confirmed it never, and has not made it.",
    hint="Retry it later, and tell whoever runs the platform.",
)

LOOK = "Look for the name, e-mail, phone or uid; then retry or discard it: aicx outbox show {id}."
"""What to do about a human that may have been created."""

NOT_NOW = (UnavailableError, RateLimitedError, NotSignedInError)
"""What says nothing of the change itself: it waits."""


class BusyError(UnavailableError):
    """A human is changed by others all the time, so nothing could be changed upon it."""


_OF_ONE_HUMAN = (PlatformFailedError, TimedOutError, BusyError)
"""What may be wrong with one human only, so that the changes of others go on."""


class _DecidedMeanwhile(Exception):  # it is no error
    """Somebody discarded or edited a change while its human was read."""


class Sender:
    """Sends the changes of one mirror to its platform.

    Args:
        platform: Where to.
        mirror: What holds them.
        clock: The present.

    Attributes:
        others: Changes that were sent while the outcome of another was waited for.
    """

    def __init__(
        self,
        platform: Platform,
        mirror: Mirror,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._platform = platform
        self._mirror = mirror
        self._clock = clock
        self.others: list[Change] = []
        self._read: dict[str, VersionedHuman] = {}
        self._put_off: dict[str, AicxError] = {}
        self._tries: Counter[str] = Counter()

    async def run(self, *, waits: bool = False) -> AsyncGenerator[Change, None]:
        """Send what can be sent, and yield each change that nothing more is sent of.

        Args:
            waits: Whether to wait for another process that sends; else nothing is sent then.

        Raises:
            AicxError: The platform cannot be asked now; what is left waits.
        """
        async with turn(self._mirror.path, "sending", waits=waits) as is_mine:
            if not is_mine:
                return
            await self._write(self._take_up)
            self._put_off.clear()
            self._tries.clear()
            in_a_row = 0
            while change := await self._next():
                try:
                    decided = await self._send(change)
                except _OF_ONE_HUMAN as error:
                    error.message = f"{change.name}: {error.message}"
                    self._put_off[change.human_id] = error
                    in_a_row += 1
                    if in_a_row == MOST_PUT_OFF:
                        raise
                    continue
                in_a_row = 0
                if decided is not None:
                    yield decided
            if self._put_off:
                raise next(iter(self._put_off.values()))

    async def _next(self) -> Change | None:
        put_off = [*self._put_off]
        return await wrap_future(
            self._mirror.read(lambda c: outbox_reading.next_to_send(c, but=put_off))
        )

    async def outcome(self, change: Change, *, read: VersionedHuman | None = None) -> Change:
        """Send, or wait for the process that does, until it is decided what becomes of a change.

        Args:
            change: Which one.
            read: Its human as it was read just now, so that it is not read twice.

        Returns:
            The change; still pending where an earlier one of the same human has to be decided.

        Raises:
            AicxError: The platform cannot be asked now; the change waits.
        """
        if read is not None:
            self._read[change.human_id] = read
        while True:
            try:
                async with aclosing(self.run()) as sent:
                    async for one in sent:
                        if one.id == change.id:
                            return one
                        self.others.append(one)
            except AicxError as error:
                raise self._put_off.get(change.human_id, error) from None
            self._read.clear()
            change = await self._as_it_is(change)
            if change.state not in (State.PENDING, State.SENDING) or await self.before(change):
                return change
            await asyncio.sleep(POLL_SECONDS)

    async def before(self, change: Change) -> Change | None:
        """The change of the same human that somebody has to decide about first."""
        return await wrap_future(
            self._mirror.read(lambda c: outbox_reading.stands_before(c, change))
        )

    async def _as_it_is(self, change: Change) -> Change:
        found = self._mirror.read(lambda c: outbox_reading.get(c, change.id))
        return await wrap_future(found) or change

    def _take_up(self, connection: Connection, writer: Writer) -> None:
        """Go on with what a process left that is gone."""
        for change in outbox_reading.listed(connection, [State.SENDING]):
            if change.kind is not Kind.CREATE or self._is_same_if_sent_again(change):
                outbox.move(connection, writer, change, State.PENDING)
            else:
                problem = Problem(
                    message="It was sent, and no reply came: the human may or may not be there.",
                    hint=LOOK.format(id=change.id[:8]),
                    exit_code=OutcomeUnknownError.exit_code,
                )
                stopped = replace(change, state=State.UNKNOWN, problem=problem)
                outbox.stop(connection, writer, stopped, self._now)

    def _is_same_if_sent_again(self, change: Change) -> bool:
        """Whether the platform would know that it made this human already, or did not."""
        age = self._now - (change.sent_at or self._now)
        is_known = Capability.WRITES_IDEMPOTENT in self._platform.capabilities
        return is_known and age < SAME_KEY_SECONDS and change.attempts < MOST_TRIES

    # Sending one

    async def _send(self, change: Change) -> Change | None:
        """Send a change; None where it is to be sent again."""
        REQUEST_ID.set("")
        try:
            return await self._sent(change)
        except _DecidedMeanwhile:
            return None

    async def _sent(self, change: Change) -> Change | None:
        try:
            if change.kind is Kind.CREATE:
                return await self._create(change)
            return await self._change(change)
        except OutcomeUnknownError as error:
            return await self._unanswered(change, error)
        except NOT_NOW:
            await self._write(lambda c, _: outbox.take_back(c, change))
            raise
        except AicxError as error:
            return await self._stop(change, State.FAILED, error)

    async def _unanswered(self, change: Change, error: OutcomeUnknownError) -> Change | None:
        """A change whose reply never came: it is taken up again, unless that would double it."""
        left = await self._as_it_is(change)
        if left.kind is Kind.CREATE and not self._is_same_if_sent_again(left):
            error.hint = LOOK.format(id=left.id[:8])
            return await self._stop(left, State.UNKNOWN, error)
        await self._write(lambda c, w: outbox.move(c, w, left, State.PENDING))
        self._tries[change.id] += 1
        if self._tries[change.id] == MOST_TRIES_AT_ONCE:
            raise PlatformFailedError(error.message, hint="It waits, and is tried again later.")
        return None

    async def _create(self, change: Change) -> Change:
        draft = HumanDraft.model_validate(change.body)
        is_known_by_key = Capability.WRITES_IDEMPOTENT in self._platform.capabilities
        await self._begin(change)
        real_id = await self._platform.create_human(draft, key=change.id if is_known_by_key else "")
        return await self._done(change, real_id=real_id)

    async def _change(self, change: Change) -> Change:
        """Change a human upon what the platform has."""
        for _ in range(MOST_RACES):
            try:
                human, etag = await self._human(change.human_id)
            except NotFoundError as error:
                if change.kind is Kind.DELETE:
                    return await self._done(change)
                return await self._stop(change, State.FAILED, error)
            left, clash = left_of(change, human)
            if clash:
                return await self._conflict(change, clash)
            if not left and change.kind is not Kind.DELETE:
                return await self._done(change)
            if change.attempts >= MOST_TRIES:
                return await self._stop(change, State.FAILED, _NEVER_MADE)
            await self._begin(change)
            honours = Capability.HUMANS_PRECONDITION in self._platform.capabilities
            try:
                await self._put(change, left, etag if honours else None)
            except OutdatedError:  # somebody was faster: look at what they did
                await self._write(lambda c, _: outbox.take_back(c, change))
                continue
            except NotFoundError:
                if change.kind is not Kind.DELETE:
                    raise
            return await self._done(change)
        raise BusyError("Others change it all the time.", hint="It waits, and is tried again.")

    async def _human(self, human_id: str) -> VersionedHuman:
        if human_id in self._read:
            return self._read.pop(human_id)
        return await newest(self._platform, self._mirror, human_id)

    async def _put(self, change: Change, left: Mapping[str, Any], etag: str | None) -> None:
        match change.kind:
            case Kind.UPDATE:
                changes = HumanChanges.model_validate(left)
                await self._platform.update_human(change.human_id, changes, if_match=etag)
            case Kind.ASSIGN:
                tags = [TagValue(id=i, value=v) for i, v in left.items() if v is not None]
                removed = [tag_id for tag_id, value in left.items() if value is None]
                if tags:
                    await self._platform.assign_tags([change.human_id], tags)
                if removed:
                    await self._take_away(change.human_id, removed, has_given=bool(tags))
            case _:
                await self._platform.delete_human(change.human_id, if_match=etag)

    async def _take_away(self, human_id: str, tag_ids: list[str], *, has_given: bool) -> None:
        try:
            await self._platform.unassign_tags([human_id], tag_ids)
        except RefusedError as error:
            if has_given:
                error.message = f"The tags were given, but none was taken away: {error.message}"
            raise

    # What became of it

    async def _begin(self, change: Change) -> None:
        await self._decide(change, lambda c, _: outbox.begin(c, change, now=self._now))

    async def _done(self, change: Change, *, real_id: str = "") -> Change:
        done = replace(change, state=State.DONE, outcome_of=REQUEST_ID.get())
        await self._decide(change, partial(_ended, done, self._now, real_id))
        return replace(done, human_id=real_id or done.human_id)

    async def _conflict(self, change: Change, theirs: Mapping[str, Any]) -> Change:
        names = ", ".join(theirs)
        problem = Problem(
            message=f"Somebody else changed {names} meanwhile. Nothing was sent.",
            hint=f"Decide whose is to stay: aicx outbox show {change.id[:8]}.",
            theirs=theirs,
            exit_code=ConflictError.exit_code,
        )
        return await self._stopped(change, State.CONFLICT, problem)

    async def _stop(self, change: Change, state: State, error: AicxError) -> Change:
        fields = {problem.field: problem.message for problem in error.problems}
        problem = Problem(
            message=error.message, hint=error.hint, fields=fields, exit_code=error.exit_code
        )
        return await self._stopped(change, state, problem)

    async def _stopped(self, change: Change, state: State, problem: Problem) -> Change:
        stopped = replace(change, state=state, problem=problem, outcome_of=REQUEST_ID.get())
        await self._decide(change, lambda c, w: outbox.stop(c, w, stopped, self._now))
        return stopped

    async def _decide(self, change: Change, work: Callable[[Connection, Writer], None]) -> None:
        """Write what becomes of a change, unless a person decided otherwise just before.

        Raises:
            _DecidedMeanwhile: Somebody did; nothing was sent of it.
        """

        def decided(connection: Connection, writer: Writer) -> bool:
            is_open = outbox.is_as_read(connection, change)
            if is_open:
                work(connection, writer)
            return is_open

        if not await wrap_future(self._mirror.write(decided, is_durable=True)):
            raise _DecidedMeanwhile

    @property
    def _now(self) -> float:
        return self._clock().timestamp()

    async def _write(self, work: Callable[[Connection, Writer], None]) -> None:
        await wrap_future(self._mirror.write(work, is_durable=True))


def _ended(
    change: Change, now: float, real_id: str, connection: Connection, writer: Writer
) -> None:
    outbox.end(connection, writer, change, now=now, real_id=real_id)
