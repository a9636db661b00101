"""Statements on grants that are waited for, each known to its client by a flow.

Of a flow only a hash is stored, and the provider's device code only as it is sealed by the flow:
what is stored is of no use to whoever reads it.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from aicx_tui.sandbox.accounts import credential_hash
from aicx_tui.sandbox.clock import as_text
from aicx_tui.sandbox.provider_http import DEADLINE_SECONDS
from aicx_tui.sandbox.providers import DeviceGrant
from aicx_tui.sandbox.tables import grant_flows

LONGEST = timedelta(minutes=30)
LONGEST_INTERVAL = 60
SLOWER_BY = 5
"""Seconds that RFC 8628 adds to the interval when a provider asks for it."""

_NONCE_BYTES = 12
_ASKING = timedelta(seconds=4 * DEADLINE_SECONDS)
"""While one question is on its way, configuration and keys included, no other is sent."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The right to ask a provider once."""

    provider: str
    device_code: str = field(repr=False)
    interval: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """No question may be asked now, or never again."""

    status: Literal["slow_down", "expired", "unknown"]
    interval: float = 0


def add(
    connection: Connection, grant: DeviceGrant, *, provider: str, session_hash: str | None
) -> tuple[str, float, str]:
    """Let a grant be waited for; return the flow, its interval and the moment it expires."""
    moment = datetime.now(UTC)
    flow = "fl_" + secrets.token_urlsafe(32)
    interval = min(grant.interval, LONGEST_INTERVAL)
    expires_at = as_text(moment + min(LONGEST, timedelta(seconds=min(grant.expires_in, 1e6))))
    too_old = as_text(moment - LONGEST)
    connection.execute(delete(grant_flows).where(grant_flows.c.expires_at < too_old))
    connection.execute(
        insert(grant_flows).values(
            flow_hash=credential_hash(flow),
            provider=provider,
            session_hash=session_hash,
            sealed_device_code=_sealed(flow, grant.device_code),
            interval=interval,
            next_poll_at=as_text(moment + timedelta(seconds=interval)),
            expires_at=expires_at,
        )
    )
    return flow, interval, expires_at


def claim(connection: Connection, flow: str, *, session_hash: str | None) -> Asking | Waiting:
    """Take the right to ask how far a grant is; nobody else has it until it is given back.

    Args:
        connection: A transaction that may write.
        flow: As the client has it.
        session_hash: Of the session that must have begun it; None where somebody signs in.
    """
    moment = datetime.now(UTC)
    row = connection.execute(select(grant_flows).where(_is(flow)).with_for_update()).one_or_none()
    if row is None or row.session_hash != session_hash:
        return Waiting("unknown")
    if row.expires_at <= as_text(moment):
        end(connection, flow)
        return Waiting("expired")
    if row.next_poll_at > as_text(moment):
        return Waiting("slow_down", row.interval)
    until = as_text(moment + _ASKING)
    connection.execute(update(grant_flows).where(_is(flow)).values(next_poll_at=until))
    return Asking(row.provider, _unsealed(flow, row.sealed_device_code), row.interval)


def go_on(connection: Connection, flow: str, *, interval: float) -> None:
    """Let the next question come after the interval."""
    next_poll_at = as_text(datetime.now(UTC) + timedelta(seconds=interval))
    connection.execute(
        update(grant_flows).where(_is(flow)).values(interval=interval, next_poll_at=next_poll_at)
    )


def end(connection: Connection, flow: str) -> bool:
    """Forget a flow; False when somebody else did."""
    return connection.execute(delete(grant_flows).where(_is(flow))).rowcount > 0


def _is(flow: str) -> ColumnElement[bool]:
    return grant_flows.c.flow_hash == credential_hash(flow)


def _cipher(flow: str) -> AESGCM:
    return AESGCM(hmac.digest(flow.encode(), b"aicx sandbox device code", "sha256"))


def _sealed(flow: str, device_code: str) -> str:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return (nonce + _cipher(flow).encrypt(nonce, device_code.encode(), None)).hex()


def _unsealed(flow: str, sealed: str) -> str:
    stored = bytes.fromhex(sealed)
    return _cipher(flow).decrypt(stored[:_NONCE_BYTES], stored[_NONCE_BYTES:], None).decode()
