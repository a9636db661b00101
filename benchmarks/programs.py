"""The programs that are measured, and the surroundings they get."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PYTHON = sys.executable

AICX = [PYTHON, str(Path(PYTHON).with_name("aicx"))]
"""The installed script, run as its first line would."""

SANDBOX = [*AICX, "--sandbox", "--ephemeral"]

HELLO = [PYTHON, str(Path(__file__).with_name("hello.py"))]
"""A script too, so that both pay the same for being one."""

MILLION = [PYTHON, str(Path(__file__).with_name("million.py"))]
"""The table alone, over a million humans."""

SYNCING = [PYTHON, str(Path(__file__).with_name("syncing.py"))]
"""A first sync; its arguments are in its own module."""

BULKING = [PYTHON, str(Path(__file__).with_name("bulking.py"))]
"""Everybody tagged, in a bare loop and as a bulk in turn."""

SERVING = [PYTHON, str(Path(__file__).with_name("serving.py"))]
"""Many clients of an Authentication URL."""

READING = [PYTHON, str(Path(__file__).with_name("reading.py"))]
"""Somebody who goes about a mirror."""

UNSET = ("AICX_", "TEXTUAL", "PYTHON")
"""Beginnings of variables that would make this run differ from another's."""


def surroundings(home: Path) -> dict[str, str]:
    """The environment of a program whose files all stay below a folder.

    Args:
        home: The folder; its path is also the mark that the program's own children are known by.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(UNSET)}
    own = {"AICX_HOME": str(home), "TMPDIR": str(home)}
    return kept | own | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
