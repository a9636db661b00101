"""Measures what README claims: `uv run python -m benchmarks`.

Every figure is a ratio to a bare program that runs in turn with ours, or an absolute budget. A
line tells the median and the 95th percentile of both, the median of the ratios, their quartiles
and the budget. Linux only. The exit code is 1 when a budget is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.humans import Humans
from benchmarks.measures import (
    bulk,
    bulk_keys,
    first_paint,
    growth,
    keys,
    memory,
    mirror,
    search,
    serving,
    sync,
    table_keys,
    version,
)
from benchmarks.report import Line, Unmeasured, table
from benchmarks.terminal import NothingShown

MEASURES: dict[str, Callable[[int | None], Iterator[Line]]] = {
    "version": version.measure,
    "first-paint": first_paint.measure,
    "memory": memory.measure,
    "keys": keys.measure,
    "table": table_keys.measure,
}

OF_HUMANS: dict[str, Callable[[Humans, int | None], Iterator[Line]]] = {
    "search": search.measure,
    "mirror": mirror.measure,
    "sync": sync.measure,
    "growth": growth.measure,
    "bulk": bulk.measure,
    "serve": serving.measure,
}
"""Those for which the sandbox makes as many humans as are asked for."""

OF_MANY: dict[str, Callable[[Humans, int | None], Iterator[Line]]] = {
    "bulk-keys": bulk_keys.measure
}
"""Those that a few are too few for: 100,000 are enough."""

NAMES = (*MEASURES, *OF_HUMANS, *OF_MANY)

HUMANS = 10_000


def main(argv: Sequence[str] | None = None) -> int:
    """Run the measures that were asked for, print them, and return the exit code."""
    arguments = _arguments(argv)
    lines: list[Line] = []
    with TemporaryDirectory(prefix="aicx-benchmark-") as temporary:
        folder = arguments.data or Path(temporary)
        humans = Humans(count=arguments.humans, folder=folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name in arguments.only or NAMES:
            sys.stderr.write(f"measuring {name} …\n")
            try:
                lines += _measured(name, humans, arguments.pairs)
            except NothingShown as reason:
                lines.append(Unmeasured(what=name, reason=str(reason)))
    sys.stdout.write(table(lines) + "\n")
    return int(any(line.is_missed for line in lines))


def _measured(name: str, humans: Humans, pairs: int | None) -> Iterator[Line]:
    if name in MEASURES:
        return MEASURES[name](pairs)
    return (OF_HUMANS | OF_MANY)[name](humans, pairs)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the console")
    parser.add_argument(
        "--only", action="append", choices=NAMES, help="measure this; may be repeated"
    )
    parser.add_argument(
        "--pairs", type=_count, help="samples of each program instead of the usual number"
    )
    parser.add_argument(
        "--humans", type=_count, default=HUMANS, help="how many there are to search and to read"
    )
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER", help="keep the humans that were made here"
    )
    return parser.parse_args(argv)


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least one")
    return count


if __name__ == "__main__":
    sys.exit(main())
