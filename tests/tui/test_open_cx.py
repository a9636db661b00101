"""OpenCX in the console: a human is vouched for, and contacts are edited like other humans."""

from __future__ import annotations

from pathlib import Path

from tests.cli.test_open_cx import environment
from tests.sandbox_platform import SandboxPlatform, access_by
from tests.tui.console import bare_setup, console


async def test_a_human_is_vouched_for_step_by_step(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    setup = bare_setup(str(tmp_path))
    async with console(own_sandbox.own_access(), setup=setup) as person:
        await person.presses("slash", *"has:email", "enter", "w", "a")
        await person.sees("Authenticate", "with OpenCX", "Nothing is sent yet", "Chat context")
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
        await person.sees("Channel", "empty keeps")
        await person.types("wt")
        await person.presses("ctrl+s")
        await person.sees("initOpenScript({", 'user: { token: "********" }')
        assert token not in person.screen


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
