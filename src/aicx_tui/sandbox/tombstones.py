"""What deleted humans leave in the feed, for as long as a mirror may stay away.

The newest one that is too old is kept: it tells up to which change number the feed has forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from aicx_tui.sandbox.clock import as_text, now
from aicx_tui.sandbox.tables import tombstones

LIVES = timedelta(days=90)

TombstoneRow = Row[*tuple[Any, ...]]


def leave(connection: Connection, *, bot: int, human_id: str, change_number: int) -> None:
    """Note that a human was deleted, and drop notes that nobody may ask for any more."""
    connection.execute(
        insert(tombstones).values(
            bot_number=bot, change_number=change_number, human_id=human_id, deleted_at=now()
        )
    )
    connection.execute(
        delete(tombstones).where(
            tombstones.c.bot_number == bot,
            tombstones.c.deleted_at < _oldest(),
            tombstones.c.change_number < forgotten(connection, bot=bot),
        )
    )


def left_after(
    connection: Connection, *, bot: int, change_number: int, limit: int
) -> Sequence[TombstoneRow]:
    """Tombstones in the order of their change numbers, from the one after a number on."""
    statement = (
        select(tombstones)
        .where(tombstones.c.bot_number == bot, tombstones.c.change_number > change_number)
        .order_by(tombstones.c.change_number)
        .limit(limit)
    )
    return connection.execute(statement).all()


def forgotten(connection: Connection, *, bot: int) -> int:
    """The change number of the latest deletion that is too old for the feed to tell; 0 for none."""
    statement = select(func.max(tombstones.c.change_number)).where(
        tombstones.c.bot_number == bot, tombstones.c.deleted_at < _oldest()
    )
    return connection.execute(statement).scalar() or 0


def _oldest() -> str:
    return as_text(datetime.now(UTC) - LIVES)
