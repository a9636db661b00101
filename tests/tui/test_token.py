"""The token in the console: what is shown of it, replacing it, and the places that have it too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from textual.pilot import Pilot

from aicx_tui.api.console_token import ConsoleToken
from aicx_tui.errors import (
    AicxError,
    NotSignedInError,
    PlatformFailedError,
    RateLimitedError,
    UnreachableError,
)
from aicx_tui.models.token import IssuedToken
from aicx_tui.services.own_token import OwnToken
from aicx_tui.services.rotation_keeping import Step
from aicx_tui.services.setup import Setup
from aicx_tui.services.targets import Outcome as TargetOutcome
from aicx_tui.services.targets import Target, TargetResult
from aicx_tui.tui.screens.profile import ProfileScreen
from aicx_tui.tui.screens.token import TokenScreen
from aicx_tui.tui.screens.token_run import TokenRunScreen
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import by_password
from tests.sandbox_platform import AnnouncedAccess, SandboxPlatform
from tests.tui.console import Person, bare_setup, console, console_app
from tests.tui.test_snapshots import Compare
from tests.tui.waiting import humans_of

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
    put_another(tmp_path / ".env")
    return tmp_path / ".env"


def put_another(file: Path) -> None:
    """Let an environment file have a token of somebody else's."""
    file.write_text("AICX_TOKEN=sk_of_somebody\n")
    file.chmod(0o600)


def text_in(file: Path) -> str:
    return file.read_text()


def access_to(sandbox: SandboxProcess) -> AnnouncedAccess:
    """The way to a sandbox whose admin has had another token since."""
    announced: dict[str, Any] = dict(sandbox.announcement)
    announced["admin"] = {**announced["admin"], "token": issued(sandbox)}
    return AnnouncedAccess(announced)


def issued(sandbox: SandboxProcess) -> str:
    """A new token of the admin's, as the web app issues one."""
    headers = {"Authorization": f"Bearer {by_password(sandbox, 'admin')['session']}"}
    with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        reply = client.post("/console/v1/profile/token", headers=headers)
        return str(reply.json()["result"]["token"])


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


def describe(setup: Setup, *tables: str) -> None:
    """Name targets in config.toml."""
    text = "\n".join(f"[[targets.sandbox]]\n{table}" for table in tables)
    setup.config.path.write_text(text + "\n")
    setup.config = setup.read_config()


ODD = "odd [/] [@click=a] \\u202e👩‍👩‍👧 עב"


async def test_it_is_replaced_and_given_to_what_uses_it(
    sandbox: SandboxProcess, setup: Setup, env_file: Path, tmp_path: Path
) -> None:
    later = tmp_path / "later.env"
    describe(
        setup,
        f'name = "billing"\nkind = "env-file"\nfile = "{env_file}"\nkey = "AICX_TOKEN"',
        f'name = "{ODD}"\nkind = "env-file"\nfile = "{later}"\nkey = "AICX_TOKEN"',
        'name = "legacy cron"\nkind = "by-hand"\ninstructions = "Paste it [/] on cron-1"',
    )
    async with console(access_to(sandbox), setup=setup, size=(80, 24)) as person:
        await opens_token(person)
        await person.sees("billing", "env file", "! never", "odd [/] [@click=a] �")
        await person.presses("R")
        await person.sees("stops working at once", "Then 3 places", "○ legacy cron")
        await person.presses("enter", "R")  # neither begins it
        await person.presses("escape")
        await person.waits_for(lambda: "Then 3 places" not in person.screen)
        assert "sk_of_somebody" in text_in(env_file)
        await person.presses("R", "i")
        await person.sees("✓ old token retired", "1 of 3 have it", "r try those again")
        put_another(later)
        await person.presses("r")
        await person.sees("2 of 3 have it", "by hand: H in the list notes it")
        assert "r try those again" not in person.screen
        await person.presses("enter")
        await person.sees("memory, until this run ends", "verified just now")
        await person.presses("end", "H")
        await person.sees("✓ now, by")
        put_another(env_file)
        await person.presses("C")
        await person.sees("! now, has another token")
        await person.presses("U")
        await person.waits_for(lambda: "another" not in person.screen and "◐" not in person.screen)
        assert text_in(env_file) == text_in(later)
        token = text_in(env_file).splitlines()[0].partition("=")[2]
        assert token not in person.screen
        await person.presses("g", "h", "r")
        await person.sees("fresh now")  # calls go on with the new token


async def test_targets_are_described_changed_and_removed(
    browsed_sandbox: SandboxPlatform, setup: Setup, env_file: Path
) -> None:
    async with console(browsed_sandbox.own_access(), setup=setup, size=(80, 24)) as person:
        await opens_token(person)
        await person.presses("A", "e")
        await person.sees("Add a target: env file", "Which key of it.")
        await person.types("billing")
        await person.presses("tab", *"nowhere", "tab", *"AICX_TOKEN", "ctrl+s")
        await person.sees("! ", "is not a full path")
        await person.pastes("")
        await person.presses("end", *["backspace"] * 7)
        await person.pastes(str(env_file))
        await person.presses("ctrl+s")
        await person.sees("billing", "! never", "U gives it the token in use")
        await person.presses("enter")
        await person.sees("look whether it has the token")
        await person.presses("u")
        await person.sees("✓ now")
        assert browsed_sandbox.token() in text_in(env_file)
        await person.presses("number_sign")
        await person.sees("Remove billing?", "stays there")
        await person.presses("r")
        await person.sees("No other place is known")
        assert browsed_sandbox.token() in text_in(env_file)


