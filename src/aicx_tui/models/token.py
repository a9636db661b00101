"""The one personal access token of a user, as it is told of and as it is issued."""

from __future__ import annotations

from pydantic import AwareDatetime, Field, SecretStr

from aicx_tui.models.base import WireModel


class TokenInfo(WireModel):
    """What `GET /profile/token` answers; the token itself is never shown again."""

    fingerprint: str
    """The first 16 digits of the token's SHA-256, by which one tells whether it is one's own."""
    issued_at: AwareDatetime | None = None
    """None for one that is older than such records."""
    last_used_at: AwareDatetime | None = None
    """To the minute; None for never."""


class IssuedToken(WireModel):
    """A token that was issued just now; the one before is dead."""

    token: SecretStr = Field(min_length=1)
    fingerprint: str
    issued_at: AwareDatetime
