"""Killed at any moment, and its platform too: each change is made once, or said to be in doubt.

`ROUNDS=1000 pytest tests/storage/test_outbox_killed.py -o timeout=0` is the long run.
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

from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform
from tests.storage.ledger import counted, sent_in_the_end
from tests.storage.mirrors import opened
from tests.storage.syncing import at_the_platform, synced

ROUNDS = int(os.environ.get("ROUNDS", "30"))

LIVES = 0.25
"""Seconds that a process goes on at most once it has said what it means to change."""

PLATFORM_DIES = 6
"""Every so many rounds the platform is killed first."""


def killed_while_editing(
    task: Mapping[str, Any], sandbox: SandboxProcess | None, chance: random.Random
) -> dict[str, tuple[str, str]]:
    """Let a process change humans until it is killed, and return what it had said it would."""
    editing = subprocess.Popen(
        [sys.executable, "-m", "tests.storage.editing_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert editing.stdin and editing.stdout
    editing.stdin.write(json.dumps(task) + "\n")
    editing.stdin.flush()
    first = editing.stdout.readline()
    victims: list[subprocess.Popen[Any]] = [*([sandbox.process] if sandbox else []), editing]
    for victim in victims:
        try:
            victim.wait(chance.random() * LIVES)
        except subprocess.TimeoutExpired:
            victim.kill()
    editing.wait()
    said = [json.loads(line) for line in (first, *editing.stdout) if line.endswith("\n")]
    editing.stdin.close()
    editing.stdout.close()
    return {value: (human_id, name) for value, human_id, name in said}


@pytest.mark.timeout(600 if ROUNDS <= 30 else 0)
@pytest.mark.parametrize("kind", ["console", "gateway"])
async def test_a_killed_process_makes_nothing_twice_and_forgets_nothing(
    tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(7)
    data = ("--data", str(tmp_path / "sandbox.db"), "--humans", "40")
    meant: dict[str, tuple[str, str]] = {}
    path, port, seed = tmp_path / "mirror.db", "0", 0
    sandbox = SandboxProcess(*data).await_ready()
    try:
        port = str(sandbox.announcement["url"]).rpartition(":")[2]
        async with aclosing(await SandboxPlatform(sandbox.announcement).console()) as direct:
            with opened(path) as mirror:
                await synced(direct, mirror)
            ids = list(await at_the_platform(direct))[:10]
        for seed in range(ROUNDS // 2):
            task = {"announced": sandbox.announcement, "mirror": str(path), "kind": kind}
            dies_first = seed % PLATFORM_DIES == PLATFORM_DIES - 1
            victim = sandbox if dies_first else None
            meant |= killed_while_editing(task | {"seed": seed, "ids": ids}, victim, chance)
            if dies_first:
                sandbox.kill()
                sandbox = SandboxProcess(*data, "--port", port).await_ready()
        platform = SandboxPlatform(sandbox.announcement)
        async with aclosing(await platform.console()) as direct:
            sending = direct if kind == "console" else platform.gateway()
            with opened(path) as mirror:
                assert not mirror.was_damaged
                await sent_in_the_end(sending, mirror)
                found = await counted(meant, direct, mirror)
            await sending.aclose()
    finally:
        sandbox.kill()
    with capsys.disabled():
        print(f"\n{kind}, killed {seed + 1} times: {dict(found)}")  # noqa: T201  # the proof counts
    assert found["done"] > ROUNDS // 6
    assert not found["unknown"] or kind == "gateway"
    assert {"conflict", "failed"}.isdisjoint(found)
