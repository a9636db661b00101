"""Calls an Authentication URL from many clients at once, and prints how long each call took.

What to call comes as JSON on standard input: the sandbox's announcement, the URL, its header token,
how many clients there are and for how many seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import cycle
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.api.http import HttpCore

TOKENS = 20
"""Users that visit again and again."""


async def measured(given: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds of each call that was answered for, and how many were not."""
    calls = cycle([_call(given, token) for token in await _tokens(given)])
    took: list[float] = []
    errors = 0
    until = perf_counter() + given["seconds"]
    where = urlsplit(given["url"])

    async def visit() -> None:
        nonlocal errors
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        while (started := perf_counter()) < until:
            writer.write(next(calls))
            if await _is_answered_for(reader):
                took.append((perf_counter() - started) * 1000)
            else:
                errors += 1
        writer.close()

    await asyncio.gather(*(visit() for _ in range(given["clients"])))
    return {"took": took, "errors": errors}


def _call(given: dict[str, Any], token: str) -> bytes:
    """What CX Genie sends; a library for it would take more time than what is measured."""
    body = json.dumps({"access_token": token}).encode()
    head = (
        f"POST / HTTP/1.1\r\nHost: {urlsplit(given['url']).netloc}\r\n"
        f"Authorization: {given['header_token']} Bearer\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _is_answered_for(reader: asyncio.StreamReader) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    reply = json.loads(await reader.readexactly(length))
    return b" 200 " in head.partition(b"\r\n")[0] and reply["status"] is True


async def _tokens(given: dict[str, Any]) -> list[str]:
    """Access tokens that humans of the sandbox have."""
    token = SecretStr(given["admin"]["token"])
    http = HttpCore(given["platform"], credential=Credential.token(token))
    platform = await ConsoleApi.open(http, company_id=given["company_id"], bot_id=given["bot_id"])
    found: list[str] = []
    for item in (await platform.read_feed(None))["items"]:
        human = (await platform.get_human(item["id"])).human
        if human.access_token is not None:
            found.append(human.access_token.get_secret_value())
        if len(found) == TOKENS:
            break
    await http.aclose()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(measured(json.load(sys.stdin)))))
