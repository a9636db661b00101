"""Statements on humans. Every write takes its bot's turn, then numbers, and stamps what it touches.

The turn is a lock on the bot's row, held until the transaction ends: on SQLite there is one writer
anyway; on PostgreSQL it does what an advisory lock for each bot would, and needs no number of its
own to agree on. A bot's change numbers are drawn from that row and only grow. So commits happen in
the order of their numbers, across threads, processes and machines: PostgreSQL shows a commit to
new snapshots before it lets go of its locks, and a reader that has seen number n has seen every
change up to n. And since nobody else writes meanwhile, what is read after the turn was taken is
what the change is made on: no update is lost.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from aicx_tui.sandbox import tombstones
from aicx_tui.sandbox.clock import now
from aicx_tui.sandbox.tables import bots, humans, tags

ID_ALPHABET = string.ascii_letters + string.digits
ID_PREFIX = "eu_"
ID_CHARACTERS = 12

_RETAGGED_AT_ONCE = 5000
"""Humans that a tag is taken from in one go; memory does not grow with how many have it."""

HumanRow = Row[*tuple[Any, ...]]

_EVERY_COLUMN = [column for column in humans.c if column.name not in ("number", "bot_number")]
"""In the order of the table, which `document` relies on."""

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
    # Unpacked, since to ask a row for twelve names takes longer than to read it from the file.
    id_, _, fullname, email, uid, phone, picture, token, notes, tags, created, updated = row
    return {
        "access_token": token,
        "created_at": created,
        "email": email,
        "fullname": fullname,
        "human_id": id_,
        "id": id_,
        "notes": notes,
        "phone_number": phone,
        "profile_pic_id": picture,
        "tags": tag_list(tags),
        "uid": uid,
        "updated_at": updated,
    }


def tag_list(stored: str | None) -> list[dict[str, str]] | None:
    """The stored tag values as they travel; None when there are none."""
    if stored is None:
        return None
    return [{"id": tag, "value": value} for tag, value in orjson.loads(stored).items()]


def stored_tags(values: Mapping[str, str]) -> str | None:
    """Tag values by tag id as one column stores them."""
    return orjson.dumps(values).decode() if values else None


def take_turn(connection: Connection, *, bot: int) -> None:
    """Wait until no other transaction changes this bot's humans; nor will one before this ends."""
    turn = select(bots.c.number).where(bots.c.number == bot)
    connection.execute(turn.with_for_update(key_share=True)).one()


def find(connection: Connection, *, bot: int, human_id: str) -> HumanRow | None:
    """The human of this bot with this id."""
    statement = select(*_EVERY_COLUMN).where(humans.c.id == human_id, humans.c.bot_number == bot)
    return connection.execute(statement).one_or_none()


def with_token(connection: Connection, *, bot: int, access_token: str) -> Sequence[HumanRow]:
    """The humans of this bot with an access token: one, unless two were given the same."""
    statement = select(*_EVERY_COLUMN).where(
        humans.c.access_token == access_token, humans.c.bot_number == bot
    )
    return connection.execute(statement.limit(2)).all()


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


def change(
    connection: Connection,
    row: HumanRow,
    *,
    bot: int,
    columns: Mapping[str, str | None],
) -> int:
    """Write what differs from the row, and return the human's change number from then on."""
    differing = {name: value for name, value in columns.items() if getattr(row, name) != value}
    if not differing:
        return int(row.change_number)
    change_number = _take_change_numbers(connection, bot=bot, count=1)
    connection.execute(
        update(humans)
        .where(humans.c.id == row.id)
        .values(**differing, change_number=change_number, updated_at=now())
    )
    return change_number


def remove(connection: Connection, row: HumanRow, *, bot: int) -> None:
    """Remove a human, and leave a tombstone in the feed."""
    change_number = _take_change_numbers(connection, bot=bot, count=1)
    connection.execute(delete(humans).where(humans.c.id == row.id))
    tombstones.leave(connection, bot=bot, human_id=row.id, change_number=change_number)


def merged_tags(row: HumanRow, values: Mapping[str, str]) -> str | None:
    """The row's tag values with others over them, by tag id."""
    return stored_tags(_tag_values(row) | dict(values))


def assign_tags(
    connection: Connection, *, bot: int, human_ids: Sequence[str], values: Mapping[str, str]
) -> None:
    """Merge tag values into every one of the humans, or into none.

    Raises:
        UnknownHumansError: Some ids are no humans of this bot.
    """
    _retag(connection, bot, human_ids, lambda row: merged_tags(row, values))


def unassign_tags(
    connection: Connection, *, bot: int, human_ids: Sequence[str], tag_ids: Collection[str]
) -> None:
    """Take the values of some tags from every one of the humans, or from none.

    Raises:
        UnknownHumansError: Some ids are no humans of this bot.
    """
    _retag(connection, bot, human_ids, partial(_without_tags, tag_ids=tag_ids))


def take_tag_from_all(connection: Connection, *, bot: int, tag_id: str) -> int:
    """Take a tag from every human of the bot that has it, and return how many had."""
    has_it = humans.c.tags.contains(orjson.dumps(tag_id).decode() + ":", autoescape=True)
    wanted = (
        select(humans.c.number, humans.c.tags)
        .where(humans.c.bot_number == bot, has_it)
        .order_by(humans.c.number)
        .limit(_RETAGGED_AT_ONCE)
    )
    count = last = 0
    while found := connection.execute(wanted.where(humans.c.number > last)).all():
        count += _put_tags(connection, bot, found, partial(_without_tags, tag_ids={tag_id}))
        last = found[-1].number
    return count


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


def _tag_values(row: HumanRow) -> dict[str, str]:
    return orjson.loads(row.tags) if row.tags else {}


def _without_tags(row: HumanRow, *, tag_ids: Collection[str]) -> str | None:
    kept = {tag: value for tag, value in _tag_values(row).items() if tag not in tag_ids}
    return stored_tags(kept)


def _retag(
    connection: Connection,
    bot: int,
    human_ids: Sequence[str],
    new_tags: Callable[[HumanRow], str | None],
) -> None:
    found = connection.execute(
        select(humans.c.number, humans.c.id, humans.c.tags).where(
            humans.c.id.in_(human_ids), humans.c.bot_number == bot
        )
    ).all()
    known = {row.id for row in found}
    if unknown := [at for at, human_id in enumerate(human_ids) if human_id not in known]:
        raise UnknownHumansError(unknown)
    _put_tags(connection, bot, sorted(found, key=lambda row: int(row.number)), new_tags)


def _put_tags(
    connection: Connection,
    bot: int,
    rows: Sequence[HumanRow],
    new_tags: Callable[[HumanRow], str | None],
) -> int:
    """Give humans, in order, their new tags, and return how many differ from before."""
    moment = now()
    renewed = ((row, new_tags(row)) for row in rows)
    differing = [(row.number, tags) for row, tags in renewed if tags != row.tags]
    if not differing:
        return 0
    first = _take_change_numbers(connection, bot=bot, count=len(differing))
    changes = [
        {"row": number, "new_tags": tags, "new_change_number": stamp, "moment": moment}
        for stamp, (number, tags) in enumerate(differing, start=first)
    ]
    connection.execute(_UPDATE_TAGS, changes)
    return len(differing)


def _take_change_numbers(connection: Connection, *, bot: int, count: int) -> int:
    """Reserve numbers and return the first; only who has the turn may."""
    statement = (
        update(bots)
        .where(bots.c.number == bot)
        .values(change_number=bots.c.change_number + count)
        .returning(bots.c.change_number)
    )
    last: int = connection.execute(statement).scalar_one()
    return last - count + 1
