"""`aicx --version` against `python -c pass`: the whole process, from its start to its end."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from time import perf_counter

from benchmarks.programs import AICX, PYTHON
from benchmarks.report import Finding, Line, Samples

PAIRS = 41
BUDGET = 2.0


def measure(pairs: int | None) -> Iterator[Line]:
    """Run both in turn; the first pair only warms files and bytecode."""
    own, reference = [], []
    for pair in range((pairs or PAIRS) + 1):
        here, there = _milliseconds([*AICX, "--version"]), _milliseconds([PYTHON, "-c", "pass"])
        if pair:
            own.append(here)
            reference.append(there)
    yield Finding(
        what="aicx --version",
        own=Samples(name="aicx", values=own),
        reference=Samples(name="python -c pass", values=reference),
        budget=BUDGET,
    )


def _milliseconds(command: Sequence[str]) -> float:
    started = perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)  # noqa: S603  # our own commands
    return (perf_counter() - started) * 1000
