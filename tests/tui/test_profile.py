"""The profile in the console: what it shows, what it changes, and what follows from that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from textual import events

from aicx_tui.credentials import Credentials
from aicx_tui.errors import UnreachableError
from aicx_tui.models.profile import Profile, ProfileChanges
from aicx_tui.storage.query.tree import Within
from aicx_tui.tui.app import AicxApp
from aicx_tui.tui.screens.humans import HumansScreen
from tests.pictures import png
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform, access_by
from tests.slow_proxy import slow_proxy
from tests.tui.console import NOW, Person, bare_setup, console
from tests.tui.waiting import humans_of

SIZES = [(80, 24), (120, 40)]
NEW = "a new and longer password 9"


@pytest.fixture
def sandbox() -> Iterator[SandboxProcess]:
    """A sandbox of a test's own, whose mail can be read."""
    with SandboxProcess("--ephemeral", "--humans", "10") as process:
        yield process


@pytest.fixture
def platform(sandbox: SandboxProcess) -> SandboxPlatform:
    return SandboxPlatform(sandbox.announcement)


async def opens_profile(person: Person) -> None:
    await person.presses("g", "p")
    await person.sees("▸GENERAL", "Time zone")


async def goes_to(person: Person, line: str) -> None:
    await person.presses("home")
    while person.app.screen.held != line:  # type: ignore[attr-defined]
        await person.presses("j")


async def profile_of(sandbox: SandboxPlatform, *, person: str = "admin") -> Profile:
    api = await sandbox.console(person=person)
    try:
        return await api.profile.get()
    finally:
        await api.aclose()


@pytest.mark.parametrize("size", SIZES)
async def test_the_general_tab_shows_who_one_is(
    browsed_sandbox: SandboxPlatform, size: tuple[int, int]
) -> None:
    async with console(browsed_sandbox.own_access(), size=size) as person:
        await opens_profile(person)
        await person.sees("Ana Cruz", "admin@acme.example", "cannot be changed")
        await person.sees("Asia/Manila", "+08:00", "○ off")
        await person.sees("Enter change", "→ tab", "Esc back")
        await person.presses("right", "right")
        await person.sees("▸API", "lets programs act as you", "the sandbox itself")
        await person.presses("right", "j")
        await person.sees("▸GENERAL", "Ana Cruz")
        await person.presses("escape")
        assert isinstance(person.app.screen, HumansScreen)


async def test_the_name_is_changed(platform: SandboxPlatform) -> None:
    async with console(platform.own_access()) as person:
        await opens_profile(person)
        await goes_to(person, "name")
        await person.presses("enter")
        await person.sees("Change your name")
        await person.presses("ctrl+s")
        await person.waits_for(lambda: "Change your name" not in person.screen)
        assert "The name is changed" not in person.screen
        await person.presses("enter")
        await person.sees("Change your name")
        await person.presses("end", *" Reyes", "ctrl+s")
        await person.sees("The name is changed", "Name          Ana Cruz Reyes")
        await person.sees("Ana Cruz Reyes · admin")
        await person.presses("enter")
        await person.sees("Change your name")
        await person.presses("ctrl+u", *"می")
        person.app.post_message(events.Key("zero_width_non_joiner", "\u200c"))  # as of a terminal
        await person.presses(*"رود", "ctrl+s")
        await person.waits_for(lambda: "رود" in person.screen.replace("\u200c", ""))
        await person.sees("The name is changed", "· admin")
    assert (await profile_of(platform)).name == "می\u200cرود"


async def test_of_several_bots_none_has_to_be_chosen_for_the_profile(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.access().at_bot(""), until="Choose a bot") as person:
        await person.presses("escape")
        await person.sees("no bot chosen: press B", "several bots and none is chosen")
        await opens_profile(person)
        await person.sees("admin@acme.example", "no bot chosen: press B")
        await person.presses("right")
        await person.sees("▸ALIASES", "n new")
        await person.presses("B")
        await person.sees("Choose a bot", str(browsed_sandbox.announced["bot_id"]))
        await person.presses("enter")
        await person.sees("fresh now")
        await opens_profile(person)
        await person.sees("admin@acme.example")


