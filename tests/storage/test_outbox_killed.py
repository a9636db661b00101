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

from aicx_tui.storage.mirror import Mirror
from tests.forked import Forked
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
    victims: list[subprocess.Popen[Any] | Forked] = [
        *([sandbox.process] if sandbox else []),
        editing,
    ]
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


COMMAND_LIVES = 2.0
"""Seconds that a command is given at most; most need less, and start in the first half of that."""


def killed_command(words: list[str], environment: Mapping[str, str], life: float) -> None:
    """Run `aicx`, and kill it unless it is done by then."""
    command = [sys.executable, "-m", "aicx_tui", *words]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            running.wait(life)
        except subprocess.TimeoutExpired:
            running.kill()


@pytest.mark.timeout(600 if ROUNDS <= 30 else 0)
async def test_a_killed_command_makes_nothing_twice_and_forgets_nothing(
    own_sandbox: SandboxPlatform, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, key_file = random.Random(9), tmp_path / "key"
    environment = os.environ | own_sandbox.environment() | {"AICX_HOME": str(tmp_path / "home")}
    meant: dict[str, tuple[str, str]] = {}
    async with aclosing(await own_sandbox.console()) as direct:
        ids = list(await at_the_platform(direct))[:5]
        for number in range(ROUNDS // 3):
            value, human_id = f"value {number}", chance.choice(["", *ids])
            fields = ["--uid", value, *([] if human_id else ["--fullname", f"New {value}"])]
            verb = ["update", human_id] if human_id else ["create"]
            meant[value] = (human_id, "uid")
            words = ["--mirror-key-file", str(key_file), "humans", *verb, *fields]
            life = COMMAND_LIVES * (chance.random() if number else 100)
            killed_command(words, environment, life)
        (path,) = (tmp_path / "home").rglob("*.db")
        mirror = Mirror(path, bytes.fromhex(key_file.read_text()))
        try:
            await sent_in_the_end(direct, mirror)
            await synced(direct, mirror)
            found = await counted(meant, direct, mirror)
        finally:
            mirror.close()
    with capsys.disabled():
        print(f"\ncommands, killed {ROUNDS // 3} times: {dict(found)}")  # noqa: T201  # likewise
    assert found["done"]
    assert {"conflict", "failed", "unknown"}.isdisjoint(found)


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
