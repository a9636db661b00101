"""Pictures as the terminal itself paints them, where config.toml asks for that."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.command import aicx
from tests.e2e.terminal import Terminal
from tests.pictures import png
from tests.sandbox_platform import SandboxPlatform

KNOWS_SIXELS = "\x1b[?62;4c"
"""What a terminal answers that paints them; typed ahead, since little time is given for it."""

MOVED_THEN_PAINTED = re.compile(rb"\x1b\[\d+;\d+H\x1bP[0-9;]*q[^\x1b]+\x1b\\\x1b\[\d+;\d+H")


def test_sixels_go_to_a_terminal_that_paints_them(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = own_sandbox.environment()
    (tmp_path / "me.png").write_bytes(png(60, 60))
    assert aicx("profile", "avatar", str(tmp_path / "me.png"), env=env).code == 0
    (tmp_path / "config.toml").write_text('[console]\nimages = "terminal"\n')
    terminal = Terminal(home=tmp_path, env=env)
    terminal.types(KNOWS_SIXELS)
    terminal.sees("fresh")
    terminal.types("g")
    terminal.sees("Go to")
    terminal.types("p")
    terminal.waits_for(lambda: MOVED_THEN_PAINTED.search(terminal.raw) is not None)
    assert "\N{REPLACEMENT CHARACTER}" not in terminal.text
    terminal.types("\x11")
    assert terminal.ends() == 0
