"""Statements on what a user says of itself."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from aicx_tui.sandbox import identities
from aicx_tui.sandbox.tables import users

_SHOWN = (
    users.c.name,
    users.c.email,
    users.c.timezone,
    users.c.language,
    users.c.avatar_id,
    users.c.two_factor,
)


def of_user(connection: Connection, *, user_id: str) -> dict[str, object]:
    """A profile as it travels."""
    row = connection.execute(select(*_SHOWN).where(users.c.id == user_id)).one()
    shown = {str(column.name): value for column, value in zip(_SHOWN, row, strict=True)}
    return {**shown, "identities": identities.of_user(connection, user_id=user_id)}


def change(connection: Connection, *, user_id: str, values: Mapping[str, object]) -> None:
    """Change what is given of a profile."""
    if values:
        connection.execute(update(users).where(users.c.id == user_id).values(**values))


def set_two_factor(connection: Connection, *, user_id: str, is_on: bool) -> None:
    """Ask for a code at every sign-in from now on, or for none."""
    connection.execute(update(users).where(users.c.id == user_id).values(two_factor=is_on))
