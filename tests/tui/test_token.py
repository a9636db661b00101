"""The token in the console: what is shown of it, replacing it, and the places that have it too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aicx_tui.services.setup import Setup
from aicx_tui.tui.screens.profile import ProfileScreen
from aicx_tui.tui.screens.token import TokenScreen
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, bare_setup, console

SIZES = [(80, 24), (120, 40)]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    """A sandbox whose tokens may be replaced."""
    with SandboxProcess("--ephemeral", "--humans", "10") as process:
        yield process


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """A run with a home of its own, whose config.toml can be written."""
    return bare_setup(str(tmp_path))


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    """A file that has another token."""
    file = tmp_path / ".env"
    file.write_text("AICX_TOKEN=sk_of_before\nOTHER=1\n")
    file.chmod(0o600)
    return file


async def opens_token(person: Person) -> None:
    await person.presses("g", "t")
    await person.sees("Personal access token", "Fingerprint")


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_what_is_known_and_nothing_of_the_token(
    browsed_sandbox: SandboxPlatform, setup: Setup, size: tuple[int, int]
) -> None:
    async with console(browsed_sandbox.own_access(), setup=setup, size=size) as person:
        await person.presses("g", "p")
        await person.sees("▸GENERAL")
        await person.presses("right", "right")
        await person.sees("▸API", "lets programs act as you")
        await person.presses("enter")
        await person.sees("Kept in       the sandbox itself", "verified just now")
        await person.sees("No other place is known", "A adds one")
        token = browsed_sandbox.token()
        assert token not in person.screen
        assert token[-4:] in person.screen
        await person.presses("V")
        await person.sees("verified just now")
        await person.presses("escape")
        assert isinstance(person.app.screen, ProfileScreen)
        await person.presses("g", "t")
        await person.waits_for(lambda: isinstance(person.app.screen, TokenScreen))
        print(person.screen)


def describe(setup: Setup, *tables: str, context: str = "sandbox") -> None:
    """Name targets in config.toml."""
    text = "\n".join(f"[[targets.{context}]]\n{table}" for table in tables)
    setup.config.path.write_text(text + "\n")
    setup.config = setup.read_config()


ODD = "odd [/] [@click=app.quit] \\u202e👩‍👩‍👧 עב"


async def test_it_is_replaced_and_given_to_what_uses_it(
    sandbox: SandboxProcess, setup: Setup, env_file: Path, tmp_path: Path
) -> None:
    missing = tmp_path / "nowhere" / ".env"
    describe(
        setup,
        f'name = "billing"\nkind = "env-file"\nfile = "{env_file}"\nkey = "AICX_TOKEN"',
        f'name = "{ODD}"\nkind = "env-file"\nfile = "{missing}"\nkey = "AICX_TOKEN"',
        'name = "legacy cron"\nkind = "by-hand"\ninstructions = "Paste it [/] on cron-1"',
    )
    platform = SandboxPlatform(sandbox.announcement)
    async with console(platform.own_access(), setup=setup, size=(80, 24)) as person:
        await opens_token(person)
        print(person.screen)
        await person.presses("R")
        await person.sees("stops working at once")
        print(person.screen)
        await person.presses("i")
        await person.sees("have it.")
        print(person.screen)
        await person.presses("enter")
        await person.sees("verified just now", "memory")
        print(person.screen)
