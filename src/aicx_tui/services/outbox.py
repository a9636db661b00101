"""The outbox of one context: changes are queued here, looked at, and decided about.

A change is on the disk before anything of it is sent; `services.sending` sends.
"""

from __future__ import annotations

import secrets
from asyncio import wrap_future
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from aicx_tui.errors import NotFoundError, RefusedError, UsageError
from aicx_tui.models.human import Human, HumanChanges, HumanDraft, TagValue
from aicx_tui.services.documents import masked
from aicx_tui.services.editing import check_changes, check_draft, check_tags
from aicx_tui.services.resolving import body_with
from aicx_tui.storage import outbox, outbox_reading
from aicx_tui.storage.audit import Entry, history
from aicx_tui.storage.changes import LOCAL, WAITING, Change, Kind, State, with_values
from aicx_tui.storage.database import Connection
from aicx_tui.storage.drafts import drop_draft
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.rows import Document
from aicx_tui.storage.writing import Writer

T = TypeVar("T")


class Outbox:
    """Queues changes and tells what became of them.

    Args:
        mirror: Where they are kept, beside the humans.
        who: Whose changes these are, as the history names them.
        read_only: Whether nothing may be queued.
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

    # Queueing

    async def create(self, draft: HumanDraft, *, draft_of: str | None = None) -> Change:
        """Queue a human to create.

        Args:
            draft: The human.
            draft_of: Whose form is saved by that: what was kept of it goes in the same moment.

        Raises:
            UsageError: A value holds what no field may; nothing was queued.
        """
        check_draft(draft)
        change_id = new_id()
        name, body = draft.fullname, draft.body()
        return await self._add(
            change_id, Kind.CREATE, LOCAL + change_id, name, body, None, draft_of=draft_of
        )

    async def update(
        self,
        human_id: str,
        changes: HumanChanges,
        *,
        upon: Human | None = None,
        draft_of: str | None = None,
    ) -> Change:
        """Queue fields to change.

        Args:
            human_id: Whose.
            changes: Only those fields.
            upon: The human that they were made upon; else the one in the mirror.
            draft_of: Whose form is saved by that: what was kept of it goes in the same moment.

        Raises:
            UsageError: There is nothing to change, or a value holds what no field may.
            NotFoundError: The mirror does not have the human.
        """
        check_changes(changes)
        before = await self._before(human_id, upon)
        name, body = _name(before), changes.body()
        return await self._add(
            new_id(), Kind.UPDATE, human_id, name, body, before, draft_of=draft_of
        )

    async def assign(
        self,
        human_id: str,
        tags: Sequence[TagValue],
        *,
        removed: Sequence[str] = (),
        upon: Human | None = None,
    ) -> Change:
        """Queue tag values for a human, and the ids of tags to remove; raises as `update` does."""
        body = {
            "tags": [
                *(tag.model_dump() for tag in tags),
                *({"id": tag_id, "value": None} for tag_id in removed),
            ]
        }
        _check(Kind.ASSIGN, body)
        before = await self._before(human_id, upon)
        return await self._add(new_id(), Kind.ASSIGN, human_id, _name(before), body, before)

    async def delete(self, human_id: str, *, upon: Human | None = None) -> Change:
        """Queue the deletion of a human; raises as `update` does."""
        before = await self._before(human_id, upon)
        return await self._add(new_id(), Kind.DELETE, human_id, _name(before), {}, before)

    async def _before(self, human_id: str, upon: Human | None) -> Document:
        if upon is not None:
            return {**masked(upon), "id": upon.id}
        text = await wrap_future(self.mirror.document(human_id))
        if text is None:
            raise NotFoundError(
                f"{human_id} is not in the local copy. Nothing was changed.",
                hint="Read it first: aicx humans get ID.",
            )
        return masked(Human.model_validate_json(text))

    async def _add(
        self,
        change_id: str,
        kind: Kind,
        human_id: str,
        name: str,
        body: Mapping[str, Any],
        before: Document | None,
        *,
        draft_of: str | None = None,
    ) -> Change:
        self.refuse_if_read_only()
        change = Change(
            id=change_id,
            kind=kind,
            human_id=human_id,
            name=name,
            body=body,
            before=before,
            who=self.who,
            made_at=self.clock().timestamp(),
        )
        return await self._write(partial(_added, change, draft_of))

    # Looking

    async def listed(
        self, states: Iterable[State] = WAITING, *, human_id: str | None = None
    ) -> list[Change]:
        """Changes in these states, the oldest first; of one human only where it is named."""
        return await wrap_future(
            self.mirror.read(lambda c: outbox_reading.listed(c, states, human_id=human_id))
        )

    async def get(self, change_id: str) -> Change:
        """A change by its id, or the beginning of it.

        Raises:
            NotFoundError: There is none, or more than one begins so.
        """
        found = await wrap_future(self.mirror.read(lambda c: outbox_reading.get(c, change_id)))
        if found is None or not change_id:
            raise NotFoundError(
                f"No one change has the id {change_id!a:.40}.", hint="List them: aicx outbox list."
            )
        return found

    async def signs(self) -> Mapping[str, State]:
        """How far the change that matters most is, by the human's id."""
        return await wrap_future(self.mirror.read(outbox_reading.signs))

    async def counts(self) -> Mapping[State, int]:
        """How many changes wait, by how far they are."""
        return await wrap_future(self.mirror.read(outbox_reading.counts))

    async def history(
        self, human_id: str | None = None, *, limit: int | None = None
    ) -> list[Entry]:
        """What became of changes, the latest first; of one human only where it is named."""
        return await wrap_future(self.mirror.read(lambda c: history(c, human_id, limit=limit)))

    # Deciding

    async def retry(self, change_id: str) -> Change:
        """Send a change that stopped once more, as it is.

        Raises:
            UsageError: It is not one that stopped.
        """
        change = await self.get(change_id)
        return await self._again(change, change, State.FAILED, State.CONFLICT, State.UNKNOWN)

    async def edit(self, change_id: str, body: Mapping[str, Any]) -> Change:
        """Send other values than those that were queued.

        Args:
            change_id: Which change; one that stopped or was not sent yet.
            body: All that is to be sent instead.

        Raises:
            UsageError: It is not one that can be changed, it may have reached the platform, or a
                value holds what no field may.
        """
        change = await self.get(change_id)
        _check(change.kind, body)
        is_new = change.kind is Kind.CREATE
        name = str(body.get("fullname") or change.name) if is_new else change.name
        edited = replace(change, body=dict(body), name=name)
        return await self._again(change, edited, State.FAILED, State.CONFLICT, State.PENDING)

    async def resolve(
        self, change_id: str, *, mine: Collection[str], instead: Mapping[str, Any] | None = None
    ) -> Change:
        """Decide a conflict field by field.

        Args:
            change_id: Which change.
            mine: The fields whose queued values win; in the others, what the platform has stays.
            instead: Values that win in place of the queued ones and of the platform's, by field,
                such as those from before both.

        Raises:
            UsageError: There is no conflict.
        """
        change = await self.get(change_id)
        theirs = change.problem.theirs if change.problem else {}
        body = body_with(change, mine=mine, instead=instead or {})
        if change.state is State.CONFLICT and not body:
            return await self.discard(change.id)
        if body:
            _check(change.kind, body)
        before = with_values(change.before or {}, theirs)
        return await self._again(change, replace(change, body=body, before=before), State.CONFLICT)

    async def identify(self, change_id: str, human_id: str) -> Change:
        """Say which human a creation of unknown outcome has made; what waits for it goes on.

        Raises:
            UsageError: It is no creation, or its outcome is known.
        """
        change = await self.get(change_id)
        if change.kind is not Kind.CREATE:
            raise UsageError(f"The change {change.id[:8]} creates nobody.")
        return await self._over(change, State.DONE, State.UNKNOWN, real_id=human_id)

    async def discard(self, change_id: str) -> Change:
        """Let go of a change; the history keeps that it was there.

        Raises:
            UsageError: It is being sent, or is over already.
        """
        change = await self.get(change_id)
        states = [state for state in WAITING if state is not State.SENDING]
        return await self._over(change, State.DISCARDED, *states)

    async def withdraw(self, change: Change) -> Change:
        """Take back a change that never reached the platform.

        Raises:
            UsageError: It did, or may have.
        """
        return await self._over(change, State.WITHDRAWN, State.PENDING)

    async def _again(self, change: Change, anew: Change, *states: State) -> Change:
        self.refuse_if_read_only()
        anew = replace(anew, state=State.PENDING, problem=None, attempts=0)

        def work(connection: Connection, writer: Writer) -> Change:
            _check_state(connection, change, states, takes_sent=False)
            outbox.change_again(connection, writer, anew)
            return anew

        return await self._write(work)

    async def _over(self, change: Change, last: State, *states: State, real_id: str = "") -> Change:
        moment = self.clock().timestamp()

        def work(connection: Connection, writer: Writer) -> Change:
            takes_sent = last is not State.WITHDRAWN
            now = _check_state(connection, change, states, takes_sent=takes_sent)
            over = replace(now, state=last)
            outbox.end(connection, writer, over, now=moment, real_id=real_id)
            return replace(over, human_id=real_id or over.human_id)

        return await self._write(work)

    def refuse_if_read_only(self) -> None:
        """Make sure that something may be queued.

        Raises:
            RefusedError: The context is read-only.
        """
        if self.read_only:
            raise RefusedError(
                "This context is read-only. Nothing was queued.",
                hint="Allow changes with: aicx contexts edit NAME --no-read-only",
            )

    async def _write(self, work: Callable[[Connection, Writer], T]) -> T:
        return await wrap_future(self.mirror.write(work, is_durable=True))


