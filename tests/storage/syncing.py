"""Syncs as tests watch them: in this process, or in one of their own that can be killed."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aicx_tui.api.base import Platform
from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.api.http import HttpCore
from aicx_tui.models.account import PlatformCapabilities
from aicx_tui.models.capability import Capability
from aicx_tui.services.pace import Progress
from aicx_tui.services.sync import Sync
from aicx_tui.storage import word_index
from aicx_tui.storage.database import Connection
from aicx_tui.storage.loading import COMPLETE, meta
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.rows import written
from tests.api.faulty import Answer, FaultyPlatform, faulty, json_reply
from tests.sandbox_platform import SandboxPlatform
from tests.storage.mirrors import KEY, PATIENCE, opened

PAGE = 150
"""Humans on a page, so that a few thousand make many."""

Humans = dict[str, str]
"""Documents by id."""


async def synced(platform: Platform, mirror: Mirror, *, full: bool = False) -> list[Progress]:
    """All that a sync tells."""
    return [progress async for progress in Sync(platform, mirror).run(full=full, page=PAGE)]


async def at_the_platform(platform: Platform) -> Humans:
    """Everybody at the platform, read by nothing that is tested here."""
    found: Humans = {}
    cursor: str | None = None
    while (page := await platform.read_feed(cursor))["items"]:
        for item in page["items"]:
            found.pop(item["id"], None)
            if not item.get("deleted"):
                found[item["id"]] = written(item)
        cursor = page["next"]
    return found


def in_the_mirror(mirror: Mirror) -> Humans:
    """Everybody in a mirror, after its tables were held against each other."""

    def read(connection: Connection) -> Humans:
        def all_of(statement: str) -> list[tuple[Any, ...]]:
            return connection.execute(statement).fetchall()

        assert meta(connection, "built") == COMPLETE
        rows = all_of("SELECT id, document FROM humans")
        assert len({row[0] for row in rows}) == len(rows), "somebody is there twice"
        places = all_of("SELECT place FROM humans ORDER BY place")
        by_update = "SELECT place FROM search ORDER BY updated, place"
        assert places == all_of(by_update)
        connection.execute("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)")
        return dict(rows)

    return mirror.write(lambda connection, _: read(connection)).result(PATIENCE)


async def is_equal(path: Path, platform: Platform) -> bool:
    """Whether a mirror that nobody has open is as its platform, human by human."""
    with opened(path) as mirror:
        assert not mirror.was_damaged
        there, here = await at_the_platform(platform), in_the_mirror(mirror)
        return bool(there) and there == here


@asynccontextmanager
async def scripted(*answers: Answer) -> Any:  # noqa: ANN401  # what decorators make of it
    """A platform with a feed and nothing else, that answers what the test says."""
    async with faulty(*answers) as server, client(server) as platform:
        yield platform, server


def client(server: FaultyPlatform) -> AbstractAsyncContextManager[ConsoleApi]:
    """What reads its feed."""

    @asynccontextmanager
    async def open_client() -> Any:  # noqa: ANN401  # likewise
        can = PlatformCapabilities(
            installation_id="i", version="1", capabilities=(Capability.HUMANS_FEED.value,)
        )
        platform = ConsoleApi(HttpCore(server.url), company_id="c", bot_id="b", server=can)
        try:
            yield platform
        finally:
            await platform.aclose()

    return open_client()


def page(items: Sequence[object], after: str, **more: object) -> Answer:
    """A page of the feed."""
    return json_reply(200, {"result": {"items": [*items], "next": after, **more}})


def human(number: int, name: str = "Ann", *, second: int = 0) -> dict[str, object]:
    """A human as a feed has it."""
    moment = f"2026-01-01T00:{second // 60:02}:{second % 60:02}Z"
    return {"id": f"eu_{number}", "fullname": name, "updated_at": moment}


def gone(number: int) -> dict[str, object]:
    """A tombstone."""
    return {"id": f"eu_{number}", "deleted": True}


# In a process of its own


@contextmanager
def syncing(
    path: Path, sandbox: SandboxPlatform, *, prepare: Callable[[], None] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process that syncs, and says after each step what it is doing."""
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(path)],
        env=os.environ | {"ANNOUNCED": json.dumps(sandbox.announced)},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=prepare,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE)
        assert process.stdout
        process.stdout.close()


def killed_at(path: Path, sandbox: SandboxPlatform, *, what: str, times: int) -> bool:
    """Kill -9 a sync once it has told some step so many times, and return whether it got there."""
    with syncing(path, sandbox) as process:
        assert process.stdout
        for line in process.stdout:
            times -= line.strip() == what
            if not times:
                return True
    return False


async def _main() -> None:
    platform = await SandboxPlatform(json.loads(os.environ["ANNOUNCED"])).console()
    mirror = Mirror(Path(sys.argv[1]), KEY)
    with patch.object(word_index, "HUMANS_A_SEGMENT", 100):
        async for progress in Sync(platform, mirror).run(page=PAGE):
            print(progress.what, flush=True)  # noqa: T201  # to the test
    mirror.close()
    print("done", flush=True)  # noqa: T201  # likewise
    await platform.aclose()


if __name__ == "__main__":
    asyncio.run(_main())
