"""Signing in with a code by e-mail, and by an account elsewhere, from the console."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aicx_tui.services.setup import Setup
from tests.sandbox.granting import link, oidc_file, signed_in
from tests.sandbox.issuer import Issuer, Said
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import Data, another, turn_two_factor_on
from tests.tui.console import NOW, Person, bare_setup, console

WELCOME = "Open the sandbox"
DATA = "data.db"


class Clock:
    """A present that a test turns on."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    return bare_setup(str(tmp_path))


@pytest.fixture
def google() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def sandbox(tmp_path: Path, google: Issuer) -> Iterator[SandboxProcess]:
    """One whose agent has a second factor, and whose viewer has a Google account linked."""
    file = oidc_file(tmp_path, google=google)
    data = str(tmp_path / DATA)
    with SandboxProcess("--data", data, "--humans", "5", "--oidc", str(file)) as process:
        turn_two_factor_on(process, "agent")
        yield process


async def adds_server(person: Person, sandbox: SandboxProcess, *, role: str = "agent") -> None:
    who = sandbox.person(role)
    await person.presses("home", "down", "down", "enter")
    await person.sees("Add a server", "The server's root.")
    await person.pastes(sandbox.url)
    await person.presses("tab")
    await person.pastes(who.email)
    await person.presses("tab")
    await person.pastes(who.password or "")
    await person.presses("enter")


async def test_the_code_is_pasted_into_the_same_dialog(
    setup: Setup, sandbox: SandboxProcess
) -> None:
    async with console(None, setup=setup, until=WELCOME) as person:
        await adds_server(person, sandbox)
        await person.sees("Add a server", "Code", "Sent to a…@acme.example", "another in 30 s")
        code = sandbox.code_sent()
        await person.pastes(f"{code[:3]} {code[3:]}")
        await person.presses("enter")
        await person.sees("● 5 humans, fresh now", "Bo Lindqvist · agent")


async def test_a_wrong_code_may_be_corrected_and_the_fifth_ends_it(
    setup: Setup, sandbox: SandboxProcess
) -> None:
    async with console(None, setup=setup, until=WELCOME) as person:
        await adds_server(person, sandbox)
        await person.sees("another in 30 s")
        wrong = another(sandbox.code_sent())
        await person.pastes(wrong)
        await person.presses("enter")
        await person.sees("! That is not the code that was sent last.", wrong)
        for _ in range(3):
            await person.presses("enter")
            await person.waits_for(lambda: "Asking the platform" not in person.screen)
        await person.presses("enter")
        await person.sees("Too many wrong codes were tried", "Password", sandbox.url)
        assert sandbox.person("agent").email in person.screen


async def test_another_code_is_sent_once_the_countdown_is_over(
    setup: Setup, sandbox: SandboxProcess, tmp_path: Path
) -> None:
    clock = Clock()
    async with console(None, setup=setup, until=WELCOME, clock=clock) as person:
        await adds_server(person, sandbox)
        await person.sees("another in 30 s")
        first = sandbox.code_sent()
        await person.presses("ctrl+r")
        assert sandbox.code_sent() == first
        clock.now += timedelta(seconds=31)
        await person.sees("ctrl+r sends another.")
        await person.presses("ctrl+r")
        await person.sees("asks for a pause")  # the platform's own clock was not turned on
        lies_back(sandbox, tmp_path, "sent_at", by=timedelta(seconds=31))
        clock.now += timedelta(seconds=31)
        await person.sees("ctrl+r sends another.")
        await person.presses("ctrl+r")
        await person.sees("Another code was sent; only that one counts.", "another in 30 s")
        await person.pastes(first)
        await person.presses("enter")
        await person.sees("! This is not the code.", "ctrl+r sends another in")
        await person.presses("ctrl+u")
        await person.pastes(sandbox.code_sent())
        await person.presses("enter")
        await person.sees("● 5 humans")


async def test_a_challenge_that_is_over_begins_with_the_password_again(
    setup: Setup, sandbox: SandboxProcess, tmp_path: Path
) -> None:
    async with console(None, setup=setup, until=WELCOME) as person:
        await adds_server(person, sandbox)
        await person.sees("another in 30 s")
        lies_back(sandbox, tmp_path, "expires_at", by=timedelta(minutes=1))
        await person.pastes(sandbox.code_sent())
        await person.presses("enter")
        await person.sees("! This code is too old.", "Begin again", "Password", sandbox.url)