async def test_the_whole_token_is_shown_once_and_copied_after_a_question(
    browsed_sandbox: SandboxPlatform, setup: Setup
) -> None:
    token = browsed_sandbox.token()
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await opens_token(person)
        await person.presses("full_stop")
        await person.sees("Show the whole token?")
        assert token not in person.screen
        await person.presses("s")
        await person.sees(token)
        await person.presses("ctrl+l")  # whatever covers it closes it
        await person.sees("Locked")
        await person.presses("enter")
        await person.sees("Kept in")
        assert token not in person.app.export_screenshot(title="aicx")
        await person.presses("y")
        await person.sees("Copy the token?")
        await person.presses("escape")
        assert person.app.clipboard == ""
        await person.presses("y", "c")
        await person.sees("cleared in 30 s")
        assert person.app.clipboard == token
        person.app.places.clipboard.clear()  # type: ignore[attr-defined]
        assert person.app.clipboard == ""
        await person.presses("F")
        await person.waits_for(lambda: "Forget the token here?" not in person.screen)


FAULTS = (
    (UnreachableError("It cannot be reached. Nothing was sent."), "cannot be reached"),
    (NotSignedInError("The platform answered 401."), "does not accept what signs in"),
    (RateLimitedError("A pause of 30 s. Nothing was done.", retry_after=30), "A pause of"),
    (PlatformFailedError("It failed with 500."), "failed with 500"),
)


async def test_a_platform_that_does_not_do_it_is_said_and_asked_again(
    sandbox: SandboxProcess, setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with console(access_to(sandbox), setup=setup, size=(80, 24)) as person:
        await opens_token(person)
        for error, says in FAULTS:
            await person.sees("verified just now")
            with monkeypatch.context() as patch:

                async def fails(
                    _: ConsoleToken, *, key: str = "", error: AicxError = error
                ) -> IssuedToken:
                    raise error

                patch.setattr(ConsoleToken, "get", fails)
                await person.presses("V")
                await person.sees("! 127.0.0.1")
                patch.setattr(ConsoleToken, "issue", fails)
                await person.presses("I", "i")
                await person.sees(says, "r try again")
            await person.presses("r")
            await person.sees("memory, until this run ends", "Enter close")
            await person.presses("enter")


async def test_an_old_one_is_said_and_without_a_keyring_the_new_one_goes_to_a_file(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    announced = sandbox.announcement
    (tmp_path / "config.toml").write_text(
        f'context = "work"\n[contexts.work]\nkind = "console"\nurl = "{sandbox.url}"\n'
        f'company = "{announced["company_id"]}"\nbot = "{announced["bot_id"]}"\n'
    )
    environ = {"AICX_HOME": str(tmp_path), "AICX_KEYRING": "off"}
    setup = Setup(environ, token=(SecretStr(issued(sandbox)), "the file t"))
    later = datetime.now(UTC) + timedelta(days=100)
    file = tmp_path / "kept"
    access = setup.access("work")
    async with console(access, setup=setup, size=(80, 24), clock=lambda: later) as person:
        await opens_token(person)
        await person.sees("Kept in       the file t", "days old. R replaces it")
        await person.presses("I", "i")
        await person.sees("f keep in a file", "AICX_KEYRING")
        await person.presses("f")
        await person.sees("Keep the new token in a file")
        await person.pastes(str(file))
        await person.presses("enter")
        await person.sees("A new token is in the file", "! the file t still holds the one before")
        await person.presses("enter")
        await person.sees("memory, until this run ends", "verified just now")
    assert text_in(file).startswith("sk_")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["console", "open-cx"])
async def test_one_of_the_environment_is_shown_and_cannot_be_changed(
    browsed_sandbox: SandboxPlatform, tmp_path: Path, kind: str
) -> None:
    aimed = browsed_sandbox.environment(kind=kind)
    if kind == "open-cx":
        aimed |= {"AICX_URL": f"{browsed_sandbox.url}/open-cx"}
    setup = Setup({"AICX_HOME": str(tmp_path), "AICX_KEYRING": "off", **aimed})
    access = setup.access("environment")
    async with console(access, setup=setup, size=(80, 24), until=" humans, fresh") as person:
        await opens_token(person)
        await person.sees("the environment, AICX_TOKEN", "verified just now", "contexts add")
        await person.presses("R", "I", "P")
        await person.presses("question_mark", *"paste")
        await person.sees("The token comes from")


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
def test_the_run_as_it_looks(
    snap_compare: Compare, browsed_sandbox: SandboxPlatform, setup: Setup, size: tuple[int, int]
) -> None:
    targets = [Target(name, "command") for name in ("billing .env", "website", "legacy cron")]
    said = "gh ended with 1. Mend what it complains of, then give this target the token once more."
    ended = (
        TargetResult(targets[0], TargetOutcome.VERIFIED),
        TargetResult(targets[1], TargetOutcome.FAILED, said),
        TargetResult(targets[2], TargetOutcome.BY_HAND, "Paste it into cron-1's crontab."),
    )

    async def arrange(pilot: Pilot[None]) -> None:
        person = Person(pilot)
        await person.sees("fresh now")
        session = humans_of(person).session
        assert session is not None
        own = OwnToken(session.context, setup, session=session)
        run = TokenRunScreen(own, None, targets)
        await person.app.push_screen(run)
        for step in Step:
            run.post_message(run.Went(step))
        for result in ended:
            run.post_message(run.Given(result))
        run.post_message(run.AllGiven())
        await person.sees("1 of 3 have it.", "r try those again")

    app = console_app(browsed_sandbox.own_access())
    assert snap_compare(app, terminal_size=size, run_before=arrange)
