"""How often one may try to sign in to an account from one address.

Counted in the database, since several processes may serve it, and a restart is no new start.
"""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select

from aicx_tui.sandbox.clock import as_text
from aicx_tui.sandbox.tables import sign_in_attempts

ATTEMPTS_A_MINUTE = 10

_MINUTE = timedelta(minutes=1)
_TURN = 0x41494354
"""Of the advisory lock under which attempts are counted."""


def pause_after(connection: Connection, *, email: str, address: str) -> int:
    """Count one attempt, and return the seconds to wait first; 0 when it may be made.

    Args:
        connection: A transaction that may write.
        email: Of the account.
        address: Of the client.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
    moment = datetime.now(UTC)
    attempts = sign_in_attempts.c
    connection.execute(
        delete(sign_in_attempts).where(attempts.attempted_at <= as_text(moment - _MINUTE))
    )
    who_hash = hashlib.sha256(f"{email}\n{address}".encode()).hexdigest()
    count, first = connection.execute(
        select(func.count(), func.min(attempts.attempted_at)).where(attempts.who_hash == who_hash)
    ).one()
    if count >= ATTEMPTS_A_MINUTE:
        until = datetime.fromisoformat(first) + _MINUTE
        return max(1, math.ceil((until - moment).total_seconds()))
    connection.execute(
        insert(sign_in_attempts).values(who_hash=who_hash, attempted_at=as_text(moment))
    )
    return 0
