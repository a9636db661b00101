"""Private memory of a process that reads a mirror: of a thousand humans, and of many."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.humans import KEY, Humans
from benchmarks.processes import memory
from benchmarks.programs import READING, surroundings
from benchmarks.report import Finding, Line, Samples
from benchmarks.terminal import NothingShown

FEW = 1_000
RUNS = 3
BUDGET = 50.0


def measure(humans: Humans, pairs: int | None) -> Iterator[Line]:
    """The difference, after the same jumps, pages and searches."""
    few = replace(humans, count=min(FEW, humans.count))
    runs = range(pairs or RUNS)
    small, large = [_private(few) for _ in runs], [_private(humans) for _ in runs]
    grown = [after - before for before, after in zip(small, large, strict=True)]
    yield _line(f"private, reading {few.count:,}", small)
    yield _line(f"private, reading {humans.count:,}", large)
    yield replace(_line("growth of private", grown), budget=BUDGET)


def _line(what: str, values: list[float]) -> Finding:
    return Finding(what=what, own=Samples(name="aicx", values=values, unit="MiB"))


def _private(humans: Humans) -> float:
    with subprocess.Popen(  # noqa: S603  # our own command
        [*READING, str(humans.mirror()), KEY.hex()],
        env=surroundings(humans.folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        if process.stdout is None or not process.stdout.readline():
            raise NothingShown("It ended before it had read.")
        found = memory(process.pid).private
        if process.stdin is not None:
            process.stdin.close()
        return found
