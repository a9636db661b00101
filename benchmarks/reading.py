"""Goes about a mirror as a person does, says `ready` and waits until its input ends."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from threading import Event

from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import All, Text
from aicx_tui.storage.results import PAGE, Results

JUMPS, PAGES = 300, 60
WORDS = ("maria", "he", "x", "smith", "zzz")


class Reader:
    """A mirror's list of everybody.

    Args:
        mirror: That has read them all.
    """

    def __init__(self, mirror: Mirror) -> None:
        self._changed = Event()
        coming = mirror.search(All(()), Sort(), tags={}, on_change=lambda _: self._changed.set())
        self.results: Results = coming.result()
        while not self.results.is_counted:
            self._wait()

    def reads(self, row: int) -> None:
        """Wait until a row is there."""
        while self.results.at(row) is None:
            self._wait()

    def _wait(self) -> None:
        self._changed.wait(timeout=1)
        self._changed.clear()


def go_about(mirror: Mirror) -> None:
    """Jump, page and search."""
    reader, chosen = Reader(mirror), random.Random(1)  # noqa: S311  # the same rows each time
    for _ in range(JUMPS):
        reader.reads(chosen.randrange(reader.results.total))
    for row in range(0, min(PAGES * PAGE, reader.results.total), PAGE):
        reader.reads(row)
    for word in WORDS:
        mirror.search(Text(word), Sort(), tags={}, on_change=lambda _: None).result()


if __name__ == "__main__":
    opened = Mirror(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
    go_about(opened)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    opened.close()
