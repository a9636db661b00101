"""The cursor's keys while everybody is being tagged, against the hello program's echo of a key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

from benchmarks.humans import Humans
from benchmarks.measures.first_paint import HELLO_WORDS, is_painted
from benchmarks.measures.keys import DOWN, HOME, Console, Scene, arrival, compared, echoes
from benchmarks.programs import AICX, HELLO
from benchmarks.report import Line
from benchmarks.terminal import terminal

PAIRS = 30

SCENE = Scene(what="down, while a bulk runs", keys=[DOWN], before=[HOME], stretch=25, budget=1.5)

ENTER, ESCAPE = b"\r", b"\x1b"
TAG = b"city"
ASKED, GOES_ON, RUNS = (re.compile(words) for words in (b"How many", b"background", b"p pause"))


def measure(humans: Humans, pairs: int | None) -> Iterator[Line]:
    """Tag everybody by keys, and go down the list meanwhile."""
    console = [*AICX, "--mirror-key-file", str(humans.folder / "console.key")]
    with (
        humans.sandbox() as announced,
        terminal(console, _context(announced)) as program,
        terminal(HELLO) as echo,
    ):
        arrival(program, re.compile(b"%s humans, fresh" % f"{humans.count:,}".encode()))
        echo.shows(lambda raw: is_painted(raw, HELLO_WORDS))
        program.rests(1.0)
        person = Console(program)
        value = token_hex(4).encode()  # one that nobody has from an earlier run
        person.goes([HOME, b"a", b"t", TAG, ENTER, value, ENTER])
        program.types(ENTER)
        arrival(program, ASKED)
        person.goes([str(humans.count).encode()])
        program.types(ENTER)
        arrival(program, GOES_ON)
        person.is_busy = True
        person.goes([ESCAPE])
        found = compared(SCENE, person, echoes(echo), pairs or PAIRS)
        program.types(b"b")
        arrival(program, RUNS)  # else it was over before
        yield found


def _context(announced: dict[str, Any]) -> dict[str, str]:
    """The environment that names the sandbox."""
    return {
        "AICX_PLATFORM": "console",
        "AICX_URL": announced["url"],
        "AICX_COMPANY_ID": announced["company_id"],
        "AICX_BOT_ID": announced["bot_id"],
        "AICX_TOKEN": announced["admin"]["token"],
    }
