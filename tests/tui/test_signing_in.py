"""Signing in from the console: at first, anew in mid-work, and without a keyring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aicx_tui.config_file import config_path
from aicx_tui.credentials import Credentials
from aicx_tui.models.human import HumanChanges
from aicx_tui.services.setup import Setup
from tests.api.faulty import faulty, reply
from tests.keyring.secret_service import SecretService
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, bare_setup, console
from tests.tui.waiting import current, platform_of, sending_of


@pytest.fixture
def setup(tmp_path: Path) -> Setup:
    """No file yet, and no keyring."""
    return bare_setup(str(tmp_path))


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretService]:
    """A real keyring of its own for this process."""
    with SecretService() as service:
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        yield service


async def add_server(person: Person, platform: SandboxPlatform, *, password: str = "") -> None:
    admin = platform.announced["admin"]
    await person.presses("home", "down", "down", "enter")
    await person.sees("Add a server", "The server's root.")
    await person.types(platform.url)
    await person.presses("tab")
    await person.types(admin["email"])
    await person.presses("tab")
    await person.types(password or admin["password"])
    await person.presses("enter")


async def add_proto(person: Person, platform: SandboxPlatform, *, token: str = "") -> None:
    await person.presses("home", "down", "enter")
    await person.sees("Sign in to Proto AICX", "not tied to a person")
    for value in (
        str(platform.announced["company_id"]),
        str(platform.announced["bot_id"]),
        token or platform.token(),
    ):
        await person.pastes(value)
        await person.presses("tab")
    await person.presses("ctrl+k", "home", "ctrl+k")
    await person.pastes(platform.url)
    await person.presses("ctrl+s")


async def test_the_first_screen_offers_three_ways(setup: Setup) -> None:
    async with console(None, setup=setup, until="Open the sandbox") as person:
        assert "Sign in to Proto AICX" in person.screen
        await person.sees("Add a server", "Enter go on", "? help")


async def test_a_server_is_added_by_password_and_opened(
    setup: Setup, own_sandbox: SandboxPlatform
) -> None:
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await add_server(person, own_sandbox)
        await person.sees("server", "● 40 humans, fresh now", "Ana Cruz · admin")
        await person.sees("! The keyring is switched off.")
    written = config_path(setup.home).read_text()
    assert own_sandbox.url in written
    assert str(own_sandbox.announced["admin"]["password"]) not in written
    assert setup.read_config().contexts["server"].bot_id == own_sandbox.announced["bot_id"]


async def test_proto_is_added_by_token_and_says_that_it_lists_nobody(
    setup: Setup, own_sandbox: SandboxPlatform
) -> None:
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await add_proto(person, own_sandbox)
        await person.sees("proto · production", "This platform has no list of humans.")
    context = setup.read_config().contexts["proto"]
    assert (context.kind, context.production, context.colour) == ("gateway", True, "red")


async def test_what_went_wrong_is_told_apart_and_nothing_typed_is_lost(
    setup: Setup, own_sandbox: SandboxPlatform
) -> None:
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await add_server(person, own_sandbox, password="not-the-password")
        await person.sees("The e-mail address or the password is wrong", own_sandbox.url)
        await person.presses("escape")
        await add_proto(person, own_sandbox, token="sk_replaced_long_ago")
        await person.sees("The token was not accepted", own_sandbox.url)
    async with (
        faulty(reply(200, b"<html>portal</html>")) as portal,
        console(None, setup=setup, until="Open the sandbox") as person,
    ):
        await person.presses("down", "down", "enter")
        await person.sees("The server's root.")
        await person.types(portal.url)
        await person.presses("tab")
        await person.types("ana@example.com")
        await person.presses("tab", "x", "ctrl+s")
        await person.sees("answered with a web page", "ana@example.com")
        await person.presses("shift+tab", "shift+tab", "end", "ctrl+u")
        await person.types("https://no-such-host.invalid")
        await person.presses("ctrl+s")
        await person.sees("No connection to no-such-host.invalid")
    assert not config_path(setup.home).exists()


async def test_each_field_says_what_is_wrong_with_it(setup: Setup) -> None:
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await person.presses("down", "enter")
        await person.sees("Company id")
        await person.presses("ctrl+s")
        await person.sees("Something is missing yet.")
        assert person.screen.count("! This is needed.") == 3
        await person.pastes("../other")
        await person.presses("tab", "b", "tab")
        await person.pastes("sk token")
        await person.presses("ctrl+s")
        await person.sees("Nothing was sent yet.", "a slash", "white space")


async def test_a_token_in_a_field_is_neither_shown_nor_copied(setup: Setup) -> None:
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await person.presses("down", "enter")
        await person.sees("Token")
        await person.presses("tab", "tab")
        await person.pastes("sk_canary_in_a_field")
        await person.sees("••••••••••••••••••••")
        await person.presses("home", "shift+end", "ctrl+c", "ctrl+x")
        assert person.app.clipboard == ""
        assert "sk_canary" not in person.screen
        assert "sk_canary" not in person.app.export_screenshot()


async def test_a_session_that_ends_in_mid_work_is_asked_for_and_the_work_goes_on(
    setup: Setup, own_sandbox: SandboxPlatform
) -> None:
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await add_server(person, own_sandbox)
        await person.sees("● 40 humans")
        session = await session_of(person)
        await person.presses("slash")
        await person.types("an")
        await end_at_the_platform(own_sandbox, session)
        await person.presses("enter", "r")
        await person.sees("Sign in to server", "goes on once you are in")
        await person.types(str(own_sandbox.announced["admin"]["password"]))
        await person.presses("enter")
        await person.waits_for(lambda: "Sign in to server" not in person.screen)
        await person.sees("● 40 humans, fresh now", "an")


async def session_of(person: Person) -> str:
    """The bearer that the console sends."""
    from aicx_tui.tui.app import AicxApp

    assert isinstance(person.app, AicxApp)
    access = person.app.places.access
    assert access is not None
    found = await person.app.setup.credentials.find(access.context)
    assert found is not None
    return found.secret.get_secret_value()


async def end_at_the_platform(platform: SandboxPlatform, session: str) -> None:
    """End a session as another console's sign-out does."""
    from pydantic import SecretStr

    from aicx_tui.api.base import Credential

    core = platform.core()
    core.credential = Credential.session(SecretStr(session))
    await core.post("/console/v1/sign-out", {})
    await core.aclose()


