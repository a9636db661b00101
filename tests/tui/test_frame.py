"""What every screen stands in: help, palette, menus, contexts, keys, themes, the lock."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.geometry import Offset, Region
from textual.widgets import Static

from aicx_tui.services.contexts import add_context
from aicx_tui.services.setup import Setup
from aicx_tui.services.views import View, read_view
from aicx_tui.settings import Context
from aicx_tui.tui import app as console_module
from tests.api.faulty import faulty, json_reply
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import bare_setup, console


async def test_help_finds_by_word_and_by_key_and_runs(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("question_mark")
        await person.sees("Type to find", "Search", "Show a view")
        await person.types("order again")
        await person.sees("turns it round")
        assert "Quit" not in person.screen
        await person.presses("enter")
        await person.sees("Sort by")
        await person.presses("escape", "question_mark")
        await person.types("y")
        await person.presses("enter")
        await person.sees("╭─ Copy", "E-mail")


async def test_help_says_why_a_key_cannot_act(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("slash", *"zzzz", "enter", "question_mark")
        await person.types("copy")
        await person.sees("There is no human at the cursor.")
        await person.presses("enter")
        await person.sees("╭─ Keys")
        await person.presses("escape")
        await person.types("sign in")
        await person.sees("The sandbox signs in by itself.")


async def test_help_names_the_command_that_does_the_same(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("question_mark")
        await person.types("by their ids")
        await person.sees("The same without the console: aicx humans get")


async def test_the_go_menu_takes_the_next_key_however_fast(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.presses("g")
        await person.sees("Go to", "h  Humans", "c  Contexts")
        await person.presses("escape")
        await person.presses("g", "c")
        await person.sees("Switch context", "▸  sandbox")


async def test_a_context_is_switched_by_key_and_by_palette(
    tmp_path: Path, browsed_sandbox: SandboxPlatform
) -> None:
    setup = with_context(tmp_path, "acme", browsed_sandbox, production=True)
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.presses("g", "c")
        await person.sees("Switch context", "acme", "production")
        await person.types("acm")
        await person.presses("enter")
        await person.sees("acme · production", "● 400 humans")
        setup.credentials.refuse_foreign_token(setup.context("acme"))
        await person.presses("ctrl+p")
        await person.types("context: sandbox")
        await person.sees("Switch context: sandbox")


def with_context(
    home: Path, name: str, platform: SandboxPlatform, *, production: bool = False
) -> Setup:
    """A setup with one context, whose token is given for this run."""
    environment = platform.environment()
    values: dict[str, str | bool] = {
        "kind": "console",
        "url": environment["AICX_URL"],
        "company": environment["AICX_COMPANY_ID"],
        "bot": environment["AICX_BOT_ID"],
        "production": production,
    }
    add_context(home / "config.toml", name, values)
    environ = {
        "AICX_HOME": str(home),
        "AICX_KEYRING": "off",
        "AICX_TOKEN": environment["AICX_TOKEN"],
        "AICX_URL": environment["AICX_URL"],
    }
    return Setup(environ)


async def test_another_bot_of_the_company_is_a_key_away(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.own_access()) as person:
        await person.sees("Acme Support · Webchat")
        await person.presses("B")
        await person.sees("Switch bot", "▸  Webchat")
        await person.types("face")
        await person.presses("enter")
        await person.sees("Acme Support · Facebook Messenger", "fresh now")
        assert "● 400 humans" not in person.screen


async def test_keys_of_config_toml_hold_everywhere(browsed_sandbox: SandboxPlatform) -> None:
    setup = bare_setup(keys={"humans.sort": "o", "humans.search": "f,ctrl+f"})
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.sees("f ^f search")
        await person.presses("s")
        assert "Sort by" not in person.screen
        await person.presses("o")
        await person.sees("Sort by")
        await person.presses("escape", "ctrl+f", "o", "n")
        await person.sees(" of 400")
        await person.presses("enter", "question_mark")
        await person.sees("f ^f", "Search")


async def test_keys_that_cannot_be_used_are_reported(browsed_sandbox: SandboxPlatform) -> None:
    setup = bare_setup(keys={"humans.sort": "y", "humans.copy": "hyperspace"})
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.sees("Keys in config.toml", "Keys in config.toml")
        await person.presses("s")
        await person.sees("Sort by")
        await person.presses("escape", "question_mark")
        await person.sees("there is no key “hyperspace”")


async def test_a_theme_is_chosen_and_kept(tmp_path: Path, browsed_sandbox: SandboxPlatform) -> None:
    setup = bare_setup(str(tmp_path))
    async with console(browsed_sandbox.own_access(), setup=setup) as person:
        await person.presses("ctrl+p")
        await person.types("theme: light")
        await person.sees("Theme: light")
        await person.presses("enter")
        await person.waits_for(lambda: person.app.theme == "light")
        await person.waits_for((tmp_path / "config.toml").exists)
    assert setup.read_config().theme == "light"


@pytest.mark.parametrize("theme", ["dark", "light", "terminal"])
async def test_every_theme_tells_quiet_from_loud(
    browsed_sandbox: SandboxPlatform, theme: str
) -> None:
    async with console(
        browsed_sandbox.own_access(), setup=bare_setup(theme=theme), size=(80, 24)
    ) as person:
        await person.presses("down")
        svg = person.app.export_screenshot()
    assert ("font-weight: bold" in svg) or ("bold" in svg)


async def test_idleness_covers_the_screen_and_enter_goes_on(
    browsed_sandbox: SandboxPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_module, "MINUTE", 0.05)
    setup = bare_setup(lock_after=1)
    async with console(browsed_sandbox.own_access(), setup=setup, until="Locked") as person:
        assert "humans" not in person.screen
        await person.presses("enter")
        await person.sees("Humans")


async def test_a_gateway_reads_a_pasted_list_and_keeps_what_it_could_not(
    browsed_sandbox: SandboxPlatform,
) -> None:
    console_api = await browsed_sandbox.console()
    page = await console_api.read_feed(None, limit=3)
    await console_api.aclose()
    ids = [item["id"] for item in page["items"]]
    async with console(browsed_sandbox.access(kind="gateway"), until="no list of") as person:
        await person.presses("i")
        await person.pastes("\n".join([*ids, "eu_000000000000"]))
        await person.presses("enter")
        await person.sees("3 read, 1 not", "eu_000000000000")
        assert ids[0] not in person.screen.split("Go to humans")[1]
        await person.presses("escape")
        await person.sees("● 3 humans read by id")


async def test_two_production_contexts_are_not_mistaken_for_one_another(
    tmp_path: Path,
) -> None:
    path = tmp_path / "config.toml"
    for name in ("acme", "acme-2"):
        url = f"https://{name}.example"
        add_context(path, name, {"kind": "console", "url": url, "production": True})
    contexts = Setup({"AICX_HOME": str(tmp_path), "AICX_KEYRING": "off"}).config.contexts
    assert {context.colour for context in contexts.values()} == {"red", "blue"}


async def test_a_read_only_context_says_so(
    tmp_path: Path, browsed_sandbox: SandboxPlatform
) -> None:
    setup = with_context(tmp_path, "acme", browsed_sandbox)
    from aicx_tui.services.contexts import edit_context

    setup.config = edit_context(setup.config.path, "acme", {"read_only": True})
    async with console(setup.access("acme"), setup=setup) as person:
        await person.sees("acme read-only")


async def test_a_platform_that_fails_says_so_and_r_tries_again() -> None:
    async with faulty(json_reply(503, {"error": {"code": "x", "message": "Down."}})) as platform:
        from tests.sandbox_platform import access_by

        access = access_by(
            {
                "AICX_URL": platform.url,
                "AICX_PLATFORM": "console",
                "AICX_COMPANY_ID": "acme",
                "AICX_BOT_ID": "bot",
                "AICX_TOKEN": "sk_1",
            }
        )
        async with console(access, until="! not connected") as person:
            await person.sees("r to try again")


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "nonsense", '{"place": 3}', '{"query": "x"}', '"place"']
)
def test_a_view_that_cannot_be_read_is_none(text: str) -> None:
    assert read_view(text) is None


def test_a_view_reads_as_it_was_written() -> None:
    view = View(place="b", query="Ana “[/]”\x1b", sort="name", descending=False, human_id="eu_1")
    assert read_view(view.written()) == view
    assert read_view('{"place": "b", "sort": "odd", "pane": 3}') == View(place="b", sort="odd")


def test_a_context_at_its_defaults_is_no_production() -> None:
    assert not Context(name="a", kind="gateway", root="https://a.example").production


async def test_a_click_on_what_is_just_going_is_no_crash(
    browsed_sandbox: SandboxPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Static("gone")
    async with console(browsed_sandbox.own_access()) as person:
        with monkeypatch.context() as patch:
            screen = type(person.app.screen)
            patch.setattr(screen, "get_widget_at", lambda *_: (gone, Region(0, 0, 1, 1)))
            patch.setattr(screen, "get_widget_and_offset_at", lambda *_: (gone, Offset(0, 0)))
            down = {"delta_x": 0, "delta_y": 0, "button": 1, "shift": False, "meta": False}
            person.app.post_message(
                events.MouseDown(widget=None, x=9, y=9, ctrl=False, **down)  # type: ignore[arg-type]
            )
            await person.presses("down")
        await person.sees("400 humans")
