"""A local copy that goes bad under a running console: it is said, and `r` makes it right."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from aicx_tui.credentials import Credentials
from aicx_tui.services.access import ContextAccess
from aicx_tui.services.mirrors import Mirrors
from aicx_tui.settings import context_from
from aicx_tui.storage import database
from aicx_tui.tui.screens.humans import HumansScreen
from tests.sandbox_platform import SandboxPlatform
from tests.storage.test_damaged import THE_HUMANS, flip
from tests.tui.console import console


def access_with_a_copy(sandbox: SandboxPlatform, home: Path) -> ContextAccess:
    """The console's way to a sandbox whose humans it keeps in a folder."""
    environ = {"AICX_KEYRING": "off", **sandbox.environment()}
    credentials = Credentials(environ)
    mirrors = Mirrors(home, credentials, key_file=home / "key")
    return ContextAccess(context_from(environ), credentials, mirrors)


def flip_pages_with_humans(home: Path) -> None:
    (path,) = home.rglob("*.db")
    flip(path, first=THE_HUMANS, every=10_000)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


async def test_damage_is_said_and_a_refresh_reads_everybody_anew(
    browsed_sandbox: SandboxPlatform, home: Path
) -> None:
    async with console(access_with_a_copy(browsed_sandbox, home)):
        pass
    flip_pages_with_humans(home)
    with patch.object(database, "CHECKED_BYTES", 0):
        access = access_with_a_copy(browsed_sandbox, home)
        async with console(access, until="not refreshed") as person:
            await person.presses("end", "pageup", "slash", *"an", "enter", "a", "enter")
            await person.presses("escape", "escape", "escape", "r")
            await person.sees("● 400 humans, fresh", "was damaged")
            await person.presses("slash", *"has:email", "enter", "a")
            await person.sees(" marked · ")


async def test_a_copy_that_is_closed_under_the_console_is_no_crash(
    browsed_sandbox: SandboxPlatform, home: Path
) -> None:
    async with console(access_with_a_copy(browsed_sandbox, home)) as person:
        screen = person.app.screen
        assert isinstance(screen, HumansScreen)
        assert screen.directory is not None
        screen.directory.mirror.close()
        await person.presses("down", "end", "slash", *"tag:", "tab", "enter", "a", "enter")
        await person.presses("escape", "escape", "s", "n", "question_mark")
        await person.sees("Mark all that match")
