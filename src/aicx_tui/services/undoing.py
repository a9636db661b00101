"""Takes back what was done last, and does it again: each time by a change like any other.

It goes through the outbox, so what somebody else changed since is not overwritten: that is a
conflict, and for a person to decide.
"""

from __future__ import annotations

from asyncio import wrap_future
from collections.abc import Callable, Collection
from dataclasses import replace

from aicx_tui.errors import NotFoundError, UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.services.bulk import Bulks
from aicx_tui.services.outbox import Outbox, new_id
from aicx_tui.services.reversing import reversing
from aicx_tui.storage import outbox, outbox_reading, steps
from aicx_tui.storage.bulks import Bulk, BulkState
from aicx_tui.storage.changes import LOCAL, Change, Kind, State
from aicx_tui.storage.database import Connection
from aicx_tui.storage.writing import Writer

_SECRET = "access_token"  # noqa: S105  # the name of a field


UNDO = "Undo: "
"""Begins the title of a bulk that takes another one back."""


class Undoing:
    """Goes back and forth along the steps of one outbox.

    Args:
        changes: The outbox.
        bulks: What is done to many humans at once.
        capabilities: What the platform can do; None where that is not known.
    """

    def __init__(
        self, changes: Outbox, bulks: Bulks, capabilities: Collection[Capability] | None
    ) -> None:
        self._outbox = changes
        self._bulks = bulks
        self._capabilities = capabilities

    async def undo(self) -> Change | Bulk:
        """Take the last step back.

        Returns:
            The change or bulk that does so, queued; or the step's own change, withdrawn, if it was
            not sent yet.

        Raises:
            NotFoundError: There is nothing to take back.
            UsageError: The last step cannot be taken back, now or ever; nothing was done.
        """
        taken_back = await self._write(self._undone)
        return await self._reversed(taken_back) if isinstance(taken_back, str) else taken_back

    async def redo(self) -> Change | Bulk:
        """Do again what was taken back last.

        Returns:
            The change or bulk that does so, queued; or the change that took it back, withdrawn, if
            that was not sent yet.

        Raises:
            NotFoundError: Nothing was taken back, or something else was done since.
            UsageError: It cannot be done again; nothing was done.
        """
        done_again = await self._write(self._done_again)
        return await self._reversed(done_again) if isinstance(done_again, str) else done_again

    async def _reversed(self, bulk_id: str) -> Bulk:
        """Make the bulk that takes another one back."""
        bulk = await self._bulks.get(bulk_id)
        if bulk.state not in (BulkState.DONE, BulkState.CANCELLED):
            raise UsageError(
                f"“{bulk.title}” is not over ({bulk.state}). Nothing was undone.",
                hint=f"Let it go on or give it up: aicx bulk resume|cancel {bulk.id[:8]}",
            )
        is_undo = bulk.title.startswith(UNDO)
        title = bulk.title.removeprefix(UNDO) if is_undo else UNDO + bulk.title
        known = self._capabilities
        can_remove = known is None or Capability.TAGS_UNASSIGN in known
        return await self._bulks.reverse(bulk.id, title=title, can_remove_tags=can_remove)

    async def _write(self, work: Callable[[Connection, Writer], Change | str]) -> Change | str:
        self._outbox.refuse_if_read_only()
        return await wrap_future(self._outbox.mirror.write(work, is_durable=True))

    def _undone(self, connection: Connection, writer: Writer) -> Change | str:
        """Take the last step back where it is a change; else return the bulk's id."""
        steps.settle(connection)
        step = steps.last_done(connection)
        if step is None:
            raise NotFoundError(
                "There is nothing to undo.", hint="What others did is not undone from here."
            )
        if step.kind == "bulk":
            return step.id
        change = _known(connection, step.id)
        if _is_unsent(change):
            steps.set_undone(connection, step, by=change.id)
            return self._withdrawn(connection, writer, change)
        reversal = self._queued(connection, writer, change)
        steps.set_undone(connection, step, by=reversal.id)
        return reversal

    def _done_again(self, connection: Connection, writer: Writer) -> Change | str:
        """Do a step again where it is a change; else return the id of the bulk that undid it."""
        steps.settle(connection)
        step = steps.last_undone(connection)
        if step is None or step.undone_by is None:
            raise NotFoundError("There is nothing to redo.", hint="Undo something first.")
        if step.kind == "bulk":
            return step.undone_by
        taken_back = _known(connection, step.undone_by)
        if _is_unsent(taken_back):
            steps.set_done(connection, step, by=step.id)
            return self._withdrawn(connection, writer, taken_back)
        if step.undone_by == step.id:
            change = self._queued_once_more(connection, writer, taken_back)
        else:
            change = self._queued(connection, writer, taken_back)
        steps.set_done(connection, step, by=change.id)
        return change

    def _withdrawn(self, connection: Connection, writer: Writer, change: Change) -> Change:
        over = replace(change, state=State.WITHDRAWN)
        outbox.end(connection, writer, over, now=self._now)
        return over

    def _queued(self, connection: Connection, writer: Writer, change: Change) -> Change:
        """Queue what takes a change back that the platform has taken."""
        if change.state is not State.DONE:
            raise UsageError(
                f"The last change of {change.name} has not been made ({change.state}). Nothing was "
                "undone.",
                hint=f"See what it waits for: aicx outbox show {change.id[:8]}.",
            )
        body = reversing(change, self._capabilities)
        return self._add(connection, writer, replace(change, body=body, before=_after(change)))

    def _queued_once_more(self, connection: Connection, writer: Writer, change: Change) -> Change:
        """Queue a change again that was taken back before it was sent."""
        if change.body.get(_SECRET) is not None:
            raise UsageError(
                f"The change of {change.name} holds an access token, which is not kept. Nothing "
                "was done.",
                hint="Type it again.",
            )
        return self._add(connection, writer, change)

    def _add(self, connection: Connection, writer: Writer, change: Change) -> Change:
        change_id = new_id()
        is_new = change.kind is Kind.CREATE
        queued = Change(
            id=change_id,
            kind=change.kind,
            human_id=LOCAL + change_id if is_new else change.human_id,
            name=change.name,
            body=change.body,
            before=change.before,
            who=self._outbox.who,
            made_at=self._now,
        )
        return outbox.add(connection, writer, queued, is_step=False)

    @property
    def _now(self) -> float:
        return self._outbox.clock().timestamp()


def _is_unsent(change: Change) -> bool:
    """Whether nothing of a change has reached the platform, so that it can just be withdrawn."""
    return change.state is State.PENDING and not change.was_sent


def _known(connection: Connection, change_id: str) -> Change:
    change = outbox_reading.get(connection, change_id)
    if change is None:
        raise NotFoundError(f"The change {change_id[:8]} is not kept any more.")
    return change


def _after(change: Change) -> dict[str, object]:
    """The human as the change left it."""
    return dict(change.upon(change.before or {"id": change.human_id}))
