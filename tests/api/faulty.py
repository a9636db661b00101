"""A platform that misbehaves: answers every request with bytes of the test's choosing."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class FaultyPlatform:
    """What it was asked, and where it is.

    Attributes:
        url: Its root.
        requests: The raw heads and bodies that came in.
        answers: What to do with the next requests; the last one stays.
    """

    answers: list[Answer]
    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.create_task(self._serve(reader, writer)))

    async def aclose(self) -> None:
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head.lower())
            body = await reader.readexactly(int(length[1])) if length else b""
            self.requests.append(head + body)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            await answer(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away, as some tests want
        finally:
            writer.close()


@asynccontextmanager
async def faulty(
    *answers: Answer, tls: ssl.SSLContext | None = None
) -> AsyncIterator[FaultyPlatform]:
    """Serve the answers on a free loopback port."""
    platform = FaultyPlatform(list(answers))
    server = await asyncio.start_server(platform.accept, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if tls else "http"
    platform.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield platform
    finally:
        server.close()
        await platform.aclose()


def raw(data: bytes) -> Answer:
    """Exactly these bytes, then the end of the connection."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return answer


def reply(status: int, body: bytes = b"", *headers: str, length: int | None = None) -> Answer:
    """A well-formed reply; `length` lies about the body's where it is given."""
    lines = [
        f"HTTP/1.1 {status} Status",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *headers,
    ]
    return raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def json_reply(status: int, value: object, *headers: str) -> Answer:
    """A reply in JSON."""
    return reply(status, json.dumps(value).encode(), "Content-Type: application/json", *headers)


def bomb(mebibytes: int) -> Answer:
    """A small gzip body that inflates to many mebibytes."""
    body = gzip.compress(b" " * (mebibytes * 1024 * 1024))
    return reply(200, body, "Content-Type: application/json", "Content-Encoding: gzip")


def drip(interval: float) -> Answer:
    """A reply whose body comes a byte at a time, without end."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(100_000):
            writer.write(b"{")
            await writer.drain()
            await asyncio.sleep(interval)

    return answer


async def silence(writer: asyncio.StreamWriter) -> None:
    """Take the request and never answer."""
    await asyncio.Event().wait()
