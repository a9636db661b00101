"""Statements on the pictures that users stored."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from http import HTTPStatus

from sqlalchemy import Connection, delete, insert, select

from aicx_tui.models.wire import WireFieldError
from aicx_tui.sandbox import accounts
from aicx_tui.sandbox.accounts import Caller
from aicx_tui.sandbox.humans import ID_ALPHABET
from aicx_tui.sandbox.replies import Refusal
from aicx_tui.sandbox.tables import aliases, files, users

KINDS = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
"""Formats as Pillow names them, and their media types."""

KEPT = 50
"""Of one user's latest; older ones go once nothing shows them."""

_ID_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to store, and its media type."""

    content_type: str
    content: bytes


def add(connection: Connection, *, caller: Caller, picture: Picture) -> str:
    """Store a picture and return its new id."""
    accounts.take_turn(connection, user_id=caller.user_id)
    file_id = "fi_" + "".join(secrets.choice(ID_ALPHABET) for _ in range(_ID_CHARACTERS))
    connection.execute(
        insert(files).values(
            id=file_id,
            company_id=caller.company_id,
            user_id=caller.user_id,
            content_type=picture.content_type,
            content=picture.content,
        )
    )
    _forget_unused(connection, user_id=caller.user_id)
    return file_id


def find(connection: Connection, *, company_id: str, file_id: str) -> Picture | None:
    """The picture with this id that somebody of the company stored: colleagues see avatars."""
    statement = select(files.c.content_type, files.c.content).where(
        files.c.id == file_id, files.c.company_id == company_id
    )
    row = connection.execute(statement).one_or_none()
    return Picture(*row) if row else None


def refuse_foreign(connection: Connection, *, user_id: str, avatar_id: str | None) -> None:
    """Refuse an avatar that is no picture which this user stored.

    Raises:
        Refusal: It is not, or there is none with this id.
    """
    if avatar_id is None:
        return
    its_own = select(files.c.id).where(files.c.id == avatar_id, files.c.user_id == user_id)
    if connection.execute(its_own).one_or_none() is None:
        raise Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            code="invalid_fields",
            message="Some values were refused; nothing was changed.",
            fields=[
                WireFieldError(
                    field="avatar_id", message="You stored no picture with this id. Upload one"
                )
            ],
        )


def _forget_unused(connection: Connection, *, user_id: str) -> None:
    its_own = files.c.user_id == user_id
    latest = select(files.c.id).where(its_own).order_by(files.c.number.desc()).limit(KEPT)
    shown = (
        select(aliases.c.avatar_id).where(aliases.c.avatar_id.is_not(None)),
        select(users.c.avatar_id).where(users.c.avatar_id.is_not(None)),
    )
    unused = [files.c.id.not_in(ids) for ids in (latest, *shown)]
    connection.execute(delete(files).where(its_own, *unused))