async def test_a_profile_opened_too_early_fills_and_its_header_follows(
    browsed_sandbox: SandboxPlatform,
) -> None:
    now = [NOW]
    access = browsed_sandbox.own_access()
    async with console(access, until="starting", clock=lambda: now[0]) as person:
        await person.presses("g", "p")
        await person.sees("▸GENERAL", "admin@acme.example", "fresh now")
        now[0] += timedelta(hours=3)
        await person.sees("fresh 3h ago")


async def test_a_name_that_the_platform_does_not_take_is_said_and_kept(
    platform: SandboxPlatform,
) -> None:
    async with console(platform.own_access()) as person:
        await opens_profile(person)
        await goes_to(person, "name")
        await person.presses("e")
        await person.sees("Change your name")
        await person.pastes("x" * 400)
        await person.presses("ctrl+s")
        await person.sees("! ", "422")
        await person.presses("escape")
        await person.sees("Leave without saving?")
        await person.presses("l")
        await person.waits_for(lambda: "Change your name" not in person.screen)


async def test_keys_act_on_every_tab_again(platform: SandboxPlatform) -> None:
    async with console(platform.own_access()) as person:
        await opens_profile(person)
        await person.presses("right", "right")
        await person.sees("▸API")
        await person.presses("left", "left")
        await person.sees("▸GENERAL")
        await goes_to(person, "name")
        await person.presses("e")
        await person.sees("Change your name")


async def test_a_chosen_zone_holds_for_times_and_for_days_at_once(
    platform: SandboxPlatform,
) -> None:
    async with console(platform.own_access(), zone=None) as person:
        await person.presses("enter")
        await person.waits_for(lambda: "GMT+8" in person.screen)
        zone = humans_of(person).reader.zone
        assert str(zone) == "Asia/Manila"
        await person.presses("escape")
        await opens_profile(person)
        await goes_to(person, "timezone")
        await person.presses("enter")
        await person.sees("Time zone", "▸", "Asia/Manila", "+08:00")
        await person.types("kiritimati")
        await person.sees("Pacific/Kiritimati", "+14:00")
        await person.presses("enter")
        await person.sees("Pacific/Kiritimati")
        await person.waits_for(lambda: str(humans_of(person).reader.zone) == "Pacific/Kiritimati")
        searching = humans_of(person)._list.searching
        searching.read("updated:today")  # the 21st there, and still the 20th in UTC
        assert isinstance(searching.query.where, Within)
        assert searching.query.where.start == datetime(2026, 11, 20, 10, tzinfo=UTC)
        await person.presses("escape", "enter")
        await person.sees("+14")
    assert (await profile_of(platform)).timezone == "Pacific/Kiritimati"


async def test_dates_follow_a_chosen_language_and_words_stay_english(
    platform: SandboxPlatform,
) -> None:
    async with console(platform.own_access(), zone=None) as person:
        await opens_profile(person)
        await goes_to(person, "language")
        await person.presses("enter")
        await person.sees("Language", "Dates and numbers follow it.")
        await person.types("deutsch")
        await person.sees("German", "Deutsch")
        await person.presses("enter")
        await person.sees("de  Deutsch · German")
        await person.presses("escape")
        await person.sees("vor ", "Humans", "fresh")
    assert (await profile_of(platform)).language == "de"


async def test_an_avatar_is_checked_sent_and_shown(
    platform: SandboxPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "there.png").write_bytes(png(60, 60))
    (tmp_path / "me.png").write_bytes(png(60, 60))
    (tmp_path / "page.png").write_text("<svg/>")
    (tmp_path / "words.txt").touch()
    async with console(platform.own_access()) as person:
        await opens_profile(person)
        await goes_to(person, "avatar")
        await person.presses("enter", *"page.png", "ctrl+s")
        await person.sees("! It is no PNG, JPEG, WebP or GIF", "Nothing was sent.")
        await person.presses("ctrl+o")
        await person.sees("Find a picture", "page.png", "me.png")
        assert "words.txt" not in person.screen
        await person.presses("escape", "ctrl+u", "ctrl+o")
        await person.sees("Find a picture", "type a path", "there.png")
        await person.types("there")
        await person.presses("ctrl+u", *"~/", *"../me.png", "enter")
        await person.sees("Change your avatar", "/me.png", "▀▀▀▀▀▀", "PNG, 60 × 60 pixels")
        await person.presses("enter")
        await person.sees("The avatar is changed", "a picture", "▀▀▀▀▀▀")
        await person.presses("enter", "minus", "enter")
        await person.sees("○ none")
        await person.waits_for(lambda: "▀▀▀" not in person.screen)
    assert (await profile_of(platform)).avatar_id is None


