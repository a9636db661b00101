"""Whose mirror is opened with which key: a real keyring, a key file, or neither."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from aicx_tui.credentials import Credentials
from aicx_tui.errors import UsageError
from aicx_tui.services.mirrors import IN_MEMORY, REBUILT, Mirrors, OpenMirror
from aicx_tui.settings import Context
from aicx_tui.storage.mirror import Mirror
from tests.keyring.secret_service import SecretService
from tests.storage.syncing import human

PATIENCE = 30.0
NOW = datetime(2026, 3, 1, tzinfo=UTC)
CONTEXT = Context(name="work", kind="console", root="https://example.com", bot_id="b")
SESSION: Any = SimpleNamespace(
    context=CONTEXT, platform=SimpleNamespace(installation="i"), account=None
)


def mirrors(home: Path, *, key_file: Path | None = None, now: datetime = NOW) -> Mirrors:
    """As another start of the console has them."""
    return Mirrors(home, Credentials(os.environ), key_file=key_file, clock=lambda: now)


async def fill(opened: Mirrors) -> None:
    """Read somebody into the mirror, as its platform let us."""
    there = await opened.of(SESSION)
    assert there.standing == ""
    there.mirror.append([human(1)], {}).result(PATIENCE)
    accepted(there.mirror, NOW)
    there.mirror.close()


def accepted(mirror: Mirror, moment: datetime) -> None:
    """Let the platform accept the context, as a sync notes it."""
    stamp = moment.timestamp()
    mirror.keep({"accepted_at": stamp, "latest_clock": stamp}).result(PATIENCE)


def count(opened: OpenMirror | None) -> int | None:
    """How many humans are in a mirror, which is closed; None where there is none."""
    if opened is None:
        return None
    humans = opened.mirror.count().result(PATIENCE)
    opened.mirror.close()
    return humans


def files(home: Path) -> list[str]:
    return sorted(file.suffix for file in home.rglob("*") if file.is_file())


def databases(home: Path) -> list[Path]:
    return list(home.rglob("*.db"))


async def test_the_key_is_kept_in_the_keyring_and_signing_out_removes_it(
    service: SecretService, tmp_path: Path
) -> None:
    await fill(mirrors(tmp_path))
    (key,) = service.stored().values()
    assert len(bytes.fromhex(key)) == 32
    assert count(await mirrors(tmp_path).known(CONTEXT)) == 1
    credentials = Credentials(os.environ)
    await credentials.forget(CONTEXT, patience=PATIENCE)
    assert service.stored() == {}
    assert await mirrors(tmp_path).known(CONTEXT) is None
    mirrors(tmp_path).remove(CONTEXT)
    assert ".db" not in files(tmp_path)


async def test_two_consoles_that_start_at_once_share_one_key(
    service: SecretService, tmp_path: Path
) -> None:
    opened = await asyncio.gather(*(mirrors(tmp_path).of(SESSION) for _ in range(3)))
    assert [each.standing for each in opened] == [""] * 3
    opened[0].mirror.append([human(1)], {}).result(PATIENCE)
    assert [count(each) for each in opened] == [1, 1, 1]
    assert len(service.stored()) == 1


@pytest.mark.usefixtures("no_desktop")
async def test_a_key_file_is_made_for_its_owner_alone_and_refused_when_others_may_read_it(
    tmp_path: Path,
) -> None:
    key_file = tmp_path / "key"
    await fill(mirrors(tmp_path, key_file=key_file))
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".key-")]
    assert count(await mirrors(tmp_path, key_file=key_file).known(CONTEXT)) == 1
    key_file.chmod(0o640)
    with pytest.raises(UsageError, match="Others may read"):
        await mirrors(tmp_path, key_file=key_file).of(SESSION)
    key_file.chmod(0o600)
    key_file.write_text("no key")
    with pytest.raises(UsageError, match="holds no key"):
        await mirrors(tmp_path, key_file=key_file).of(SESSION)


@pytest.mark.usefixtures("no_desktop")
async def test_without_a_keyring_the_mirror_has_no_name_and_leaves_nothing(tmp_path: Path) -> None:
    opened = await mirrors(tmp_path).of(SESSION)
    assert opened.standing == IN_MEMORY
    opened.mirror.append([human(1)], {}).result(PATIENCE)
    assert ".db" not in files(tmp_path)  # while it is open: so a kill -9 leaves nothing either
    assert not [name for name in os.listdir(tmp_path / "mirrors") if name != "key.lock"]
    assert count(opened) == 1


@pytest.mark.usefixtures("no_desktop")
async def test_a_mirror_is_locked_after_a_week_and_a_clock_set_back_opens_it_not(
    tmp_path: Path,
) -> None:
    key_file = tmp_path / "key"
    await fill(mirrors(tmp_path, key_file=key_file))

    async def known(days: float) -> int | None:
        now = NOW + timedelta(days=days)
        return count(await mirrors(tmp_path, key_file=key_file, now=now).known(CONTEXT))

    assert await known(6.9) == 1
    assert await known(0) == 1
    assert await known(7.1) is None
    assert await known(1) is None
    again = mirrors(tmp_path, key_file=key_file, now=NOW + timedelta(days=1))
    opened = await again.of(SESSION)
    accepted(opened.mirror, NOW + timedelta(days=1))
    assert count(opened) == 1
    assert await known(2) == 1


@pytest.mark.usefixtures("no_desktop")
async def test_a_mirror_found_damaged_before_signing_in_is_said_to_be_afterwards(
    tmp_path: Path,
) -> None:
    key_file = tmp_path / "key"
    await fill(mirrors(tmp_path, key_file=key_file))
    (file,) = databases(tmp_path)
    file.write_bytes(b"x" * 10_000)
    console = mirrors(tmp_path, key_file=key_file)
    assert await console.known(CONTEXT) is None
    opened = await console.of(SESSION)
    assert opened.standing == REBUILT
    assert count(opened) == 0
