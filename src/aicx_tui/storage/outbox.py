"""The changes that are on their way to the platform, and what became of each.

All of it lives in the mirror's file: a change, what was there before, and the human as it looks
with it are written in one transaction. The platform's own version of a human that somebody is
changing is kept apart in `originals`, so that a sync never hides a change nor a change the sync.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from aicx_tui.storage import audit, steps
from aicx_tui.storage.changes import (
    ENDED,
    SHOWN,
    Change,
    Kind,
    Problem,
    State,
    upon_all,
    with_values,
    without_secret,
)
from aicx_tui.storage.database import Connection
from aicx_tui.storage.loading import COMPLETE, meta
from aicx_tui.storage.outbox_reading import get, id_now, listed, marks, shown
from aicx_tui.storage.rows import Document
from aicx_tui.storage.writing import Writer

KEPT_SECONDS = 7 * 86_400.0
"""How long an ended change can still be looked at; the history keeps what it did for good."""


def add(connection: Connection, writer: Writer, change: Change, *, is_step: bool = True) -> Change:
    """Queue a change, and show the human as it is to be.

    Args:
        connection: In a transaction.
        writer: Of the same.
        change: What to queue.
        is_step: Whether it can be taken back by `u`; else it takes a step back or does it again.

    Returns:
        The change with its number, and the human's id where the platform has given one since.
    """
    if change.kind is not Kind.CREATE:
        change = replace(change, human_id=id_now(connection, change.human_id))
    connection.execute(
        f"DELETE FROM changes WHERE ended_at < ? AND state IN ({marks(ENDED)})",  # noqa: S608
        (change.made_at - KEPT_SECONDS, *ENDED),
    )
    cursor = connection.execute(
        "INSERT INTO changes (id, kind, human_id, name, body, before, state, who, made_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            change.id,
            change.kind,
            change.human_id,
            change.name,
            _written(change.body),
            None if change.before is None else _written(change.before),
            change.state,
            change.who,
            change.made_at,
        ),
    )
    if is_step:
        steps.record(connection, "change", change.id)
    if change.kind is Kind.CREATE:
        if meta(connection, "built") == COMPLETE:
            writer.show(_created(change, change.human_id))
    else:
        show_anew(connection, writer, change.human_id)
    return replace(change, number=int(cursor.lastrowid or 0))


def is_as_read(connection: Connection, change: Change) -> bool:
    """Whether a change still waits to be sent as it was read: nobody decided about it since."""
    found = connection.execute(
        "SELECT body FROM changes WHERE id = ? AND state IN ('pending', 'sending')", (change.id,)
    ).fetchone()
    return found is not None and found[0] == _written(change.body)


def begin(connection: Connection, change: Change, *, now: float) -> None:
    """Note that a change is being sent, before it is."""
    connection.execute(
        "UPDATE changes SET state = 'sending', attempts = attempts + 1, "
        "sent_at = coalesce(sent_at, ?) WHERE id = ?",
        (now, change.id),
    )


def take_back(connection: Connection, change: Change) -> None:
    """Note that what was begun never reached the platform, so that the change waits again."""
    connection.execute(
        "UPDATE changes SET state = 'pending', attempts = attempts - 1, "
        "sent_at = CASE WHEN attempts > 1 THEN sent_at END WHERE id = ? AND state = 'sending'",
        (change.id,),
    )


def move(connection: Connection, writer: Writer, change: Change, state: State) -> None:
    """Let a change that waits be in another state."""
    _set(connection, change, state=state)
    show_anew(connection, writer, change.human_id)


def stop(connection: Connection, writer: Writer, change: Change, now: float) -> None:
    """Let a change wait for a person: failed, unknown or in conflict."""
    _set(
        connection,
        change,
        state=change.state,
        problem=_problem(change.problem),
        outcome_of=change.outcome_of,
    )
    if change.kind is Kind.CREATE and change.state is State.FAILED:
        writer.remove(change.human_id)
    if change.state is State.FAILED:
        _rebase(connection, replace(change, state=State.PENDING), change)
    show_anew(connection, writer, change.human_id)
    note(connection, change, now)


def change_again(connection: Connection, writer: Writer, change: Change) -> None:
    """Queue a change anew, with another body or another version below it."""
    was = get(connection, change.id)
    if was is not None:
        _rebase(connection, was, change)
    _set(
        connection,
        change,
        state=State.PENDING,
        name=change.name,
        body=_written(change.body),
        before=None if change.before is None else _written(change.before),
        problem=None,
        sent_at=None,
        attempts=0,
    )
    if change.kind is Kind.CREATE and meta(connection, "built") == COMPLETE:
        connection.execute("DELETE FROM originals WHERE human_id = ?", (change.human_id,))
        writer.show(_created(change, change.human_id))
    show_anew(connection, writer, change.human_id)


def end(
    connection: Connection, writer: Writer, change: Change, *, now: float, real_id: str = ""
) -> None:
    """Let a change be over.

    Args:
        connection: In a transaction.
        writer: Of the same.
        change: With its last state.
        now: Seconds since 1970.
        real_id: Of the human that was created.
    """
    _set(
        connection,
        change,
        state=change.state,
        ended_at=now,
        body=_written(without_secret(change.body)),
        outcome_of=change.outcome_of,
    )
    is_done = change.state is State.DONE
    if not is_done:
        _rebase(connection, replace(change, state=State.PENDING), change)
    if change.kind is Kind.CREATE:
        writer.remove(change.human_id)
        if is_done:
            _name(connection, writer, change, real_id)
            change = replace(change, human_id=real_id)
        else:
            _end_with(connection, writer, change, now)
    elif is_done and change.kind is Kind.DELETE:
        writer.remove(change.human_id)
    elif is_done:
        _confirm(connection, change)
    show_anew(connection, writer, change.human_id)
    note(connection, change, now)


def show_anew(connection: Connection, writer: Writer, human_id: str) -> None:
    """Show a human with the changes that wait for it upon what the platform has."""
    changes = shown(connection, human_id)
    original = _original(connection, human_id)
    if original is None:
        if not changes or meta(connection, "built") != COMPLETE:
            return
        found = connection.execute(
            "SELECT document FROM humans WHERE id = ?", (human_id,)
        ).fetchone()
        if found is None:
            return
        original = json.loads(found[0])
        connection.execute("INSERT INTO originals VALUES (?, ?)", (human_id, found[0]))
    if not changes:
        connection.execute("DELETE FROM originals WHERE human_id = ?", (human_id,))
    writer.show(upon_all(changes, original))


def show_all_anew(connection: Connection, writer: Writer) -> None:
    """Show what waits, once everybody was read for the first time."""
    for change in listed(connection, SHOWN):
        if change.kind is Kind.CREATE:
            writer.show(_created(change, change.human_id))
        else:
            show_anew(connection, writer, change.human_id)


def note(connection: Connection, change: Change, now: float) -> None:
    """Add what became of a change to the history."""
    entry = audit.Entry(
        at=now,
        who=change.who,
        human_id=change.human_id,
        name=change.name,
        change_id=change.id,
        kind=change.kind,
        differences=change.differences,
        outcome=change.state,
        request_id=change.outcome_of,
        said=change.problem.message if change.problem is not None else "",
    )
    audit.note(connection, [entry])


def _confirm(connection: Connection, change: Change) -> None:
    """Let the platform's version have what the platform took; it is read anew where none feeds."""
    connection.execute("UPDATE reads SET at = 0 WHERE id = ?", (change.human_id,))
    original = _original(connection, change.human_id)
    if original is not None:
        connection.execute(
            "UPDATE originals SET document = ? WHERE human_id = ?",
            (_written(without_secret(change.upon(original))), change.human_id),
        )


