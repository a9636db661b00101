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
    "copy": ((120, 30), ("y",)),
}
"""Size and keys of each picture."""


async def main() -> None:
    """Make every picture."""
    with SandboxProcess("--ephemeral") as process:
        platform = SandboxPlatform(process.announcement)
        for name, (size, keys) in SCENES.items():
            async with console(platform.own_access(), size=size) as person:
                await person.presses(*keys)
                await person.comes_to_rest()
                write(name, person.app.export_screenshot(title="aicx"))


def write(name: str, svg: str) -> None:
    """Write a picture as SVG, without fonts from elsewhere, and as PNG."""
    own = re.sub(r"@font-face\s*{.*?}", "", svg, flags=re.DOTALL)
    own = own.replace("Fira Code, monospace", f"{FONT}, monospace").replace(
        "127.0.0.1:", "127.0.0.1:"
    )
    (FOLDER / f"{name}.svg").write_text(own, encoding="utf-8")
    png = resvg_py.svg_to_bytes(svg_string=own, font_family=FONT, monospace_family=FONT)
    (FOLDER / f"{name}.png").write_bytes(bytes(png))


if __name__ == "__main__":
    asyncio.run(main())
