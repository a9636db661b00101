"""Who is signed in, where, and what the platform says it can do."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, SecretStr

from aicx_tui.models.base import WireModel

Role = Literal["admin", "agent", "viewer"]


class PlatformCapabilities(WireModel):
    """What `GET /capabilities` answers; capabilities this version does not know are kept."""

    installation_id: str
    version: str
    capabilities: tuple[str, ...]
    oidc: tuple[str, ...] = ()


class Named(WireModel):
    """A company or a bot."""

    id: str
    name: str


class Account(WireModel):
    """The signed-in user and where it belongs: what `GET /me` answers."""

    user_id: str
    email: str
    name: str
    role: Role
    company: Named
    bots: tuple[Named, ...]


class Session(WireModel):
    """What a sign-in by password gives: a bearer credential that ends on its own."""

    session: SecretStr
    expires_at: AwareDatetime
