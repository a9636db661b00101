"""Through a network that spoils what passes, each human of a bulk is changed exactly once.

`CHANGES=10000 pytest tests/storage/test_bulks_faults.py -o timeout=0` is the long run.
"""

from __future__ import annotations

import os
import random
from contextlib import AsyncExitStack, aclosing
from pathlib import Path

import pytest

from aicx_tui.services.bulk import Bulks
from tests.sandbox_platform import SandboxPlatform
from tests.storage.bulk_ledger import changes_made, counted
from tests.storage.bulk_process import chosen, is_possible, run_to_the_end
from tests.storage.fault_proxy import fault_proxy
from tests.storage.mirrors import opened
from tests.storage.syncing import at_the_platform, synced
from tests.storage.test_outbox_faults import SHARE, client

CHANGES = int(os.environ.get("CHANGES", "200"))
"""In all; each bulk is of a few dozen humans."""


@pytest.mark.timeout(300 if CHANGES <= 200 else 0)
@pytest.mark.parametrize("kind", ["console", "gateway"])
async def test_a_network_that_spoils_changes_everybody_exactly_once(
    own_sandbox: SandboxPlatform, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, meant, number = random.Random(3), 0, 0
    async with AsyncExitStack() as stack:
        direct = await stack.enter_async_context(aclosing(await own_sandbox.console()))
        proxy = await stack.enter_async_context(
            fault_proxy(own_sandbox.url, chance=chance, share=SHARE)
        )
        spoiled = await stack.enter_async_context(aclosing(client(proxy.url, own_sandbox, kind)))
        mirror = stack.enter_context(opened(tmp_path / "mirror.db"))
        await synced(direct, mirror)
        ids, tag = list(await at_the_platform(direct)), (await direct.list_tags())[0].id
        bulks, before = Bulks(mirror, who="tester"), await changes_made(direct, ids)
        while meant < CHANGES:
            whom, wish = chosen(chance, ids, tag, f"value {number}")
            if not is_possible(wish, spoiled):
                continue
            number, meant = number + 1, meant + len(whom)
            await bulks.make(whom, wish, title="any")
            await run_to_the_end(spoiled, bulks)
        made = await changes_made(direct, ids) - before
        found = await counted(direct, mirror, made=made)
    with capsys.disabled():
        print(f"\n{kind}: {dict(found)} over {dict(proxy.met)}")  # noqa: T201  # the proof counts
    assert found["done"] > CHANGES / 2
    assert not found["failed"]
    assert not found["skipped"]
