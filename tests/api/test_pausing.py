"""Calls while what signs in is being replaced."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr

from aicx_tui.api.base import Credential
from tests.sandbox_platform import SandboxPlatform
from tests.tui.waiting import Gate

DEAD = Credential.token(SecretStr("sk_dead"))


async def test_calls_wait_and_go_on_with_the_new_token(browsed_sandbox: SandboxPlatform) -> None:
    core = browsed_sandbox.core()
    new, core.credential = core.credential, DEAD
    gate = Gate(core, "_once")  # type: ignore[arg-type]  # anything that is asked
    under_way = asyncio.create_task(core.get("/console/v1/me"))
    await gate.reached.wait()
    async with core.paused():
        begun_meanwhile = asyncio.create_task(core.get("/console/v1/me"))
        gate.open()
        core.credential = new
    for call in (under_way, begun_meanwhile):  # the first one was refused, with the dead token
        assert b"Ana Cruz" in (await call).body
    await core.aclose()
