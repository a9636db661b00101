"""A console on a hostile platform, and what it must be like after all that was said to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.e2e.terminal import Terminal
from tests.hostile import what_acts

ROOM = (56, 206)
"""Rows and columns in which every payload has a line of its own."""

POINTERS = ("", "default", "pointer", "text")
"""Shapes of the pointer, which pyte takes for titles that start with a semicolon."""

Start = Callable[..., Terminal]


def home(folder: Path) -> Path:
    made = folder / "home"
    made.mkdir(exist_ok=True)
    return made


def ends_unharmed(
    terminal: Terminal, folder: Path, *, copied: int = 0, typed: bool = False
) -> None:
    """The console is still there, quits when asked, and nothing acted meanwhile."""
    assert terminal.screen.title.removeprefix(";") in POINTERS
    assert terminal.screen.icon_name == ""
    assert terminal.lines[0].startswith(" environment"), "the screen was cleared"
    terminal.types("\x11")
    assert terminal.ends() == 0
    acted = what_acts(bytes(terminal.raw), copied=copied, typed=typed)
    assert not acted, acted
    assert [path.name for path in folder.iterdir()] == ["home"]


def cursor_is_on(terminal: Terminal, name: str) -> None:
    terminal.waits_for(lambda: any(line.startswith(f"│▌  {name}") for line in terminal.lines))
