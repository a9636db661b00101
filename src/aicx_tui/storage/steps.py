"""What was done from here, step by step, so that it can be taken back and done again.

A step is a change or a bulk. Taking one back is a change of its own, the step's *reversal*; a new
step forgets those that were taken back.
"""

from __future__ import annotations

from typing import NamedTuple

from aicx_tui.storage.changes import State
from aicx_tui.storage.database import Connection

KEPT = 100
"""Steps that can be taken back."""


class Step(NamedTuple):
    """One step.

    Attributes:
        number: Its place in the order of all.
        kind: `change` or `bulk`.
        id: What did it, or did it again.
        undone_by: Its reversal; the same as `id` where it was taken back before it was sent; None
            while it is done.
    """

    number: int
    kind: str
    id: str
    undone_by: str | None


def record(connection: Connection, kind: str, step_id: str) -> None:
    """Add a step."""
    settle(connection)
    connection.execute("DELETE FROM steps WHERE undone_by IS NOT NULL")
    connection.execute("INSERT INTO steps (kind, id) VALUES (?, ?)", (kind, step_id))
    connection.execute(
        "DELETE FROM steps WHERE number <= (SELECT max(number) FROM steps) - ?", [KEPT]
    )


def last_done(connection: Connection) -> Step | None:
    """The step to take back next."""
    return _step(connection, "undone_by IS NULL ORDER BY number DESC")


def last_undone(connection: Connection) -> Step | None:
    """The step to do again next."""
    return _step(connection, "undone_by IS NOT NULL ORDER BY number")


def set_undone(connection: Connection, step: Step, by: str) -> None:
    """Note what took a step back."""
    connection.execute("UPDATE steps SET undone_by = ? WHERE number = ?", (by, step.number))


def set_done(connection: Connection, step: Step, by: str) -> None:
    """Note what did a step again."""
    connection.execute(
        "UPDATE steps SET id = ?, undone_by = NULL WHERE number = ?", (by, step.number)
    )


def reverse(connection: Connection, step_id: str, *, by: str) -> bool:
    """Note that what did a step, or took it back, is itself taken back.

    Returns:
        Whether it was so until now.
    """
    settle(connection)
    undone = connection.execute(
        "UPDATE steps SET undone_by = ? WHERE id = ? AND undone_by IS NULL", (by, step_id)
    )
    redone = connection.execute(
        "UPDATE steps SET id = ?, undone_by = NULL WHERE undone_by = ?", (by, step_id)
    )
    return undone.rowcount + redone.rowcount > 0


def settle(connection: Connection) -> None:
    """Leave out what never came to be: changes that somebody let go of, bulks that did nothing.

    What was taken back only in part, since somebody gave that up, is there to be taken back still.
    Where everybody was left as somebody else had them, nothing is to be taken back any more.
    """
    _settle_changes(connection)
    idle = (
        "SELECT id FROM bulks WHERE state IN ('done', 'cancelled') AND NOT EXISTS "
        "(SELECT 1 FROM bulk_items WHERE bulk = bulks.number AND state IN ('done', 'partly'))"
    )
    left = (
        "SELECT id FROM bulks WHERE state = 'cancelled' AND EXISTS "
        "(SELECT 1 FROM bulk_items WHERE bulk = bulks.number AND state IN ('pending', 'sending'))"
    )
    connection.execute(
        "DELETE FROM steps WHERE kind = 'bulk' AND undone_by IN "  # noqa: S608
        f"(SELECT id FROM bulks WHERE state = 'done' AND id IN ({idle}))"
    )
    connection.execute(
        "UPDATE steps SET undone_by = NULL WHERE kind = 'bulk' "  # noqa: S608
        f"AND (undone_by IN ({left}) OR undone_by IN ({idle}))"
    )
    connection.execute(
        "DELETE FROM steps WHERE kind = 'bulk' AND undone_by IS NULL "  # noqa: S608
        f"AND (id IN ({idle}) OR id NOT IN (SELECT id FROM bulks))"
    )


def _settle_changes(connection: Connection) -> None:
    never = (State.DISCARDED, State.WITHDRAWN)
    connection.execute(
        "DELETE FROM steps WHERE kind = 'change' AND undone_by <> id AND undone_by IN "
        "(SELECT id FROM changes WHERE state = ? AND problem IS NOT NULL)",
        (State.DISCARDED,),
    )
    connection.execute(
        "UPDATE steps SET undone_by = NULL WHERE kind = 'change' AND undone_by <> id "
        "AND undone_by IN (SELECT id FROM changes WHERE state IN (?, ?))",
        never,
    )
    connection.execute(
        "DELETE FROM steps WHERE kind = 'change' AND undone_by IS NULL "
        "AND id NOT IN (SELECT id FROM changes WHERE state NOT IN (?, ?))",
        never,
    )


def _step(connection: Connection, rest: str) -> Step | None:
    found = connection.execute(
        f"SELECT number, kind, id, undone_by FROM steps WHERE {rest} LIMIT 1"  # noqa: S608
    ).fetchone()
    return None if found is None else Step(*found)
