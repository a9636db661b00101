"""Pictures of the screens, at a fixed moment in a fixed zone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import pytest
from pydantic import SecretStr
from textual.app import App
from textual.pilot import Pilot

from aicx_tui.models.signing import Challenge, DeviceFlow
from aicx_tui.services.session import Session
from aicx_tui.services.signing_in import CodeAsked
from aicx_tui.settings import Context
from aicx_tui.tui.screens.again import AgainScreen
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.screens.grant import GrantScreen
from tests.sandbox_platform import AnnouncedAccess, SandboxPlatform
from tests.tui.console import NOW, Person, bare_setup, console_app
from tests.tui.waiting import Gate, beside, humans_of, let_changes_wait, platform_of


class Compare(Protocol):
    """The plugin's fixture."""

    def __call__(
        self,
        app: App[None],
        *,
        terminal_size: tuple[int, int],
        run_before: Callable[[Pilot[None]], Awaitable[None]],
    ) -> bool: ...


SCENES: dict[str, tuple[tuple[str, ...], str]] = {
    "list": (("down", "down"), "▌"),
    "json": (("enter", "left"), '"fullname"'),
    "search": (("slash", "a", "n", "a"), " of 400"),
    "no-match": (("slash", "z", "z", "z", "z"), "Nobody matches"),
    "sort": (("s",), "Sort by"),
    "columns": (("c", "j", "space", "j", "plus"), "cells"),
    "marks": (("space", "space", "down", "V", "down", "down"), "3 in the range"),
    "copy": (("y",), "Esc back"),
    "go-to": (("i", "x"), "Enter go"),
    "help": (("question_mark",), "Type to find"),
    "go": (("g",), "Contexts"),
    "contexts": (("g", "c"), "Switch context"),
    "edit": (("down", "e"), "As the platform has it now."),
    "token": (("g", "t"), "verified just now"),
    "new": (("n", "tab", "j", "a", "n", "e"), "must have an @-sign"),
}
"""Keys, and what the screen shows when the picture may be taken."""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", SCENES)
def test_screen(
    snap_compare: Compare, browsed_sandbox: SandboxPlatform, scene: str, size: tuple[int, int]
) -> None:
    keys, shown = SCENES[scene]

    async def arrange(pilot: Pilot[None]) -> None:
        person = Person(pilot)
        await person.sees("fresh now")
        await person.presses(*keys)
        await person.sees(shown)
        await person.comes_to_rest()

    app = console_app(browsed_sandbox.own_access())
    assert snap_compare(app, terminal_size=size, run_before=arrange)


class Waiting(AnnouncedAccess):
    """A way to the platform that is not open yet."""

    async def open(self) -> Session:
        import asyncio

        await asyncio.Event().wait()
        raise AssertionError


FORMS: dict[str, tuple[tuple[str, ...], str]] = {
    "welcome": ((), "Open the sandbox"),
    "proto": (("down", "enter"), "Company id"),
    "server": (("down", "down", "enter"), "The server's root"),
}
"""Before there is a platform: keys, and what the screen shows."""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", FORMS)
def test_before_the_first_platform(
    snap_compare: Compare, scene: str, size: tuple[int, int]
) -> None:
    keys, shown = FORMS[scene]

    async def arrange(pilot: Pilot[None]) -> None:
        person = Person(pilot)
        await person.sees("Open the sandbox")
        await person.presses(*keys)
        await person.sees(shown)
        await person.holds_still()

    assert snap_compare(console_app(None), terminal_size=size, run_before=arrange)


@pytest.mark.parametrize("theme", ["light", "terminal"])
def test_other_colours(snap_compare: Compare, browsed_sandbox: SandboxPlatform, theme: str) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        person = Person(pilot)
        await person.sees("fresh now")
        await person.presses("down", "down")
        await person.comes_to_rest()

    app = console_app(browsed_sandbox.own_access(), setup=bare_setup(theme=theme))
    assert snap_compare(app, terminal_size=(80, 24), run_before=arrange)


def test_first_paint(snap_compare: Compare, browsed_sandbox: SandboxPlatform) -> None:
    async def arrange(pilot: Pilot[None]) -> None:
        await Person(pilot).sees("Starting the sandbox")

    app = console_app(Waiting(browsed_sandbox.announced))
    assert snap_compare(app, terminal_size=(80, 24), run_before=arrange)


