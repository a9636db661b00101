"""Replacing the token in the console, with a real keyring below it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aicx_tui.services.setup import Setup
from tests.keyring.desk import Desk, Make
from tests.keyring.losing_proxy import LosingProxy
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import Person, console


@asynccontextmanager
async def at_desk(desk: Desk, *lines: str, until: str = "fresh now") -> AsyncIterator[Person]:
    """Open the console of a desk, as a start of it does."""
    if not (desk.home / "config.toml").exists():
        desk.describe('[[targets.work]]\nname = "cron"\nkind = "by-hand"\ninstructions = "Go"')
    setup = Setup(dict(desk.environment))
    access = setup.access("work")
    async with console(access, setup=setup, size=(100, 30), until=until) as person:
        yield person
        desk.out.append(person.app.export_screenshot().encode())


async def begins(person: Person) -> None:
    """Ask for a new token and for nothing else."""
    await person.presses("g", "t")
    await person.sees("verified just now")
    await person.presses("I")
    await person.sees("stops working at once")
    await person.presses("i")


async def test_a_start_finishes_what_was_cut_off_and_says_so(
    make: Make, platform: LosingProxy
) -> None:
    desk = make(platform)
    running = await desk.process(killed_at="stored")
    running.go_on()
    await running.killed()
    async with at_desk(desk) as person:
        await person.sees("was cut off and is")
        await person.presses("g", "t")
        await person.sees("verified just now")
    assert desk.works(desk.stored())
    assert desk.journals == []


async def test_a_token_that_no_place_takes_holds_the_console(
    make: Make, platform: LosingProxy, tmp_path: Path
) -> None:
    desk = make(platform)
    async with at_desk(desk) as person:
        platform.when_issued = desk.service.kill_daemon
        await begins(person)
        await person.sees("not kept anywhere yet", "try the keyring again")
        await person.presses("escape")
        await person.presses("ctrl+q", "ctrl+q")
        await person.sees("Keep it first")
        await person.presses("s")
        await person.sees("it is noted")
        shown = platform.tokens[-1].decode()
        await person.waits_for(lambda: shown in person.screen)
        await person.presses("escape")
        await person.sees("not kept anywhere yet")
        assert shown not in person.app.export_screenshot()
        await person.presses("r")
        await person.sees("keyring cannot be reached")
        assert "sign out of" not in person.screen
        await person.presses("f")
        await person.sees("Save the token to a file")
        (tmp_path / "kept").write_text("another_programs_secret")
        await person.types(str(tmp_path / "kept"))
        await person.presses("enter")
        await person.sees("Name a file that is not there yet.")
        assert "Nothing was issued" not in person.screen
        (tmp_path / "kept").write_text("")
        await person.presses("enter")
        await person.sees("A new token is in the file")
        await person.presses("enter")
        await person.sees("memory, until", "which was kept by hand: the file", "puts it there")
        platform.when_issued = lambda: None
        await asyncio.to_thread(desk.service.restart_daemon)
        await person.presses("I")
        await person.sees("stops working at once")
        await person.presses("i")
        await person.sees("no other was issued")
    assert desk.stored() == (tmp_path / "kept").read_text().strip() == shown
    assert desk.journals == []
    (tmp_path / "kept").unlink()


async def test_a_keyring_that_is_open_again_takes_it(make: Make, platform: LosingProxy) -> None:
    desk = make(platform)
    async with at_desk(desk) as person:
        platform.when_issued = desk.service.kill_daemon
        await begins(person)
        await person.sees("not kept anywhere yet")
        await asyncio.to_thread(desk.service.restart_daemon)
        await person.presses("u")
        await person.sees("A new token is in")
    assert desk.works(desk.stored())


async def test_what_another_console_issued_is_adopted(make: Make, platform: LosingProxy) -> None:
    desk = make(platform)
    async with at_desk(desk) as person:
        await person.presses("g", "t")
        await person.sees("verified just now")
        await desk.rotated()
        await person.presses("I")
        await person.sees("stops working at once")
        await person.presses("i")
        await person.sees("none was issued")
    assert desk.works(desk.stored())


class TestAToken:
    async def test_of_the_web_app_takes_the_place_of_the_one_before_once_it_is_verified(
        self, make: Make, platform: LosingProxy
    ) -> None:
        desk = make(platform, kind="gateway")
        async with at_desk(desk, until="read by id") as person:
            await person.presses("g", "t")
            await person.sees("was not refused just now", "not known")
            await person.presses("R")
            await person.sees("Paste a token issued elsewhere", "ISSUE NEW TOKEN")
            await person.pastes("sk_of_no_use")
            await person.presses("tab", "enter")
            await person.sees("! ", "before is as it was")
            assert desk.stored() == desk.token
            assert "sk_of_no_use" not in person.screen
            pasted = desk.issued_elsewhere()
            await person.presses("shift+tab")
            await person.pastes(pasted)
            await person.presses("tab")
            await person.pastes(desk.human_id())
            await person.presses("enter")
            await person.sees("1 place may still have", "cron")
            assert pasted not in person.screen
            await person.presses("i")
            await person.sees("to be done by hand", "you pasted works")
        assert desk.stored() == pasted
        assert desk.journals == []

    async def test_of_somebody_else_is_not_kept(self, make: Make, platform: LosingProxy) -> None:
        desk = make(platform)
        theirs = SandboxPlatform(desk.sandbox.announcement).token("agent")
        async with at_desk(desk) as person:
            await person.presses("g", "t")
            await person.sees("verified just now")
            await person.presses("P")
            await person.sees("Paste a token issued elsewhere")
            await person.pastes(theirs)
            await person.presses("enter")
            await person.sees("The token is of agent@", "It was not kept")
        desk.describe('account = "admin@acme.example"')
        ended = await desk.aicx("token", "set", "--stdin", stdin=theirs)
        assert ended.code == 2
        assert "signed in to as admin@acme.example" in ended.err
        assert desk.stored() == desk.token


async def test_places_that_were_cut_off_are_warned_of_and_said_at_the_next_start(
    make: Make, platform: LosingProxy, tmp_path: Path
) -> None:
    desk = make(platform)
    go_on = tmp_path / "go"
    slow = f"sh -c 'cat > {tmp_path}/given; until [ -e {go_on} ]; do sleep 0.1; done'"
    desk.describe(
        *("[[targets.work]]", 'name = "slow"', 'kind = "command"', f'command = """{slow}"""'),
        *("[[targets.work]]", 'name = "cron"', 'kind = "by-hand"', 'instructions = "Go"'),
    )
    async with at_desk(desk) as person:
        await person.presses("g", "t")
        await person.sees("verified just now")
        await person.presses("R")
        await person.sees("Then 2 places")
        await person.presses("i")
        await person.sees("◐ slow", "goes on in the background")
        await person.presses("escape")
        await person.sees("◐ asking")
        assert person.app.screen.refusal("token.rotate")  # type: ignore[attr-defined]
        await person.presses("g", "h")
        await person.sees("fresh")
        await person.presses("ctrl+q")
        await person.sees("Targets are being given")
    async with at_desk(desk) as person:
        await person.sees("Not given the token yet")
        go_on.touch()
        await person.presses("g", "t")
        await person.sees("verified just now")
        await person.presses("U")
        await person.sees("✓ now, not looked into", "to be done by hand")
    async with at_desk(desk) as person:
        assert "Not given" not in person.screen
    assert (tmp_path / "given").read_text() == desk.stored()
    (tmp_path / "given").unlink()


async def test_another_run_is_waited_for_and_nothing_is_held_up_meanwhile(
    make: Make, platform: LosingProxy
) -> None:
    desk = make(platform)
    async with at_desk(desk) as person:
        await person.presses("g", "t")
        await person.sees("verified just now")
        running = await desk.process(freezes_at="proved")
        running.go_on()
        assert (await running.said())["step"] == "proved"
        await person.presses("I")
        await person.sees("stops working at once")
        await person.presses("i")
        await person.sees("it is waited for", "Esc back")
        await person.presses("escape")
        await person.presses("g", "h", "r")
        await person.sees("fresh now")
        running.go_on()
        assert (await running.ended())["outcome"] == "issued"
    assert len(platform.keys) == 1


async def test_no_place_is_said_to_have_a_token_that_is_not_kept(
    make: Make, platform: LosingProxy
) -> None:
    desk = make(platform)
    async with at_desk(desk) as person:
        await person.presses("g", "t")
        await person.sees("verified just now")
        await person.presses("H")
        await person.sees("✓ now, by")
        await person.presses("F", "f")
        await person.sees("Nothing signs in here", "! now, of a token not kept here")
        assert "verified" not in person.screen
    desk.store("session", desk.session)
    async with at_desk(desk) as person:
        await person.presses("g", "t")
        await person.sees("none is kept here", "Session in", "the session is accepted")
        await person.sees("✓ now, by")  # the platform tells that it is of the live one
