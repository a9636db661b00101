"""Statements on the definitions of tags; every write has its bot's turn."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from aicx_tui.sandbox.tables import tags

DefinitionRow = Row[*tuple[Any, ...]]


def document(row: DefinitionRow) -> dict[str, object]:
    """A definition as it travels."""
    return {
        "id": row.id,
        "name": row.name,
        "kind": row.kind,
        "choices": orjson.loads(row.choices),
        "colour": row.colour,
    }


def of_bot(connection: Connection, *, bot: int) -> list[dict[str, object]]:
    """The definitions of a bot, in their order."""
    statement = select(tags).where(tags.c.bot_number == bot).order_by(tags.c.position)
    return [document(row) for row in connection.execute(statement)]


def add(connection: Connection, *, bot: int, values: Mapping[str, object]) -> dict[str, object]:
    """Add a definition behind the others, and return it with its new id."""
    of_this_bot = tags.c.bot_number == bot
    last = connection.execute(select(func.max(tags.c.position)).where(of_this_bot)).scalar()
    tag_id = str(uuid.uuid4())
    connection.execute(
        insert(tags).values(
            id=tag_id,
            bot_number=bot,
            position=0 if last is None else last + 1,
            **_columns(values),
        )
    )
    return {"id": tag_id, **values}


def change(connection: Connection, *, tag_id: str, values: Mapping[str, object]) -> None:
    """Write all of a definition anew; the values that humans have for it stay as they are."""
    connection.execute(update(tags).where(tags.c.id == tag_id).values(**_columns(values)))


def remove(connection: Connection, *, tag_id: str) -> None:
    """Remove a definition, which no human has a value for any more."""
    connection.execute(delete(tags).where(tags.c.id == tag_id))


def _columns(values: Mapping[str, object]) -> dict[str, object]:
    names = ("name", "kind", "colour")
    columns = {name: values[name] for name in names}
    return columns | {"choices": orjson.dumps(values["choices"]).decode()}