OUTBOX: dict[str, tuple[tuple[str, ...], str]] = {
    "outbox": (("g", "o"), "≠ in conflict"),
    "conflict": (("g", "o", "enter", "m", "t"), "UID: choose"),
    "pending": ((), "⇡"),
    "history": (("down", "enter", "right"), "⇡ change: waiting"),
}
"""With changes that wait: keys, and what the screen shows."""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", OUTBOX)
def test_with_changes_that_wait(
    snap_compare: Compare, own_sandbox: SandboxPlatform, scene: str, size: tuple[int, int]
) -> None:
    keys, shown = OUTBOX[scene]

    async def arrange(pilot: Pilot[None]) -> None:
        person = Person(pilot)
        await person.sees("fresh now")
        await let_changes_wait(person, own_sandbox)
        await person.presses(*keys[:2])
        if keys[:2] == ("g", "o"):
            await person.sees("≠ in conflict")
        await person.presses(*keys[2:])
        await person.sees(shown)
        await person.holds_still()

    app = console_app(own_sandbox.own_access())
    assert snap_compare(app, terminal_size=size, run_before=arrange)


GOLD = (*"mer", "enter", *"gold", "enter")

EDITOR: dict[str, tuple[tuple[str, ...], str]] = {
    "tags-of-one": (("down", "t", *"mer"), "Customer since"),
    "value": (("down", "t", *"mer", "enter"), "Silver"),
    "day": (("t", *"since", "enter", "up"), "another day"),
    "tags-of-many": (("space", "space", "space", "t", *GOLD, *"vip", "ctrl+x"), "None of the"),
    "staged": (("a", "t", *GOLD, *"con", "ctrl+x"), "would change"),
    "fields": (("space", "space", "e", *"uid", "ctrl+x"), "change"),
}
"""The value editor: keys, and what the screen shows."""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", EDITOR)
def test_value_editor(
    snap_compare: Compare, browsed_sandbox: SandboxPlatform, scene: str, size: tuple[int, int]
) -> None:
    keys, shown = EDITOR[scene]

    async def arrange(pilot: Pilot[None]) -> None:
        person = Person(pilot)
        await person.sees("fresh now")
        await person.presses(*keys)
        await person.sees(shown)
        await person.waits_for(lambda: "counting" not in person.screen)
        await person.waits_for(lambda: " …  " not in person.screen)
        await person.holds_still()

    app = console_app(browsed_sandbox.own_access())
    assert snap_compare(app, terminal_size=size, run_before=arrange)


DEFINITIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "definitions": (("g", "d", "down"), "who has it"),
    "definition": (("g", "d", "down", "down", "down", "e"), "Gold"),
    "new-definition": (("g", "d", "n", *"tier", "tab", "tab", "x", "ctrl+s"), "! Only"),
    "delete-definition": (("g", "d", "number_sign", "x", "ctrl+s"), "! This is not its name"),
}
"""The definitions of tags: keys, and what the screen shows."""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", DEFINITIONS)
def test_definitions_of_tags(
    snap_compare: Compare, browsed_sandbox: SandboxPlatform, scene: str, size: tuple[int, int]
) -> None:
    keys, shown = DEFINITIONS[scene]

    async def arrange(pilot: Pilot[None]) -> None:
        person = Person(pilot)
        await person.sees("fresh now")
        await person.presses(*keys[:2])
        await person.sees("who has it")
        await person.waits_for(lambda: " … " not in person.screen)
        await person.presses(*keys[2:])
        await person.sees(shown)
        await person.holds_still()

    app = console_app(browsed_sandbox.own_access())
    assert snap_compare(app, terminal_size=size, run_before=arrange)


BULK: dict[str, tuple[tuple[str, ...], str]] = {
    "paused": (("p",), "go on"),
    "background": (("escape",), "of 40 tagged"),
    "report": ((), "m mark the 2"),
}
"""A bulk of which two fail: keys, and what the screen shows."""


