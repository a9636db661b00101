"""Statements on the accounts elsewhere that may sign in to one of ours."""

from __future__ import annotations

from sqlalchemy import Connection


def of_user(connection: Connection, *, user_id: str) -> list[dict[str, object]]:
    """The accounts that a user linked, as they travel."""
    return []
