"""Through a network that spoils what passes, each change is made once or said to be in doubt.

`CHANGES=10000 pytest tests/storage/test_outbox_faults.py -o timeout=0` is the long run.
"""

from __future__ import annotations

import os
import random
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import pytest
from pydantic import SecretStr

from aicx_tui.api.base import Credential, Platform
from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.api.http import HttpCore, Limits
from aicx_tui.api.proto_gateway import ProtoGateway
from aicx_tui.models.account import PlatformCapabilities
from aicx_tui.models.capability import Capability
from aicx_tui.services.outbox import Outbox
from tests.sandbox_platform import SandboxPlatform
from tests.storage.fault_proxy import fault_proxy
from tests.storage.ledger import Ledger, counted, sent_in_the_end
from tests.storage.mirrors import opened
from tests.storage.syncing import at_the_platform, synced

CHANGES = int(os.environ.get("CHANGES", "60"))
"""In all; a few at a time are queued and sent."""

SHARE = 0.25
"""Of all requests that are spoiled."""


def client(url: str, sandbox: SandboxPlatform, kind: str) -> Platform:
    """What speaks to the sandbox through the proxy."""
    http = HttpCore(
        url,
        credential=Credential.token(SecretStr(sandbox.token())),
        limits=Limits(connect=2, read=2, total=5),
    )
    ids = {name: str(sandbox.announced[name]) for name in ("company_id", "bot_id")}
    if kind == "gateway":
        return ProtoGateway(http, **ids)
    can = PlatformCapabilities(
        installation_id="i", version="1", capabilities=tuple(c.value for c in Capability)
    )
    return ConsoleApi(http, server=can, **ids)


@pytest.mark.parametrize("kind", ["console", "gateway"])
async def test_a_network_that_spoils_makes_nothing_twice(
    own_sandbox: SandboxPlatform, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, ledger = random.Random(1), Ledger()
    async with AsyncExitStack() as stack:
        direct = await stack.enter_async_context(aclosing(await own_sandbox.console()))
        proxy = await stack.enter_async_context(
            fault_proxy(own_sandbox.url, chance=chance, share=SHARE)
        )
        spoiled = await stack.enter_async_context(aclosing(client(proxy.url, own_sandbox, kind)))
        mirror = stack.enter_context(opened(tmp_path / "mirror.db"))
        await synced(direct, mirror)
        outbox, ids = Outbox(mirror, who="tester"), list(await at_the_platform(direct))
        while len(ledger.meant) < CHANGES:
            for _ in range(chance.randint(1, 8)):
                human_id = chance.choice(["", *ids[:10]])
                name = chance.choice(["email", "uid"])
                await ledger.queue(outbox, human_id, name, f"value {len(ledger.meant)}")
            await sent_in_the_end(spoiled, mirror)
        found = await counted(ledger.meant, direct, mirror)
    with capsys.disabled():
        print(f"\n{kind}: {dict(found)} over {dict(proxy.met)}")  # noqa: T201  # the proof counts
    assert found["done"] > CHANGES / 2
    assert not found["unknown"] or kind == "gateway"
    assert {"conflict", "never queued"}.isdisjoint(found)
