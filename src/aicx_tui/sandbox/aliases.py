"""Statements on the aliases of users; every write has its user's turn."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from aicx_tui.sandbox.humans import ID_ALPHABET, ID_CHARACTERS
from aicx_tui.sandbox.tables import aliases

ID_PREFIX = "al_"
MOST = 100
"""Of one user."""

AliasRow = Row[*tuple[Any, ...]]


def document(row: AliasRow) -> dict[str, object]:
    """An alias as it travels."""
    return {
        "id": row.id,
        "display_name": row.display_name,
        "avatar_id": row.avatar_id,
        "default": row.is_default,
    }


def of_user(connection: Connection, *, user_id: str) -> list[dict[str, object]]:
    """A user's aliases, in the order in which they were created."""
    statement = select(aliases).where(aliases.c.user_id == user_id).order_by(aliases.c.number)
    return [document(row) for row in connection.execute(statement)]


def find(connection: Connection, *, user_id: str, alias_id: str) -> dict[str, object] | None:
    """The alias of this user with this id."""
    row = connection.execute(
        select(aliases).where(aliases.c.id == alias_id, aliases.c.user_id == user_id)
    ).one_or_none()
    return document(row) if row else None


def count(connection: Connection, *, user_id: str) -> int:
    """How many aliases a user has."""
    statement = select(func.count()).select_from(aliases).where(aliases.c.user_id == user_id)
    return connection.execute(statement).scalar_one()


def add(connection: Connection, *, user_id: str, values: Mapping[str, object]) -> dict[str, object]:
    """Add an alias and return it with its new id; as the default it is the only one."""
    alias_id = ID_PREFIX + "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_CHARACTERS))
    if values["default"]:
        _unset_default(connection, user_id=user_id)
    connection.execute(insert(aliases).values(id=alias_id, user_id=user_id, **_columns(values)))
    return {"id": alias_id, **values}


def change(
    connection: Connection, *, user_id: str, alias_id: str, values: Mapping[str, object]
) -> None:
    """Write all of an alias anew; as the default it is the only one."""
    if values["default"]:
        _unset_default(connection, user_id=user_id)
    connection.execute(update(aliases).where(aliases.c.id == alias_id).values(**_columns(values)))


def remove(connection: Connection, *, alias_id: str) -> None:
    """Remove an alias."""
    connection.execute(delete(aliases).where(aliases.c.id == alias_id))


def _unset_default(connection: Connection, *, user_id: str) -> None:
    is_default = (aliases.c.user_id == user_id) & aliases.c.is_default
    connection.execute(update(aliases).where(is_default).values(is_default=False))


def _columns(values: Mapping[str, object]) -> dict[str, object]:
    return {
        "display_name": values["display_name"],
        "avatar_id": values["avatar_id"],
        "is_default": values["default"],
    }
