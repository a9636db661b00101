"""Runs the sandbox alone, in the place of this process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from aicx_tui.services.sandbox import command
from aicx_tui.settings import home


def become_sandbox(arguments: Sequence[str], *, environ: Mapping[str, str]) -> int:
    """Hand this process over to the sandbox, so that signals reach it as they are.

    Args:
        arguments: What was typed behind `aicx sandbox`.
        environ: For `AICX_HOME`.
    """
    words = command(arguments, home=home(environ))
    if sys.platform == "win32":  # which would start a second process and return at once
        return subprocess.call(words)  # noqa: S603  # our own module
    os.execv(words[0], words)  # noqa: S606  # our own module
