"""Fetches a picture from anywhere on the public Internet, and from nowhere else.

Its address comes from somebody else's server. So it is HTTPS only, no credential goes with it, no
redirect is followed, and the connection is made to the address that was looked at: a name that
leads elsewhere a moment later would else reach what only this machine reaches.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import httpx

from aicx_tui import __version__
from aicx_tui.api import failures
from aicx_tui.api.tls import tls_context
from aicx_tui.errors import (
    NotTheApiError,
    RefusedError,
    TimedOutError,
    UnreachableError,
    UsageError,
)

SECONDS = 15.0
"""For one picture in all."""

Address = IPv4Address | IPv6Address


def is_public(address: Address) -> bool:
    """Whether an address is one of the public Internet's."""
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv4Address):
        return True
    if any(address in network for network in _NOBODYS):
        return False
    inner = address.ipv4_mapped or address.sixtofour
    if address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFFFFFF)
    return inner is None or is_public(inner)


_NAT64 = IPv6Network("64:ff9b::/96")
"""How a network without IPv4 names its addresses: as public as the one that each carries."""

_NOBODYS = tuple(
    map(IPv6Network, ("::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "2001::/32", "fec0::/10"))
)
"""What carries an IPv4 address in ways that are over or a network's own, Teredo, and site-local."""


async def fetch_picture(
    url: str,
    *,
    most: int,
    allows: Callable[[Address], bool] = is_public,
    tls: ssl.SSLContext | None = None,
) -> bytes:
    """Fetch a picture.

    Args:
        url: Where it is said to be.
        most: Bytes that it may have.
        allows: Which addresses may be asked.
        tls: What certificates are checked by; the system's store if left away.

    Raises:
        UsageError: The address is none that may be asked; nothing was.
        AicxError: It could not be fetched.
    """
    host, port = _host(url)
    addresses = await _addresses(host, port)
    if not all(map(allows, addresses)):
        raise UsageError(
            f"The picture's address leads into a private network: {host}. Nothing was fetched.",
            hint="Serve pictures from an address that everybody can reach.",
        )
    try:
        async with asyncio.timeout(SECONDS):
            return await _fetched(url, host, str(addresses[0]), most, tls or tls_context(None))
    except TimeoutError:
        raise TimedOutError(f"{host} did not send the picture within {SECONDS:g} s.") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
        call = failures.Call(method="GET", host=host)
        raise failures.from_exception(error, call, seconds=SECONDS) from None


def _host(url: str) -> tuple[str, int]:
    problem = "The picture's address is not usable. Nothing was fetched."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        raise UsageError(problem) from None
    if parts.scheme != "https" or not host or "@" in parts.netloc or not url.isprintable():
        raise UsageError(problem, hint="It has to begin with https:// and carry no password.")
    return host, port


async def _addresses(host: str, port: int) -> list[Address]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise UnreachableError(f"No such host name: {host}. Nothing was fetched.") from None
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


async def _fetched(url: str, host: str, address: str, most: int, tls: ssl.SSLContext) -> bytes:
    there = httpx.URL(url).copy_with(host=address)
    headers = {
        "Host": httpx.URL(url).netloc.decode("ascii"),
        "Accept-Encoding": "identity",
        "User-Agent": f"aicx-tui/{__version__}",
    }
    body = bytearray()
    async with (
        httpx.AsyncClient(verify=tls, trust_env=False, follow_redirects=False) as client,
        client.stream("GET", there, headers=headers, extensions={"sni_hostname": host}) as response,
    ):
        if not response.is_success:
            raise RefusedError(
                f"{host} did not send the picture ({response.status_code}); redirects are not "
                "followed."
            )
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > most:
                raise NotTheApiError(
                    f"The picture of {host} is larger than {most // 1024 // 1024} MiB and was not "
                    "read on."
                )
    return bytes(body)
