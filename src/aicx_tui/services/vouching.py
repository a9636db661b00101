"""Vouching for a human to OpenCX: what is sent, how it looks beforehand, what comes back."""

from __future__ import annotations

import base64
import binascii
import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue, SecretStr

from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.models.human import MASK, Human
from aicx_tui.models.open_cx import LANGUAGES, OVERRIDES
from aicx_tui.services.documents import json_text
from aicx_tui.text import is_blank

EMAIL, LANGUAGE, CUSTOM, OVERRIDE = "email", "language", "custom", "overrides"
AVATAR = "avatar_url"
"""Fields of the form that problems are about."""

MOST_CLAIM_BYTES = 16 * 1024

_LATEST = datetime.max.replace(tzinfo=UTC).timestamp()


@dataclass(frozen=True, kw_only=True)
class Vouch:
    """What is said of a human; what is empty is not sent.

    Attributes:
        email: Needed; by what OpenCX finds a contact again is not documented.
        custom_data: Of any names.
        chat_context: Told to the AI that answers the human.
        overrides: Parameters of actions, by the four maps there are.
    """

    email: str
    name: str = ""
    phone: str = ""
    avatar_url: str = ""
    language: str = ""
    custom_data: Mapping[str, JsonValue] | None = None
    chat_context: str = ""
    overrides: Mapping[str, Mapping[str, JsonValue]] | None = None

    def body(self) -> dict[str, JsonValue]:
        """What is sent, as OpenCX documents it.

        Raises:
            UsageError: A value cannot be meant; `problems` says which.
        """
        if problems := self._problems():
            raise UsageError("Nothing was sent.", problems=problems)
        given: dict[str, JsonValue] = {
            "email": self.email.strip(),
            "name": self.name,
            "avatar_url": self.avatar_url,
            "phone": self.phone,
            "language": self.language,
            "customData": dict(self.custom_data or {}),
            "chat_context": self.chat_context,
            "http_action_overrides": {n: dict(m) for n, m in (self.overrides or {}).items() if m},
        }
        return {name: value for name, value in given.items() if value}

    def _problems(self) -> list[FieldProblem]:
        problems = []
        if is_blank(self.email):
            problems.append(FieldProblem(EMAIL, "OpenCX needs one."))
        if self.language and self.language not in LANGUAGES:
            said = f"It is none of the 56 codes: {' '.join(LANGUAGES)}."
            problems.append(FieldProblem(LANGUAGE, said))
        if self.avatar_url and not self.avatar_url.startswith(("https://", "http://")):
            problems.append(FieldProblem(AVATAR, "It is no address: https://…"))
        unknown = [name for name in self.overrides or {} if name not in OVERRIDES]
        if unknown:
            said = f"There are only: {', '.join(OVERRIDES)}."
            problems.append(FieldProblem(OVERRIDE, said))
        given: dict[str, object] = {
            EMAIL: self.email.strip(),
            "name": self.name,
            "phone": self.phone,
        }
        given |= {
            AVATAR: self.avatar_url,
            CUSTOM: self.custom_data,
            "chat_context": self.chat_context,
        }
        for field, value in (given | dict(self.overrides or {})).items():
            if not _is_sendable(value):
                said = "It holds half a character, or NaN or Infinity, which JSON does not have."
                problems.append(FieldProblem(field, said))
        return problems


def _is_sendable(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class Vouched:
    """What OpenCX gave back. It is kept nowhere.

    Attributes:
        token: For the widget's `user.token`.
        contact_id: Empty where OpenCX does not say it.
        expires_at: As the token itself says; nobody has verified it. None where it does not say.
    """

    token: SecretStr
    contact_id: str
    expires_at: datetime | None


def prefilled(human: Human) -> Vouch:
    """What is known of a human already."""
    return Vouch(email=human.email or "", name=human.fullname or "", phone=human.phone_number or "")


def preview(root: str, body: Mapping[str, JsonValue]) -> str:
    """The request as a shell would send it, the key masked."""
    words = (
        f"curl --request POST {shlex.quote(f'{root}/widget/authenticate-user')}",
        f"  --header 'Authorization: Bearer {MASK}'",
        "  --header 'Content-Type: application/json'",
        f"  --data {shlex.quote(json_text(dict(body), indent=2))}",
    )
    return " \\\n".join(words)


def expiry_of(token: SecretStr) -> datetime | None:
    """When a token says that it ends; it is read and never verified, so nothing may rest on it."""
    parts = token.get_secret_value().split(".")
    if len(parts) != 3 or len(parts[1]) > MOST_CLAIM_BYTES:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        seconds = claims["exp"]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        return None
    is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
    if not is_number or not 0 <= seconds < _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def left_of(expires_at: datetime | None, now: datetime) -> str:
    """How long a token may still hold, in words."""
    if expires_at is None:
        return "OpenCX does not say for how long it holds"
    seconds = int((expires_at - now).total_seconds())
    if seconds <= 0:
        return "it says that it has ended"
    if seconds < 3600:
        return f"it says that it ends in {seconds // 60}:{seconds % 60:02}"
    return f"it says that it ends in {seconds // 3600} h {seconds % 3600 // 60} min"


def parsed_object(text: str, *, field: str) -> dict[str, JsonValue]:
    """A JSON object as it was typed; nothing where nothing was.

    Raises:
        UsageError: It is none; the problem is about the field.
    """
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        problem = FieldProblem(field, "This is no JSON object: {…}.")
        raise UsageError("Nothing was sent.", problems=[problem])
    return value


def parsed_rows(text: str, *, field: str) -> dict[str, JsonValue]:
    """Custom data as it was typed: rows of `key=value`, or one JSON object.

    Raises:
        UsageError: A row is neither; the problem is about the field.
    """
    if text.lstrip().startswith("{"):
        return parsed_object(text, field=field)
    rows: dict[str, JsonValue] = {}
    for line in filter(str.strip, text.splitlines()):
        key, sign, value = line.partition("=")
        if not (sign and key.strip()):
            problem = FieldProblem(field, "A row is key=value; or all of it is one JSON object.")
            raise UsageError("Nothing was sent.", problems=[problem])
        add_row(rows, key.strip(), value.strip(), field=field)
    return rows


def add_row(rows: dict[str, JsonValue], key: str, value: str, *, field: str) -> None:
    """Add a row of custom data.

    Raises:
        UsageError: There is such a row already; the problem is about the field.
    """
    if key in rows:
        raise UsageError(
            "Nothing was sent.", problems=[FieldProblem(field, f"{key} is there twice.")]
        )
    rows[key] = value


def parsed_overrides(text: str) -> dict[str, dict[str, JsonValue]]:
    """The four maps as they were typed: a JSON object of objects.

    Raises:
        UsageError: It is none.
    """
    maps: dict[str, dict[str, JsonValue]] = {}
    for name, value in parsed_object(text, field=OVERRIDE).items():
        if not isinstance(value, dict):
            problem = FieldProblem(OVERRIDE, f"Each of {', '.join(OVERRIDES)} is an object: {{…}}.")
            raise UsageError("Nothing was sent.", problems=[problem])
        maps[name] = value
    return maps
