"""What a user says of itself: the profile, its linked accounts, and its aliases."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from aicx_tui.models.base import WireModel

Provider = Literal["google", "microsoft"]

MAX_FILE_BYTES = 2 * 1024 * 1024
"""The largest picture that the console contract takes."""


class Identity(WireModel):
    """An account elsewhere that may sign in to this one."""

    provider: str
    email: str | None = None
    """As the provider told it when it was linked; it is shown and never compared."""
    linked_at: AwareDatetime


class Profile(WireModel):
    """What `GET /profile` answers."""

    name: str
    email: str
    timezone: str
    """An IANA name, as `Asia/Manila`."""
    language: str
    """A BCP 47 tag, as `en` or `zh-Hant`."""
    avatar_id: str | None = None
    two_factor: bool = False
    identities: tuple[Identity, ...] = ()


class ProfileChanges(WireModel):
    """What to change of a profile: only what is given is sent; `None` takes an avatar away."""

    name: str | None = None
    timezone: str | None = None
    language: str | None = None
    avatar_id: str | None = None

    def body(self) -> dict[str, Any]:
        """The JSON object to send: only what was given."""
        return self.model_dump(mode="json", exclude_unset=True)


class Alias(WireModel):
    """Another name and avatar that an agent speaks under; zero or one is the default."""

    id: str = Field(min_length=1)
    display_name: str
    avatar_id: str | None = None
    default: bool = False


class AliasDraft(WireModel):
    """An alias to create."""

    display_name: str
    avatar_id: str | None = None
    default: bool = False

    def body(self) -> dict[str, Any]:
        """The JSON object to send: only what was given."""
        return self.model_dump(mode="json", exclude_unset=True)


class AliasChanges(WireModel):
    """What to change of an alias: only what is given is sent; `None` takes an avatar away."""

    display_name: str | None = None
    avatar_id: str | None = None
    default: bool | None = None

    def body(self) -> dict[str, Any]:
        """The JSON object to send: only what was given."""
        return self.model_dump(mode="json", exclude_unset=True)


class StoredFile(WireModel):
    """What `POST /files` answers: the picture's id, to be named as an avatar."""

    id: str = Field(min_length=1)
    content_type: str
    size: int = Field(ge=1)
    """In bytes."""
