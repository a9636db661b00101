"""Embed codes in the console: which widget by key, seen first, then copied or saved."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import aicx
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import console


async def test_a_snippet_is_seen_copied_and_saved(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("slash", *"has:uid", "enter", "w")
        await person.sees("Webchat snippet for", "w  Proto Webchat", "m  CX Genie in a Flutter app")
        await person.presses("w")
        await person.sees("Channel", "Webchat > Settings", "● in its settings", "this console")
        await person.types("gw")
        await person.presses("tab", "space", "enter")
        await person.sees("Proto.setHumanUid(", 'gwId: "gw"', "Known there by uid ", "not signed")
        await person.presses("y")
        await person.sees("Sent to the clipboard.")
        code = person.app.clipboard
        assert code.startswith("<script>\n  window.ProtoSettings = {")
        await person.presses("s")
        await person.sees("Save the snippet", "webchat.html")
        await person.presses("ctrl+u")
        await person.types(str(tmp_path / "shop.html"))
        await person.presses("enter")
        await person.sees("Saved", "shop.html")
        assert (tmp_path / "shop.html").read_text() == code
        await person.presses("w", "w")
        await person.sees('humanUid: "', 'gwId: "gw"')  # the channel is known by now


async def test_who_shares_a_uid_is_named_beside_the_code(own_sandbox: SandboxPlatform) -> None:
    env = own_sandbox.environment()
    for name in ("Ada Twin", "Bea Twin"):
        assert aicx("humans", "create", "--fullname", name, "--uid", "one-4711", env=env).code == 0
    async with console(own_sandbox.access()) as person:
        await person.presses("slash", *"Ada", "enter", "w", "w")
        await person.types("gw")
        await person.presses("ctrl+s")
        await person.sees("Proto.init", "The same uid is that of Bea Twin", "who sees what each")


async def test_a_token_shows_as_dots_and_is_copied_once_that_was_said(
    browsed_sandbox: SandboxPlatform,
) -> None:
    async with console(browsed_sandbox.access(), size=(80, 24)) as person:
        await person.presses("w", "m")
        await person.sees("CX Genie in a Flutter app", "User's token", "From record")
        await person.types("bot")
        await person.presses("tab", *"visitor", "enter")
        await person.sees("userToken: '********'", "Known there by a token")
        await person.presses("y")
        await person.sees("y again copies it")
        assert "visitor" not in person.app.clipboard
        await person.presses("y")
        await person.sees("Sent to the clipboard.")
        assert "userToken: 'visitor'" in person.app.clipboard
        assert "visitor" not in person.screen


async def test_who_has_no_uid_gets_none_and_is_told_why(browsed_sandbox: SandboxPlatform) -> None:
    async with console(browsed_sandbox.access()) as person:
        await person.presses("slash", *"no:uid", "enter", "w", "w")
        await person.sees("Proto Webchat  no uid: nothing tells it apart")
        await person.presses("c")
        await person.sees("Bot", "Phone as")
        await person.types("bot")
        await person.presses("ctrl+s")
        await person.sees("This human has no uid.", "one and the same", "visitor's own token")
        await person.presses("tab", *"visitor", "ctrl+s")
        await person.sees('data-token="********"')
        await person.presses("s")
        await person.sees("Save the snippet")
        await person.presses("escape")
        await person.sees('data-token="********"')
        await person.presses("escape", "w", "c")
        await person.sees("User's token", "Phone as")
