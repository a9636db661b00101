"""Listens, answers until asked to end, and ends without cutting an answer off."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address, ip_network
from types import FrameType
from typing import cast

import uvicorn
from starlette.types import ASGIApp

from aicx_tui.endpoint.application import Log
from aicx_tui.endpoint.connections import Connection, Watch
from aicx_tui.errors import UsageError

GRACE_SECONDS = 5
"""For answers that are under way when it is asked to end."""

KEEP_ALIVE_SECONDS = 75
"""Longer than reverse proxies keep idle connections: one closed at that moment loses a call."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where calls are taken.

    Attributes:
        host: An address of this machine.
        port: 0 for any free one.
        allows_remote: Whether other machines may call.
        tls_cert: The certificate chain's file; empty for none.
        tls_key: Its private key's file.
        proxy: The address or network of a reverse proxy that is believed who calls; empty for
            none.
    """

    host: str
    port: int
    allows_remote: bool = False
    tls_cert: str = ""
    tls_key: str = ""
    proxy: str = ""


def check_place(place: Place) -> None:
    """Make sure that nothing is served in clear to others, nor by half a certificate.

    Raises:
        UsageError: It would be, or anybody would be believed who calls.
    """
    if place.proxy and not _is_network(place.proxy):
        raise UsageError(
            f"--behind-proxy {place.proxy} is neither an address nor a network. Nothing is served.",
            hint="Name where the reverse proxy calls from: 127.0.0.1, or 10.0.0.0/24.",
        )
    if bool(place.tls_cert) != bool(place.tls_key):
        raise UsageError("--tls-cert and --tls-key belong together. Nothing is served.")
    if _is_loopback(place.host):
        return
    if not place.allows_remote:
        raise UsageError(
            f"Other machines could reach {place.host}. Nothing is served.",
            hint="Serve a reverse proxy on this machine with --behind-proxy 127.0.0.1, or say "
            "that you mean it: --allow-remote with --tls-cert and --tls-key.",
        )
    if not place.tls_cert:
        raise UsageError(
            "--allow-remote needs --tls-cert and --tls-key: the header token and users' tokens "
            "would travel in clear. Nothing is served.",
            hint="Name both files, or let a reverse proxy on this machine have the certificate.",
        )


def _is_network(text: str) -> bool:
    try:
        return ip_network(text).prefixlen > 0
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def serve(
    application: ASGIApp, place: Place, *, ready: Callable[[str], None], log: Log
) -> None:
    """Answer until the process is asked to end, by SIGTERM or Ctrl-C.

    Args:
        application: What answers.
        place: Where; checked.
        ready: Called with the address once it answers.
        log: Takes a line on connections that were closed.

    Raises:
        UsageError: The port is taken, or the certificate cannot be used.
    """
    server = _Server(_configuration(application, place, log))
    with _listening(place) as listener, _asked_to_end(server):
        scheme = "https" if place.tls_cert else "http"
        host = f"[{place.host}]" if ":" in place.host else place.host
        server.when_ready = lambda: ready(f"{scheme}://{host}:{listener.getsockname()[1]}/")
        await server.serve(sockets=[listener])


def _configuration(application: ASGIApp, place: Place, log: Log) -> uvicorn.Config:
    configuration = uvicorn.Config(
        application,
        http=cast("type[asyncio.Protocol]", partial(Connection, watch=Watch(log))),
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=bool(place.proxy),
        forwarded_allow_ips=place.proxy or "",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=place.tls_cert or None,
        ssl_keyfile=place.tls_key or None,
    )
    try:
        configuration.load()
    except (OSError, ssl.SSLError):
        raise UsageError(
            "The certificate or its key cannot be read. Nothing is served.",
            hint="Both have to be PEM files that belong together, the key without a password.",
        ) from None
    return configuration


@contextlib.contextmanager
def _listening(place: Place) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    try:
        listener = socket.create_server((place.host, place.port), family=family, backlog=2048)
    except (OSError, OverflowError, UnicodeError) as error:
        number = getattr(error, "errno", None)  # the text has what Python was attempting in it
        reason = os.strerror(number) if number else "it is no port"
        raise UsageError(
            f"Port {place.port} of {place.host} cannot be served: {reason}.",
            hint="Choose another with --port; 0 takes any free one.",
        ) from None
    with listener:
        yield listener


@contextlib.contextmanager
def _asked_to_end(server: uvicorn.Server) -> Iterator[None]:
    """While this lasts, SIGTERM and Ctrl-C let the server finish what it answers, and end."""

    def end(_signal: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Server(uvicorn.Server):
    """Leaves signals to the process, and says when it is ready."""

    when_ready: Callable[[], None]

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]  # a generator there
        return contextlib.nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.when_ready()
