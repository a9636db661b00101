"""Challenges: a code goes to a user's mailbox, and what it was asked for waits until it comes back.

Of a challenge only a hash is stored, and of its code one that is keyed by the challenge. What is
stored is thus of no use to whoever reads it, though there are only a million codes.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, StrEnum, auto

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from aicx_tui.sandbox import accounts, throttle
from aicx_tui.sandbox.accounts import credential_hash
from aicx_tui.sandbox.clock import as_text
from aicx_tui.sandbox.tables import challenges

LASTS = timedelta(minutes=10)
RESEND_AFTER = timedelta(seconds=30)
MOST_WRONG_CODES = 5

_REMEMBERED = timedelta(hours=1)
"""After its end, so that it is still known why it is over."""


class Purpose(StrEnum):
    """What a code was asked for; it is good for nothing else."""

    SIGN_IN = "sign-in"
    TWO_FACTOR = "two-factor"


class Ending(Enum):
    """Why a challenge takes no code any more."""

    UNKNOWN = auto()
    EXPIRED = auto()
    TOO_MANY_CODES = auto()


@dataclass(frozen=True, slots=True)
class Secret:
    """A challenge and the code that answers it; neither is stored."""

    challenge: str
    code: str

    @classmethod
    def new(cls, challenge: str | None = None) -> Secret:
        """Another code, for a challenge that there is or a new one."""
        return cls(
            challenge or "ch_" + secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06}"
        )

    def code_hash(self) -> str:
        """What is stored of the code."""
        return hmac.digest(self.challenge.encode(), self.code.encode(), "sha256").hex()


@dataclass(frozen=True, slots=True)
class Waiting:
    """A challenge that waits for its code."""

    user_id: str
    code_hash: str
    sent_at: str
    wrong_codes: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Too many codes were tried; seconds until the next may be."""

    seconds: int


def add(connection: Connection, secret: Secret, *, user_id: str, purpose: Purpose) -> str:
    """Let a challenge wait for its code, and return the moment it expires."""
    moment = datetime.now(UTC)
    expires_at = as_text(moment + LASTS)
    too_old = as_text(moment - _REMEMBERED)
    connection.execute(delete(challenges).where(challenges.c.expires_at < too_old))
    connection.execute(
        insert(challenges).values(
            challenge_hash=credential_hash(secret.challenge),
            user_id=user_id,
            purpose=purpose,
            code_hash=secret.code_hash(),
            wrong_codes=0,
            sent_at=as_text(moment),
            expires_at=expires_at,
        )
    )
    return expires_at


def find(
    connection: Connection, challenge: str, *, purpose: Purpose, user_id: str | None = None
) -> Waiting | Ending:
    """The challenge, with its user's turn taken: nobody else changes it before this ends.

    Args:
        connection: A transaction that may write.
        challenge: As the client has it.
        purpose: What it must have been made for.
        user_id: Whom it must have been made for; None where the code is to prove that.
    """
    statement = select(challenges).where(_is(challenge), challenges.c.purpose == purpose)
    row = connection.execute(statement).one_or_none()
    if row is None or user_id not in (None, row.user_id):
        return Ending.UNKNOWN
    accounts.take_turn(connection, user_id=row.user_id)
    row = connection.execute(statement).one_or_none()  # as whoever had the turn has left it
    if row is None:
        return Ending.UNKNOWN
    if row.wrong_codes >= MOST_WRONG_CODES:
        return Ending.TOO_MANY_CODES
    if row.expires_at <= as_text(datetime.now(UTC)):
        return Ending.EXPIRED
    return Waiting(row.user_id, row.code_hash, row.sent_at, row.wrong_codes)


def judge(
    connection: Connection, waiting: Waiting, secret: Secret, *, address: str
) -> bool | Ending | Pause:
    """Whether the code is the right one; then the challenge is gone, and good for no second time.

    What is counted here must be committed, whatever the answer is.

    Args:
        connection: The transaction in which the challenge was found.
        waiting: That challenge.
        secret: The challenge and the code that came for it.
        address: Of the client.
    """
    pause = throttle.pause_before(connection, throttle.WRONG_CODES, waiting.user_id)
    pause = pause or throttle.count(connection, throttle.CODES, waiting.user_id, address)
    if pause:
        return Pause(pause)
    if hmac.compare_digest(secret.code_hash(), waiting.code_hash):
        connection.execute(delete(challenges).where(_is(secret.challenge)))
        return True
    throttle.count(connection, throttle.WRONG_CODES, waiting.user_id)
    wrong_codes = waiting.wrong_codes + 1
    connection.execute(
        update(challenges).where(_is(secret.challenge)).values(wrong_codes=wrong_codes)
    )
    return Ending.TOO_MANY_CODES if wrong_codes >= MOST_WRONG_CODES else False


def claim_resend(connection: Connection, challenge: str, waiting: Waiting) -> int:
    """Take the right to send another code now; otherwise the seconds to wait for it."""
    moment = datetime.now(UTC)
    since = moment - datetime.fromisoformat(waiting.sent_at)
    if since < RESEND_AFTER:
        return max(1, (RESEND_AFTER - since).seconds + 1)
    connection.execute(update(challenges).where(_is(challenge)).values(sent_at=as_text(moment)))
    return 0


def give_back_resend(connection: Connection, challenge: str, waiting: Waiting) -> None:
    """Nothing was sent: the code before is still good, and another may be asked for at once."""
    connection.execute(update(challenges).where(_is(challenge)).values(sent_at=waiting.sent_at))


def replace_code(connection: Connection, secret: Secret) -> str:
    """Take another code from now on, and return the moment it expires."""
    expires_at = as_text(datetime.now(UTC) + LASTS)
    connection.execute(
        update(challenges)
        .where(_is(secret.challenge))
        .values(code_hash=secret.code_hash(), expires_at=expires_at)
    )
    return expires_at


def forget(connection: Connection, *, user_id: str, purpose: Purpose) -> None:
    """End what a user began and did not finish."""
    connection.execute(
        delete(challenges).where(challenges.c.user_id == user_id, challenges.c.purpose == purpose)
    )


def _is(challenge: str) -> ColumnElement[bool]:
    return challenges.c.challenge_hash == credential_hash(challenge)
