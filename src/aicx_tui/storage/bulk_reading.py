"""What is known of bulks, and what one would do to humans as the mirror has them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any

import orjson

from aicx_tui.storage.bulks import OPEN, TAG, Bulk, BulkItem, BulkState, ItemState, Values
from aicx_tui.storage.database import Connection
from aicx_tui.storage.outbox_reading import marks
from aicx_tui.storage.record import LOCAL
from aicx_tui.storage.rows import Document, tag_values
from aicx_tui.storage.writing import platform_document

_COLUMNS = (
    "number, id, title, who, made_at, ended_at, state, problem, total, undo_of, "
    "is_guarded, is_fresh"
)
ITEM = "position, human_id, name, before, after, state, said, at, request_id"
"""The columns that `item_of` reads."""

NOT_CREATED = "The platform has not created it yet."


def bulks(connection: Connection, states: Collection[BulkState]) -> list[Bulk]:
    """Bulks in these states, the oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM bulks WHERE state IN ({marks(tuple(states))}) "  # noqa: S608
        "ORDER BY number",
        tuple(states),
    )
    return [_bulk(row) for row in rows.fetchall()]


def bulk(connection: Connection, bulk_id: str) -> Bulk | None:
    """A bulk by its id, or by a beginning of it that no other has."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM bulks "  # noqa: S608
        "WHERE substr(id, 1, length(?)) = ? AND state <> 'preparing' LIMIT 2",
        (bulk_id, bulk_id),
    ).fetchall()
    return _bulk(rows[0]) if len(rows) == 1 and bulk_id else None


def counts(connection: Connection, number: int) -> dict[ItemState, int]:
    """How many humans of a bulk are how far."""
    return {
        ItemState(state): count
        for state, count in connection.execute(
            "SELECT state, count(*) FROM bulk_items WHERE bulk = ? GROUP BY state", (number,)
        )
    }


def items_after(
    connection: Connection,
    number: int,
    states: Collection[ItemState],
    *,
    position: int = -1,
    limit: int,
) -> list[BulkItem]:
    """Humans of a bulk in these states, in order, behind a position."""
    rows = connection.execute(
        f"SELECT {ITEM} FROM bulk_items WHERE bulk = ? AND position > ? "  # noqa: S608
        f"AND +state IN ({marks(tuple(states))}) ORDER BY position LIMIT ?",
        (number, position, *states, limit),
    )
    return [item_of(row) for row in rows.fetchall()]


def items_in(
    connection: Connection, number: int, state: ItemState, *, limit: int
) -> list[BulkItem]:
    """The first humans of a bulk in one state, found at once however many there are in others."""
    rows = connection.execute(
        f"SELECT {ITEM} FROM bulk_items INDEXED BY bulk_items_by_state "  # noqa: S608
        "WHERE bulk = ? AND state = ? ORDER BY position LIMIT ?",
        (number, state, limit),
    )
    return [item_of(row) for row in rows.fetchall()]


def not_told(connection: Connection) -> list[Bulk]:
    """Bulks at rest that the history and the search do not know whole."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM bulks WHERE NOT is_told AND state <> 'running'"  # noqa: S608
    )
    return [_bulk(row) for row in rows.fetchall()]


def untold(connection: Connection, number: int, *, position: int, limit: int) -> list[BulkItem]:
    """Humans of a bulk that the history does not know of yet, in order, behind a position."""
    rows = connection.execute(
        f"SELECT {ITEM} FROM bulk_items WHERE bulk = ? AND position > ? "  # noqa: S608
        "AND NOT is_told ORDER BY position LIMIT ?",
        (number, position, limit),
    )
    return [item_of(row) for row in rows.fetchall()]


def untold_of(
    connection: Connection, human_id: str | None, *, limit: int
) -> list[tuple[Bulk, BulkItem]]:
    """What the history does not know of yet, the latest first; of one human where it is named."""
    found: list[tuple[Bulk, BulkItem]] = []
    for row in connection.execute(
        f"SELECT {_COLUMNS} FROM bulks WHERE NOT is_told"  # noqa: S608
    ).fetchall():
        rows = connection.execute(
            f"SELECT {ITEM} FROM bulk_items WHERE bulk = :bulk AND NOT is_told "  # noqa: S608
            "AND (:human IS NULL OR human_id = :human) "
            "ORDER BY at DESC, position DESC LIMIT :limit",
            {"bulk": row[0], "human": human_id, "limit": limit},
        )
        found += [(_bulk(row), item_of(item)) for item in rows.fetchall()]
    return found


def waiting(connection: Connection) -> int:
    """How many humans something is still to be sent of."""
    found = connection.execute(
        "SELECT count(*) FROM bulks JOIN bulk_items ON bulk = number "  # noqa: S608
        f"WHERE bulks.state IN ({marks(OPEN)}) AND bulk_items.state IN ('pending', 'sending')",
        OPEN,
    )
    return int(found.fetchone()[0])


def items_for(connection: Connection, human_ids: Iterable[str], after: Values) -> list[BulkItem]:
    """What a bulk would do to each human, by what the mirror has of it."""
    return [_item_for(connection, human_id, after) for human_id in human_ids]


def held(document: Document, fields: Iterable[str]) -> dict[str, str | None]:
    """What a human has in some fields; None where it has nothing.

    Args:
        document: The platform's own object.
        fields: Names; a tag's is `tag:` and its id.
    """
    tags = dict(tag_values(document))
    return {
        name: tags.get(name.removeprefix(TAG)) if name.startswith(TAG) else document.get(name)
        for name in fields
    }


def is_same(field: str, one: str | None, other: str | None) -> bool:
    """Whether two values mean the same: an empty field is none, an empty tag is a tag."""
    return one == other if field.startswith(TAG) else (one or None) == (other or None)


def _item_for(connection: Connection, human_id: str, after: Values) -> BulkItem:
    text = platform_document(connection, human_id)
    document = None if text is None else orjson.loads(text)
    before = None if document is None else held(document, after)
    name = str((document or {}).get("fullname") or human_id)
    state, said = ItemState.PENDING, ""
    if human_id.startswith(LOCAL):
        state, said = ItemState.SKIPPED, NOT_CREATED
    elif before is not None and all(is_same(n, before[n], value) for n, value in after.items()):
        state = ItemState.SAME
    return BulkItem(
        human_id=human_id, name=name, before=before, after=after, state=state, said=said
    )


def item_of(row: Sequence[Any]) -> BulkItem:
    """A human of a bulk from its row."""
    position, human_id, name, before, after, state, said, at, request_id = row
    return BulkItem(
        position=position,
        human_id=human_id,
        name=name,
        before=None if before is None else orjson.loads(before),
        after=_after(after),
        state=ItemState(state),
        said=said,
        at=at,
        request_id=request_id,
    )


@lru_cache(maxsize=64)
def _after(text: str) -> Values:
    """What a human is to have: mostly the same as the one before."""
    values: Values = orjson.loads(text)
    return values


def _bulk(row: Sequence[Any]) -> Bulk:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    flags = {name: bool(values[name]) for name in ("is_guarded", "is_fresh")}
    return Bulk(**values | flags | {"state": BulkState(values["state"])})
