"""Which accounts elsewhere may be linked and sign in: a file that whoever runs the platform writes.

It holds secrets, so it is named on the command line and never given there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

import orjson
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from aicx_tui.models.profile import Provider
from aicx_tui.sandbox.failure import StartError
from aicx_tui.sandbox.loopback import is_loopback

TITLES: dict[str, str] = {"google": "Google", "microsoft": "Microsoft"}

_ISSUERS: dict[str, str] = {
    "google": "https://accounts.google.com",
    "microsoft": "https://login.microsoftonline.com/common/v2.0",
}
_OF_MICROSOFT = re.compile(r"https?://[^/]+/[^/]+/v2\.0")
_SEVERAL_TENANTS = ("common", "organizations")
_PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The one that Microsoft's own accounts of private people belong to."""

_HINT = "How to write it stands in README: Accounts of Google and Microsoft."


def is_safe(address: str) -> bool:
    """Whether an address is encrypted on its way, or does not leave this machine."""
    if not re.fullmatch(r"[!-~]+", address):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    if not host or parts.username or parts.password:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def _safe_issuer(address: str) -> str:
    if not is_safe(address) or urlsplit(address).query or urlsplit(address).fragment:
        raise PydanticCustomError("address", "must begin with https://")
    return address.removesuffix("/") if urlsplit(address).path == "/" else address


class ProviderSettings(BaseModel):
    """How the platform is known to a provider, and which provider it is."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    client_id: Annotated[str, Field(min_length=1, max_length=1024)]
    client_secret: SecretStr | None = None
    issuer: Annotated[str, AfterValidator(_safe_issuer)] = ""
    tenants: tuple[Annotated[str, StringConstraints(to_lower=True)], ...] = ()
    """Of Microsoft: the ids of those whose people may come in; empty for all."""


class ProviderRule(BaseModel):
    """A provider's settings together with which provider it is."""

    model_config = ConfigDict(frozen=True)

    name: Provider
    settings: ProviderSettings

    @model_validator(mode="after")
    def _names_a_tenant(self) -> Self:
        if self.name == "microsoft" and not _OF_MICROSOFT.fullmatch(self.issuer):
            raise PydanticCustomError(
                "address", "the issuer of microsoft must be https://HOST/TENANT/v2.0"
            )
        return self

    @property
    def title(self) -> str:
        """What people call it."""
        return TITLES[self.name]

    @property
    def issuer(self) -> str:
        """Where its configuration is found."""
        return self.settings.issuer or _ISSUERS[self.name]

    @property
    def scope(self) -> str:
        """What is asked for: who somebody is, and an address to show."""
        # Microsoft has one for everybody only in the profile, as a name.
        return "openid email profile" if self.name == "microsoft" else "openid email"

    @property
    def tenant(self) -> str | None:
        """Of Microsoft: the part of its address that stands for whose accounts it signs in."""
        return self.issuer.split("/")[3] if self.name == "microsoft" else None

    @property
    def announced_issuer(self) -> str:
        """What its configuration calls itself: a template, where it serves several tenants."""
        return self.issuer_of("{tenantid}") if self.tenant in _SEVERAL_TENANTS else self.issuer

    def issuer_of(self, tenant: str) -> str:
        """What issues the tokens of one tenant."""
        return self.issuer.replace(f"/{self.tenant}/", f"/{tenant}/", 1)

    def admits(self, tenant: str) -> bool:
        """Whether people of a tenant may come in."""
        if self.tenant == "organizations" and tenant == _PERSONAL_TENANT:
            return False
        if self.tenant not in _SEVERAL_TENANTS and tenant != self.tenant:
            return False
        return not self.settings.tenants or tenant in self.settings.tenants


Rules = tuple[ProviderRule, ...]

_FILE = TypeAdapter(dict[Provider, ProviderSettings])


def read(file: Path | None) -> Rules:
    """Read the file, TOML or JSON by its name; none without one.

    Raises:
        StartError: It cannot be read, or says something else than it may. Its text is not quoted.
    """
    if file is None:
        return ()
    try:
        content = file.read_bytes()
        found = orjson.loads(content) if file.suffix == ".json" else tomllib.loads(content.decode())
        return of_plain(found)
    except OSError as error:
        raise StartError(f"{file} cannot be read: {error.strerror}", hint=_HINT) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_context=False)[0]
        where = " at " + ".".join(map(str, first["loc"])) if first["loc"] else ""
        raise StartError(f"{file} is wrong{where}: {first['msg']}", hint=_HINT) from None
    except ValueError:
        kind = "JSON" if file.suffix == ".json" else "TOML"
        raise StartError(f"{file} is not {kind} that can be read", hint=_HINT) from None


def of_plain(found: object) -> Rules:
    """The providers out of what a file held."""
    given = _FILE.validate_python(found)
    return tuple(ProviderRule(name=name, settings=settings) for name, settings in given.items())


def as_plain(rules: Rules) -> Mapping[str, object]:
    """What a file would hold, with its secrets, to be handed to a process of ours."""
    plain: dict[str, object] = {}
    for rule in rules:
        secret = rule.settings.client_secret
        values = rule.settings.model_dump(exclude={"client_secret"}, exclude_defaults=True)
        plain[rule.name] = values | ({"client_secret": secret.get_secret_value()} if secret else {})
    return plain
