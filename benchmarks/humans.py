"""Humans to measure with: a sandbox that makes them, and a mirror that has read them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.programs import AICX, SYNCING, surroundings
from benchmarks.terminal import NothingShown

KEY = bytes(range(32))
"""Of every mirror that is measured."""

STOP_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Humans:
    """So many humans, made once and kept in a folder.

    Attributes:
        count: Of them.
        folder: Where they are kept.
    """

    count: int
    folder: Path

    @contextmanager
    def sandbox(self) -> Iterator[dict[str, Any]]:
        """A running sandbox that has them; yields what it announced."""
        file = self.folder / f"sandbox-{self.count}.db"
        command = [*AICX, "sandbox", "--humans", str(self.count), "--data", str(file)]
        with subprocess.Popen(  # noqa: S603  # our own command
            [*command, "--port", "0", "--json"],
            env=surroundings(self.folder),
            stdout=subprocess.PIPE,
        ) as process:
            try:
                line = process.stdout.readline() if process.stdout else b""
                if not line:
                    raise NothingShown("The sandbox ended before it was ready.")
                yield json.loads(line)
            finally:
                process.terminate()
                process.wait(STOP_SECONDS)

    def mirror(self) -> Path:
        """A complete mirror of them."""
        path = self.folder / f"mirror-{self.count}.db"
        if not path.exists():
            reading = path.with_suffix(".reading")
            with self.sandbox() as announced:
                sync(announced, reading)
            reading.replace(path)
        return path


def sync(announced: dict[str, Any], path: Path) -> dict[str, float]:
    """Read a sandbox into a mirror in a process of its own, and return what that measured."""
    done = subprocess.run(  # noqa: S603  # our own command
        [*SYNCING, str(path)],
        input=json.dumps(announced | {"key": KEY.hex()}).encode(),
        stdout=subprocess.PIPE,
        env=surroundings(path.parent),
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found
