"""What a sign-in goes through: a session at once, a code by mail, or a grant elsewhere."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, Field, SecretStr

from aicx_tui.models.account import Session
from aicx_tui.models.base import WireModel


class Challenge(WireModel):
    """A code was sent, and the sign-in waits for it."""

    challenge: SecretStr
    channel: str = "email"
    hint: str
    """Where the code went, as far as everybody may know: `a…@example.com`."""
    expires_at: AwareDatetime


class DeviceFlow(WireModel):
    """A grant that a person gives in a browser (RFC 8628); the platform asks the provider."""

    flow: SecretStr
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None = None
    interval: float = Field(default=5.0, gt=0, le=60)
    """Seconds to wait between two questions."""
    expires_at: AwareDatetime


class FlowAnswer(WireModel):
    """How far a grant is.

    `done` comes with a session or a challenge for a sign-in, and alone where an account was to be
    linked. `slow_down` names the interval to keep from now on.
    """

    status: Literal["pending", "slow_down", "denied", "expired", "done"]
    interval: float | None = Field(default=None, gt=0, le=60)
    session: Session | None = None
    challenge: Challenge | None = None
