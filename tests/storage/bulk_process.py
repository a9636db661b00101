"""Changes many humans until it is killed: makes a bulk, or goes on with what is there.

What the sandbox announced, the mirror and who is meant come as JSON on standard input; a line on
standard output says that it begins.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any

from aicx_tui.api.base import Platform
from aicx_tui.models.capability import Capability
from aicx_tui.services.bulk import Bulks, Wish
from aicx_tui.services.bulk_running import BulkRunner
from tests.sandbox_platform import SandboxPlatform
from tests.storage.bulk_runs import BATCH
from tests.storage.mirrors import opened


def chosen(chance: random.Random, ids: list[str], tag: str, value: str) -> tuple[list[str], Wish]:
    """Whom to change, and how: mostly a tag, sometimes away with it, sometimes a field."""
    some = chance.sample(ids, chance.randint(BATCH, len(ids)))
    kind = chance.random()
    if kind < 0.7:
        return some, Wish(tags={tag: value})
    if kind < 0.85:
        return some, Wish(tags={tag: None})
    return some[: 3 * BATCH], Wish(fields={"phone_number": value})


def is_possible(wish: Wish, platform: Platform) -> bool:
    """Whether the platform has a call for it."""
    is_taken = None in wish.tags.values()
    return not is_taken or Capability.TAGS_UNASSIGN in platform.capabilities


async def run_to_the_end(platform: Platform, bulks: Bulks) -> None:
    """Run what is there, and go on where it paused on its own."""
    runner = BulkRunner(platform, bulks.mirror, retry_seconds=0.02, batch=BATCH)
    while True:
        async with aclosing(runner.run()) as steps:
            async for _ in steps:
                pass
        left = [bulk for bulk in await bulks.listed() if bulk.ended_at is None]
        if not left:
            return
        for bulk in left:
            await bulks.resume(bulk.id)


async def work(task: dict[str, Any]) -> None:
    """Make bulk after bulk."""
    chance = random.Random(task["seed"])
    announced = SandboxPlatform(task["announced"])
    platform = await announced.console() if task["kind"] == "console" else announced.gateway()
    with opened(Path(task["mirror"])) as mirror:
        bulks = Bulks(mirror, who="killed")
        sys.stdout.write("begins\n")
        sys.stdout.flush()
        for number in range(1000):
            await run_to_the_end(platform, bulks)
            whom, wish = chosen(chance, task["ids"], task["tag"], f"{task['seed']}-{number}")
            if is_possible(wish, platform):
                await bulks.make(whom, wish, title="any")


if __name__ == "__main__":
    asyncio.run(work(json.loads(sys.stdin.readline())))
