"""Statements on the pictures that users stored."""

from __future__ import annotations

from http import HTTPStatus

from sqlalchemy import Connection, select

from aicx_tui.models.wire import WireFieldError
from aicx_tui.sandbox.replies import Refusal
from aicx_tui.sandbox.tables import files


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
            message="Some values were refused; nothing was changed. Correct them.",
            fields=[
                WireFieldError(
                    field="avatar_id", message="You stored no picture with this id. Upload one"
                )
            ],
        )