def _added(change: Change, draft_of: str | None, connection: Connection, writer: Writer) -> Change:
    if draft_of is not None:
        drop_draft(connection, draft_of)
    return outbox.add(connection, writer, change)


def _check(kind: Kind, body: Mapping[str, Any]) -> None:
    match kind:
        case Kind.CREATE:
            check_draft(HumanDraft.model_validate(body))
        case Kind.UPDATE:
            check_changes(HumanChanges.model_validate(body))
        case Kind.ASSIGN:
            tags = [TagValue(id=tag["id"], value=tag["value"] or "") for tag in body["tags"]]
            if not tags:
                raise UsageError("There is nothing to change.", hint="Name at least one tag.")
            check_tags(tags)
        case Kind.DELETE:
            raise UsageError("A deletion holds no values.", hint="Discard it instead.")


def _check_state(
    connection: Connection, change: Change, states: Collection[State], *, takes_sent: bool
) -> Change:
    """A change as it is now; in the transaction that decides, since others send and decide too.

    Args:
        connection: In a transaction.
        change: Which one.
        states: In which it may be.
        takes_sent: Whether one that waits may have reached the platform.

    Raises:
        UsageError: What is wanted cannot be done with it as it is.
    """
    now = outbox_reading.get(connection, change.id) or change
    if now.state in states and now.state is State.PENDING and now.was_sent and not takes_sent:
        raise UsageError(
            f"The change {now.id[:8]} was sent, and may have arrived: that has to be known first.",
            hint="Send it, then see what became of it: aicx outbox send.",
        )
    if now.state not in states:
        raise UsageError(
            f"The change {now.id[:8]} is {now.state}: that cannot be done with it now.",
            hint=f"Look at it: aicx outbox show {now.id[:8]}.",
        )
    return now


def _name(document: Document) -> str:
    return str(document.get("fullname") or document["id"])


def new_id() -> str:
    """An id for a change that nobody else gives."""
    return secrets.token_hex(16)
