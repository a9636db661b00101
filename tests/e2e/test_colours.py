"""What colours leave the console, in terminals of many, of 16, and of none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal

STYLES = re.compile(rb"\x1b\[([0-9;]*)m")

OWN_COLOURS = ("38;2;", "48;2;", "38;5;", "48;5;")
"""How colours are written that a terminal does not define itself."""


CURSOR, BLOCK = "46", "47"
"""The ground of the row at the cursor, and of the block where text is typed."""


def styles(home: Path, **env: str) -> set[str]:
    """Every style that the first screen and help are painted in."""
    terminal = Terminal(home=home, env=env)
    terminal.sees("Open the sandbox")
    terminal.types("?")
    terminal.sees("Type to find")
    terminal.types("\x11")
    assert terminal.ends() == 0
    return {style.decode() for style in STYLES.findall(bytes(terminal.raw))}


def test_a_terminal_of_many_gets_the_consoles_own(tmp_path: Path) -> None:
    assert any(colour in style for style in styles(tmp_path) for colour in OWN_COLOURS)


@pytest.mark.parametrize("theme", ["", "dark", "light", "terminal"])
def test_a_terminal_of_sixteen_gets_only_its_own_on_its_own_ground(
    tmp_path: Path, theme: str
) -> None:
    (tmp_path / "config.toml").write_text(f'[console]\ntheme = "{theme}"\n' if theme else "")
    seen = styles(tmp_path, TERM="xterm", COLORTERM="")
    assert not any(colour in style for style in seen for colour in OWN_COLOURS)
    grounds = {part for style in seen for part in style.split(";") if re.fullmatch("4[0-9]", part)}
    assert grounds == {"49", CURSOR, BLOCK}


def test_no_color_leaves_none(tmp_path: Path) -> None:
    seen = styles(tmp_path, NO_COLOR="1")
    parts = {part for style in seen for part in style.split(";")}
    assert parts <= {"", "0", "1", "2", "4", "7", "39", "49"}
    assert "1" in parts, "the row at the cursor shows without a colour"
