"""Runs `aicx` as a person or a script does: as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NO_HOME = "/proc/aicx"
"""Where a test that keeps nothing finds no config.toml of the machine's own."""

PATIENCE = 60
"""Seconds that no command of a test should ever take."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401  # whatever was printed
        return json.loads(self.out)


def clean_environment(given: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without what aims commands elsewhere, and the given variables.

    Nothing of the machine's own is read: neither its config.toml nor its keyring.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AICX_")}
    return kept | {"AICX_HOME": NO_HOME, "AICX_KEYRING": "off"} | dict(given)


def aicx(*words: str, env: Mapping[str, str], stdin: str = "") -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "aicx_tui", *words],
        env=clean_environment(env),
        input=stdin.encode(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
