"""Stands between a client and a platform, and spoils some of what passes."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

FAULTS = (
    "latency",
    "drip",
    "request cut",
    "reply cut",
    "reset before",
    "reset after",
    "429",
    "500 before",
    "500 after",
    "401",
    "garbage",
)

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)

_SAID = {
    "429": b"HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "401": b"HTTP/1.1 401 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "500": b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "garbage": b"\x00\xff not HTTP at all \x1b]0;x\x07\r\n\r\n",
}


class FaultProxy:
    """Answers each connection once, some of them badly.

    Args:
        target: The platform's root.
        chance: Decides what happens.
        share: Of the requests that are spoiled.

    Attributes:
        url: Its own root.
        met: How often each fault came.
    """

    def __init__(self, target: str, *, chance: random.Random, share: float) -> None:
        parts = urlsplit(target)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._chance = chance
        self._share = share
        self._serving: set[asyncio.Task[None]] = set()
        self.url = ""
        self.met: Counter[str] = Counter()

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer a connection, in a task that can be ended with the proxy."""
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def aclose(self) -> None:
        """End what is still being answered."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_spoiled = self._chance.random() < self._share
        fault = self._chance.choice(FAULTS) if is_spoiled else ""
        self.met[fault or "none"] += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await _whole(reader)
            match fault:
                case "429" | "401" | "garbage":
                    writer.write(_SAID[fault])
                case "500 before":
                    writer.write(_SAID["500"])
                case "reset before":
                    writer.transport.abort()
                case "request cut":
                    await self._ask(request[: self._chance.randrange(1, len(request))], cut=True)
                    writer.transport.abort()
                case _:
                    await self._spoil(fault, await self._ask(request), writer)
            await writer.drain()
        writer.close()

    async def _spoil(self, fault: str, reply: bytes, writer: asyncio.StreamWriter) -> None:
        match fault:
            case "500 after":
                writer.write(_SAID["500"])
            case "reset after":
                writer.transport.abort()
            case "reply cut":
                writer.write(reply[: self._chance.randrange(len(reply))])
            case "drip":
                for start in range(0, len(reply), 40):
                    writer.write(reply[start : start + 40])
                    await writer.drain()
                    await asyncio.sleep(0)
            case "latency":
                await asyncio.sleep(self._chance.random() / 50)
                writer.write(reply)
            case _:
                writer.write(reply)

    async def _ask(self, request: bytes, *, cut: bool = False) -> bytes:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(request)
            await writer.drain()
            return b"" if cut else await reader.read()
        finally:
            writer.close()


async def _whole(reader: asyncio.StreamReader) -> bytes:
    """A request, told to be the last of its connection."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    body = await reader.readexactly(int(length[1])) if length else b""
    lines = [
        line for line in head[:-4].split(b"\r\n") if not line.lower().startswith(b"connection")
    ]
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n" + body


@asynccontextmanager
async def fault_proxy(
    target: str, *, chance: random.Random, share: float
) -> AsyncIterator[FaultProxy]:
    """A proxy on a free loopback port."""
    proxy = FaultProxy(target, chance=chance, share=share)
    server = await asyncio.start_server(proxy.accept, "127.0.0.1", 0)
    proxy.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        server.close()
        await proxy.aclose()
