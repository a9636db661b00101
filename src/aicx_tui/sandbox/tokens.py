"""Statements on personal access tokens, of which a user has one or none."""

from __future__ import annotations

import queue
import secrets
import threading
import time

from sqlalchemy import Connection, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from aicx_tui.sandbox.accounts import credential_hash
from aicx_tui.sandbox.clock import now
from aicx_tui.sandbox.database import Database
from aicx_tui.sandbox.tables import users

FINGERPRINT_DIGITS = 16

_NOTED_EVERY_SECONDS = 60.0
_NOTED_AT_MOST = 10_000
_CLOSING_SECONDS = 1.0


def of_user(connection: Connection, *, user_id: str) -> dict[str, object] | None:
    """What is told of the user's token; None while there is none."""
    columns = (users.c.token_hash, users.c.token_issued_at, users.c.token_last_used_at)
    row = connection.execute(select(*columns).where(users.c.id == user_id)).one()
    if row.token_hash is None:
        return None
    return {
        "fingerprint": row.token_hash[:FINGERPRINT_DIGITS],
        "issued_at": row.token_issued_at,
        "last_used_at": row.token_last_used_at,
    }


def issue(connection: Connection, *, user_id: str) -> dict[str, object]:
    """Give a user a token in place of the one before, and return it as it travels, once."""
    token, moment = "sk_" + secrets.token_hex(20), now()
    token_hash = credential_hash(token)
    connection.execute(
        update(users)
        .where(users.c.id == user_id)
        .values(token_hash=token_hash, token_issued_at=moment, token_last_used_at=None)
    )
    return {"token": token, "fingerprint": token_hash[:FINGERPRINT_DIGITS], "issued_at": moment}


def is_live(connection: Connection, *, user_id: str, token: str) -> bool:
    """Whether this is still the user's token."""
    of_it = (users.c.id == user_id, users.c.token_hash == credential_hash(token))
    return connection.execute(select(users.c.id).where(*of_it)).one_or_none() is not None


class TokenUses:
    """Writes down that tokens are used: once a minute at most, and never while one waits for it.

    Args:
        database: Where.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: dict[str, float] = {}
        self._waiting: queue.SimpleQueue[tuple[str, str] | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="token uses", daemon=True)

    def start(self) -> TokenUses:
        """Begin to write."""
        self._writer.start()
        return self

    def note(self, token: str) -> None:
        """This token, which is good, is being used."""
        token_hash, moment = credential_hash(token), time.monotonic()
        if moment - self._noted.get(token_hash, -_NOTED_EVERY_SECONDS) < _NOTED_EVERY_SECONDS:
            return
        if len(self._noted) >= _NOTED_AT_MOST:
            self._noted.clear()
        self._noted[token_hash] = moment
        self._waiting.put((token_hash, now()))

    def close(self) -> None:
        """Write what waits, if that takes no time."""
        self._waiting.put(None)
        self._writer.join(_CLOSING_SECONDS)

    def _write(self) -> None:
        while (use := self._waiting.get()) is not None:
            token_hash, moment = use
            older = or_(users.c.token_last_used_at.is_(None), users.c.token_last_used_at < moment)
            try:
                with self._database.writing() as connection:
                    connection.execute(
                        update(users)
                        .where(users.c.token_hash == token_hash, older)
                        .values(token_last_used_at=moment)
                    )
            except SQLAlchemyError:
                continue  # the database is away or busy for long; there will be other uses
