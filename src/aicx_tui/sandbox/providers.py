"""A provider's side of a device grant (RFC 8628), with the platform as its client.

The platform asks, since it alone has the client's secret: neither that nor a token of the
provider's ever reaches a console.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from aicx_tui.sandbox import provider_http
from aicx_tui.sandbox.identities import Identity
from aicx_tui.sandbox.provider_http import ProviderError
from aicx_tui.sandbox.provider_settings import ProviderRule, is_safe

if TYPE_CHECKING:
    from aicx_tui.sandbox.id_tokens import ProviderKeys

_GRANT_TYPE = "urn:ietf:params:oauth:grant-type:device_code"
_KEPT_SECONDS = 3600.0
"""Configuration and keys are read anew after an hour; keys also when a token has another."""

ModelT = TypeVar("ModelT", bound=BaseModel)


def _safe(address: str) -> str:
    if not is_safe(address):
        raise ValueError("not encrypted")
    return address


_Address = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_safe)]
_Shown = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~ ]+$")]


class _FromProvider(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class _Configuration(_FromProvider):
    issuer: str
    device_authorization_endpoint: _Address
    token_endpoint: _Address
    jwks_uri: _Address


class DeviceGrant(_FromProvider):
    """What a person needs to give a grant, and what the platform then asks with."""

    device_code: Annotated[str, StringConstraints(min_length=1, max_length=8192)] = Field(
        repr=False
    )
    user_code: _Shown
    # Google's name for it is older than the RFC's.
    verification_uri: _Address = Field(
        validation_alias=AliasChoices("verification_uri", "verification_url")
    )
    verification_uri_complete: _Address | None = Field(
        default=None,
        validation_alias=AliasChoices("verification_uri_complete", "verification_url_complete"),
    )
    expires_in: Annotated[float, Field(gt=0)]
    interval: Annotated[float, Field(gt=0)] = 5.0


@dataclass(frozen=True, slots=True)
class Undecided:
    """What a provider says where it has nothing to give, or nothing yet."""

    status: Literal["pending", "slow_down", "denied", "expired"]


@dataclass(frozen=True, slots=True)
class Granted:
    """What a provider gives for a grant."""

    id_token: str = field(repr=False)


_UNDECIDED: Mapping[object, Undecided] = {
    "authorization_pending": Undecided("pending"),
    "slow_down": Undecided("slow_down"),
    "access_denied": Undecided("denied"),
    "authorization_declined": Undecided("denied"),  # in Microsoft's words
    "expired_token": Undecided("expired"),
}


class Provider:
    """One provider, whose configuration and keys are kept for a while.

    Args:
        rule: Which it is, and how the platform is known to it.
    """

    def __init__(self, rule: ProviderRule) -> None:
        self.rule = rule
        self._configured: tuple[float, _Configuration] | None = None
        self._published: tuple[float, ProviderKeys] | None = None

    async def start(self) -> DeviceGrant:
        """Ask for a grant.

        Raises:
            ProviderError: It gives none.
        """
        configuration = await self._configuration()
        fields = self._client() | {"scope": self.rule.scope}
        address = configuration.device_authorization_endpoint
        status, found = await provider_http.post_form(address, fields)
        if status != 200:
            raise ProviderError(f"refused to begin, with status {status}")
        return _parsed(DeviceGrant, found)

    async def ask(self, device_code: str) -> Undecided | Granted:
        """Ask how far a grant is.

        Raises:
            ProviderError: It does not say.
        """
        configuration = await self._configuration()
        await self._keys()  # before the answer, which it gives only once
        fields = self._client() | {"grant_type": _GRANT_TYPE, "device_code": device_code}
        status, found = await provider_http.post_form(configuration.token_endpoint, fields)
        if status == 200:
            return Granted(str(found.get("id_token", "")))
        if undecided := _UNDECIDED.get(str(found.get("error"))):
            return undecided
        raise ProviderError(f"refused to answer, with status {status}")

    async def identity(self, granted: Granted) -> Identity:
        """Who gave the grant.

        Raises:
            UntrustedTokenError: The provider's answer does not tell.
            ProviderError: It does not say what it signs with.
        """
        from aicx_tui.sandbox.id_tokens import UnknownKeyError, checked_identity  # slow to import

        token, rule = granted.id_token, self.rule
        try:
            return checked_identity(token, keys=await self._keys(), rule=rule)
        except UnknownKeyError:
            self._published = None
            return checked_identity(token, keys=await self._keys(), rule=rule)

    def _client(self) -> dict[str, str]:
        settings = self.rule.settings
        fields = {"client_id": settings.client_id}
        if settings.client_secret:
            fields["client_secret"] = settings.client_secret.get_secret_value()
        return fields

    async def _configuration(self) -> _Configuration:
        if self._configured and time.monotonic() < self._configured[0]:
            return self._configured[1]
        address = self.rule.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = _parsed(_Configuration, await provider_http.get_json(address))
        if found.issuer != self.rule.announced_issuer:
            raise ProviderError("calls itself by another name than it is configured with")
        self._configured = (time.monotonic() + _KEPT_SECONDS, found)
        return found

    async def _keys(self) -> ProviderKeys:
        if self._published and time.monotonic() < self._published[0]:
            return self._published[1]
        from aicx_tui.sandbox.id_tokens import keys_of  # slow to import, as above

        configuration = await self._configuration()
        found = keys_of(await provider_http.get_json(configuration.jwks_uri))
        self._published = (time.monotonic() + _KEPT_SECONDS, found)
        return found


def providers_by(rules: Iterable[ProviderRule]) -> dict[str, Provider]:
    """The providers that the platform asks, by their names."""
    return {rule.name: Provider(rule) for rule in rules}


def _parsed(model: type[ModelT], found: dict[str, Any]) -> ModelT:
    try:
        return model.model_validate(found)
    except ValidationError:
        raise ProviderError("answered with something else than is specified") from None
