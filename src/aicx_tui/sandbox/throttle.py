"""How often one may try: passwords, codes, and to have a mail sent.

Counted in the database, since several processes may serve it, and a restart is no new start.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from sqlalchemy import Connection, delete, func, insert, select

from aicx_tui.sandbox.clock import as_text
from aicx_tui.sandbox.replies import Refusal
from aicx_tui.sandbox.tables import sign_in_attempts


@dataclass(frozen=True, slots=True)
class Limit:
    """So many attempts within a time; `name` keeps it apart from the others."""

    name: str
    most: int
    within: timedelta


PASSWORDS = Limit("password", 10, timedelta(minutes=1))
"""Of an account, from one address."""

CODES = Limit("code", 10, timedelta(minutes=1))
"""Of an account, from one address."""

WRONG_CODES = Limit("wrong code", 20, timedelta(hours=1))
"""Of an account, from anywhere: whoever has the password could begin again and again, from many
addresses. At this pace a code is met by chance once in six years."""

MAILS = Limit("mail", 30, timedelta(hours=1))
"""To an account, whoever has them sent."""

GRANTS = Limit("grant", 10, timedelta(minutes=1))
"""To be given elsewhere: begun from one address, or by one session."""

UNKNOWN_TOKENS = Limit("unknown token", 60, timedelta(minutes=1))
"""Of end users, that a user asked about and nobody has. Those that somebody has are not counted."""

_LONGEST = timedelta(hours=1)
_TURN = 0x41494354
"""Of the advisory lock under which attempts are counted."""


def count(connection: Connection, limit: Limit, *who: str) -> int:
    """Count one attempt, and return the seconds to wait first; 0 when it may be made.

    Args:
        connection: A transaction that may write.
        limit: How many are allowed.
        who: Whose attempts count together.
    """
    pause = pause_before(connection, limit, *who)
    if not pause:
        connection.execute(
            insert(sign_in_attempts).values(
                who_hash=_hash_of(limit, who), attempted_at=as_text(datetime.now(UTC))
            )
        )
    return pause


def pause_before(connection: Connection, limit: Limit, *who: str) -> int:
    """The seconds to wait before one more attempt, which is not counted yet.

    Who asks has the turn until the transaction ends, so that none is counted in between.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN)))
    moment = datetime.now(UTC)
    attempts = sign_in_attempts.c
    connection.execute(
        delete(sign_in_attempts).where(attempts.attempted_at <= as_text(moment - _LONGEST))
    )
    return spent(connection, limit, *who)


def spent(connection: Connection, limit: Limit, *who: str) -> int:
    """The seconds to wait before one more attempt, by a look that changes nothing."""
    moment, attempts = datetime.now(UTC), sign_in_attempts.c
    done, first = connection.execute(
        select(func.count(), func.min(attempts.attempted_at)).where(
            attempts.who_hash == _hash_of(limit, who),
            attempts.attempted_at > as_text(moment - limit.within),
        )
    ).one()
    if done < limit.most:
        return 0
    until = datetime.fromisoformat(first) + limit.within
    return max(1, math.ceil((until - moment).total_seconds()))


def too_many(pause: int, *, what: str) -> Refusal:
    """The refusal of an attempt that has to wait for so many seconds."""
    return Refusal(
        HTTPStatus.TOO_MANY_REQUESTS,
        code="too_many_attempts",
        message=f"Too many attempts {what}. Try again in {pause} seconds.",
        headers={"Retry-After": str(pause)},
    )


def _hash_of(limit: Limit, who: tuple[str, ...]) -> str:
    return hashlib.sha256("\n".join((limit.name, *who)).encode()).hexdigest()
