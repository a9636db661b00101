"""Memory of the console's own process: at its first paint, and with the sandbox's humans read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from benchmarks.measures.first_paint import FRAME, HELLO_WORDS, is_painted
from benchmarks.processes import Memory, memory
from benchmarks.programs import HELLO, SANDBOX
from benchmarks.report import Finding, Line, Samples
from benchmarks.terminal import readable, terminal

RUNS = 3
START_BUDGET = 55.0

REST_SECONDS = 0.5

ALL_READ = re.compile(rb"2,000 humans, fresh")


def measure(pairs: int | None) -> Iterator[Line]:
    """A few runs are enough: memory hardly varies."""
    runs = [_console() for _ in range(pairs or RUNS)]
    with terminal(HELLO) as hello:
        hello.shows(lambda raw: is_painted(raw, HELLO_WORDS))
        bare = memory(hello.pid)
    start, read = [run[0] for run in runs], [run[1] for run in runs]
    yield _line("peak at first paint", [m.peak for m in start], budget=START_BUDGET)
    yield _line("private at first paint", [m.private for m in start])
    yield _line("peak with 2,000 humans", [m.peak for m in read])
    yield _line("private with 2,000 humans", [m.private for m in read])
    yield _line("hello's peak at first paint", [bare.peak])
    yield _line("hello's private at first paint", [bare.private])


def _console() -> tuple[Memory, Memory]:
    with terminal(SANDBOX) as console:
        console.shows(lambda raw: is_painted(raw, FRAME))
        start = memory(console.pid)
        console.shows(lambda raw: ALL_READ.search(readable(raw)))
        console.rests(REST_SECONDS)  # the details of the first human follow
        return start, memory(console.pid)


def _line(what: str, values: list[float], *, budget: float | None = None) -> Finding:
    return Finding(what=what, own=Samples(name="aicx", values=values, unit="MiB"), budget=budget)
