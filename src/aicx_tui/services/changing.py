"""Makes one change for somebody who waits for what becomes of it, as a command does.

What did not go through is not left in the outbox, since who asked has the answer; unless it was
to be queued, or nobody knows whether it was made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from aicx_tui.errors import (
    AicxError,
    ConflictError,
    FieldProblem,
    OutcomeUnknownError,
)
from aicx_tui.models.human import HumanChanges, TagValue, VersionedHuman
from aicx_tui.services.newest import newest
from aicx_tui.services.outbox_opening import OpenOutbox
from aicx_tui.services.session import Session
from aicx_tui.storage.changes import Change, Kind, Problem, State
from aicx_tui.text import MISSING

NOT_KEPT = (
    "Nothing keeps it: the local copy of this context is for one run only. Read the human again "
    "before you repeat the change."
)

NOT_QUEUED = "It could not be queued: the local copy of this context is for one run only."


async def update(
    opened: OpenOutbox, human_id: str, changes: HumanChanges, *, queues: bool = False
) -> Change:
    """Change fields of a human; see `make` for the rest."""
    read = await read_if_missing(opened, human_id)
    upon = read.human if read is not None else None
    change = await opened.outbox.update(human_id, changes, upon=upon)
    return await make(opened, change, queues=queues, read=read)


async def assign(
    opened: OpenOutbox, human_id: str, tags: Mapping[str, str | None], *, queues: bool = False
) -> Change:
    """Give a human values of tags, or take tags away; see `make` for the rest.

    Args:
        opened: Where it is queued.
        human_id: Whose.
        tags: Values by tag id; None takes the tag away.
        queues: Whether it stays in the outbox where it cannot be made now.
    """
    read = await read_if_missing(opened, human_id)
    change = await opened.outbox.assign(
        human_id,
        [TagValue(id=tag_id, value=value) for tag_id, value in tags.items() if value is not None],
        removed=[tag_id for tag_id, value in tags.items() if value is None],
        upon=read.human if read is not None else None,
    )
    return await make(opened, change, queues=queues, read=read)


async def delete(
    opened: OpenOutbox, human_id: str, *, read: VersionedHuman | None, queues: bool = False
) -> Change:
    """Delete a human, which may have been read just now; see `make` for the rest."""
    upon = read.human if read is not None else None
    change = await opened.outbox.delete(human_id, upon=upon)
    return await make(opened, change, queues=queues, read=read)


async def read_if_missing(opened: OpenOutbox, human_id: str) -> VersionedHuman | None:
    """A human as the platform has it, where the mirror does not.

    Raises:
        NotFoundError: The platform does not have it either.
        AicxError: It cannot be asked.
    """
    directory = opened.directory
    if directory.is_complete and await directory.human(human_id) is not None:
        return None
    if opened.session is None:
        problem = opened.problem or AicxError("The platform is not open.")
        problem.message += f" {human_id} is not in the local copy, so nothing was queued."
        problem.hint = "Once the platform can be reached, read everybody: aicx sync."
        raise problem
    return await newest(opened.session.platform, directory.mirror, human_id)


async def make(
    opened: OpenOutbox,
    change: Change,
    *,
    queues: bool = False,
    read: VersionedHuman | None = None,
    takes_back: bool = False,
) -> Change:
    """Send a change that was queued, and see what becomes of it.

    Args:
        opened: Where it was queued.
        change: Which one.
        queues: Whether it stays in the outbox where it cannot be made now.
        read: Its human as it was read just now.
        takes_back: Whether it undoes or redoes another one.

    Returns:
        The change, done; or pending where it is queued.

    Raises:
        OutcomeUnknownError: It was sent, and nobody knows whether it was made; it stays.
        AicxError: It was not made; it does not stay, unless that was wanted.
    """
    if opened.session is None:
        return _waiting(change, opened.problem)
    making = _Making(opened, opened.session, queues=queues, takes_back=takes_back)
    sender = opened.sender(opened.session)
    try:
        ended = await sender.outcome(change, read=read)
    except AicxError as error:
        return await making.interrupted(change, error)
    except asyncio.CancelledError:
        await making.cancelled(change)
        raise
    finally:
        opened.others.extend(sender.others)
    return await making.decided(ended)


class _Making:
    """What is done about a change once it was tried."""

    def __init__(
        self, opened: OpenOutbox, session: Session, *, queues: bool, takes_back: bool
    ) -> None:
        self._opened = opened
        self._outbox = opened.outbox
        self._session = session
        self._is_kept = opened.directory.is_kept
        self._takes_back = takes_back
        self._queues = queues and self._is_kept
        self._is_not_queued = queues and not self._is_kept

    async def interrupted(self, change: Change, error: AicxError) -> Change:
        """What to do about a change that waits, since the platform could not be asked."""
        now = await self._outbox.get(change.id)
        if now.state not in (State.PENDING, State.SENDING):
            return await self.decided(now)
        if now.was_sent:
            raise self._in_doubt(now, f"The change was sent and no reply came. {error.message}")
        if self._queues:
            return _waiting(now, error)
        await self._outbox.withdraw(now)
        if self._is_not_queued:
            error.message += f" {NOT_QUEUED}"
        raise error

    async def cancelled(self, change: Change) -> None:
        """Take back what was not sent yet when somebody interrupted it."""
        now = await self._outbox.get(change.id)
        if now.state is State.PENDING and not now.was_sent and not self._queues:
            await self._outbox.withdraw(now)

    async def decided(self, change: Change) -> Change:
        """What to do about a change that nothing more is sent of now."""
        problem = change.problem or Problem(message=f"The change is {change.state}.")
        match change.state:
            case State.DONE:
                await self._outdate(change)
                return change
            case State.PENDING:
                return await self._behind(change)
            case State.CONFLICT:
                raise await self._conflict(change, problem)
            case State.FAILED if problem.exit_code != OutcomeUnknownError.exit_code:
                raise await self._failed(change, problem)
            case State.FAILED | State.UNKNOWN:
                raise self._in_doubt(change, problem.message)
            case _:
                raise ConflictError(
                    f"The change of {change.name} was {change.state} meanwhile, by another "
                    "process. Nothing was sent."
                )

    async def _outdate(self, change: Change) -> None:
        """Let the next refresh read what the platform made of it, where no feed tells."""
        if not self._opened.directory.is_listed and change.kind is not Kind.CREATE:
            await self._opened.directory.outdate([change.human_id])

    async def _behind(self, change: Change) -> Change:
        """A change that waits behind one that somebody has to decide about."""
        earlier = await self._opened.sender(self._session).before(change)
        name = f"{earlier.id[:8]} ({earlier.state})" if earlier else "one that waits"
        problem = ConflictError(
            f"An earlier change of {change.name} has to be decided first: {name}. "
            "Nothing was sent.",
            hint=f"Look at it: aicx outbox show {earlier.id[:8] if earlier else 'ID'}.",
        )
        if self._queues:
            return _waiting(change, problem)
        await self._outbox.withdraw(change)
        raise problem

    async def _conflict(self, change: Change, problem: Problem) -> AicxError:
        before = {difference.field: difference.before for difference in change.differences}
        fields = [
            FieldProblem(name, f"it is {value or MISSING} now, and was {before[name] or MISSING}")
            for name, value in problem.theirs.items()
        ]
        if self._queues:
            return ConflictError(problem.message, hint=problem.hint, problems=fields)
        await self._outbox.discard(change.id)
        if self._takes_back:
            hint = "It stays as it is now; the same command again goes one step further."
            return ConflictError(problem.message, hint=hint, problems=fields)
        hint = "Bring the local copy up to date, then try again: aicx sync."
        try:
            await self._opened.directory.fetch(change.human_id)
            hint = "The local copy has it now: the same command again puts your values in place."
        except AicxError:
            pass  # what happened is said already
        return ConflictError(problem.message, hint=hint, problems=fields)

    async def _failed(self, change: Change, problem: Problem) -> AicxError:
        fields = [FieldProblem(name, words) for name, words in problem.fields.items()]
        hint = problem.hint
        if self._queues:
            hint = f"It waits in the outbox: aicx outbox show {change.id[:8]}."
        else:
            await self._outbox.discard(change.id)
        return with_code(problem.message, hint, fields, problem.exit_code)

    def _in_doubt(self, change: Change, message: str) -> AicxError:
        kept = f"It stays in the outbox: aicx outbox show {change.id[:8]}."
        return OutcomeUnknownError(message, hint=kept if self._is_kept else NOT_KEPT)


def _waiting(change: Change, why: AicxError | None) -> Change:
    """A change that is queued, and what it waits for."""
    problem = None
    if why is not None:
        problem = Problem(message=why.message, hint=why.hint, exit_code=why.exit_code)
    return replace(change, problem=problem)


def with_code(
    message: str, hint: str, problems: Sequence[FieldProblem], exit_code: int
) -> AicxError:
    """An error that ends a command with a code."""
    error = AicxError(message, hint=hint, problems=problems)
    error.exit_code = exit_code
    return error
