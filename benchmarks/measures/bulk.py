"""Everybody tagged as one bulk, against a bare loop that sends the same requests."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.humans import KEY, Humans
from benchmarks.programs import BULKING, surroundings
from benchmarks.report import Finding, Line, Samples

RUNS = 3

RATIO = 0.8
"""Of the bare loop's rate."""

GROWTH = 16.0
"""MiB of its own that a process may take for a bulk of any size."""


def measure(humans: Humans, pairs: int | None) -> Iterator[Line]:
    """Humans each second until all are tagged, and until all are found by it; memory."""
    made = humans.mirror()
    with humans.sandbox() as announced, TemporaryDirectory(dir=humans.folder) as place:
        mirror = Path(place) / "mirror.db"
        shutil.copy(made, mirror)
        given = announced | {"key": KEY.hex(), "pairs": pairs or RUNS}
        done = subprocess.run(  # noqa: S603  # our own command
            [*BULKING, str(mirror)],
            input=json.dumps(given).encode(),
            stdout=subprocess.PIPE,
            env=surroundings(humans.folder),
            check=True,
        )
    found: dict[str, list[float]] = json.loads(done.stdout)
    rates = {name: [humans.count / seconds for seconds in found[name]] for name in _TIMED}
    bare = Samples(name="bare loop", values=rates["bare"], unit="humans/s")
    yield Finding(
        what="bulk, until all are tagged", own=_own(rates["bulk"]), reference=bare, floor=RATIO
    )
    yield Finding(
        what="bulk, until all are found by it", own=_own(rates["searchable"]), reference=bare
    )
    yield Finding(what="bulk, written down before", own=_own(rates["making"]))
    cpu = [used / humans.count * 1_000_000 for used in found["used"]]
    yield Finding(what="bulk, CPU per human", own=Samples(name="aicx", values=cpu, unit="µs"))
    grown = Samples(name="aicx", values=found["grown"], unit="MiB")
    yield Finding(what="bulk, growth of private", own=grown, budget=GROWTH)


_TIMED = ("bare", "bulk", "searchable", "making")


def _own(values: list[float]) -> Samples:
    return Samples(name="aicx", values=values, unit="humans/s")
