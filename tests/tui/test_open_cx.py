"""OpenCX in the console: a human is vouched for, and contacts are edited like other humans."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from aicx_tui.api.open_cx import MOST_REQUESTS, budget_of
from aicx_tui.services.setup import Setup
from aicx_tui.settings import Context
from tests.cli.command import aicx
from tests.cli.test_open_cx import environment
from tests.sandbox_platform import SandboxPlatform, access_by
from tests.tui.console import bare_setup, console

PROFILE = ("cx-genie", "profiles", "add", "shop")


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_human_is_vouched_for_step_by_step(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    elsewhere = Context(name="ocx", kind="open-cx", root="http://127.0.0.1:1", source="config")
    setup = bare_setup(str(tmp_path), contexts={"ocx": elsewhere})
    async with console(own_sandbox.own_access(), setup=setup) as person:
        await person.presses("slash", *"has:email", "enter", "w", "a")
        await person.sees("Authenticate", "with OpenCX", "Nothing is sent yet", "Chat context")
        await person.sees(f"It goes to {urlsplit(own_sandbox.url).netloc}")
        await person.presses("tab", "tab", "tab", *"xx", "ctrl+s")
        await person.sees("It is none of the 56 codes")
        await person.presses("ctrl+u", *"tl", "tab", "tab", *"plan", "equals_sign", *"gold")
        await person.presses("ctrl+s")
        await person.sees("curl --request POST", "Authorization: Bearer ********", '"plan": "gold"')
        assert own_sandbox.token() not in person.screen
        await person.presses("e")
        await person.sees("Custom data", "plan=gold")
        await person.presses("ctrl+s")
        await person.sees("curl --request POST")
        await person.presses("enter")
        await person.sees("Token    ********", "It says that it ends in", "Contact  ")
        await person.presses("y")
        await person.sees("y again copies the token")
        await person.presses("y")
        await person.sees("The token was sent to the clipboard.")
        token = person.app.clipboard
        assert token.count(".") == 2
        await person.presses("i")
        await person.sees("The contact's id was sent")
        assert person.app.clipboard in person.screen
        await person.presses("w")
        await person.sees("Widget", "User's token", "empty keeps")
        await person.types("wt")
        await person.presses("ctrl+s")
        await person.sees("initOpenScript({", 'user: { token: "********" }')
        assert token not in person.screen
        await person.presses("o")
        await person.sees("User's token", "empty keeps")
        await person.presses("escape")
        await person.sees("initOpenScript({")
        await person.presses("escape")
        await person.sees("Token    ********", "It says that it ends in")


async def test_the_key_is_asked_for_once_where_no_keyring_has_it(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    root = f"{own_sandbox.url}/open-cx"
    context = Context(name="ocx", kind="open-cx", root=root, source="config")
    setup = bare_setup(str(tmp_path), contexts={"ocx": context})
    async with console(own_sandbox.access(), setup=setup) as person:
        await person.presses("slash", *"has:email", "enter", "w", "a")
        await person.sees("API key of ocx", "The API key of ocx is not known.", "memory alone")
        await person.pastes("ocx_live_wrong")
        await person.presses("enter")
        await person.sees("Unauthorized")
        await person.pastes(own_sandbox.token())
        await person.presses("enter")
        await person.sees("Authenticate", "with OpenCX", "Nothing is sent yet")
        await person.presses("escape", "w", "a")
        await person.sees("Nothing is sent yet")


async def test_a_contact_is_created_edited_and_deleted(own_sandbox: SandboxPlatform) -> None:
    async with console(access_by(environment(own_sandbox)), size=(80, 24)) as person:
        await person.sees("120 humans")
        await person.presses("n")
        await person.sees("Full name", "E-mail", "Phone")
        assert "Picture id" not in person.screen
        assert "Access token" not in person.screen
        await person.types("Nora New")
        await person.presses("tab", *"nora", "at", *"new", "full_stop", *"example", "ctrl+s")
        await person.sees("121 humans", "Nora New")
        await person.presses("e", "tab", "tab", *"123", "ctrl+s")
        await person.waits_for(lambda: "Full name" not in person.screen)
        await person.sees("Phone    123")
        await person.presses("number_sign")
        await person.sees("Delete")
        await person.types("Nora New")
        await person.presses("ctrl+s")
        await person.sees("120 humans")
        await person.presses("space", "j", "space", "e")
        await person.sees("Not changed", "no such call")


async def test_integrations_are_listed_and_checked(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = {"AICX_HOME": str(tmp_path)}
    url = f"{browsed_sandbox.url}/open-cx"
    for words in (
        ("contexts", "add", "ocx", "--kind", "open-cx", "--url", url, "--webchat-channel", "gw_1"),
        (*PROFILE, "--url", f"{browsed_sandbox.url}/auth", "--token-env", "SHOP_TOKEN"),
    ):
        assert aicx(*words, env=env).code == 0
    setup = Setup(env | {"AICX_KEYRING": "off"})
    async with console(browsed_sandbox.own_access(), setup=setup, clock=now) as person:
        await person.presses("g", "i")
        await person.sees("Integrations", "OpenCX", "ocx", "CX Genie", "shop", "never checked")
        await person.sees("Proto Webchat", "gw_1", "for snippets")
        await person.presses("S")
        await person.sees("There is no Authentication URL here.")
        await person.presses("enter")
        await person.sees("ocx is not in order", "The API key of ocx is not known", "--key-file")
        await person.presses("j", "enter")
        await person.sees("✓ now", "The key is accepted.")
        await person.presses("j", "enter")
        await person.sees("shop")
        await person.presses("escape", "escape")
        await person.sees("Search")
    (ocx, genie, own) = aicx("integrations", "list", "--json", env=env).json()
    assert (ocx["kind"], ocx["last"], own["where"]) == ("open-cx", None, "gw_1")
    assert genie["kind"] == "authentication-url"
    listed = aicx("integrations", "list", env=env).out
    assert "! never checked" in listed


async def test_where_nothing_is_set_up_it_is_said_what_to_do(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.access(), size=(80, 24)) as person:
        await person.presses("g", "i")
        await person.sees("No other vendor is set up", "aicx cx-genie profiles add", "w on a human")


async def test_opencx_is_signed_in_to_from_the_console(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    setup = Setup({"AICX_HOME": str(tmp_path), "AICX_KEYRING": "off"})
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.presses("g", "c")
        await person.sees("Switch context")
        await person.types("add")
        await person.presses("enter")
        await person.sees("Add a context", "with an API key")
        await person.presses("o")
        await person.sees("Sign in to OpenCX", "Settings > Access", "https://api.open.cx")
        await person.pastes("ocx_live_wrong")
        await person.presses("tab", "ctrl+u")
        await person.types(f"{browsed_sandbox.url}/open-cx")
        await person.presses("ctrl+s")
        await person.sees("The API key was not accepted.", "shown once.")
        await person.presses("shift+tab", "ctrl+u")
        await person.pastes(browsed_sandbox.token())
        await person.presses("ctrl+s")
        await person.sees("open-cx", "120 humans", "contact120@")


async def test_a_budget_that_is_used_up_is_said_where_the_data_stands(
    own_sandbox: SandboxPlatform,
) -> None:
    access = access_by(environment(own_sandbox))
    async with console(access) as person:
        budget = budget_of(access.context.root, access.context.host)
        for _ in range(MOST_REQUESTS):
            budget.count()
        await person.presses("r")
        await person.sees(f"{access.context.host} takes 100 requests in 60 s; going on in ")
        await person.presses("slash", *"contact120", "enter")
        await person.sees("1 of 120")
