"""Runs `aicx` as a person or a script does: as a process of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Any

from tests.forked import Forked

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
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(stdin.encode())
        given.seek(0)
        files = [file.fileno() for file in (given, out, err)]
        code = Forked("aicx_tui.__main__", words, env=clean_environment(env), files=files).wait(
            PATIENCE
        )
        printed, said = (_read(file) for file in (out, err))
    assert "Traceback" not in said
    return Ended(code, printed, said)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()
