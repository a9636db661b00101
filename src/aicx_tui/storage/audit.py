"""The history: what was changed here, by whom, and what became of it. It is only added to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from aicx_tui.storage.changes import Difference
from aicx_tui.storage.database import Connection
from aicx_tui.storage.record import LOCAL

_COLUMNS = (
    "number, at, who, human_id, name, change_id, kind, differences, outcome, request_id, said"
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What became of a change at one moment.

    Attributes:
        number: Its place in the history.
        at: Seconds since 1970.
        who: Whose change it was.
        human_id: Of whom.
        name: The human's full name at that time.
        change_id: The change's own id, or the bulk's.
        kind: What it did: create, update, assign or delete.
        differences: Fields, before and after; secrets are masked.
        outcome: What became of it: done, failed, conflict, unknown, discarded, withdrawn, or
            skipped where a bulk left the human alone.
        request_id: How the platform names the request that decided.
        said: Why, where it did not go through.
    """

    number: int
    at: float
    who: str
    human_id: str
    name: str
    change_id: str
    kind: str
    differences: Sequence[Difference]
    outcome: str
    request_id: str
    said: str


def history(
    connection: Connection, human_id: str | None = None, *, limit: int | None = None
) -> list[Entry]:
    """The history, the latest first; of one human only where it is named.

    To it belongs what was tried before the human had an id of the platform's.
    """
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM audit WHERE ? IS NULL OR human_id = ? "  # noqa: S608
        "OR human_id IN (SELECT ? || change_id FROM audit WHERE human_id = ? AND kind = 'create') "
        "ORDER BY number DESC LIMIT ?",
        (human_id, human_id, LOCAL, human_id, -1 if limit is None else limit),
    )
    names = _COLUMNS.split(", ")
    entries = (dict(zip(names, row, strict=True)) for row in rows.fetchall())
    return [
        Entry(
            **entry
            | {"differences": [Difference(*one) for one in json.loads(entry["differences"])]}
        )
        for entry in entries
    ]
