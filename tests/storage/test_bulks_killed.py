"""Killed at any moment, and its platform too: each human of a bulk is changed exactly once.

`ROUNDS=1000 pytest tests/storage/test_bulks_killed.py -o timeout=0` is the long run.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from aicx_tui.services.bulk import Bulks
from tests.forked import Forked
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform
from tests.storage.bulk_ledger import changes_made, counted
from tests.storage.bulk_process import run_to_the_end
from tests.storage.mirrors import opened
from tests.storage.syncing import at_the_platform, synced

ROUNDS = int(os.environ.get("ROUNDS", "16"))

LIVES = 0.8
"""Seconds that a process goes on at most once it has begun."""

PLATFORM_DIES = 4
"""Every so many rounds the platform is killed first."""


def killed_while_changing(
    task: Mapping[str, Any], sandbox: SandboxProcess | None, chance: random.Random
) -> None:
    """Let a process change humans until it is killed."""
    changing = subprocess.Popen(
        [sys.executable, "-m", "tests.storage.bulk_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert changing.stdin and changing.stdout
    changing.stdin.write(json.dumps(task) + "\n")
    changing.stdin.flush()
    assert changing.stdout.readline() == "begins\n"
    victims: list[subprocess.Popen[Any] | Forked] = [
        *([sandbox.process] if sandbox else []),
        changing,
    ]
    for victim in victims:
        try:
            victim.wait(chance.random() * LIVES)
        except subprocess.TimeoutExpired:
            victim.kill()
    assert changing.wait() < 0, "it ended on its own"
    changing.stdin.close()
    changing.stdout.close()


@pytest.mark.timeout(600 if ROUNDS <= 30 else 0)
@pytest.mark.parametrize("kind", ["console", "gateway"])
async def test_a_killed_process_changes_everybody_exactly_once(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(11)
    data = ("--data", str(tmp_path / "sandbox.db"), "--humans", "200")
    path = tmp_path / "mirror.db"
    sandbox = SandboxProcess(*data).await_ready()
    try:
        port = str(sandbox.announcement["url"]).rpartition(":")[2]
        async with aclosing(await SandboxPlatform(sandbox.announcement).console()) as direct:
            with opened(path) as mirror:
                await synced(direct, mirror)
            ids, tag = list(await at_the_platform(direct)), (await direct.list_tags())[0].id
            before = await changes_made(direct, ids)
        task = {"mirror": str(path), "kind": kind, "ids": ids, "tag": tag}
        for seed in range(ROUNDS // 2):
            dies_first = seed % PLATFORM_DIES == PLATFORM_DIES - 1
            here = task | {"announced": sandbox.announcement, "seed": seed}
            killed_while_changing(here, sandbox if dies_first else None, chance)
            if dies_first:
                sandbox.kill()
                sandbox = SandboxProcess(*data, "--port", port).await_ready()
        platform = SandboxPlatform(sandbox.announcement)
        async with aclosing(await platform.console()) as direct:
            with opened(path) as mirror:
                assert not mirror.was_damaged
                await run_to_the_end(direct, Bulks(mirror, who="last"))
                made = await changes_made(direct, ids) - before
                found = await counted(direct, mirror, made=made)
    finally:
        sandbox.kill()
    with capsys.disabled():
        print(f"\n{kind}, killed {ROUNDS // 2} times: {dict(found)}")  # noqa: T201  # the proof counts
    assert found["done"]
    assert not found["failed"]
    assert not found["skipped"]
