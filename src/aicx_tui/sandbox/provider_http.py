"""How the platform asks another server: one request, one deadline, one JSON object back."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    import httpx

DEADLINE_SECONDS = 5.0
"""For one request, however slowly its answer trickles in."""

_MOST_BYTES = 512 * 1024


class ProviderError(Exception):
    """A provider did not answer as it should; the message ends the sentence that it begins."""


class UntrustedTokenError(Exception):
    """A token of a provider's that counts for nothing; the message is why, likewise."""


async def get_json(url: str) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ProviderError: There is none.
    """
    status, found = await _exchange("GET", url)
    if status != HTTPStatus.OK:
        raise ProviderError(f"answered with status {status}")
    return found


async def post_form(url: str, fields: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """Send a form, and return the status and the JSON object of the answer.

    Raises:
        ProviderError: It is neither a success nor a refusal with its reason.
    """
    return await _exchange("POST", url, data=fields)


async def post_json(
    url: str, body: Mapping[str, str], *, headers: Mapping[str, str]
) -> tuple[int, dict[str, Any]]:
    """Send a JSON object, and return the status and the one of the answer.

    Raises:
        ProviderError: There is none.
    """
    return await _exchange("POST", url, json=body, headers=headers)


async def _exchange(method: str, url: str, **sent: Any) -> tuple[int, dict[str, Any]]:  # noqa: ANN401  as httpx takes it
    import httpx  # slow to import: only once somebody has an account elsewhere

    try:
        async with (
            asyncio.timeout(DEADLINE_SECONDS),
            httpx.AsyncClient(
                verify=_tls(),
                trust_env=False,
                timeout=DEADLINE_SECONDS,
                headers={"Accept": "application/json"},
            ) as client,
            client.stream(method, url, **sent) as reply,
        ):
            if reply.is_redirect:
                raise ProviderError("sent the platform elsewhere")
            if reply.is_server_error:
                raise ProviderError(f"answered with status {reply.status_code}")
            content = await _read(reply)
    except (TimeoutError, httpx.TimeoutException):
        raise ProviderError(f"did not answer within {DEADLINE_SECONDS:g} seconds") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
        raise ProviderError("cannot be reached") from None
    return reply.status_code, _json_object(content)


@cache
def _tls() -> ssl.SSLContext:
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def _read(reply: httpx.Response) -> bytes:
    content = bytearray()
    async for chunk in reply.aiter_bytes():
        content += chunk
        if len(content) > _MOST_BYTES:
            raise ProviderError("sent too much")
    return bytes(content)


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ProviderError("answered with something else than JSON")
    return found
