"""Writes bulks down: what is to be done to whom, and what became of each.

A bulk is prepared in several transactions and counts from the last of them on. What became of a
human and the human in the mirror are written in one. History and search are told once the bulk
rests: both are kept by human, so that nearly each of them costs pages of its own. Whoever reads the
history sees what it is still to be told too.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

import orjson

from aicx_tui.errors import UsageError
from aicx_tui.storage import audit, steps
from aicx_tui.storage.bulk_reading import ITEM, item_of, untold
from aicx_tui.storage.bulks import (
    MADE,
    TAG,
    TOLD,
    Bulk,
    BulkItem,
    BulkState,
    ItemState,
    Values,
    is_of_tags,
)
from aicx_tui.storage.database import Connection
from aicx_tui.storage.loading import COMPLETE, meta
from aicx_tui.storage.outbox import KEPT_SECONDS
from aicx_tui.storage.retagging import with_tags
from aicx_tui.storage.rows import Document
from aicx_tui.storage.writing import Writer, platform_document

LOOKED_AT = 4_000
"""Humans among whom those that are to have the same are looked for."""

_PENDING = f"""
    SELECT {ITEM} FROM (
        SELECT * FROM bulk_items INDEXED BY bulk_items_by_state
        WHERE bulk = :bulk AND state = 'pending' ORDER BY position LIMIT :among
    ) WHERE after = (
        SELECT after FROM bulk_items INDEXED BY bulk_items_by_state
        WHERE bulk = :bulk AND state = 'pending' ORDER BY position LIMIT 1
    ) ORDER BY position LIMIT :limit
