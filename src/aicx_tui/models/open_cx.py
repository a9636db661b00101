"""What travels to and from OpenCX.

Source: OpenCX's API reference, old copies and new: a contact may be named in the reply to
`authenticate-user`, or not; fields that only newer copies show may be missing.
"""

from __future__ import annotations

from pydantic import Field, JsonValue, SecretStr, field_validator

from aicx_tui.models.base import WireModel

LANGUAGES = (
    *("en", "fr", "de", "nl", "pl", "pt", "es", "it", "ru", "ja", "ko", "zh", "ar", "tr"),
    *("sv", "da", "no", "fi", "el", "cs", "hu", "th", "vi", "id", "he", "hi", "uk", "ro"),
    *("bg", "hr", "sk", "sl", "sr", "et", "lv", "lt", "is", "ga", "ms", "tl", "fa", "bn"),
    *("ta", "te", "ur", "sw", "zu", "af", "sq", "hy", "az", "eu", "be", "bs", "ca", "cy"),
)
"""The 56 codes that `authenticate-user` takes."""

OVERRIDES = ("query_params", "path_params", "body_params", "headers")
"""The maps of `http_action_overrides`."""


class Contact(WireModel):
    """A contact as it is read; written, `phone_number` is called `phone`."""

    id: str = Field(min_length=1)
    email: str | None = None
    phone_number: str | None = None
    name: str | None = None
    custom_data: JsonValue = None
    created_at: str | None = None
    updated_at: str | None = None


class ContactsPage(WireModel):
    """One page of contacts; `next` is the cursor of the following one, or null at the end."""

    items: tuple[Contact, ...]
    next: str | None = None


class ContactReference(WireModel):
    """A contact by its id alone."""

    id: str = Field(min_length=1)


class Authenticated(WireModel):
    """What vouching for a human gives back."""

    token: SecretStr
    contact: ContactReference | None = None

    @field_validator("token", mode="before")
    @classmethod
    def _is_one_word(cls, token: object) -> object:
        """Refuse what no token is: it is written to terminals and into pages as it came."""
        if not isinstance(token, str) or not token.isascii():
            raise ValueError("no text")
        if not token.isprintable() or not token or " " in token:
            raise ValueError("empty, or with blanks or control characters")
        return token
