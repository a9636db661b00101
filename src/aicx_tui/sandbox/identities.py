"""Statements on the accounts elsewhere that may sign in to one of ours."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from aicx_tui.sandbox.clock import now
from aicx_tui.sandbox.tables import identities


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody's account elsewhere; issuer and subject tell it from all others."""

    provider: str
    issuer: str
    subject: str
    email: str | None


def of_user(connection: Connection, *, user_id: str) -> list[dict[str, object]]:
    """The accounts that a user linked, as they travel."""
    shown = select(identities.c.provider, identities.c.email, identities.c.linked_at)
    statement = shown.where(identities.c.user_id == user_id).order_by(identities.c.provider)
    return [
        {"provider": row.provider, "email": row.email, "linked_at": row.linked_at}
        for row in connection.execute(statement)
    ]


def user_of(connection: Connection, identity: Identity) -> str | None:
    """The id of the user who linked this account."""
    statement = select(identities.c.user_id).where(_is(identity))
    return connection.execute(statement).scalar_one_or_none()


def is_linked(connection: Connection, *, user_id: str, provider: str) -> bool:
    """Whether a user has linked an account of this provider."""
    statement = select(identities.c.subject).where(_of(user_id, provider))
    return connection.execute(statement).one_or_none() is not None


def link(connection: Connection, identity: Identity, *, user_id: str) -> None:
    """Let an account sign in to a user's, which has none of this provider yet."""
    connection.execute(
        insert(identities).values(
            issuer=identity.issuer,
            subject=identity.subject,
            user_id=user_id,
            provider=identity.provider,
            email=identity.email,
            linked_at=now(),
        )
    )


def unlink(connection: Connection, *, user_id: str, provider: str) -> bool:
    """Let the account of this provider sign in no more; False when there is none."""
    return connection.execute(delete(identities).where(_of(user_id, provider))).rowcount > 0


def _is(identity: Identity) -> ColumnElement[bool]:
    return (identities.c.issuer == identity.issuer) & (identities.c.subject == identity.subject)


def _of(user_id: str, provider: str) -> ColumnElement[bool]:
    return (identities.c.user_id == user_id) & (identities.c.provider == provider)
