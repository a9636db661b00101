"""Keys in the table alone over a million humans, against the hello program's echo of a key."""

from __future__ import annotations

import re
from collections.abc import Iterator

from benchmarks.measures.first_paint import HELLO_WORDS
from benchmarks.measures.keys import (
    DOWN,
    END,
    HOME,
    PAGE_DOWN,
    PAIRS,
    Console,
    Scene,
    arrival,
    compared,
    echoes,
)
from benchmarks.programs import HELLO, MILLION
from benchmarks.report import Line
from benchmarks.terminal import terminal

CURSOR = re.compile("▌".encode())

SCENES = (
    Scene(what="table: down, in view", keys=[DOWN], before=[HOME], stretch=25, budget=1.5),
    Scene(
        what="table: down, scrolling",
        keys=[DOWN],
        before=[HOME, PAGE_DOWN, PAGE_DOWN],
        stretch=1500,
        budget=1.5,
    ),
    Scene(what="table: page down", keys=[PAGE_DOWN], before=[HOME], stretch=1500, budget=2.0),
    Scene(what="table: end", keys=[END], before=[HOME], stretch=1, budget=2.0),
    Scene(what="table: home", keys=[HOME], before=[END], stretch=1, budget=2.0),
)


def measure(pairs: int | None) -> Iterator[Line]:
    """Each kind of key in turn."""
    with terminal(MILLION) as program, terminal(HELLO) as echo:
        arrival(program, CURSOR)
        arrival(echo, HELLO_WORDS)
        table = Console(program)
        program.rests(1.0)
        echoed = echoes(echo)
        for scene in SCENES:
            yield compared(scene, table, echoed, pairs or PAIRS)
