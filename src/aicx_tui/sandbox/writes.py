"""What every write on humans has in common: one transaction, preconditions, refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import NoReturn

import orjson
from fastapi import Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from aicx_tui.models.wire import WireFieldError
from aicx_tui.sandbox import accounts, humans, idempotency
from aicx_tui.sandbox.access import BotCaller, Platform
from aicx_tui.sandbox.accounts import Caller
from aicx_tui.sandbox.idempotency import RepeatableCall, Shelf, WriteReply
from aicx_tui.sandbox.replies import Refusal, refusals

_ENTITY_TAG = re.compile(r'(?<![^\s,])"[^"]*"(?=\s*(?:,|$))')
"""A strong entity tag in an `If-Match` list; a weak one never matches."""

ETAG_HEADER = {"ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}}}
REPEATABLE = {"parameters": [idempotency.PARAMETER]}
REPEATABLE_IF_MATCH = {
    "parameters": [
        idempotency.PARAMETER,
        {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "Change the human only if this is still its ETag.",
            "schema": {"type": "string"},
        },
    ]
}


def write(
    platform: Platform,
    at: BotCaller,
    request: Request,
    work: Callable[[Connection], WriteReply],
    *,
    body: BaseModel | None = None,
) -> Response:
    """Do a write and answer it, or answer it as before when it was done under the same key.

    Args:
        platform: What is written to.
        at: Who writes, at which bot; whether it may was checked.
        request: For its key, its address and its precondition.
        work: Does it, in the transaction given and in the bot's turn.
        body: What was sent, as far as it counts.
    """
    call = idempotency.repeatable(request, body)
    with platform.database.writing() as connection:
        humans.take_turn(connection, bot=at.bot)
        return _once(connection, call, work, shelf=idempotency.shelf_of_bot(at.bot))


def write_own(
    platform: Platform,
    caller: Caller,
    request: Request,
    work: Callable[[Connection], WriteReply],
    *,
    body: BaseModel | None = None,
) -> Response:
    """Do, once under the same key, what a user writes about itself.

    Args:
        platform: What is written to.
        caller: Who writes.
        request: For its key and its address.
        work: Does it, in the transaction given and in the user's turn.
        body: What was sent, as far as it counts.
    """
    call = idempotency.repeatable(request, body)
    with platform.database.writing() as connection:
        accounts.take_turn(connection, user_id=caller.user_id)
        return _once(connection, call, work, shelf=idempotency.shelf_of_user(caller.user_id))


def _once(
    connection: Connection,
    call: RepeatableCall | None,
    work: Callable[[Connection], WriteReply],
    *,
    shelf: Shelf,
) -> Response:
    reply = idempotency.kept_reply(connection, call, shelf=shelf) if call else None
    if reply is None:
        reply = work(connection)
        if call:
            idempotency.keep(connection, call, reply, shelf=shelf)
    headers = {"ETag": reply.etag} if reply.etag else None
    return Response(reply.body, headers=headers, media_type="application/json")


def write_refusals(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The statuses a write may refuse with, for the OpenAPI document."""
    return refusals(401, 403, 404, 409, *statuses)


def answering(content: object, *, etag: str | None = None) -> WriteReply:
    """A JSON value as the reply of a write."""
    return WriteReply(orjson.dumps(content).decode(), etag)


def found(connection: Connection, *, bot: int, human_id: str) -> humans.HumanRow:
    """The human, which must be there.

    Raises:
        Refusal: It is not.
    """
    return humans.find(connection, bot=bot, human_id=human_id) or human_not_found()


def human_not_found(positions: Sequence[int] = ()) -> NoReturn:
    """Refuse ids that are no humans of the bot, at these places of a list."""
    fields = [
        WireFieldError(field=f"human_ids.{at}", message="This bot has no human with this id")
        for at in positions
    ]
    raise Refusal(
        HTTPStatus.NOT_FOUND,
        code="human_not_found",
        message="This bot has no such human; nothing was changed. Check the human id.",
        fields=fields,
    )


def refuse_unknown_tags(connection: Connection, bot: int, fields: Mapping[str, str]) -> None:
    """Refuse tag ids, given by the names of their fields, that the bot does not have."""
    known = humans.tag_ids(connection, bot=bot) if fields else frozenset()
    unknown = [
        WireFieldError(field=field, message="This bot has no tag with this id")
        for field, tag_id in fields.items()
        if tag_id not in known
    ]
    if unknown:
        raise Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            code="invalid_fields",
            message="Some tags do not exist; nothing was changed. List the bot's tags.",
            fields=unknown,
        )


def etag_of(platform: Platform, change_number: int) -> str:
    """The version of a human that was last changed under this number."""
    return f'"{platform.installation_id[:8]}-{change_number}"'


def check_precondition(request: Request, etag: str) -> None:
    """Refuse a change of a human that is no longer as the caller read it (RFC 9110, 13.1.1)."""
    if_match = request.headers.getlist("If-Match")
    if not if_match:
        return
    wanted = ", ".join(if_match).strip()
    if wanted != "*" and etag not in _ENTITY_TAG.findall(wanted):
        raise Refusal(
            HTTPStatus.PRECONDITION_FAILED,
            code="precondition_failed",
            message="The human has changed since it was read; nothing was changed. Read it again.",
        )
