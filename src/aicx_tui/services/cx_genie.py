"""CX Genie's custom authentication: what a profile is of an Authentication URL that it asks.

CX Genie calls the customer's server with the token of a visitor and expects the user's data back.
Light on purpose: config.toml is read by these before the first paint.
Source: CX Genie's documentation of the add-on, v1, the newer guide and V2.0. What they leave open
is said where it matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

DEFAULT_SECONDS = 10.0
"""How long an answer may take. Our choice: the documents name no limit."""

DOCUMENTED_FIELD = "user_id"
"""The only field besides the token that the documents name; others are ticked there as well."""


class Identity(StrEnum):
    """The field of a reply by which CX Genie finds a chat user; `id` is its default."""

    ID = "id"
    EMAIL = "email"
    PHONE = "phone_number"

    @property
    def field(self) -> str:
        """The field of a human that holds the same."""
        return "uid" if self is Identity.ID else self.value


class HeaderStyle(StrEnum):
    """How the header token stands in `Authorization`; the documents show the first only."""

    TOKEN_BEARER = "token-bearer"  # noqa: S105  the name of a form
    BEARER_TOKEN = "bearer-token"  # noqa: S105  likewise
    TOKEN = "token"  # noqa: S105  likewise

    def header(self, token: str) -> str:
        """The value of the header."""
        match self:
            case HeaderStyle.TOKEN_BEARER:
                return f"{token} Bearer"
            case HeaderStyle.BEARER_TOKEN:
                return f"Bearer {token}"
            case HeaderStyle.TOKEN:
                return token


@dataclass(frozen=True, kw_only=True)
class Profile:
    """An Authentication URL, and how CX Genie asks it; never a secret.

    Attributes:
        name: What a person calls it.
        url: The whole address.
        identity: The identify method that is chosen there.
        header_style: How the header token is sent.
        fields: Names of fields that are sent besides `access_token`.
        label_tag: The tag that takes a reply's label; empty for none.
        token_env: The variable that has the header token, where no keyring keeps it.
        ca_file: A PEM file to trust instead of the system's store.
        timeout: Seconds for one call.
    """

    name: str
    url: str
    identity: Identity = Identity.ID
    header_style: HeaderStyle = HeaderStyle.TOKEN_BEARER
    fields: tuple[str, ...] = ()
    label_tag: str = ""
    token_env: str = ""
    ca_file: Path | None = None
    timeout: float = DEFAULT_SECONDS


@dataclass(frozen=True, kw_only=True)
class ChatUser:
    """Whom a reply is about, as CX Genie would keep it; empty where nothing is said.

    Attributes:
        id: Of the site that answers.
        email: As it stands there.
        phone_number: Likewise, with or without its country's code.
        country_code: Such as `+84`.
        name: The full name.
        avatar: The address of a picture.
        label: One text of the site's own.
    """

    id: str = ""
    email: str = ""
    phone_number: str = ""
    country_code: str = ""
    name: str = ""
    avatar: str = ""
    label: str = ""

    @property
    def phone(self) -> str:
        """The phone number with its country's code, where one is said."""
        from aicx_tui.services.phone_numbers import joined  # the library knows every country

        return joined(self.country_code, self.phone_number)

    def identity(self, method: Identity) -> str:
        """What it is found by."""
        match method:
            case Identity.ID:
                return self.id
            case Identity.EMAIL:
                return self.email
            case Identity.PHONE:
                return self.phone
