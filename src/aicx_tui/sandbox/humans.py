"""Statements on humans. Every write takes change numbers first and stamps what it touches.

A bot's change number only grows, and its row is locked by the update that takes one. So
commits happen in the order of their numbers, and a reader that has seen number n has seen
every change up to n.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from aicx_tui.sandbox.clock import now
from aicx_tui.sandbox.database import bots, humans, tags

ID_ALPHABET = string.ascii_letters + string.digits
ID_PREFIX = "eu_"
ID_CHARACTERS = 12

HumanRow = Row[*tuple[Any, ...]]

_EVERY_COLUMN = [column for column in humans.c if column.name not in ("number", "bot_number")]

_UPDATE_TAGS = (
    update(humans)
    .where(humans.c.number == bindparam("row"))
    .values(
        tags=bindparam("new_tags"),
        change_number=bindparam("new_change_number"),
        updated_at=bindparam("moment"),
    )
)


class UnknownHumansError(Exception):
    """Some of the ids given are no humans of this bot.

    Args:
        positions: Where they stand in the list given.
    """

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__(f"{len(positions)} unknown humans")
        self.positions = positions


def document(row: HumanRow) -> dict[str, object]:
    """A human as GET answers with it."""
    return {
        "access_token": row.access_token,
        "created_at": row.created_at,
        "email": row.email,
        "fullname": row.fullname,
        "human_id": row.id,
        "id": row.id,
        "notes": row.notes,
        "phone_number": row.phone_number,
        "profile_pic_id": row.profile_pic_id,
        "tags": tag_list(row.tags),
        "uid": row.uid,
        "updated_at": row.updated_at,
    }


def tag_list(stored: str | None) -> list[dict[str, str]] | None:
    """The stored tag values as they travel; None when there are none."""
    if stored is None:
        return None
    return [{"id": tag, "value": value} for tag, value in orjson.loads(stored).items()]


def stored_tags(values: Mapping[str, str]) -> str | None:
    """Tag values by tag id as one column stores them."""
    return orjson.dumps(values).decode() if values else None


def find(connection: Connection, *, bot: int, human_id: str) -> HumanRow | None:
    """The human of this bot with this id."""
    statement = select(*_EVERY_COLUMN).where(humans.c.id == human_id, humans.c.bot_number == bot)
    return connection.execute(statement).one_or_none()


def create(
    connection: Connection,
    *,
    bot: int,
    columns: Mapping[str, str | None],
    tag_values: Mapping[str, str],
) -> str:
    """Add a human and return its new id."""
    change_number = _take_change_numbers(connection, bot=bot, count=1)
    human_id = ID_PREFIX + "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_CHARACTERS))
    moment = now()
    connection.execute(
        insert(humans).values(
            **columns,
            id=human_id,
            bot_number=bot,
            change_number=change_number,
            tags=stored_tags(tag_values),
            created_at=moment,
            updated_at=moment,
        )
    )
    return human_id


def lock(connection: Connection, *, bot: int, human_id: str) -> tuple[HumanRow | None, int]:
    """The human as it stays until this transaction ends, and the number for its change."""
    change_number = _take_change_numbers(connection, bot=bot, count=1)
    return find(connection, bot=bot, human_id=human_id), change_number


def change(
    connection: Connection,
    row: HumanRow,
    *,
    change_number: int,
    columns: Mapping[str, str | None],
) -> int:
    """Write what differs from the row, and return the human's change number from then on."""
    differing = {name: value for name, value in columns.items() if getattr(row, name) != value}
    if not differing:
        return int(row.change_number)
    connection.execute(
        update(humans)
        .where(humans.c.id == row.id)
        .values(**differing, change_number=change_number, updated_at=now())
    )
    return change_number


def merged_tags(row: HumanRow, values: Mapping[str, str]) -> str | None:
    """The row's tag values with others over them, by tag id."""
    return stored_tags((orjson.loads(row.tags) if row.tags else {}) | dict(values))


def assign_tags(
    connection: Connection, *, bot: int, human_ids: Sequence[str], values: Mapping[str, str]
) -> None:
    """Merge tag values into every one of the humans, or into none.

    Raises:
        UnknownHumansError: Some ids are no humans of this bot.
    """
    first = _take_change_numbers(connection, bot=bot, count=len(human_ids))
    found = connection.execute(
        select(humans.c.number, humans.c.id, humans.c.tags).where(
            humans.c.id.in_(human_ids), humans.c.bot_number == bot
        )
    ).all()
    known = {row.id for row in found}
    if unknown := [at for at, human_id in enumerate(human_ids) if human_id not in known]:
        raise UnknownHumansError(unknown)
    moment = now()
    merged = ((row, merged_tags(row, values)) for row in found)
    differing = [(row.number, new_tags) for row, new_tags in merged if new_tags != row.tags]
    changes = [
        {"row": number, "new_tags": new_tags, "new_change_number": stamp, "moment": moment}
        for stamp, (number, new_tags) in enumerate(differing, start=first)
    ]
    if changes:
        connection.execute(_UPDATE_TAGS, changes)


def tag_ids(connection: Connection, *, bot: int) -> frozenset[str]:
    """The ids of the tags that humans of this bot can have."""
    return frozenset(connection.scalars(select(tags.c.id).where(tags.c.bot_number == bot)))


def changed_after(
    connection: Connection, *, bot: int, change_number: int, limit: int
) -> Sequence[HumanRow]:
    """Humans in the order of their latest change, from the one after a change number on."""
    statement = (
        select(*_EVERY_COLUMN)
        .where(humans.c.bot_number == bot, humans.c.change_number > change_number)
        .order_by(humans.c.change_number)
        .limit(limit)
    )
    return connection.execute(statement).all()


def count(connection: Connection, *, bot: int) -> int:
    """How many humans this bot has."""
    statement = select(func.count()).select_from(humans).where(humans.c.bot_number == bot)
    return connection.execute(statement).scalar_one()


def _take_change_numbers(connection: Connection, *, bot: int, count: int) -> int:
    """Reserve numbers and return the first; other writers wait until this one has committed."""
    statement = (
        update(bots)
        .where(bots.c.number == bot)
        .values(change_number=bots.c.change_number + count)
        .returning(bots.c.change_number)
    )
    last: int = connection.execute(statement).scalar_one()
    return last - count + 1