async def test_a_linked_account_signs_in_by_what_is_allowed_in_a_browser(
    tmp_path: Path, sandbox: SandboxProcess, google: Issuer
) -> None:
    with signed_in(sandbox, "viewer") as client:
        link(client, google, "google", google.token(google.claims("vera")))
    async with server(tmp_path, sandbox) as person:
        await person.presses("L")
        await person.sees("Sign in to server", "ctrl+o signs in with Google instead.")
        await person.presses("ctrl+o")
        await person.sees("Sign in with Google", f"{google.origin}/enter", "▀")
        await person.sees("Waiting until it is allowed there")
        google.decide(shown_code(person), google.token(google.claims("vera")))
        await person.sees("● 5 humans, fresh now", "viewer")


async def test_what_is_refused_elsewhere_or_linked_to_nobody_is_told_apart(
    tmp_path: Path, sandbox: SandboxProcess, google: Issuer
) -> None:
    async with server(tmp_path, sandbox) as person:
        await person.presses("L")
        await person.sees("ctrl+o signs in with Google instead.")
        await person.presses("ctrl+o")
        await person.sees("Waiting until it is allowed there")
        google.decide(shown_code(person), Said(400, {"error": "access_denied"}))
        await person.sees("! It was refused in the browser.", "r begins again.")
        await person.presses("r")
        await person.sees("Waiting until it is allowed there", "CODE-")
        google.decide(shown_code(person), google.token(google.claims("nobody")))
        await person.sees("linked", "aicx profile link google, once signed in.")
        await person.presses("r")
        await person.sees("Waiting until it is allowed there", "CODE-")
        google.decide(shown_code(person), Said(400, {"error": "expired_token"}))
        await person.sees("! The code was not used in time.", "r begins again.")
        await person.presses("escape")
        await person.sees("Sign in to server", "E-mail")


async def test_a_linked_account_with_a_second_factor_is_asked_for_the_code(
    tmp_path: Path, sandbox: SandboxProcess, google: Issuer
) -> None:
    with signed_in(sandbox, "admin") as client:
        link(client, google, "google", google.token(google.claims("ana")))
    turn_two_factor_on(sandbox, "admin")
    async with server(tmp_path, sandbox) as person:
        await person.presses("L")
        await person.sees("ctrl+o signs in")
        await person.presses("ctrl+o")
        await person.sees("Waiting until it is allowed there")
        google.decide(shown_code(person), google.token(google.claims("ana")))
        await person.sees("Sign in to server", "Sent to a…@acme.example")
        await person.pastes(sandbox.code_sent())
        await person.presses("enter")
        await person.sees("● 5 humans, fresh now", "Ana Cruz · admin")


async def test_an_account_elsewhere_is_linked_and_unlinked_in_the_profile(
    tmp_path: Path, sandbox: SandboxProcess, google: Issuer
) -> None:
    async with server(tmp_path, sandbox) as person:
        await person.presses("L")
        await person.sees("Sign in to server")
        await person.presses("ctrl+s")
        await person.sees("! This is needed.")
        await person.pastes(sandbox.person("admin").email)
        await person.presses("enter")
        await person.pastes(sandbox.person("admin").password or "")
        await person.presses("enter")
        await person.sees("● 5 humans, fresh now")
        await person.presses("g", "p")
        await person.sees("Google", "○ not linked")
        await person.presses("end", "enter")
        await person.sees("Link Google", "Waiting until it is allowed there")
        google.decide(shown_code(person), google.token(google.claims("ana")))
        await person.sees("Google is linked", "● linked", "ana@elsewhere.example")
        await person.presses("end", "enter")
        await person.sees("Unlink Google", "ana@elsewhere.example", "ctrl+s unlinks it.")
        await person.presses("ctrl+s")
        await person.sees("Google is unlinked", "○ not linked")


def lies_back(sandbox: SandboxProcess, home: Path, moment: str, *, by: timedelta) -> None:
    """Let a moment of every challenge have passed."""
    past = datetime.now(UTC) - by
    text = past.isoformat(timespec="microseconds")
    Data(sandbox, home / DATA).change(f"UPDATE challenges SET {moment} = '{text}'")  # noqa: S608


def server(tmp_path: Path, sandbox: SandboxProcess) -> AbstractAsyncContextManager[Person]:
    """The console at a context that nobody is signed in to."""
    path = tmp_path / "config.toml"
    path.write_text(
        f'context = "server"\n[contexts.server]\nkind = "console"\nurl = "{sandbox.url}"\n'
        f'bot = "{sandbox.announcement["bot_id"]}"\n'
    )
    setup = bare_setup(str(tmp_path))
    setup.config = setup.read_config()
    return console(setup.access("server"), setup=setup, until="signed out: press L", zone=None)


def shown_code(person: Person) -> str:
    """The code that is to be typed in the browser."""
    line = next(line for line in person.lines if "CODE-" in line)
    return line[line.index("CODE-") :][:11]