async def test_without_a_keyring_a_small_terminal_says_which_key_signs_in(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    said = f'[contexts.server]\nkind = "console"\nurl = "{browsed_sandbox.url}"\n'
    (tmp_path / "config.toml").write_text(said)
    setup = bare_setup(str(tmp_path))
    setup.config = setup.read_config()
    setup.credentials = Credentials({})  # nothing says where a keyring would be
    access = setup.access("server")
    async with console(access, setup=setup, size=(80, 24), until="signed out") as person:
        await person.sees("L signs in here, r tries again.")
        await person.presses("L")
        await person.sees("Sign in to server", "Or a token instead")
        await person.presses(*"me@x", "tab", *"secret", "tab")
        await person.pastes(browsed_sandbox.token())
        await person.presses("ctrl+s")
        await person.sees("! Clear this, or the password above.")


async def test_no_sign_in_takes_the_keys_that_are_typed_into_a_form(
    setup: Setup, own_sandbox: SandboxPlatform
) -> None:
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await add_server(person, own_sandbox)
        await person.sees("● 40 humans, fresh now")
        session = await session_of(person)
        await person.presses("e")
        await person.sees("As the platform has it now.")
        await end_at_the_platform(own_sandbox, session)
        await sending_of(person).queue_update(current(person), HumanChanges(uid="u-1"))
        await person.sees("Signed out", "L signs in; it is asked for once this is closed.")
        await person.presses("tab", "end", "ctrl+u")
        await person.types("ada@example.com")
        await person.sees("Edit ", "ada@example.com")
        await person.presses("ctrl+s")
        await person.sees("Sign in to server", "goes on once you are in")
        await person.types(str(own_sandbox.announced["admin"]["password"]))
        await person.presses("enter")
        await person.waits_for(lambda: "Sign in to server" not in person.screen)
        await person.sees("● 40 humans, fresh now", "ada@example.com")
        await person.waits_for(lambda: not sending_of(person).queue.waiting)
        human = (await platform_of(person).get_human(current(person))).human
        assert (human.uid, human.email) == ("u-1", "ada@example.com")


async def test_what_waits_is_sent_after_a_new_sign_in(
    setup: Setup, own_sandbox: SandboxPlatform
) -> None:
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await add_server(person, own_sandbox)
        await person.sees("● 40 humans, fresh now")
        await end_at_the_platform(own_sandbox, await session_of(person))
        await sending_of(person).queue_update(current(person), HumanChanges(uid="u-1"))
        await person.sees("goes on once you are in")
        await person.presses("escape")
        await person.sees("! signed out: press L", "1 change waiting")
        await person.presses("L")
        await person.sees("Sign in to server")
        await person.types(str(own_sandbox.announced["admin"]["password"]))
        await person.presses("enter")
        await person.sees("● 40 humans, fresh now")
        await person.waits_for(lambda: not sending_of(person).queue.waiting)
        assert (await platform_of(person).get_human(current(person))).human.uid == "u-1"


async def test_leaving_the_sign_in_keeps_what_was_read(
    setup: Setup, own_sandbox: SandboxPlatform
) -> None:
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await add_server(person, own_sandbox)
        await person.sees("● 40 humans")
        await end_at_the_platform(own_sandbox, await session_of(person))
        await person.presses("r")
        await person.sees("goes on once you are in")
        await person.presses("escape")
        await person.sees("! signed out: press L", "40")
        await person.presses("L")
        await person.sees("Sign in to server")
        await person.types(str(own_sandbox.announced["admin"]["password"]))
        await person.presses("enter")
        await person.sees("● 40 humans, fresh now")


async def test_a_keyring_keeps_the_sign_in_and_the_place_for_the_next_start(
    tmp_path: Path, own_sandbox: SandboxPlatform, keyring: SecretService
) -> None:
    environ = keyring.environment | {"AICX_HOME": str(tmp_path)}
    setup = Setup(dict(environ))
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await add_server(person, own_sandbox)
        await person.sees("● 40 humans")
        assert "keyring" not in person.screen
        await person.presses("s", "n", "slash", "a", "enter", "j", "j", "enter", "left")
        await person.sees('"fullname"')
        title = person.lines[1]
    assert {service for service, _ in keyring.stored()} == {
        "aicx/server/mirror",
        "aicx/server/session",
        "aicx/server/view",
    }
    again = Setup(dict(environ))
    async with console(again.access("server"), setup=again, until='"fullname"') as person:
        await person.sees("Name ↑", " of 40")
        assert person.lines[1] == title
    assert own_sandbox.url in config_path(tmp_path).read_text()


async def test_locking_ends_a_session_and_takes_the_password_to_go_on(
    setup: Setup, own_sandbox: SandboxPlatform
) -> None:
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await add_server(person, own_sandbox)
        await person.sees("● 40 humans")
        await person.presses("ctrl+l")
        await person.sees("Locked", "give your password")
        assert "40" not in person.screen
        await person.presses("j", "g", "question_mark", "slash")
        await person.sees("give your password")
        await person.presses("enter")
        await person.sees("Sign in to server")
        await person.presses("escape")
        await person.sees("give your password")
        await person.presses("enter")
        await person.sees("Sign in to server")
        await person.types(str(own_sandbox.announced["admin"]["password"]))
        await person.presses("enter")
        await person.sees("● 40 humans")
        await person.presses("r")
        await person.sees("fresh now")


async def test_locking_leaves_a_token_where_it_is(
    tmp_path: Path, own_sandbox: SandboxPlatform, keyring: SecretService
) -> None:
    setup = Setup(keyring.environment | {"AICX_HOME": str(tmp_path)})
    async with console(None, setup=setup, until="Open the sandbox") as person:
        await add_server(person, own_sandbox)
        await person.sees("● 40 humans")
        await person.presses("L")
        await person.sees("Or a token instead")
        await person.presses("tab")
        await person.pastes(own_sandbox.token())
        await person.presses("ctrl+s")
        await person.waits_for(lambda: "Sign in to" not in person.screen)
        await person.sees("fresh now")
        await person.presses("ctrl+l")
        await person.sees("Locked", "Press Enter to go on.")
        await person.presses("enter")
        await person.sees("● 40 humans")
    kept = {service: secret for (service, _), secret in keyring.stored().items()}
    assert kept["aicx/server/token"] == own_sandbox.token()
    assert "aicx/server/session" not in kept