async def test_a_password_is_measured_and_changed(platform: SandboxPlatform) -> None:
    password = str(platform.announced["admin"]["password"])
    async with console(platform.own_access()) as person:
        await opens_profile(person)
        await goes_to(person, "password")
        await person.presses("enter")
        await person.sees("Change your password", "12 characters or more.")
        await person.types("wrong")
        await person.presses("tab", *"password")
        await person.sees("■□□□□ very weak.")
        await person.presses("tab", *"other", "ctrl+s")
        await person.sees("! It needs 12 characters or more.")
        await person.presses("ctrl+u")
        await person.pastes(NEW)
        await person.sees("very strong")
        await person.presses("tab", "ctrl+s")
        await person.sees("! This is not the same as above.")
        await person.presses("ctrl+u")
        await person.pastes(NEW)
        await person.presses("ctrl+s")
        await person.sees("! This is not your password", "very strong")
        await person.presses("ctrl+u")
        await person.pastes(password)
        await person.presses("ctrl+s")
        await person.sees("The password is changed", "Your other sessions have ended.")
        assert NEW not in person.screen


async def test_a_token_asks_for_the_password_once_and_its_session_ends_with_the_console(
    sandbox: SandboxProcess, platform: SandboxPlatform
) -> None:
    agent = platform.announced["agent"]
    async with console(platform.access(person="agent")) as person:
        await opens_profile(person)
        await goes_to(person, "two-factor")
        await person.presses("enter")
        await person.sees("Turn two-factor on", "Enter sends the code.")
        await person.presses("enter")
        await person.sees("Confirm that it is you", agent["email"])
        await person.types("not it")
        await person.presses("enter")
        await person.sees("! This is not your password.")
        await person.types(agent["password"])
        await person.presses("enter")
        await person.sees("Turn two-factor on", "Code", "another in 30 s.")
        await person.types("1")
        await person.presses("enter")
        await person.sees("! A code has six digits.")
        await person.presses("ctrl+u")
        code = sandbox.code_sent()
        await person.pastes(f" {code[:3]} {code[3:]}\n")
        await person.presses("enter")
        await person.sees("Two-factor is on", "● on")
        await person.presses("enter")
        await person.sees("Turn two-factor off")
        await person.types(agent["password"])
        await person.presses("enter")
        await person.sees("Two-factor is off", "○ off")
        own = humans_of(person).session
        assert own is not None
        assert own.own is not None
        core = own.own._http
        assert core.credential is not None
    assert core.credential is None


async def test_a_gateway_offers_zone_and_language_and_says_where_the_rest_is_done(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        f'[contexts.proto]\nkind = "gateway"\nurl = "{browsed_sandbox.url}"\n'
        f'company = "{browsed_sandbox.announced["company_id"]}"\n'
        f'bot = "{browsed_sandbox.announced["bot_id"]}"\n'
    )
    setup = bare_setup(str(tmp_path))
    setup.config = setup.read_config()
    setup.credentials = Credentials({"AICX_KEYRING": "off"}, token=_token(browsed_sandbox))
    async with console(
        setup.access("proto"), setup=setup, zone=None, until="This platform has no list"
    ) as person:
        await opens_profile(person)
        await person.sees("kept on this machine", "the profile icon at the top right > Profile")
        await person.presses("home", "enter")
        await person.sees("Time zone", "Type to find")
        await person.types("asia/tokyo")
        await person.presses("enter")
        await person.sees("Asia/Tokyo  +09:00")
        await person.presses("right")
        await person.sees("This platform has no call for that.", "> Profile > ALIASES")
        await person.presses("right")
        await person.sees("ISSUE NEW TOKEN", "A token signs you in.")
    assert setup.read_config().contexts["proto"].timezone == "Asia/Tokyo"


