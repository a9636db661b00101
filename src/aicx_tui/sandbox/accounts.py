"""Users: their passwords, tokens and sessions. Only hashes of credentials are stored."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import get_args

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import Connection, delete, insert, select, update

from aicx_tui.models.account import Role
from aicx_tui.sandbox.clock import as_text, now
from aicx_tui.sandbox.tables import challenges, companies, sessions, users

SESSION_LASTS = timedelta(hours=12)
FRESH = timedelta(minutes=15)
"""How long a sign-in proves that it is still the user who sits there."""

ROLES: tuple[Role, ...] = get_args(Role)

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id as OWASP's Password Storage Cheat Sheet sets it."""

_HASHING_TURN = threading.BoundedSemaphore(2)
"""A burst of sign-ins must not take every processor and much memory."""

_PASSWORD_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # noqa: S105  nothing that reads alike
_OF_A_USER = select(
    users.c.id,
    users.c.email,
    users.c.name,
    users.c.role,
    users.c.company_id,
    companies.c.name.label("company_name"),
).join(companies, companies.c.id == users.c.company_id)
_PROVEN = select(users.c.id, users.c.email, users.c.two_factor, users.c.password_hash)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request, as which role, in which company."""

    user_id: str
    email: str
    name: str
    role: Role
    company_id: str
    company_name: str
    session_hash: str | None = None
    """Of the session presented; None when a personal access token was."""
    session_started_at: str = ""

    @property
    def is_fresh(self) -> bool:
        """Whether it signed in a moment ago; never so by a personal access token."""
        return self.session_started_at > as_text(datetime.now(UTC) - FRESH)


@dataclass(frozen=True, slots=True)
class Proven:
    """A user who has proved who it is, by what was stored at that moment."""

    id: str
    email: str
    two_factor: bool
    password_hash: str = field(repr=False)


class SessionExpiredError(Exception):
    """The session was good until its time was over."""


def seeded_password(seed: int, *, role: Role) -> str:
    """The password that a user of this role starts with: three groups of five."""
    digest = _derived(seed, purpose="password", role=role)
    letters = "".join(_PASSWORD_ALPHABET[byte % 32] for byte in digest[:15])
    return f"{letters[:5]}-{letters[5:10]}-{letters[10:]}"


def seeded_token(seed: int, *, role: Role) -> str:
    """The personal access token that a user of this role starts with."""
    return "sk_" + _derived(seed, purpose="token", role=role).hex()[:40]


def credential_hash(credential: str) -> str:
    """What is stored of a token or session; both are random enough to need no salt."""
    return hashlib.sha256(credential.encode()).hexdigest()


def password_hash(password: str) -> str:
    """What is stored of a password."""
    with _HASHING_TURN:
        return _HASHER.hash(password)


def by_token(connection: Connection, token: str) -> Caller | None:
    """The user whose one live token this is."""
    statement = _OF_A_USER.where(users.c.token_hash == credential_hash(token))
    row = connection.execute(statement).one_or_none()
    return Caller(*row) if row else None


def by_session(connection: Connection, session: str) -> Caller | None:
    """The user who signed in and got this session.

    Raises:
        SessionExpiredError: Its time is over.
    """
    session_hash = credential_hash(session)
    statement = (
        _OF_A_USER.join(sessions, sessions.c.user_id == users.c.id)
        .add_columns(sessions.c.started_at, sessions.c.expires_at)
        .where(sessions.c.session_hash == session_hash)
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    if row.expires_at <= now():
        raise SessionExpiredError
    return replace(Caller(*row[:-2]), session_hash=session_hash, session_started_at=row.started_at)


def take_turn(connection: Connection, *, user_id: str) -> None:
    """Wait until no other transaction writes about this user; nor will one before this ends."""
    turn = select(users.c.id).where(users.c.id == user_id)
    connection.execute(turn.with_for_update(key_share=True)).one()


def checked_password(connection: Connection, *, email: str, password: str) -> Proven | None:
    """The user with this e-mail address and password.

    An unknown address costs the same work as a wrong password, so the time of the reply does
    not tell which addresses have an account.
    """
    known = connection.execute(_PROVEN.where(users.c.email == email)).one_or_none()
    stored = known or connection.execute(_PROVEN.limit(1)).one()
    is_right = password_matches(stored.password_hash, password)
    return Proven(*known) if known and is_right else None


def password_matches(stored: str, password: str) -> bool:
    """Whether this is the password whose hash is stored."""
    with _HASHING_TURN:
        try:
            return _HASHER.verify(stored, password)
        except VerifyMismatchError:
            return False


def proven(connection: Connection, *, user_id: str) -> Proven:
    """The user as it is now; one that may write keeps it so until its end."""
    statement = _PROVEN.where(users.c.id == user_id).with_for_update(key_share=True)
    return Proven(*connection.execute(statement).one())


def set_password(connection: Connection, *, caller: Caller, hashed: str) -> None:
    """Give a user another password, and end its other sessions and what waits for a code."""
    connection.execute(
        update(users)
        .where(users.c.id == caller.user_id)
        .values(password_hash=hashed, seeded_password=False)
    )
    connection.execute(
        delete(sessions).where(
            sessions.c.user_id == caller.user_id, sessions.c.session_hash != caller.session_hash
        )
    )
    connection.execute(delete(challenges).where(challenges.c.user_id == caller.user_id))


def start_session(connection: Connection, *, user_id: str) -> tuple[str, str]:
    """Give a user a new session: the credential and the moment it ends."""
    session, moment = "ss_" + secrets.token_urlsafe(32), datetime.now(UTC)
    expires_at = as_text(moment + SESSION_LASTS)
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now()))
    connection.execute(
        insert(sessions).values(
            session_hash=credential_hash(session),
            user_id=user_id,
            started_at=as_text(moment),
            expires_at=expires_at,
        )
    )
    return session, expires_at


def end_session(connection: Connection, *, session_hash: str) -> None:
    """Make a session unusable from now on."""
    connection.execute(delete(sessions).where(sessions.c.session_hash == session_hash))


def _derived(seed: int, *, purpose: str, role: Role) -> bytes:
    return hmac.digest(str(seed).encode(), f"aicx sandbox {purpose} {role}".encode(), "sha256")
