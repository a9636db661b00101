"""Measures what README claims: `uv run python -m benchmarks`.

Every figure is a ratio to a bare program that runs in turn with ours, or an absolute budget. A
line tells the median and the 95th percentile of both, the median of the ratios, their quartiles
and the budget. Linux only. The exit code is 1 when a budget is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

from benchmarks.measures import first_paint, keys, memory, table_keys, version
from benchmarks.report import Line, Unmeasured, table
from benchmarks.terminal import NothingShown

MEASURES: dict[str, Callable[[int | None], Iterator[Line]]] = {
    "version": version.measure,
    "first-paint": first_paint.measure,
    "memory": memory.measure,
    "keys": keys.measure,
    "table": table_keys.measure,
}


def main() -> int:
    """Run the measures that were asked for, print them, and return the exit code."""
    arguments = _arguments()
    lines: list[Line] = []
    for name in arguments.only or MEASURES:
        sys.stderr.write(f"measuring {name} …\n")
        try:
            lines += MEASURES[name](arguments.pairs)
        except NothingShown as reason:
            lines.append(Unmeasured(what=name, reason=str(reason)))
    sys.stdout.write(table(lines) + "\n")
    return int(any(line.is_missed for line in lines))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the console")
    parser.add_argument(
        "--only", action="append", choices=MEASURES, help="measure this; may be repeated"
    )
    parser.add_argument(
        "--pairs", type=_count, help="samples of each program instead of the usual number"
    )
    return parser.parse_args()


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least one")
    return count


if __name__ == "__main__":
    sys.exit(main())
