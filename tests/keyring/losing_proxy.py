"""Stands between a client and a platform, and loses replies that hold a new token."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

ISSUING = b"POST /console/v1/profile/token "
_NOTHING = b"Content-Length: 0\r\nConnection: close\r\n\r\n"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_TOKEN = re.compile(rb'"token":"([^"]+)"')
_KEY = re.compile(rb"idempotency-key: *(\S+)", re.IGNORECASE)


class LosingProxy:
    """Passes everything on but some replies to the call that issues a token.

    Args:
        target: The platform's root.
        loses: How many of those replies never arrive.
        takes_keys: Whether the platform is to look as if it knew repeated calls.

    Attributes:
        url: Its own root.
        tokens: Those that the platform issued.
        status: What is answered to a token that is turned away, and to what is refused.
        arrives: Whether a call whose reply is lost reaches the platform.
        refuses: Whether it refuses everything, and passes nothing on.
        turns_away: How often a token that was issued here is not accepted at first.
        keys: Under which tokens were asked for; empty where a call had none.
        when_lost: Is called when the platform has issued a token whose reply is lost.
        when_issued: Is called when the platform has issued a token whose reply is not lost.
        refused: Has something for each call whose credential was not accepted.
    """

    def __init__(self, target: str, *, loses: int, takes_keys: bool) -> None:
        parts = urlsplit(target)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self.loses = loses
        self._takes_keys = takes_keys
        self.url = ""
        self.arrives = True
        self.refuses = False
        self.turns_away = 0
        self.status = 401
        self.tokens: list[bytes] = []
        self.keys: list[bytes] = []
        self.when_lost: Callable[[], None] = lambda: None
        self.when_issued: Callable[[], None] = lambda: None
        self.refused: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one call of a connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await whole(reader)
            reply = await self._answer(request)
            if self.turns_away > 0 and any(t in request for t in self.tokens):
                self.turns_away -= 1
                reply = b"HTTP/1.1 %d No\r\n" % self.status + _NOTHING
            if not self._takes_keys:
                reply = reply.replace(b"writes.idempotent", b"writes.unheard-of")
            if reply.startswith(b"HTTP/1.1 401 "):
                self.refused.put_nowait(request.partition(b"\r\n")[0])
            if request.startswith(ISSUING):
                self.tokens += _TOKEN.findall(reply)
                found = _KEY.search(request)
                self.keys.append(found[1] if found else b"")
                if self.loses > 0:
                    self.loses -= 1
                    self.when_lost()
                    writer.transport.abort()
                    return
                self.when_issued()
            writer.write(reply)
            await writer.drain()
        writer.close()

    async def _answer(self, request: bytes) -> bytes:
        if self.refuses:
            return b"HTTP/1.1 %d No\r\n" % self.status + _NOTHING
        if request.startswith(ISSUING) and self.loses > 0 and not self.arrives:
            return b""
        return await self._ask(request)

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(request)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


async def whole(reader: asyncio.StreamReader) -> bytes:
    """A request, told to be the last of its connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    lines = head[:-4].split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith((b"connection", b"accept-enc"))]
    return b"\r\n".join([*kept, b"Connection: close"]) + b"\r\n\r\n" + body


@asynccontextmanager
async def losing_proxy(
    target: str, *, loses: int = 0, takes_keys: bool = True
) -> AsyncIterator[LosingProxy]:
    """A proxy on a free loopback port."""
    proxy = LosingProxy(target, loses=loses, takes_keys=takes_keys)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
