"""A sync of users, killed at any moment and begun again: nobody is there twice.

`ROUNDS=300 pytest tests/storage/test_user_sync_killed.py -o timeout=0` is the long run.
"""

from __future__ import annotations

import os
import random
import subprocess
from collections import Counter
from contextlib import aclosing
from pathlib import Path

import pytest

from tests.cli.command import clean_environment
from tests.cx_genie.accounts import accounts
from tests.cx_genie.shop import Shop
from tests.forked import Forked
from tests.sandbox_platform import SandboxPlatform
from tests.storage.syncing import at_the_platform

ROUNDS = int(os.environ.get("ROUNDS", "8"))

MORE = 25
"""Users that are new in each round."""

LIVES = (0.3, 1.1)
"""Seconds that a run is given: from before it begins to change until it is nearly done."""


def users_in(number: int) -> dict[str, dict[str, str]]:
    """The users that a shop has in a round, by their tokens: half of the earlier are changed."""
    return {
        f"token-{user}": {
            "id": f"shop-{user}",
            "name": f"User {user}",
            "email": f"user{user}@round{number if user % 2 else 0}.example",
        }
        for user in range((number + 1) * MORE)
    }


def killed_sync(shop: Shop, words: list[str], life: float) -> bool:
    """Run a sync, and kill it unless it is done by then; whether it was killed."""
    with open(os.devnull, "r+b") as nothing:
        running = Forked(
            "aicx_tui.__main__",
            words,
            env=clean_environment(shop.environment),
            files=[nothing.fileno()] * 3,
        )
        try:
            running.wait(life)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            return True
    return False


@pytest.mark.timeout(120 if ROUNDS <= 8 else 0)
@pytest.mark.parametrize("kind", ["console", "gateway"])
async def test_a_killed_sync_of_users_doubles_nobody(
    own_sandbox: SandboxPlatform, tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(11)
    shop, file = Shop(tmp_path, own_sandbox.environment(kind=kind)), tmp_path / "tokens"
    sync = ["cx-genie", "sync-users", "shop", "--user-tokens", str(file), "--yes"]
    words = ["--mirror-key-file", str(tmp_path / "key"), *sync]
    with accounts(users_in(0)) as server:
        shop.at(server.url)
        kills = 0
        for number in range(ROUNDS):
            server.users = dict(users_in(number))
            file.write_text("\n".join(server.users))
            kills += killed_sync(shop, words, chance.uniform(*LIVES))
        ended = shop.aicx(*sync[1:])
    async with aclosing(await own_sandbox.console()) as direct:
        humans = [(await direct.get_human(i)).human for i in await at_the_platform(direct)]
    found = {h.uid: h.email for h in humans if h.uid and h.uid.startswith("shop-")}
    times = Counter(human.uid for human in humans if human.uid in found)
    with capsys.disabled():
        print(f"\n{kind}, killed {kills} times: {ended.err.splitlines()[-1]}")  # noqa: T201  # the proof counts
    assert kills
    assert set(times.values()) == {1}
    wanted = {user["id"]: user["email"] for user in users_in(ROUNDS - 1).values()}
    if kind == "console":
        assert ended.code == 0, ended.err
        assert found == wanted
    else:  # whom nobody knows to be there is left to a person, and not sent again
        others = {uid for uid, email in wanted.items() if found.get(uid) != email}
        assert ended.code == 9 or not others, ended.err