def _token(platform: SandboxPlatform) -> tuple[SecretStr, str]:
    return SecretStr(platform.token()), "a file"


async def test_a_profile_that_cannot_be_read_says_why_and_is_read_again(
    platform: SandboxPlatform,
) -> None:
    async with console(platform.own_access()) as person:
        app = person.app
        assert isinstance(app, AicxApp)
        humans = humans_of(person)
        await person.waits_for(lambda: humans.own is not None and humans.own.profile is not None)
        assert humans.own is not None
        read = humans.own.read

        async def fails() -> None:
            raise UnreachableError("No connection to the platform.", hint="Check the network.")

        humans.own.read = fails  # type: ignore[method-assign]
        humans.own.profile = None
        await person.presses("g", "p")
        await person.sees("! No connection to the platform.", "Check the network.", "tries again")
        humans.own.read = read  # type: ignore[method-assign]
        await person.presses("r")
        await person.sees("Ana Cruz", "Time zone")


async def test_a_code_that_was_sent_just_now_still_counts_in_a_dialog_opened_again(
    sandbox: SandboxProcess, platform: SandboxPlatform
) -> None:
    async with console(platform.own_access()) as person:
        await opens_profile(person)
        await goes_to(person, "two-factor")
        for _ in range(2):
            await person.presses("enter")
            await person.sees("Enter sends the code.")
            await person.presses("ctrl+s")
            await person.sees("another in 30 s")
            code = sandbox.code_sent()
            await person.presses("escape")
            await person.waits_for(lambda: "Turn two-factor on" not in person.screen)
        await person.presses("enter")
        await person.sees("Enter sends the code.")
        await person.presses("enter")
        await person.sees("another in 30 s")
        assert sandbox.code_sent() == code
        await person.pastes(code)
        await person.presses("enter")
        await person.sees("Two-factor is on", "● on")


async def test_on_a_slow_platform_nothing_is_lost_and_only_what_is_so_is_said(
    platform: SandboxPlatform,
) -> None:
    changing = b"PATCH /console/v1/profile "
    async with slow_proxy(platform.url) as proxy:
        access = access_by({**platform.environment(), "AICX_URL": proxy.url})
        async with console(access, zone=None) as person:
            await opens_profile(person)
            proxy.held = changing
            await goes_to(person, "name")
            await person.presses("enter")
            await person.sees("Change your name")
            await person.presses("end", *" R", "ctrl+s")
            await proxy.asked.get()
            await person.sees("Saving …  Esc gives up.")
            await person.presses("escape")
            await person.sees("Not waited for: the profile shows whether it was saved.", "Cruz R")
            await person.presses("ctrl+s")
            proxy.go.set()
            await person.sees("The name is changed")
            proxy.held = b""

            async def chooses(zone: str) -> None:
                await goes_to(person, "timezone")
                await person.presses("enter")
                await person.sees("Type to find")
                await person.types(zone)
                await person.sees(f"  {zone}")
                await person.presses("enter")

            proxy.unanswered = changing
            await chooses("Asia/Tokyo")
            await person.sees("Time zone     Asia/Tokyo")
            assert "Not known" not in person.screen
            proxy.unanswered, proxy.lost = b"", changing
            await chooses("Asia/Dubai")
            await person.sees("Not known to be changed", "it is as it was", "Asia/Tokyo")
            proxy.lost, proxy.failing = b"", changing
            await chooses("Asia/Dubai")
            await person.sees("The time zone was not changed", "500,", "req-7)", "Asia/Tokyo")
            proxy.failing = b""
            await person.presses("right", "n")
            await person.sees("New alias")
            await person.presses(*"Desk", "ctrl+s")
            await person.sees("Created Desk")
            proxy.lost, proxy.unanswered = b"", b"PATCH /console/v1/profile/aliases/"
            await goes_to_alias(person, "Desk")
            await person.presses("d")
            await person.sees("Desk is the default", " ● Desk")
            proxy.unanswered = b"DELETE /console/v1/profile/aliases/"
            await person.presses("#")
            await person.sees("Delete Desk")
            await person.presses("ctrl+s")
            await person.sees("Deleted Desk", "New conversations now begin")


