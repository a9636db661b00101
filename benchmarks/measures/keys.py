"""From a key's bytes to its effect on the screen, against the hello program's echo of a key.

The clock starts before the bytes are written to the terminal. It stops when the bytes arrive with
which the reply has the effect. What repaints on its own cannot pass for one: the header never has
the sign of the cursor's row, and a row that is painted anew without having moved is not another.
(A search shows its rows; only the ageing of their times, once in 20 s, would look the same.)

Both programs stand side by side and get keys in turn, so both meet the same noise. A key is sent
when all has been painted that follows the one before, such as the details of another human.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from benchmarks.measures.first_paint import HELLO_WORDS, is_painted
from benchmarks.measures.memory import ALL_READ
from benchmarks.programs import HELLO, SANDBOX
from benchmarks.report import Finding, Line, Samples
from benchmarks.terminal import Terminal, readable, terminal

PAIRS = 60

DOWN, PAGE_DOWN, BACKSPACE = b"\x1b[B", b"\x1b[6~", b"\x7f"
HOME, END = b"\x1b[H", b"\x1b[F"

ROW_AT_CURSOR = re.compile("▌(.{40})".encode(), re.DOTALL)
"""The sign of the cursor's row and what follows it, while the list has the focus."""

FOUND_ROWS = "▏".encode()
"""The same sign while the search has the focus."""

PAUSES = (0.103, 0.117, 0.111, 0.129, 0.107, 0.121)
"""Seconds without a byte after which a program rests: the details follow a cursor after 0.06 and
may take as long. Not all the same, and no multiples of a frame, so that keys come at any phase."""

HELLO_PAUSE = 0.03

SEARCH = (b"a", b"n", b"a", BACKSPACE, BACKSPACE, BACKSPACE)
"""Each shows other rows than the one before it."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A kind of key.

    Attributes:
        what: Its name in the report.
        keys: Sent in turn and measured.
        before: Sent before every stretch, not measured.
        stretch: Keys until the list's end, or the view's, is near.
        budget: Ratio to hello's echo; with `tail` given, milliseconds.
        tail: Milliseconds for the 95th percentile.
    """

    what: str
    keys: Sequence[bytes]
    before: Sequence[bytes]
    stretch: int
    budget: float
    tail: float | None = None


SCENES = (
    Scene(what="down, in view", keys=[DOWN], before=[HOME], stretch=25, budget=1.5),
    Scene(what="down, scrolling", keys=[DOWN], before=[HOME, PAGE_DOWN], stretch=1500, budget=1.5),
    Scene(what="page down", keys=[PAGE_DOWN], before=[HOME], stretch=45, budget=2.0),
    Scene(
        what="search keystroke",
        keys=SEARCH,
        before=[HOME, b"/"],
        stretch=6000,
        budget=15.0,
        tail=50.0,
    ),
)


@dataclass
class Console:
    """The console with all humans read, and what its cursor is on.

    Attributes:
        running: Its terminal.
        row: What is in the row of its cursor.
        pauses: Seconds between a reply and the next key.
        is_busy: Whether it paints by itself all the time, so that it never rests.
    """

    running: Terminal
    row: bytes = b""
    is_busy: bool = False
    pauses: Iterator[float] = field(default_factory=lambda: cycle(PAUSES))

    def rest(self) -> None:
        """Let everything be painted that follows on its own."""
        pause = next(self.pauses)
        if self.is_busy:
            self.running.passes(pause)
        else:
            self.running.rests(pause)

    def goes(self, keys: Sequence[bytes]) -> None:
        """Press keys that are not measured."""
        for key in keys:
            self.running.types(key)
            self.rest()
            self.row = _row_at_cursor(self.running.shown) or self.row

    def has_moved(self, raw: bytes) -> bool:
        """Whether another row is painted as the cursor's."""
        return _row_at_cursor(raw) not in (None, self.row)

    def answers(self, key: bytes, expected: Callable[[bytes], object]) -> float:
        """Milliseconds from a key to its effect."""
        sent = self.running.types(key)
        latency = (self.running.shows(expected) - sent) * 1000
        self.rest()
        self.row = _row_at_cursor(self.running.shown) or self.row
        return latency


def _row_at_cursor(raw: bytes) -> bytes | None:
    found: list[bytes] = ROW_AT_CURSOR.findall(readable(raw))
    return found[-1] if found else None


def measure(pairs: int | None) -> Iterator[Line]:
    """Each kind of key in turn."""
    with terminal(SANDBOX) as program, terminal(HELLO) as echo:
        arrival(program, ALL_READ)
        echo.shows(lambda raw: is_painted(raw, HELLO_WORDS))
        console = Console(program)
        program.rests(1.0)  # until what is loaded once there are humans is there
        echoed = echoes(echo)
        for scene in SCENES:
            yield compared(scene, console, echoed, pairs or PAIRS)


def echoes(echo: Terminal) -> Iterator[float]:
    """Milliseconds of the hello program, key after key."""
    count = 0
    while True:
        count += 1
        expected = re.compile(b"key %d x" % count)
        sent = echo.types(b"x")
        yield (arrival(echo, expected) - sent) * 1000
        echo.rests(HELLO_PAUSE)


def arrival(program: Terminal, expected: re.Pattern[bytes]) -> float:
    """When a program shows a text."""
    return program.shows(lambda raw: expected.search(readable(raw)))


def compared(scene: Scene, console: Console, echoed: Iterator[float], pairs: int) -> Finding:
    """A kind of key, in turn with the hello program's."""
    searches = scene.keys is SEARCH
    expected = (lambda raw: FOUND_ROWS in raw) if searches else console.has_moved
    keys = cycle(scene.keys)
    own, reference = [], []
    for pair in range(pairs):
        if pair % scene.stretch == 0:
            console.goes(scene.before)
        own.append(console.answers(next(keys), expected))
        reference.append(next(echoed))
    hello = Samples(name="hello", values=reference)
    return Finding(
        what=scene.what,
        own=Samples(name="aicx", values=own),
        reference=None if searches else hello,
        budget=scene.budget,
        tail_budget=scene.tail,
    )
