"""A file that cannot be read is set aside and read anew, whenever that is noticed."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from unittest.mock import patch

import pytest

from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.errors import MirrorError
from aicx_tui.services.directory import Directory
from aicx_tui.services.mirrors import REBUILT, OpenMirror
from aicx_tui.storage import database
from aicx_tui.storage.database import DamagedError, connect
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import EVERYBODY
from aicx_tui.storage.rows import Document
from tests.sandbox_platform import SandboxPlatform
from tests.storage.mirrors import KEY, PATIENCE, finish, opened, removed
from tests.storage.syncing import at_the_platform, human, in_the_mirror, is_equal, synced

OTHER_KEY = bytes(range(32, 64))
PAGE_BYTES = 4096


@pytest.fixture
async def platform(browsed_sandbox: SandboxPlatform) -> AsyncIterator[ConsoleApi]:
    async with aclosing(await browsed_sandbox.console()) as console:
        yield console


@pytest.fixture
def large_files() -> Iterator[None]:
    """No file is small enough to be checked in full when it is opened."""
    with patch.object(database, "CHECKED_BYTES", 0):
        yield


THE_HUMANS = 2
"""The page that all humans are reached by; the pages before it say what tables there are."""


def flip(path: Path, *, first: int = 0, every: int = 1) -> None:
    """Change a byte in the middle of pages."""
    data = bytearray(path.read_bytes())
    for at in range(first * PAGE_BYTES + 2000, len(data), every * PAGE_BYTES):
        data[at] ^= 0x40
    path.write_bytes(data)


def one_page(path: Path) -> None:
    flip(path, first=20, every=10_000)


def truncated(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 + 100])


def whole_pages_missing(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 // PAGE_BYTES * PAGE_BYTES])


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def text(path: Path) -> None:
    path.write_text("a shopping list\n" * 1000)


def plain(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE humans (id)")
    connection.close()


def anothers(path: Path) -> None:
    path.unlink()
    connection = connect(path, KEY, cache_mebibytes=1)
    connection.execute("PRAGMA application_id = 12")
    connection.close()


def of_another_key(path: Path) -> None:
    path.unlink()
    Mirror(path, OTHER_KEY).close()


DAMAGE = [one_page, truncated, whole_pages_missing, zeros, text, plain, anothers, of_another_key]


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_file_that_is_no_mirror_is_set_aside_and_read_anew(
    platform: ConsoleApi, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / "mirror.db"
    with opened(path) as mirror:
        await synced(platform, mirror)
    damage(path)
    damaged = path.read_bytes()
    with opened(path) as mirror:
        assert mirror.was_damaged
        assert mirror.count().result(PATIENCE) == 0
        assert (tmp_path / "mirror.damaged").read_bytes() == damaged
        await synced(platform, mirror)
    assert await is_equal(path, platform)


async def test_an_empty_file_is_a_new_mirror(platform: ConsoleApi, tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    path.touch()
    with opened(path) as mirror:
        assert not mirror.was_damaged
        await synced(platform, mirror)
    assert await is_equal(path, platform)


@pytest.mark.usefixtures("large_files")
async def test_damage_met_while_reading_is_said_and_the_next_refresh_reads_everybody_anew(
    platform: ConsoleApi, tmp_path: Path
) -> None:
    path = tmp_path / "mirror.db"
    with opened(path) as mirror:
        await synced(platform, mirror)
    flip(path, first=THE_HUMANS, every=10_000)
    with opened(path) as mirror:
        directory = Directory(OpenMirror(mirror, "mirror"))
        directory.platform = platform
        search = directory.search(EVERYBODY, Sort(), on_change=lambda _: None)
        with pytest.raises(DamagedError, match="is damaged") as caught:
            search.result(PATIENCE)
        assert caught.value.hint.startswith("Refresh")
        async for _ in directory.refresh():
            pass
        assert directory.standing == REBUILT
        found = directory.search(EVERYBODY, Sort(), on_change=lambda _: None).result(PATIENCE)
        assert found.at(0) is not None
        assert in_the_mirror(mirror) == await at_the_platform(platform)
        assert (tmp_path / "mirror.damaged").exists()
    assert await is_equal(path, platform)


@pytest.mark.usefixtures("large_files")
@pytest.mark.parametrize("first", range(1, 60, 6))
async def test_any_damaged_page_ends_in_a_mirror_that_is_right(
    platform: ConsoleApi, tmp_path: Path, first: int
) -> None:
    path = tmp_path / "mirror.db"
    with opened(path) as mirror:
        await synced(platform, mirror)
    flip(path, first=first, every=10_000)
    with opened(path) as mirror:
        await synced(platform, mirror, full=True)
        try:
            is_right = in_the_mirror(mirror) == await at_the_platform(platform)
        except MirrorError:
            is_right = False
        if not is_right:  # the page was not read until now, and is known to be damaged now
            assert not mirror.is_usable
            await synced(platform, mirror)
    assert await is_equal(path, platform)


@pytest.mark.usefixtures("large_files")
def test_nothing_of_damage_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mirror.db"
    with opened(path) as mirror:
        mirror.append([human(number) for number in range(400)], {}).result(PATIENCE)
        finish(mirror)
    flip(path, first=THE_HUMANS, every=10_000)
    with opened(path) as mirror:
        assert isinstance(mirror.document("eu_1", place=16).exception(PATIENCE), DamagedError)
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("large_files")
def test_of_two_consoles_that_meet_damage_one_sets_it_aside(tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    with opened(path) as mirror:
        mirror.append([human(number) for number in range(400)], {}).result(PATIENCE)
        finish(mirror)
    flip(path, first=THE_HUMANS, every=10_000)
    with opened(path) as first, opened(path) as second:
        for mirror in (first, second):
            assert isinstance(mirror.document("eu_1", place=16).exception(PATIENCE), DamagedError)
        first.reopen()
        first.append([human(1)], {}).result(PATIENCE)
        assert not second.is_usable
        second.reopen()
        assert second.count().result(PATIENCE) == 1
        assert (first.was_damaged, second.was_damaged) == (True, False)
        assert first.is_usable


def test_a_console_notices_that_another_put_a_new_file_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    with opened(path) as first:
        database.set_aside(path)
        with opened(path) as second:
            second.append([human(1)], {}).result(PATIENCE)
            assert not first.is_usable
            first.reopen()
            assert first.count().result(PATIENCE) == 1


def test_a_newer_mirror_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    with opened(path) as mirror:
        mirror.write(lambda connection, _: _make_newer(connection)).result(PATIENCE)
    before = path.read_bytes()
    with pytest.raises(MirrorError, match="written by a newer version") as caught:
        Mirror(path, KEY)
    assert not isinstance(caught.value, DamagedError)
    assert path.read_bytes() == before
    assert not (tmp_path / "mirror.damaged").exists()


def _make_newer(connection: database.Connection) -> None:
    connection.execute("PRAGMA user_version = 99")


def test_a_mirror_that_was_changed_a_lot_is_not_taken_for_damaged(tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    many: list[Document] = [human(n, "Ann" * 50, second=n * 7 % 3000) for n in range(3000)]
    with opened(path) as mirror:
        mirror.append(many, {}).result(PATIENCE)
        mirror.append([human(7, second=1)], {}).result(PATIENCE)
        finish(mirror)
        for some in range(0, 3000, 2):
            removed(mirror, f"eu_{some}")
        mirror.clear().result(PATIENCE)
        mirror.append(many[:500], {}).result(PATIENCE)
        finish(mirror)
    with opened(path) as mirror:
        assert not mirror.was_damaged
        assert len(in_the_mirror(mirror)) == 500
