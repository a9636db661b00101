"""Stands between the console and a platform: holds requests back, loses some or their replies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.keyring.losing_proxy import whole

FAILED = (
    b"HTTP/1.1 500 Internal Server Error\r\nx-request-id: req-7\r\n"
    b"content-length: 2\r\nconnection: close\r\n\r\n{}"
)


@dataclass
class SlowProxy:
    """Passes everything on but what a test names by how a request begins.

    Attributes:
        target: The platform's root.
        url: Its own root.
        held: What is not passed on before `go` is set.
        go: Lets it pass.
        lost: What never reaches the platform, however often it is tried.
        unanswered: What reaches it, and whose reply never comes.
        failing: What is answered with a 500 and reaches nobody.
        asked: Has something for each request that is held.
    """

    target: str
    url: str = ""
    held: bytes = b""
    go: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bytes = b""
    unanswered: bytes = b""
    failing: bytes = b""
    asked: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one call of a connection."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await whole(reader)
            if self.held and request.startswith(self.held):
                self.asked.put_nowait(request)
                await self.go.wait()
            if self.lost and request.startswith(self.lost):
                writer.transport.abort()
                return
            is_failing = self.failing and request.startswith(self.failing)
            reply = FAILED if is_failing else await self._ask(request)
            if self.unanswered and request.startswith(self.unanswered):
                writer.transport.abort()
                return
            writer.write(reply)
            await writer.drain()
        writer.close()

    async def _ask(self, request: bytes) -> bytes:
        parts = urlsplit(self.target)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            writer.write(request)
            await writer.drain()
            return await reader.read()
        finally:
            writer.close()


@asynccontextmanager
async def slow_proxy(target: str) -> AsyncIterator[SlowProxy]:
    """A proxy on a free loopback port."""
    proxy = SlowProxy(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        proxy.go.set()
        server.close()
