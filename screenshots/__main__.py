"""Makes the pictures that README shows: `uv run python -m screenshots`.

Each is the console on a fresh sandbox at a fixed moment, so the same code makes the same picture.
PNG needs the fonts DejaVu Sans Mono and Noto (CJK, Arabic, emoji).
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import resvg_py
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform
from tests.tui.console import console

FOLDER = Path(__file__).parent
FONT = "DejaVu Sans Mono"

SCENES: dict[str, tuple[tuple[int, int], tuple[str, ...]]] = {
    "humans": ((120, 40), ("down", "down")),
    "humans-80x24": ((80, 24), ("down", "down")),
    "search": ((120, 30), ("slash", *"ana")),
    "json": ((120, 30), ("enter", "right")),
}
"""Size and keys of each picture."""


async def picture(name: str, platform: SandboxPlatform) -> str:
    """Arrange a scene and return it as SVG without fonts from elsewhere."""
    size, keys = SCENES[name]
    async with console(platform.own_access(), size=size) as person:
        await person.presses(*keys)
        await person.comes_to_rest()
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
