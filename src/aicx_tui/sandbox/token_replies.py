"""Replies that hold a token, kept for a client that never saw them.

A reply is encrypted under a key that derives from the client's Idempotency-Key, which is not
stored: without the client nobody can read it, not even whoever has the data.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson
from fastapi import Request
from sqlalchemy import Connection, delete, insert, select

from aicx_tui.sandbox.clock import as_text, now
from aicx_tui.sandbox.replies import Refusal
from aicx_tui.sandbox.tables import token_replies

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

LASTS = timedelta(minutes=10)

_KEY = re.compile(r"[!-~]{43,255}")
"""43 characters of base64 hold 256 bits."""

_SALT_BYTES = 16
_NONCE_BYTES = 12
_PURPOSE = b"aicx sandbox token reply"

PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "256 random bits. Repeated with this key within 10 minutes, also with the token "
    "that the call replaced, it is done once and gives the same token.",
    "schema": {"type": "string", "minLength": 43, "maxLength": 255, "pattern": "^[!-~]*$"},
}

Reply = dict[str, object]


def key_of(request: Request) -> str | None:
    """The key that the client may repeat its call under.

    Raises:
        Refusal: It is none that keeps a token safe.
    """
    keys = request.headers.getlist("Idempotency-Key")
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise Refusal(
            HTTPStatus.BAD_REQUEST,
            code="malformed_idempotency_key",
            message="The Idempotency-Key of a token is 256 random bits, as 43 characters of base64 "
            "or 64 of hexadecimal hold them; nothing was changed.",
        )
    return keys[0]


def keep(
    connection: Connection, reply: Reply, *, key: str, user_id: str, replaced: str | None
) -> None:
    """Keep a reply.

    Args:
        connection: The transaction that does what the reply tells.
        reply: What the client is answered.
        key: The client's.
        user_id: Whose token it is.
        replaced: The token that the call came with and that it replaced.
    """
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    sealed = _cipher(key, salt).encrypt(nonce, orjson.dumps(reply), user_id.encode())
    connection.execute(
        insert(token_replies).values(
            user_id=user_id,
            key_hash=_hash(key),
            replaced_hash=_hash(replaced) if replaced else None,
            sealed=base64.b64encode(salt + nonce + sealed).decode(),
            kept_at=now(),
        )
    )


def of_user(connection: Connection, *, key: str, user_id: str) -> Reply | None:
    """What the user was answered under this key."""
    _forget_old(connection)
    statement = select(token_replies).where(
        token_replies.c.user_id == user_id, token_replies.c.key_hash == _hash(key)
    )
    row = connection.execute(statement).one_or_none()
    return _opened(row.sealed, key=key, user_id=user_id) if row else None


def of_replaced(connection: Connection, *, key: str, token: str) -> tuple[str, Reply] | None:
    """Whose token this was, and what the call was answered that replaced it under this key."""
    _forget_old(connection)
    statement = select(token_replies).where(token_replies.c.key_hash == _hash(key))
    for row in connection.execute(statement).all():
        if row.replaced_hash and hmac.compare_digest(row.replaced_hash, _hash(token)):
            return row.user_id, _opened(row.sealed, key=key, user_id=row.user_id)
    return None


def _forget_old(connection: Connection) -> None:
    too_old = as_text(datetime.now(UTC) - LASTS)
    connection.execute(delete(token_replies).where(token_replies.c.kept_at <= too_old))


def _opened(sealed: str, *, key: str, user_id: str) -> Reply:
    kept = base64.b64decode(sealed)
    salt, nonce = kept[:_SALT_BYTES], kept[_SALT_BYTES : _SALT_BYTES + _NONCE_BYTES]
    cipher = _cipher(key, salt)
    opened: Reply = orjson.loads(
        cipher.decrypt(nonce, kept[_SALT_BYTES + _NONCE_BYTES :], user_id.encode())
    )
    return opened


def _cipher(key: str, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # needed seldom, and large
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), length=32, salt=salt, info=_PURPOSE).derive(key.encode()))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
