"""Calls that a client repeats because it never saw the reply: done once, answered alike.

The reply is stored in the transaction of the change, so there is never one without the other. Who
repeats a call while the first still runs waits for the bot's turn, and then finds the reply. A
refusal changed nothing and is not kept: repeated, the call is judged anew.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import Column, Connection, delete, insert, select

from aicx_tui.sandbox.clock import as_text, now
from aicx_tui.sandbox.replies import Refusal
from aicx_tui.sandbox.tables import kept_replies, kept_user_replies

LASTS = timedelta(hours=24)
LONGEST_KEY = 255

_KEY = re.compile(rf"[ -~]{{1,{LONGEST_KEY}}}")

PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeated with this key within 24 hours, the call is done once and answered "
    "alike. With another body, address or If-Match the key is refused with 409. A refusal is not "
    "kept: repeated, the call is judged anew.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_KEY,
        "pattern": "^[!-~]([ -~]*[!-~])?$",
    },
}


@dataclass(frozen=True, slots=True)
class WriteReply:
    """What a write answers.

    Attributes:
        body: JSON, without any secret: it may be stored.
        etag: The human's version from then on.
    """

    body: str
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class RepeatableCall:
    """A call with a key.

    Attributes:
        key_hash: Names the call; the key itself is not stored.
        fingerprint: Of all that was asked, under the key: what is stored tells nothing of it.
    """

    key_hash: str
    fingerprint: str


def repeatable(request: Request, body: BaseModel | None) -> RepeatableCall | None:
    """The call, if its client may repeat it.

    Raises:
        Refusal: The key is none that can be kept.
    """
    keys = request.headers.getlist("Idempotency-Key")
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise Refusal(
            HTTPStatus.BAD_REQUEST,
            code="malformed_idempotency_key",
            message="An Idempotency-Key is one line of 1 to 255 printable ASCII characters; "
            "nothing was changed.",
        )
    asked = (
        request.method,
        request.url.path,
        request.headers.getlist("If-Match"),
        body.model_dump(exclude_unset=True) if body else None,
    )
    asked_bytes = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
    return RepeatableCall(
        key_hash=hashlib.sha256(keys[0].encode()).hexdigest(),
        fingerprint=hmac.digest(keys[0].encode(), asked_bytes, "sha256").hex(),
    )


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the replies to one bot's or to one user's writes are kept."""

    owner: Column[Any]
    """Of the table that keeps them."""
    of: int | str


def shelf_of_bot(bot: int) -> Shelf:
    """Where replies to writes at a bot are kept."""
    return Shelf(kept_replies.c.bot_number, bot)


def shelf_of_user(user_id: str) -> Shelf:
    """Where replies to what a user writes about itself are kept."""
    return Shelf(kept_user_replies.c.user_id, user_id)


def kept_reply(connection: Connection, call: RepeatableCall, *, shelf: Shelf) -> WriteReply | None:
    """What the call was answered before; takes the owner's turn to be taken.

    Raises:
        Refusal: The key belongs to another call.
    """
    table, is_owners = shelf.owner.table, shelf.owner == shelf.of
    too_old = as_text(datetime.now(UTC) - LASTS)
    connection.execute(delete(table).where(is_owners, table.c.kept_at < too_old))
    statement = select(table).where(is_owners, table.c.key_hash == call.key_hash)
    kept = connection.execute(statement).one_or_none()
    if kept is None:
        return None
    if not hmac.compare_digest(kept.fingerprint, call.fingerprint):
        raise Refusal(
            HTTPStatus.CONFLICT,
            code="idempotency_key_reused",
            message="This Idempotency-Key belongs to another call; nothing was changed. "
            "Take a new key for a new call.",
        )
    return WriteReply(kept.body, kept.etag)


def keep(connection: Connection, call: RepeatableCall, reply: WriteReply, *, shelf: Shelf) -> None:
    """Store the reply, to answer the call's repetitions with."""
    connection.execute(
        insert(shelf.owner.table).values(
            {
                shelf.owner.name: shelf.of,
                "key_hash": call.key_hash,
                "fingerprint": call.fingerprint,
                "body": reply.body,
                "etag": reply.etag,
                "kept_at": now(),
            }
        )
    )
