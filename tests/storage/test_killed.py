"""A console that is killed at any moment: the next one goes on, and the mirror ends up right."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from aicx_tui.models.human import HumanChanges, HumanDraft, TagValue
from aicx_tui.storage import schema
from aicx_tui.storage.database import connect
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform
from tests.storage.mirrors import KEY, PATIENCE, opened
from tests.storage.syncing import is_equal, killed_at, synced

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a thing of POSIX")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxPlatform]:
    """A real sandbox with 3,000 humans."""
    with SandboxProcess("--ephemeral", "--humans", "3000") as process:
        yield SandboxPlatform(process.announcement)


async def test_a_first_reading_goes_on_wherever_it_was_killed(
    sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    path = tmp_path / "mirror.db"
    for times in (1, 2, 7):
        assert killed_at(path, sandbox, what="reading", times=times)
    await ends_up_right(path, sandbox)


@pytest.mark.parametrize(
    "what", ["ordering", "indexing words", "indexing names", "indexing letters"]
)
async def test_indexing_goes_on_wherever_it_was_killed(
    sandbox: SandboxPlatform, tmp_path: Path, what: str
) -> None:
    path = tmp_path / "mirror.db"
    assert killed_at(path, sandbox, what=what, times=1)
    killed_at(path, sandbox, what=what, times=3)
    await ends_up_right(path, sandbox)


async def test_a_sync_of_changes_goes_on_wherever_it_was_killed(
    sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    path = tmp_path / "mirror.db"
    await ends_up_right(path, sandbox)
    chance = random.Random(7)
    for _ in range(2):
        await change_many(sandbox, chance)
        assert killed_at(path, sandbox, what="reading", times=chance.randint(1, 4))
    await ends_up_right(path, sandbox)


async def test_a_mirror_ends_up_right_however_often_its_reader_is_killed(
    sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    path = tmp_path / "mirror.db"
    chance = random.Random(11)
    for _ in range(4):
        what = chance.choice(["reading", "ordering", "indexing words", "indexing letters"])
        killed_at(path, sandbox, what=what, times=chance.randint(1, 8))
    await ends_up_right(path, sandbox)


MIGRATION = """
import os, sys
from pathlib import Path
from aicx_tui.storage import database, schema
from tests.storage.mirrors import KEY
half = (
    "ALTER TABLE humans ADD COLUMN later TEXT;"
    "UPDATE humans SET later = 'x'; DELETE FROM trigrams; SELECT die()"
)
schema.VERSIONS += (half,)
database.VERSIONS = schema.VERSIONS
path = Path(sys.argv[1])
connection = database.connect(path, KEY, cache_mebibytes=1)
connection.execute("PRAGMA cache_size = 5")
connection.create_function("die", 0, lambda: os.kill(os.getpid(), 9))
database.prepare(connection, path)
"""


async def test_a_migration_that_is_killed_was_never_there(
    sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    path = tmp_path / "mirror.db"
    await ends_up_right(path, sandbox)
    done = await asyncio.create_subprocess_exec(sys.executable, "-c", MIGRATION, str(path))
    assert await done.wait() == -signal.SIGKILL
    async with aclosing(await sandbox.console()) as platform:
        assert await is_equal(path, platform)


def test_a_first_opening_that_is_killed_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    for number, statement in enumerate(schema.VERSIONS[0].split(";")[:-1]):
        path = tmp_path / f"{number}.db"
        connection = connect(path, KEY, cache_mebibytes=1)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(statement.replace("TABLE ", "TABLE IF NOT EXISTS "))
        copy_of_the_moment(path, tmp_path / f"copy-{number}.db")
        connection.close()
        with opened(tmp_path / f"copy-{number}.db") as mirror:
            assert not mirror.was_damaged
            assert mirror.count().result(PATIENCE) == 0


def copy_of_the_moment(path: Path, copy: Path) -> None:
    """What a process that ends here leaves."""
    for end in ("", "-wal"):
        copy.with_name(copy.name + end).write_bytes(path.with_name(path.name + end).read_bytes())


async def change_many(sandbox: SandboxPlatform, chance: random.Random) -> None:
    """Change a tenth of all humans, some twice, and create a few."""
    async with aclosing(await sandbox.console()) as platform:
        tags = [tag.id for tag in await platform.list_tags()]
        ids = [item["id"] for item in (await platform.read_feed(None))["items"]]
        for _ in range(3):
            value = TagValue(id=tags[0], value=str(chance.random()))
            await platform.assign_tags(chance.sample(ids, 250), [value])
        for human_id in chance.sample(ids, 20):
            name = f"Renamed {chance.random()}"
            await platform.update_human(human_id, HumanChanges(fullname=name))
            await platform.create_human(HumanDraft(fullname=name))


async def ends_up_right(path: Path, sandbox: SandboxPlatform) -> None:
    """Sync to the end, and hold the mirror against the platform."""
    async with aclosing(await sandbox.console()) as platform:
        with opened(path) as mirror:
            assert not mirror.was_damaged
            await synced(platform, mirror)
        assert await is_equal(path, platform)
