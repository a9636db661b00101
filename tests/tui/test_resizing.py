"""Every dialog at every size, and while the terminal is resized under it."""

from __future__ import annotations

import pytest

from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import console

SIZES = ((250, 80), (120, 40), (80, 24), (60, 16))

DIALOGS: dict[str, tuple[tuple[str, ...], str]] = {
    "help": (("question_mark",), "Enter take · Esc back"),
    "go": (("g",), "c  Contexts"),
    "contexts": (("g", "c"), "Add a context"),
    "bots": (("B",), "Facebook Messenger"),
    "sort": (("s",), "u  Updated"),
    "columns": (("c",), "Enter apply · Esc back"),
    "copy": (("y",), "e  E-mail"),
    "go to": (("i",), "Enter go · Esc back"),
    "lock": (("ctrl+l",), "Press Enter to go on."),
}
"""Keys that open each, and the last of it that has to be in sight."""


@pytest.mark.parametrize("name", DIALOGS)
async def test_a_dialog_is_whole_at_every_size_and_says_when_it_cannot_be(
    browsed_sandbox: SandboxPlatform, name: str
) -> None:
    keys, last = DIALOGS[name]
    async with console(browsed_sandbox.own_access(), size=SIZES[0]) as person:
        await person.presses(*keys)
        await person.sees(last)
        for size in SIZES:
            await person.resizes(*size)
            await person.sees(last)
        await person.resizes(59, 15)
        await person.sees("needs at least 60 × 16 cells")
        assert last not in person.screen
        await person.resizes(80, 24)
        await person.sees(last)


@pytest.mark.parametrize("which", ["proto", "server"])
async def test_a_form_is_whole_or_scrolls_and_what_is_wrong_stays_in_sight(which: str) -> None:
    keys = ("down", "enter") if which == "proto" else ("down", "down", "enter")
    async with console(None, size=SIZES[0], until="Open the sandbox") as person:
        await person.presses(*keys)
        await person.sees("Esc back", "Production")
        await person.presses("ctrl+s")
        for size in SIZES:
            await person.resizes(*size)
            await person.sees("Something is missing yet.", "Esc back")
        await person.resizes(*SIZES[-1])
        scrolled_by = set()
        for _ in range(7):
            await person.presses("shift+tab")
            scrolled_by |= {label for label in ("Name", "Production") if label in person.screen}
        assert scrolled_by == {"Name", "Production"}
