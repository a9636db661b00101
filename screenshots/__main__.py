"""Makes the pictures that README shows: `uv run python -m screenshots`.

Each is the console on a fresh sandbox at a fixed moment, so the same code makes the same picture.
PNG needs the fonts DejaVu Sans Mono and Noto (CJK, Arabic, emoji).
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import NamedTuple

import resvg_py
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import bare_setup, console
from tests.tui.waiting import let_changes_wait

from aicx_tui.services.targets import Target
from aicx_tui.tui.screens.humans import HumansScreen

FOLDER = Path(__file__).parent
FONT = "DejaVu Sans Mono"

TARGETS = (
    Target("billing .env", "env-file"),
    Target("website", "github"),
    Target("legacy cron", "by-hand", {"instructions": "Paste it into cron-1's crontab."}),
)
"""Where else the token of the sandbox is used."""

WIDE, LOW, SMALL = (120, 40), (120, 30), (80, 24)


class Scene(NamedTuple):
    """What a picture shows.

    Attributes:
        size: Columns and rows.
        keys: What is pressed before; what has blanks is a text to wait for instead.
        is_first_start: Whether there is no platform yet; else it is the sandbox.
        has_changes: Whether changes wait, one of them in conflict; at a sandbox of their own.
    """

    size: tuple[int, int]
    keys: tuple[str, ...] = ()
    is_first_start: bool = False
    has_changes: bool = False


SCENES = {
    "humans": Scene(WIDE, ("down", "down")),
    "humans-80x24": Scene(SMALL, ("down", "down")),
    "search": Scene(LOW, ("slash", *"ana")),
    "json": Scene(LOW, ("enter", "left")),
    "help": Scene(LOW, ("down", "down", "question_mark")),
    "contexts": Scene(LOW, ("g", "c")),
    "form": Scene(LOW, ("down", "down", "e", "As the platform has it now.")),
    "outbox": Scene(LOW, ("O", "in conflict"), has_changes=True),
    "conflict": Scene(LOW, ("O", "in conflict", "enter", "choose m, t or b"), has_changes=True),
    "history": Scene(LOW, ("down", "enter", "right", "change: waiting"), has_changes=True),
    "profile": Scene(LOW, ("g", "p", "the password is enough")),
    "token": Scene(LOW, ("g", "t", "verified just now")),
    "welcome": Scene(SMALL, is_first_start=True),
    "sign-in": Scene(SMALL, ("down", "enter"), is_first_start=True),
}


async def picture(name: str, platform: SandboxPlatform) -> str:
    """Arrange a scene and return it as SVG without fonts from elsewhere."""
    if not SCENES[name].has_changes:
        return await _drawn(SCENES[name], platform)
    with SandboxProcess("--ephemeral") as process:
        return await _drawn(SCENES[name], SandboxPlatform(process.announcement))


async def _drawn(scene: Scene, platform: SandboxPlatform) -> str:
    access = None if scene.is_first_start else platform.own_access()
    until = "Open the sandbox" if scene.is_first_start else "fresh now"
    setup = bare_setup(targets={"sandbox": TARGETS})
    async with console(access, setup=setup, size=scene.size, until=until) as person:
        if scene.has_changes:
            await let_changes_wait(person, platform)
        for key in scene.keys:
            await (person.sees(key) if " " in key else person.presses(key))
        if isinstance(person.app.screen, HumansScreen):
            await person.comes_to_rest()
        await person.holds_still()
        svg = person.app.export_screenshot(title="aicx")
    own = re.sub(r"@font-face\s*{.*?}", "", svg, flags=re.DOTALL)
    return own.replace("Fira Code, monospace", f"{FONT}, monospace")


async def main() -> None:
    """Make every picture, as SVG and as PNG."""
    with SandboxProcess("--ephemeral") as process:
        for name in SCENES:
            svg = await picture(name, SandboxPlatform(process.announcement))
            (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
            png = resvg_py.svg_to_bytes(svg_string=svg, font_family=FONT, monospace_family=FONT)
            (FOLDER / f"{name}.png").write_bytes(bytes(png))


if __name__ == "__main__":
    asyncio.run(main())
