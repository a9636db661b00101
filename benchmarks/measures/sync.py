"""A first sync over HTTP, from a sandbox in a process of its own into a mirror in another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.humans import Humans, sync
from benchmarks.report import Finding, Line, Samples

BROWSABLE, SEARCHABLE = 40_000, 20_000
"""Humans each second."""

PEAK = 500.0


def measure(humans: Humans, pairs: int | None) -> Iterator[Line]:
    """Humans each second until they can be browsed, and until they can be searched."""
    with humans.sandbox() as announced:
        runs = [_run(announced, humans.folder) for _ in range(pairs or 1)]
    for what, floor in (("browsable", BROWSABLE), ("searchable", SEARCHABLE)):
        rates = [humans.count / run[what] for run in runs]
        yield Finding(
            what=f"sync until {what}",
            own=Samples(name="aicx", values=rates, unit="humans/s"),
            floor=floor,
        )
    cpu = [run["cpu"] / humans.count * 1_000_000 for run in runs]
    yield Finding(what="sync, CPU per human", own=Samples(name="aicx", values=cpu, unit="µs"))
    peak = Samples(name="aicx", values=[run["peak"] for run in runs], unit="MiB")
    yield Finding(what="sync, peak", own=peak, budget=PEAK)


def _run(announced: dict[str, object], folder: Path) -> dict[str, float]:
    with TemporaryDirectory(dir=folder) as place:
        return sync(announced, Path(place) / "mirror.db")
