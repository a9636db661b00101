"""Whether a token says who somebody is, and says it to us (OpenID Connect Core, 3.1.3.7).

A token counts when its provider signed it, for us, and now. Whose it is is told by its issuer and
subject together; an e-mail address is something to show, since it may pass to somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import (
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
)
from joserfc.jwk import KeySet, RSAKey

from aicx_tui.sandbox.identities import Identity
from aicx_tui.sandbox.provider_http import UntrustedTokenError
from aicx_tui.sandbox.provider_settings import ProviderRule

ALGORITHMS = ("RS256",)
"""What both providers sign with. A token does not choose: neither `none`, nor HS256 with what is
public as its key."""

LEEWAY_SECONDS = 60
_LONGEST = 255
_TENANT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f]{1,320}")

_WHY = {
    "aud": "it was issued for another application",
    "iss": "it was issued by somebody else",
    "iat": "it was issued in the future",
    "nbf": "it is not valid yet",
    "exp": "it does not say until when it is valid",
    "sub": "it does not say whose it is",
}


class UnknownKeyError(UntrustedTokenError):
    """Its key is none of the provider's, as far as those are known."""


@dataclass(frozen=True, slots=True)
class ProviderKeys:
    """What a provider signs with, and for which issuer, where a key is for one only."""

    keys: KeySet
    issuers: Mapping[str, str]


def keys_of(published: Mapping[str, Any]) -> ProviderKeys:
    """The keys that a provider publishes, as far as they can be used; there may be none."""
    keys: list[RSAKey] = []
    issuers: dict[str, str] = {}
    listed = published.get("keys")
    for given in listed if isinstance(listed, list) else ():
        if not isinstance(given, dict) or given.get("kty") != "RSA" or given.get("use") == "enc":
            continue
        try:
            key = RSAKey.import_key({name: given[name] for name in ("kty", "kid", "n", "e")})
        except (JoseError, ValueError, TypeError, KeyError):
            continue  # another that can be used may be the one
        keys.append(key)
        if isinstance(given.get("issuer"), str):
            issuers[given["kid"]] = given["issuer"]
    return ProviderKeys(KeySet([*keys]), issuers)


def checked_identity(token: str, *, keys: ProviderKeys, rule: ProviderRule) -> Identity:
    """Who a token is about.

    Raises:
        UnknownKeyError: Perhaps the provider has newer keys.
        UntrustedTokenError: It counts for nothing.
    """
    try:
        read = jwt.decode(token, keys.keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError:
        raise UnknownKeyError("its key is not one of the provider's") from None
    except (JoseError, ValueError, TypeError, KeyError):
        raise UntrustedTokenError("its signature is not the provider's") from None
    claims = read.claims
    issuer = _issuer_for(rule, claims)
    _check_claims(claims, issuer=issuer, client_id=rule.settings.client_id)
    _check_key(keys, read.header.get("kid"), issuer=issuer, claims=claims)
    return Identity(rule.name, issuer, claims["sub"], _email(claims))


def _issuer_for(rule: ProviderRule, claims: Mapping[str, Any]) -> str:
    """What a token with these claims must have been issued by."""
    if rule.tenant is None:
        return rule.issuer
    tenant = claims.get("tid")
    if not isinstance(tenant, str) or not _TENANT.fullmatch(tenant):
        raise UntrustedTokenError("it does not say which tenant it comes from")
    if not rule.admits(tenant):
        raise UntrustedTokenError("it comes from a tenant that is not accepted here")
    return rule.issuer_of(tenant)


def _check_claims(claims: dict[str, Any], *, issuer: str, client_id: str) -> None:
    registry = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_SECONDS,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        registry.validate(claims)
    except ExpiredTokenError:
        raise UntrustedTokenError("it has expired") from None
    except MissingClaimError as error:
        raise UntrustedTokenError(f"it lacks {error.claim or 'what is needed'}") from None
    except InvalidClaimError as error:
        raise UntrustedTokenError(_WHY.get(error.claim or "", "it is malformed")) from None
    # One more audience is one more who could have got it and pass it on.
    if claims["aud"] not in (client_id, [client_id]):
        raise UntrustedTokenError(_WHY["aud"])
    if len(claims["sub"]) > _LONGEST:
        raise UntrustedTokenError(_WHY["sub"])


def _check_key(
    keys: ProviderKeys, key_id: object, *, issuer: str, claims: Mapping[str, Any]
) -> None:
    """Microsoft has keys that sign for one tenant only."""
    meant = keys.issuers.get(key_id) if isinstance(key_id, str) else None
    if meant and meant.replace("{tenantid}", str(claims.get("tid"))) != issuer:
        raise UntrustedTokenError("its key is for another tenant")


def _email(claims: Mapping[str, Any]) -> str | None:
    for name in ("email", "preferred_username"):
        said = claims.get(name)
        if isinstance(said, str) and _PRINTABLE.fullmatch(said):
            return said
    return None