"""  # noqa: S608
"""By that index: by the primary key, everybody who is done would be gone through each time."""


class Ended(NamedTuple):
    """What became of one human.

    Attributes:
        item: Of the bulk, as it was.
        state: How far it is now; pending where it is to be sent again.
        said: Why it failed or was skipped.
        request_id: How the platform names the request that decided.
        is_read: Whether the item's `before` is what the platform had just before, or `after` is
            only what was made of it.
        there: The human as the platform has it, where somebody else changed it.
    """

    item: BulkItem
    state: ItemState
    said: str = ""
    request_id: str = ""
    is_read: bool = False
    there: Document | None = None


def prepare(connection: Connection, bulk: Bulk) -> int:
    """Begin to write a bulk down, and return its number.

    Only one process at a time may: what another left half written is dropped.
    """
    drop_unfinished(connection)
    _drop_older(connection, bulk.made_at - KEPT_SECONDS)
    cursor = connection.execute(
        "INSERT INTO bulks (id, title, who, made_at, state, undo_of, is_guarded, is_fresh) "
        "VALUES (?, ?, ?, ?, 'preparing', ?, ?, ?)",
        (
            *(bulk.id, bulk.title, bulk.who, bulk.made_at),
            *(bulk.undo_of, bulk.is_guarded, bulk.is_fresh),
        ),
    )
    return int(cursor.lastrowid or 0)


def add(connection: Connection, number: int, items: Iterable[BulkItem]) -> None:
    """Add humans to a bulk that is being prepared."""
    rows = [
        (
            number,
            item.position,
            item.human_id,
            item.name,
            _before(item),
            _written(item.after),
            item.state,
            item.said,
        )
        for item in items
    ]
    connection.executemany(
        "INSERT INTO bulk_items (bulk, position, human_id, name, before, after, state, said) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def start(connection: Connection, number: int, total: int) -> None:
    """Let a bulk that is written down whole be sent from now on."""
    connection.execute(
        "UPDATE bulks SET state = 'running', total = ? WHERE number = ?", (total, number)
    )
    bulk_id, undo_of = connection.execute(
        "SELECT id, undo_of FROM bulks WHERE number = ?", (number,)
    ).fetchone()
    if undo_of:
        if not steps.reverse(connection, undo_of, by=bulk_id):
            raise UsageError(
                "That is being taken back already. Nothing was done.",
                hint="See how far it is: aicx bulk list.",
            )
    else:
        steps.record(connection, "bulk", bulk_id)


def drop_unfinished(connection: Connection) -> None:
    """Drop what was broken off while it was prepared; nothing of it was ever sent."""
    _drop(connection, "SELECT number FROM bulks WHERE state = 'preparing'", ())


def _drop_older(connection: Connection, moment: float) -> None:
    ended = (
        "SELECT number FROM bulks WHERE state IN ('done', 'cancelled') AND ended_at < ? AND is_told"
    )
    _drop(connection, ended, (moment,))


def _drop(connection: Connection, which: str, values: tuple[float, ...]) -> None:
    for (number,) in connection.execute(which, values).fetchall():
        connection.execute("DELETE FROM bulk_items WHERE bulk = ?", (number,))
        connection.execute("DELETE FROM bulks WHERE number = ?", (number,))


def take(
    connection: Connection, number: int, *, together: int, alone: int, known: int
) -> list[BulkItem]:
    """Note that the next humans are being sent, before they are, and return them.

    Args:
        connection: In a transaction that is durable.
        number: Of the bulk.
        together: How many at most where tags go to many in one request.
        alone: How many at most where each is changed alone.
        known: How many at most of whom is noted what they had.

    Returns:
        Humans that are to have the same, in order; none where the bulk is not running.
    """
    running = "SELECT 1 FROM bulks WHERE number = ? AND state = 'running'"
    if connection.execute(running, (number,)).fetchone() is None:
        return []
    items = _pending(connection, number, together if known >= together else alone)
    if items and not is_of_tags(items[0].after):
        items = items[:alone]
    elif items and known < together and items[0].before is None:
        items = [item for item in _pending(connection, number, together) if item.before is None]
    elif known < together:
        items = [item for item in items if item.before is not None][:known]
    move(connection, number, items, ItemState.SENDING)
    return items


def _pending(connection: Connection, number: int, limit: int) -> list[BulkItem]:
    wanted = {"bulk": number, "among": LOOKED_AT, "limit": limit}
    return [item_of(row) for row in connection.execute(_PENDING, wanted).fetchall()]


def move(connection: Connection, number: int, items: Iterable[BulkItem], state: ItemState) -> None:
    """Let humans of a bulk be in another state, which is not the last."""
    connection.execute(
        "UPDATE bulk_items SET state = ? WHERE bulk = ? "
        "AND position IN (SELECT value FROM json_each(?))",
        (state, number, json.dumps([item.position for item in items])),
    )


def settle(
    connection: Connection, writer: Writer, bulk: Bulk, ended: Sequence[Ended], *, now: float
) -> None:
    """Write down what became of some humans, in the mirror too."""
    alike: defaultdict[tuple[ItemState, str, str], list[int]] = defaultdict(list)
    for one in ended:
        alike[one.state, one.said, one.request_id].append(one.item.position)
    for (state, said, request_id), positions in alike.items():
        connection.execute(
            "UPDATE bulk_items SET state = ?, said = ?, at = ?, request_id = ?, is_told = ? "
            "WHERE bulk = ? AND position IN (SELECT value FROM json_each(?))",
            (state, said, now, request_id, state not in TOLD, bulk.number, json.dumps(positions)),
        )
    connection.executemany(
        "UPDATE bulk_items SET before = ?, after = ? WHERE bulk = ? AND position = ?",
        [
            (_before(item), _written(item.after), bulk.number, item.position)
            for item in (one.item for one in ended if one.is_read)
        ],
    )
    for one in ended:
        if one.there is not None:
            writer.put(one.there)
    connection.execute("UPDATE bulks SET is_told = 0 WHERE number = ?", (bulk.number,))
    done = [one.item for one in ended if one.state in MADE]
    if connection.execute("SELECT 1 FROM reads LIMIT 1").fetchone():
        ids = [(item.human_id,) for item in done]
        connection.executemany("UPDATE reads SET at = 0 WHERE id = ?", ids)
    if done and meta(connection, "built") == COMPLETE:
        _show(connection, writer, done)


def tell(connection: Connection, writer: Writer, bulk: Bulk, *, after: int, limit: int) -> int:
    """Let the history and the search know of some humans of a bulk that rests.

    Returns:
        The position of the last of them; -1 where there was none any more, and all is told.
    """
    items = untold(connection, bulk.number, position=after, limit=limit)
    if not items:
        connection.execute("UPDATE bulks SET is_told = 1 WHERE number = ?", (bulk.number,))
        return -1
    audit.note(connection, [audit.of_bulk(bulk, item) for item in items])
    if meta(connection, "built") == COMPLETE:
        writer.recode(item.human_id for item in items if item.state in MADE)
    connection.execute(
        "UPDATE bulk_items SET is_told = 1 WHERE bulk = ? "
        "AND position IN (SELECT value FROM json_each(?))",
        (bulk.number, json.dumps([item.position for item in items])),
    )
    return items[-1].position


def finish(connection: Connection, number: int, *, now: float) -> None:
    """Let a running bulk be over if nothing of it is left."""
    connection.execute(
        "UPDATE bulks SET state = 'done', ended_at = ? WHERE number = ? AND state = 'running' "
        "AND NOT EXISTS (SELECT 1 FROM bulk_items WHERE bulk = number "
        "AND state IN ('pending', 'sending'))",
        (now, number),
    )


def set_state(
    connection: Connection, number: int, state: BulkState, *, now: float, problem: str = ""
) -> None:
    """Let a bulk pause, go on or be given up, unless it is over."""
    ended_at = now if state is BulkState.CANCELLED else None
    connection.execute(
        "UPDATE bulks SET state = ?, problem = ?, ended_at = ? WHERE number = ? "
        "AND state IN ('running', 'paused')",
        (state, problem, ended_at, number),
    )


def _show(connection: Connection, writer: Writer, items: Sequence[BulkItem]) -> None:
    """Let the mirror have of humans what the platform took."""
    for after, some in groupby(items, key=attrgetter("after")):
        tags, ids = _tags(after), [item.human_id for item in some]
        if is_of_tags(after):
            writer.retag(dict.fromkeys(ids, tags))
            continue
        fields = {name: value for name, value in after.items() if not name.startswith(TAG)}
        for human_id in ids:
            text = platform_document(connection, human_id)
            if text is not None:
                writer.put({**with_tags(orjson.loads(text), tags), **fields})


def _tags(after: Values) -> Values:
    return {n.removeprefix(TAG): value for n, value in after.items() if n.startswith(TAG)}


def _before(item: BulkItem) -> str | None:
    return None if item.before is None else _written(item.before)


def _written(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # half a character
        return json.dumps(value)