def _end_with(connection: Connection, writer: Writer, created: Change, now: float) -> None:
    """Let go of what waited for a human that is not created."""
    for change in listed(connection, human_id=created.human_id):
        if change.id != created.id:
            is_there = "may or may not have been" if created.was_sent else "was not"
            reason = Problem(message=f"{created.name} {is_there} created.")
            end(connection, writer, replace(change, state=created.state, problem=reason), now=now)


def _rebase(connection: Connection, was: Change, change: Change) -> None:
    """Let later changes of the same human be made upon what a change leaves now.

    Else what it left before would look as if somebody else had changed it meanwhile.
    """
    found, left = was.leaves, change.leaves
    below = {d.field: d.before for d in replace(change, body=was.body).differences}
    for later in listed(connection, [State.PENDING], human_id=change.human_id):
        if later.number <= change.number or later.was_sent:
            continue
        moved = {
            d.field: left.get(d.field, below[d.field])
            for d in later.differences
            if d.field in found and d.before == found[d.field]
        }
        if moved:
            _set(connection, later, before=_written(with_values(later.before or {}, moved)))


def _name(connection: Connection, writer: Writer, change: Change, real_id: str) -> None:
    """Let a created human and the changes that wait for it go by the platform's id."""
    is_known = connection.execute("SELECT 1 FROM humans WHERE id = ?", (real_id,)).fetchone()
    if not is_known and meta(connection, "built") == COMPLETE:
        writer.show(_created(change, real_id))
        connection.execute("INSERT OR REPLACE INTO reads VALUES (?, 0)", (real_id,))
    connection.execute(
        "UPDATE changes SET human_id = ? WHERE human_id = ?", (real_id, change.human_id)
    )


def _created(change: Change, human_id: str) -> Document:
    """A human to create, as lists show it until the platform says more."""
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(change.made_at, UTC).isoformat()
    body = without_secret(change.body)
    return {**body, "id": human_id, "created_at": at, "updated_at": at}


def _original(connection: Connection, human_id: str) -> Document | None:
    found = connection.execute(
        "SELECT document FROM originals WHERE human_id = ?", (human_id,)
    ).fetchone()
    if found is None:
        return None
    document: Document = json.loads(found[0])
    return document


def _set(connection: Connection, change: Change, **values: object) -> None:
    columns = ", ".join(f"{name} = ?" for name in values)
    connection.execute(
        f"UPDATE changes SET {columns} WHERE id = ?",  # noqa: S608
        (*values.values(), change.id),
    )


def _problem(problem: Problem | None) -> str | None:
    return None if problem is None else _written(asdict(problem))


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
