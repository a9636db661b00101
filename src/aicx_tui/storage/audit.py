"""The history: what was changed here, by whom, and what became of it. It is only added to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

from aicx_tui.storage import bulk_reading
from aicx_tui.storage.bulks import Bulk, BulkItem, is_of_tags
from aicx_tui.storage.changes import Difference, Kind
from aicx_tui.storage.database import Connection
from aicx_tui.storage.record import LOCAL

_COLUMNS = "at, who, human_id, name, change_id, kind, differences, outcome, request_id, said"


_WHOSE = """WHERE human_id = :human OR human_id IN (
    SELECT :local || change_id FROM audit WHERE human_id = :human AND kind = 'create'
)"""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What became of a change at one moment.

    Attributes:
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


def of_bulk(bulk: Bulk, item: BulkItem) -> Entry:
    """What a bulk did to one human."""
    return Entry(
        at=item.at if item.at is not None else bulk.made_at,
        who=bulk.who,
        human_id=item.human_id,
        name=item.name,
        change_id=bulk.id,
        kind=Kind.ASSIGN if is_of_tags(item.after) else Kind.UPDATE,
        differences=item.differences,
        outcome=item.state,
        request_id=item.request_id,
        said=item.said,
    )


def note(connection: Connection, entries: Iterable[Entry]) -> None:
    """Add to the history."""
    connection.executemany(
        f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        [
            (
                entry.at,
                entry.who,
                entry.human_id,
                entry.name,
                entry.change_id,
                entry.kind,
                json.dumps([list(difference) for difference in entry.differences]),
                entry.outcome,
                entry.request_id,
                entry.said,
            )
            for entry in entries
        ],
    )


def history(
    connection: Connection, human_id: str | None = None, *, limit: int | None = None
) -> list[Entry]:
    """The history, the latest first; of one human only where it is named.

    To it belongs what was tried before the human had an id of the platform's, and what a bulk has
    done that is still to be told.
    """
    most = -1 if limit is None else limit
    untold = [of_bulk(*found) for found in bulk_reading.untold_of(connection, human_id, limit=most)]
    untold.sort(key=_moment, reverse=True)
    told = _told(connection, human_id, most)
    return list(islice(merge(untold, told, key=_moment, reverse=True), limit))


def _told(connection: Connection, human_id: str | None, most: int) -> list[Entry]:
    whose = "" if human_id is None else _WHOSE
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM audit {whose} "  # noqa: S608
        "ORDER BY at DESC, number DESC LIMIT :most",
        {"human": human_id, "local": LOCAL, "most": most},
    )
    return [_entry(row) for row in rows.fetchall()]


def _entry(row: Sequence[Any]) -> Entry:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    differences = [Difference(*one) for one in json.loads(values["differences"])]
    return Entry(**values | {"differences": differences})


def _moment(entry: Entry) -> float:
    return entry.at
