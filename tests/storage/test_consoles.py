"""Several consoles and many writers at once, and what all of them leave on the disk."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.errors import MirrorError
from aicx_tui.models.human import HumanChanges, HumanDraft
from aicx_tui.services.directory import Directory
from aicx_tui.services.mirrors import OpenMirror
from aicx_tui.storage.mirror import Mirror
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform
from tests.storage.mirrors import KEY, PATIENCE, opened
from tests.storage.syncing import at_the_platform, in_the_mirror, is_equal, synced, syncing


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxPlatform]:
    """A real sandbox with 1,000 humans."""
    with SandboxProcess("--ephemeral", "--humans", "1000") as process:
        yield SandboxPlatform(process.announcement)


@pytest.fixture
async def platform(sandbox: SandboxPlatform) -> AsyncIterator[ConsoleApi]:
    async with aclosing(await sandbox.console()) as console:
        yield console


async def test_two_consoles_that_begin_at_once_read_everybody_once(
    sandbox: SandboxPlatform, platform: ConsoleApi, tmp_path: Path
) -> None:
    path = tmp_path / "mirror.db"
    with syncing(path, sandbox) as first, syncing(path, sandbox) as second:
        said = await asyncio.gather(*(asyncio.to_thread(_said, one) for one in (first, second)))
    assert [lines[-1] for lines in said] == ["done", "done"]
    assert sum("indexing words" in lines for lines in said) == 1
    assert await is_equal(path, platform)


def _said(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout
    return process.stdout.read().split("\n")[:-1]


async def test_one_console_sees_what_another_read(
    sandbox: SandboxPlatform, platform: ConsoleApi, tmp_path: Path
) -> None:
    path = tmp_path / "mirror.db"
    with opened(path) as mirror:
        directory = Directory(OpenMirror(mirror, "mirror"))
        await directory.look()
        assert not await directory.look()
        with syncing(path, sandbox) as other:
            assert (await asyncio.to_thread(_said, other))[-1] == "done"
        assert await directory.look()
        assert directory.is_complete
        assert len(directory) == len(await at_the_platform(platform))
        human_id = await platform.create_human(HumanDraft(fullname="Somebody New"))
        with syncing(path, sandbox) as other:
            assert (await asyncio.to_thread(_said, other))[-1] == "done"
        assert await directory.look()
        created = await directory.human(human_id)
        assert created is not None
        assert created.fullname == "Somebody New"
        directory.platform = platform
        async for _ in directory.refresh():
            pass
        assert in_the_mirror(mirror) == await at_the_platform(platform)


async def test_a_first_reading_misses_nothing_that_many_change_meanwhile(
    platform: ConsoleApi, tmp_path: Path
) -> None:
    path = tmp_path / "mirror.db"
    ids = list(await at_the_platform(platform))
    is_over = asyncio.Event()

    async def change(number: int) -> None:
        turn = 0
        while not is_over.is_set():
            turn += 1
            human_id = ids[(turn * 37 + number * 501) % len(ids)]
            name = f"Writer {number} turn {turn}"
            await platform.update_human(human_id, HumanChanges(fullname=name))
            if turn % 5 == 0:
                await platform.create_human(HumanDraft(fullname=name))

    with opened(path) as mirror:
        async with asyncio.TaskGroup() as group:
            for number in range(4):
                group.create_task(change(number))
            await synced(platform, mirror)
            is_over.set()
        await synced(platform, mirror)
    assert await is_equal(path, platform)


async def test_nothing_of_a_human_lies_readable_on_the_disk(
    platform: ConsoleApi, tmp_path: Path
) -> None:
    canary = "canary-Zqj7"
    await platform.create_human(
        HumanDraft(fullname=f"{canary} Name", email=f"{canary}@example.com", uid=f"{canary}-uid")
    )
    path = tmp_path / "mirror.db"
    with opened(path) as mirror:
        await synced(platform, mirror)
        people = await at_the_platform(platform)
        words = {canary.encode()} | {human_id.encode() for human_id in list(people)[::200]}
        for end in ("", "-wal", "-shm"):
            assert path.with_name(path.name + end).exists()
        assert not _lying_in(tmp_path, words)
    assert not _lying_in(tmp_path, words)
    assert canary in str(people.values())


def _lying_in(folder: Path, words: set[bytes]) -> list[str]:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in files if any(word in file.read_bytes() for word in words)]


async def test_an_access_token_reaches_no_row(platform: ConsoleApi, tmp_path: Path) -> None:
    canary = "canary-access-token"
    path = tmp_path / "mirror.db"
    with opened(path) as mirror:
        directory = Directory(OpenMirror(mirror, "mirror"))
        directory.platform = platform
        async for _ in directory.refresh():
            pass
        draft = HumanDraft.model_validate({"fullname": "Ann", "access_token": canary})
        human_id = await platform.create_human(draft)
        read = await directory.fetch(human_id)
        assert read.access_token is not None
        assert read.access_token.get_secret_value() == canary
        given = {"id": "eu_x", "fullname": "Bea", "access_token": canary}
        mirror.write(lambda _, writer: writer.put(given)).result(PATIENCE)

        def rows() -> str:
            tables = [
                name
                for (name,) in mirror._writing.execute(
                    "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE TABLE%'"
                )
            ]
            read = (f"SELECT * FROM {name!r}" for name in tables)  # noqa: S608
            found = [mirror._writing.execute(statement).fetchall() for statement in read]
            assert len(tables) > 8
            return str(found)

        assert canary not in mirror.writer.ask(rows).result(PATIENCE)
    assert not _lying_in(tmp_path, {canary.encode()})


async def test_a_full_disk_is_said_and_the_next_sync_goes_on(
    platform: ConsoleApi, tmp_path: Path
) -> None:
    path = tmp_path / "mirror.db"
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    with opened(path) as mirror:
        for limit in (200_000, 600_000, 1_200_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, unlimited[1]))
            try:
                with pytest.raises(MirrorError) as caught:
                    await synced(platform, mirror)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
            assert "disk is not full" in caught.value.hint
            assert mirror.is_usable
        await synced(platform, mirror)
        assert in_the_mirror(mirror) == await at_the_platform(platform)
    assert await is_equal(path, platform)


@pytest.mark.parametrize("in_the_way", ["mirrors", "mirrors/mirror.db"])
def test_a_home_that_cannot_be_written_is_said(tmp_path: Path, in_the_way: str) -> None:
    path = tmp_path / "mirrors" / "mirror.db"
    if in_the_way == "mirrors":
        (tmp_path / in_the_way).touch()
    else:
        path.mkdir(parents=True)
    with pytest.raises(MirrorError, match="cannot be used") as caught:
        Mirror(path, KEY)
    assert caught.value.hint == "Check that the folder can be written and the disk is not full."


READ_ONLY = """
import os, sys
from pathlib import Path
from aicx_tui.errors import MirrorError
from aicx_tui.storage.mirror import Mirror
from tests.storage.mirrors import KEY
if os.getuid() == 0:
    os.setuid(65534)
try:
    Mirror(Path(sys.argv[1]), KEY)
except MirrorError as error:
    print(error.message)
"""


def test_a_home_that_may_only_be_read_is_said(tmp_path: Path) -> None:
    path = tmp_path / "mirrors" / "mirror.db"
    Mirror(path, KEY).close()
    path.parent.chmod(0o555)
    path.chmod(0o444)
    try:
        done = subprocess.run(
            [sys.executable, "-c", READ_ONLY, str(path)],
            env=os.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
    finally:
        path.parent.chmod(0o755)
    assert "cannot be used" in done.stdout
    assert done.stderr == ""
