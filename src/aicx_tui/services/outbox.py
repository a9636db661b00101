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

from aicx_tui.errors import NotFoundError, UsageError
from aicx_tui.models.human import Human, HumanChanges, HumanDraft, TagValue
from aicx_tui.services.documents import masked
from aicx_tui.services.editing import check_changes, check_draft, check_tags
from aicx_tui.storage import outbox, outbox_reading
from aicx_tui.storage.audit import Entry, history
from aicx_tui.storage.changes import LOCAL, WAITING, Change, Kind, State
from aicx_tui.storage.database import Connection
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.rows import Document
from aicx_tui.storage.writing import Writer

T = TypeVar("T")


class Outbox:
    """Queues changes and tells what became of them.

    Args:
        mirror: Where they are kept, beside the humans.
        who: Whose changes these are, as the history names them.
        clock: The present.
    """

    def __init__(
        self,
        mirror: Mirror,
        *,
        who: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.mirror = mirror
        self.who = who
        self.clock = clock

    # Queueing

    async def create(self, draft: HumanDraft) -> Change:
        """Queue a human to create.

        Raises:
            UsageError: A value holds what no field may; nothing was queued.
        """
        check_draft(draft)
        change_id = _new_id()
        return await self._add(
            change_id, Kind.CREATE, LOCAL + change_id, draft.fullname, draft.body(), None
        )

    async def update(
        self, human_id: str, changes: HumanChanges, *, upon: Human | None = None
    ) -> Change:
        """Queue fields to change.

        Args:
            human_id: Whose.
            changes: Only those fields.
            upon: The human that they were made upon; else the one in the mirror.

        Raises:
            UsageError: There is nothing to change, or a value holds what no field may.
            NotFoundError: The mirror does not have the human.
        """
        check_changes(changes)
        before = await self._before(human_id, upon)
        return await self._add(
            _new_id(), Kind.UPDATE, human_id, _name(before), changes.body(), before
        )

    async def assign(
        self, human_id: str, tags: Sequence[TagValue], *, upon: Human | None = None
    ) -> Change:
        """Queue tag values for a human; raises as `update` does."""
        check_tags(tags)
        before = await self._before(human_id, upon)
        body = {"tags": [tag.model_dump() for tag in tags]}
        return await self._add(_new_id(), Kind.ASSIGN, human_id, _name(before), body, before)

    async def delete(self, human_id: str, *, upon: Human | None = None) -> Change:
        """Queue the deletion of a human; raises as `update` does."""
        before = await self._before(human_id, upon)
        return await self._add(_new_id(), Kind.DELETE, human_id, _name(before), {}, before)

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
    ) -> Change:
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
        return await self._write(partial(_added, change))

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
        change = await self._stopped(change_id, State.FAILED, State.CONFLICT, State.UNKNOWN)
        return await self._again(change)

    async def edit(self, change_id: str, body: Mapping[str, Any]) -> Change:
        """Send other values than those that were queued.

        Args:
            change_id: Which change; one that stopped or was not sent yet.
            body: All that is to be sent instead.

        Raises:
            UsageError: It is not one that can be changed, or a value holds what no field may.
        """
        change = await self._stopped(change_id, State.FAILED, State.CONFLICT, State.PENDING)
        _check(change.kind, body)
        return await self._again(replace(change, body=dict(body)))

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
        change = await self._stopped(change_id, State.CONFLICT)
        theirs = change.problem.theirs if change.problem else {}
        body = _resolved(change, [*theirs], mine=mine, instead=instead or {})
        if not (body.get("tags") if change.kind is Kind.ASSIGN else body):
            return await self.discard(change_id)
        _check(change.kind, body)
        before = _with_theirs(change.before or {}, theirs)
        return await self._again(replace(change, body=body, before=before))

    async def discard(self, change_id: str) -> Change:
        """Let go of a change; the history keeps that it was there.

        Raises:
            UsageError: It is being sent, or is over already.
        """
        return await self._over(
            await self._stopped(change_id, *(s for s in WAITING if s is not State.SENDING)),
            State.DISCARDED,
        )

    async def withdraw(self, change: Change) -> Change:
        """Take back a change that never reached the platform."""
        return await self._over(change, State.WITHDRAWN)

    async def _stopped(self, change_id: str, *states: State) -> Change:
        change = await self.get(change_id)
        if change.state not in states:
            raise UsageError(
                f"The change {change.id[:8]} is {change.state}: that cannot be done with it now.",
                hint=f"Look at it: aicx outbox show {change.id[:8]}.",
            )
        return change

    async def _again(self, change: Change) -> Change:
        change = replace(change, state=State.PENDING, problem=None)
        await self._write(lambda c, w: outbox.change_again(c, w, change))
        return change

    async def _over(self, change: Change, state: State) -> Change:
        now = self.clock().timestamp()
        change = replace(change, state=state)
        await self._write(lambda c, w: outbox.end(c, w, change, now=now))
        return change

    async def _write(self, work: Callable[[Connection, Writer], T]) -> T:
        return await wrap_future(self.mirror.write(work, is_durable=True))


def _added(change: Change, connection: Connection, writer: Writer) -> Change:
    return outbox.add(connection, writer, change)


def _check(kind: Kind, body: Mapping[str, Any]) -> None:
    match kind:
        case Kind.CREATE:
            check_draft(HumanDraft.model_validate(body))
        case Kind.UPDATE:
            check_changes(HumanChanges.model_validate(body))
        case Kind.ASSIGN:
            check_tags([TagValue.model_validate(tag) for tag in body["tags"]])
        case Kind.DELETE:
            raise UsageError("A deletion holds no values.", hint="Discard it instead.")


def _resolved(
    change: Change, theirs: Collection[str], *, mine: Collection[str], instead: Mapping[str, Any]
) -> dict[str, Any]:
    """What is left to be sent once a conflict is decided."""
    if change.kind is Kind.ASSIGN:
        wanted: dict[str, Any] = {f"tag:{tag['id']}": tag["value"] for tag in change.body["tags"]}
    else:
        wanted = dict(change.body)
    kept = {n: v for n, v in wanted.items() if n in mine or n not in theirs}
    kept |= {name: value for name, value in instead.items() if name in wanted}
    if change.kind is not Kind.ASSIGN:
        return kept
    tags = [{"id": n.removeprefix("tag:"), "value": v or ""} for n, v in kept.items()]
    return {"tags": tags}


def _with_theirs(before: Document, theirs: Mapping[str, Any]) -> Document:
    """What a change is made upon once it is known what the platform has."""
    fields = {name: value for name, value in theirs.items() if not name.startswith("tag:")}
    tags = {t["id"]: t.get("value") or "" for t in before.get("tags") or () if isinstance(t, dict)}
    tags |= {name.removeprefix("tag:"): v for name, v in theirs.items() if name not in fields}
    kept = [{"id": tag_id, "value": value} for tag_id, value in tags.items() if value is not None]
    return {**before, **fields, "tags": kept}


def _name(document: Document) -> str:
    return str(document.get("fullname") or document["id"])


def _new_id() -> str:
    return secrets.token_hex(16)
