"""The console under a pilot, read the way a person reads it: as lines of text."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import textual.app
import textual.pilot
from textual import events
from textual._wait import wait_for_idle
from textual.geometry import Size
from textual.pilot import Pilot
from textual.widgets import Input

from aicx_tui.config import Config
from aicx_tui.services.access import Access
from aicx_tui.services.setup import Setup
from aicx_tui.tui.app import AicxApp
from aicx_tui.tui.widgets.human_detail import HumanDetail
from aicx_tui.tui.widgets.human_table import HumanTable

os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
os.environ.pop("NO_COLOR", None)  # pictures show colours, whatever terminal the tests run in

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
"""An hour after the latest change in the sandbox's sample data."""

PATIENCE = 30
"""Seconds after which what a test waits for will not come any more."""


SETTLED_SECONDS = 0.1
"""How long it is waited at most, after some keys, for the processor to calm down. On a busy machine
it never does; what a test is about it waits for itself, by what the screen shows."""

LOOK_SECONDS = 0.03
"""How often somebody who waits looks at the screen: to read it takes a good part of a processor."""

BETWEEN_KEYS = 0.002
"""The same between two keys, as of somebody who types ahead."""


async def _settle(min_sleep: float = SETTLED_SECONDS, max_sleep: float = 1) -> None:
    await wait_for_idle(min(min_sleep, SETTLED_SECONDS), min(max_sleep, SETTLED_SECONDS))


async def _go_on(_min_sleep: float = 0, _max_sleep: float = 0) -> None:
    await asyncio.sleep(BETWEEN_KEYS)


textual.pilot.wait_for_idle = _settle  # type: ignore[attr-defined]
textual.app.wait_for_idle = _go_on  # type: ignore[attr-defined, assignment]


def console_app(
    access: Access | None,
    *,
    setup: Setup | None = None,
    zone: tzinfo | None = UTC,
    clock: Callable[[], datetime] = lambda: NOW,
) -> AicxApp:
    """The console at a fixed moment; without a setup, at its defaults.

    Args:
        access: The way to its platform.
        setup: What the run stands on.
        zone: Where times are shown; None for where the profile says.
        clock: Another present than the fixed one.
    """
    return AicxApp(setup or bare_setup(), access, clock=clock, zone=zone)


def bare_setup(home: str = "/proc/nowhere", **said: Any) -> Setup:  # noqa: ANN401  # fields of Config
    """A setup that reads no file and no keyring.

    Args:
        home: Where files would live.
        said: What config.toml would say.
    """
    environ = {"AICX_HOME": home, "AICX_KEYRING": "off"}
    config = Config(path=Path(home, "config.toml"), **({"theme": "dark"} | said))
    return Setup(environ, config=config)


@asynccontextmanager
async def console(
    access: Access | None,
    *,
    setup: Setup | None = None,
    size: tuple[int, int] = (120, 40),
    until: str = "fresh now",
    zone: tzinfo | None = UTC,
    clock: Callable[[], datetime] = lambda: NOW,
) -> AsyncIterator[Person]:
    """Run the console until it shows a text, then hand it to a person."""
    app = console_app(access, setup=setup, zone=zone, clock=clock)
    async with app.run_test(size=size, notifications=True) as pilot:
        person = Person(pilot)
        await person.sees(until)
        yield person


class Person:
    """Presses keys and reads the screen."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self._pilot = pilot
        self.app = pilot.app

    @property
    def lines(self) -> list[str]:
        """What the terminal shows."""
        width, height = self.app.size
        strips = self.app.screen._compositor.render_strips(Size(width, height))
        return [strip.text for strip in strips]

    @property
    def screen(self) -> str:
        return "\n".join(self.lines)

    async def presses(self, *keys: str) -> None:
        await self._pilot.press(*keys)
        await self._pilot.pause()

    async def types(self, text: str) -> None:
        await self.presses(*(_KEY_NAMES.get(character, character) for character in text))

    async def pastes(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await self._pilot.pause()

    async def clicks(
        self, x: int, y: int, *, times: int = 1, shift: bool = False, control: bool = False
    ) -> None:
        await self._pilot.click(offset=(x, y), times=times, shift=shift, control=control)
        await self._pilot.pause()

    async def drags(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        await self._pilot.mouse_down(offset=start)
        await self._pilot.hover(offset=end)
        await self._pilot.mouse_up(offset=end)
        await self._pilot.pause()

    async def turns_wheel(self, steps: int) -> None:
        """Turn the wheel in the middle of the screen, down where steps are positive."""
        x, y = (length // 2 for length in self.app.size)
        kind = events.MouseScrollDown if steps > 0 else events.MouseScrollUp
        for _ in range(abs(steps)):
            widget, _region = self.app.screen.get_widget_at(x, y)
            widget.post_message(
                kind(
                    widget=widget,
                    x=x,
                    y=y,
                    delta_x=0,
                    delta_y=0,
                    button=0,
                    shift=False,
                    meta=False,
                    ctrl=False,
                )
            )
        await self._pilot.pause()

    async def resizes(self, width: int, height: int) -> None:
        await self._pilot.resize_terminal(width, height)
        await self._pilot.pause()

    async def sees(self, *texts: str) -> None:
        """Wait until the screen shows every text."""
        await self.waits_for(lambda: all(text in self.screen for text in texts))

    async def waits_for(self, condition: Callable[[], bool]) -> None:
        """Wait for what has to come; when it does not, fail with what the screen shows."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not condition():
            assert asyncio.get_running_loop().time() < end, self.screen
            await self._pilot.pause(LOOK_SECONDS)

    async def comes_to_rest(self) -> None:
        """Stop the blinking, and wait until the details have followed the cursor."""
        humans = self.app.screen_stack[0]
        table, detail = humans.query_one(HumanTable), humans.query_one(HumanDetail)
        await self.waits_for(
            lambda: (detail.human and detail.human.id) == (table.current and table.current.id)
        )
        await self.holds_still()

    async def holds_still(self) -> None:
        """Stop the blinking."""
        for field in self.app.screen.query(Input):
            field.cursor_blink = False
        await self._pilot.pause()


_KEY_NAMES = {" ": "space", "_": "underscore", "@": "at", ".": "full_stop", "-": "minus"}
