"""What is in the outbox."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from aicx_tui.storage.changes import LOCAL, SHOWN, WAITING, Change, Kind, Problem, State
from aicx_tui.storage.database import Connection

_COLUMNS = (
    "number, id, kind, human_id, name, body, before, state, who, made_at, sent_at, ended_at, "
    "attempts, problem, outcome_of"
)

_NEXT = f"""
    SELECT {_COLUMNS} FROM changes AS mine WHERE state = 'pending'
    AND human_id NOT IN (SELECT value FROM json_each(?)) AND NOT EXISTS (
        SELECT 1 FROM changes AS earlier
        WHERE earlier.human_id = mine.human_id AND earlier.number < mine.number
        AND (earlier.state IN ('pending', 'sending', 'conflict', 'unknown')
             OR earlier.state = 'failed' AND earlier.kind = 'create')
    ) ORDER BY number LIMIT 1
"""  # noqa: S608  # names of columns
"""The changes of one human go out in order, and none before its human was created."""


def get(connection: Connection, change_id: str) -> Change | None:
    """A change by its id, or by a beginning of it that no other has."""
    found = _changes(
        connection, "WHERE substr(id, 1, length(?)) = ? LIMIT 2", (change_id, change_id)
    )
    return found[0] if len(found) == 1 else None


def id_now(connection: Connection, human_id: str) -> str:
    """The id that the platform has given a human that was created here; else the same."""
    made = connection.execute(
        "SELECT human_id FROM changes WHERE id = ?", (human_id.removeprefix(LOCAL),)
    ).fetchone()
    return str(made[0]) if made and human_id.startswith(LOCAL) else human_id


def listed(
    connection: Connection, states: Iterable[State] = WAITING, *, human_id: str | None = None
) -> list[Change]:
    """Changes in these states, the oldest first; of one human only where it is named."""
    wanted = tuple(states)
    where = f"WHERE state IN ({marks(wanted)})"
    values: list[object] = [*wanted]
    if human_id is not None:
        where, values = f"{where} AND human_id = ?", [*values, human_id]
    return _changes(connection, f"{where} ORDER BY number", values)


def signs(connection: Connection) -> dict[str, State]:
    """How far the change is that matters most, by the human's id."""
    worst: dict[str, State] = {}
    for human_id, state in connection.execute(
        f"SELECT human_id, state FROM changes WHERE state IN ({marks(WAITING)})",  # noqa: S608
        WAITING,
    ):
        known = worst.get(human_id)
        if known is None or WAITING.index(State(state)) > WAITING.index(known):
            worst[human_id] = State(state)
    return worst


def counts(connection: Connection) -> dict[State, int]:
    """How many changes wait, by how far they are."""
    return {
        State(state): count
        for state, count in connection.execute(
            f"SELECT state, count(*) FROM changes WHERE state IN ({marks(WAITING)}) "  # noqa: S608
            "GROUP BY state",
            WAITING,
        )
    }


def next_to_send(connection: Connection, *, but: Iterable[str] = ()) -> Change | None:
    """The oldest change that nothing stands before.

    Args:
        connection: The mirror.
        but: Ids of humans that are left out.
    """
    found = connection.execute(_NEXT, (json.dumps([*but]),)).fetchone()
    return None if found is None else _change(found)


def stands_before(connection: Connection, change: Change) -> Change | None:
    """The change of the same human that somebody has to decide about before this one is sent."""
    for earlier in listed(connection, WAITING, human_id=change.human_id):
        is_missing = earlier.kind is Kind.CREATE and earlier.state is State.FAILED
        if earlier.number >= change.number:
            return None
        if is_missing or earlier.state in (State.CONFLICT, State.UNKNOWN):
            return earlier
    return None


def shown(connection: Connection, human_id: str) -> list[Change]:
    """The changes that a human is shown with, upon what the platform has."""
    changes = listed(connection, SHOWN, human_id=human_id)
    return [change for change in changes if change.kind in (Kind.UPDATE, Kind.ASSIGN)]


def _changes(connection: Connection, rest: str, values: Sequence[object]) -> list[Change]:
    rows = connection.execute(f"SELECT {_COLUMNS} FROM changes {rest}", values)  # noqa: S608
    return [_change(row) for row in rows.fetchall()]


def _change(row: Sequence[Any]) -> Change:
    names = _COLUMNS.split(", ")
    values = dict(zip(names, row, strict=True))
    problem = values["problem"]
    return Change(
        **values
        | {
            "kind": Kind(values["kind"]),
            "state": State(values["state"]),
            "body": json.loads(values["body"]),
            "before": None if values["before"] is None else json.loads(values["before"]),
            "problem": None if problem is None else Problem(**json.loads(problem)),
        }
    )


def marks(values: Sequence[object]) -> str:
    """Question marks for the values of a list."""
    return ", ".join("?" * len(values))