def is_gold(person: Person) -> bool:
    """Whether the human at the cursor has the value already that a bulk gives."""
    record = humans_of(person)._table.current
    return record is not None and "Gold" in record.tags.values()


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", BULK)
def test_bulk(
    snap_compare: Compare, own_sandbox: SandboxPlatform, scene: str, size: tuple[int, int]
) -> None:
    keys, shown = BULK[scene]

    async def arrange(pilot: Pilot[None]) -> None:
        person = Person(pilot)
        await person.sees("fresh now")
        gate = Gate(platform_of(person), "assign_tags")
        async with beside(own_sandbox) as platform:
            for human_id in await humans_of(person)._table._rows.ids(4, 5):
                await platform.delete_human(human_id)
        while not is_gold(person):  # whose details do not say that it was changed just now
            await person.presses("down")
        await person.presses("a", "t", *GOLD, "enter")
        await gate.reached.wait()
        await person.sees("p pause")
        if not keys:
            gate.open()
        await person.presses(*keys)
        await person.sees(shown)
        await person.holds_still()

    app = console_app(own_sandbox.own_access())
    assert snap_compare(app, terminal_size=size, run_before=arrange)


PROFILE: dict[str, tuple[tuple[str, ...], str, tuple[str, ...], str]] = {
    "profile": ((), "▸GENERAL", (), "the password is enough"),
    "aliases": (("right",), "▸ALIASES", (), "Ana from Acme"),
    "alias": (("right", "e"), "Change Ana", (), "Customers read this name."),
    "delete-alias": (("right", "home", "number_sign"), "Delete Ana", (), "It is the default"),
    "token": (("right", "right"), "▸API", (), "lets programs act as you"),
    "time-zone": (("home", *"jjj", "enter"), "Africa/", tuple("asia/to"), "Asia/Tokyo"),
    "password": (("home", *"jjjjj", "enter"), "New again", ("tab", *"password"), "very weak."),
    "two-factor": (("end", "enter"), "Turn two", (), "Enter sends the code."),
}
"""The profile: keys, what the screen shows then, more keys, and what it shows at last."""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", PROFILE)
def test_profile(
    snap_compare: Compare, browsed_sandbox: SandboxPlatform, scene: str, size: tuple[int, int]
) -> None:
    keys, first, more, shown = PROFILE[scene]

    async def arrange(pilot: Pilot[None]) -> None:
        person = Person(pilot)
        await person.sees("fresh now")
        await person.presses("g", "p")
        await person.sees("Time zone", "the password is enough")
        await person.waits_for(lambda: "◐ reading" not in person.screen)
        await person.presses(*keys)
        await person.sees(first)
        await person.presses(*more)
        await person.sees(shown)
        await person.holds_still()

    app = console_app(browsed_sandbox.own_access())
    assert snap_compare(app, terminal_size=size, run_before=arrange)


class Told:
    """A grant that is never given; its words are always the same."""

    async def start(self) -> DeviceFlow:
        return DeviceFlow(
            flow=SecretStr("f"),
            user_code="WDJB-MJHT",
            verification_uri="https://www.google.com/device",
            expires_at=NOW,
        )

    async def finish(self, flow: DeviceFlow) -> object:
        del flow
        return await asyncio.Event().wait()

    async def aclose(self) -> None:
        """Nothing is open."""


SIGN_IN = Context(name="server", kind="console", root="https://aicx.example.com", account="ana")
CHALLENGE = Challenge(challenge=SecretStr("c"), hint="a…@acme.example", expires_at=NOW)

STEPS: dict[str, tuple[Callable[[], Dialog[Any]], str]] = {
    "password-again": (lambda: AgainScreen(SIGN_IN, email="ana@acme.example", begun=None), "Conf"),
    "code": (
        lambda: AgainScreen(SIGN_IN, email="ana@acme.example", begun=CodeAsked(SIGN_IN, CHALLENGE)),
        "another in 30 s",
    ),
    "grant": (lambda: GrantScreen("Sign in with Google", Told()), "WDJB-MJHT"),
}
"""The steps of a sign-in, and what each shows."""


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("step", STEPS)
def test_sign_in_steps(snap_compare: Compare, step: str, size: tuple[int, int]) -> None:
    make, shown = STEPS[step]

    async def arrange(pilot: Pilot[None]) -> None:
        person = Person(pilot)
        await person.sees("Open the sandbox")
        pilot.app.push_screen(make())
        await person.sees(shown)
        await person.holds_still()

    assert snap_compare(console_app(None), terminal_size=size, run_before=arrange)
