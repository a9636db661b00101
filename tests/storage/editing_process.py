"""Changes humans without end, in a process that can be killed at any moment.

Standard input has one line of JSON: where the platform is, and the mirror. Standard output has a
line for each change before it is queued: its value, the human's id and the field.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from aicx_tui.errors import AicxError
from aicx_tui.services.outbox import Outbox
from aicx_tui.services.sending import Sender
from tests.sandbox_platform import SandboxPlatform
from tests.storage.ledger import queued
from tests.storage.mirrors import opened


def meant(task: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Values, humans and fields, and no value of another process."""
    chance = random.Random(task["seed"])
    for number in count():
        value = f"value {task['seed']}.{number}"
        yield value, chance.choice(["", *task["ids"]]), chance.choice(["email", "uid"])


async def edit(task: dict[str, Any]) -> None:
    """Say what is meant, queue it, and send what waits."""
    sandbox = SandboxPlatform(task["announced"])
    platform = await sandbox.console() if task["kind"] == "console" else sandbox.gateway()
    with opened(Path(task["mirror"])) as mirror:
        outbox = Outbox(mirror, who="killed")
        for value, human_id, name in meant(task):
            sys.stdout.write(json.dumps([value, human_id, name]) + "\n")
            sys.stdout.flush()
            await queued(outbox, human_id, name, value)
            try:
                async for _ in Sender(platform, mirror).run():
                    pass
            except AicxError:
                continue  # the platform was killed meanwhile; what waits is sent next time


if __name__ == "__main__":
    asyncio.run(edit(json.loads(sys.stdin.readline())))
