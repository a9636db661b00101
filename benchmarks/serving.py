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

import httpx
from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.api.http import HttpCore

TOKENS = 20
"""Users that visit again and again."""


async def measured(given: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds of each call that was answered for, and how many were not."""
    tokens = cycle(await _tokens(given))
    headers = {"Authorization": f"{given['header_token']} Bearer"}
    took: list[float] = []
    errors = 0
    until = perf_counter() + given["seconds"]

    async def visit(client: httpx.AsyncClient) -> None:
        nonlocal errors
        while (started := perf_counter()) < until:
            try:
                reply = await client.post(given["url"], json={"access_token": next(tokens)})
            except httpx.HTTPError:
                errors += 1
                continue
            if reply.is_success and reply.json()["status"] is True:
                took.append((perf_counter() - started) * 1000)
            else:
                errors += 1

    count = given["clients"]
    async with httpx.AsyncClient(
        headers=headers, trust_env=False, timeout=30, limits=httpx.Limits(max_connections=count)
    ) as client:
        await asyncio.gather(*(visit(client) for _ in range(count)))
    return {"took": took, "errors": errors}


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