async def test_choices_wait_for_one_another_and_are_told_of_wherever_one_is(
    platform: SandboxPlatform,
) -> None:
    changing = b"PATCH /console/v1/profile "
    async with slow_proxy(platform.url) as proxy:
        access = access_by({**platform.environment(), "AICX_URL": proxy.url})
        async with console(access, zone=None) as person:
            await opens_profile(person)
            proxy.held = changing
            await chooses(person, "timezone", "asia/tokyo")
            await person.sees("Time zone     Asia/Manila  ◐ sending Asia/Tokyo")
            await chooses(person, "language", "pt-BR")
            await person.sees("◐ sending Asia/Tokyo", "◐ sending pt-BR")
            await person.presses("ctrl+q")
            await person.sees("A change of your profile is being sent.")
            await person.presses("escape")
            await person.sees("fresh")
            assert proxy.asked.qsize() == 1
            proxy.go.set()
            await person.sees("The time zone is changed", "The language is changed")
            proxy.go.clear()
            await opens_profile(person)
            await chooses(person, "timezone", "asia/dubai")
            await person.sees("◐ sending Asia/Dubai")
            await person.presses("escape")
            proxy.held, proxy.lost = b"", changing
            proxy.go.set()
            await person.sees("Not known to be changed")
            proxy.lost = b""
            await opens_profile(person)
            await person.sees("Asia/Tokyo", "pt-BR  português (Brasil)")


async def test_what_is_not_waited_for_is_shown_once_it_is_so(platform: SandboxPlatform) -> None:
    async with slow_proxy(platform.url) as proxy:
        access = access_by({**platform.environment(), "AICX_URL": proxy.url})
        async with console(access) as person:
            await opens_profile(person)
            proxy.held = b"PATCH /console/v1/profile "
            await goes_to(person, "name")
            await person.presses("enter")
            await person.sees("Change your name")
            await person.presses("end", *" R", "ctrl+s")
            await proxy.asked.get()
            await person.presses("escape")
            await person.sees("Not waited for: the profile shows whether it was saved.")
            await person.presses("escape", "l")
            await person.waits_for(lambda: "Change your name" not in person.screen)
            proxy.go.set()
            await person.sees("Name          Ana Cruz R")


async def chooses(person: Person, line: str, value: str) -> None:
    await goes_to(person, line)
    await person.presses("enter")
    await person.sees("Type to find")
    await person.types(value)
    await person.presses("enter")
    await person.waits_for(lambda: "Type to find" not in person.screen)


async def test_what_is_set_stays_unless_another_is_chosen(platform: SandboxPlatform) -> None:
    api = await platform.console(person="admin")
    await api.profile.update(ProfileChanges(timezone="Etc/UTC", language="pt-br"))
    await api.aclose()
    async with console(platform.own_access(), zone=None) as person:
        await opens_profile(person)
        await goes_to(person, "timezone")
        await person.presses("enter")
        await person.sees("▸  Etc/UTC", "+00:00")
        await person.presses("enter")
        await goes_to(person, "language")
        await person.presses("enter")
        await person.sees("▸  Portuguese (Brazil)", "português (Brasil)")
        await person.types("taiwan")
        await person.sees("Chinese (Traditional, Taiwan)")
        await person.presses("escape", "escape")
    assert (await profile_of(platform)).timezone == "Etc/UTC"


async def goes_to_alias(person: Person, name: str) -> None:
    await person.presses("home")
    while getattr(person.app.screen, "alias", None) is None or name != (
        person.app.screen.alias.display_name  # type: ignore[attr-defined]
    ):
        await person.presses("j")
