"""Figures beside their budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, kw_only=True)
class Samples:
    """What was measured of one program, in one unit.

    Attributes:
        name: The program.
        values: In the order of measuring.
        unit: `ms`, `MiB`, `µs` or `humans/s`.
    """

    name: str
    values: Sequence[float]
    unit: str = "ms"

    @property
    def p50(self) -> float:
        """The median."""
        return median(self.values)

    @property
    def p95(self) -> float:
        """What one in twenty exceeds."""
        return quantile(self.values, 95)

    def __str__(self) -> str:
        return f"{self.p50:.1f} / {self.p95:.1f} {self.unit}"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the report.

    Attributes:
        what: What was measured.
        own: Of the console.
        reference: Of the program it is compared with, sample by sample; None for an absolute
            budget.
        budget: What the median must not exceed: a ratio, or the unit of `own` without a reference.
        tail_budget: The same for the 95th percentile, where there is one.
        floor: What the median must reach, in the unit of `own`; instead of a budget.
    """

    what: str
    own: Samples
    reference: Samples | None = None
    budget: float | None = None
    tail_budget: float | None = None
    floor: float | None = None

    @property
    def figures(self) -> list[float]:
        """What is held against the budget: ratios of neighbouring samples, or the samples."""
        if self.reference is None:
            return list(self.own.values)
        return [own / ref for own, ref in zip(self.own.values, self.reference.values, strict=True)]

    @property
    def is_missed(self) -> bool:
        """Whether it is over a budget."""
        too_slow = self.budget is not None and median(self.figures) > self.budget
        tail = self.tail_budget is not None and quantile(self.figures, 95) > self.tail_budget
        too_few = self.floor is not None and median(self.figures) < self.floor
        return too_slow or tail or too_few

    def cells(self) -> list[str]:
        """The line's columns, those of `HEADINGS`."""
        sign = "×" if self.reference else f" {self.own.unit}"
        low, high = quantile(self.figures, 25), quantile(self.figures, 75)
        budgets = [f"{b:g}" for b in (self.budget, self.tail_budget) if b is not None]
        limit = f"≤ {' / '.join(budgets)}{sign}" if budgets else ""
        if self.floor is not None:
            limit = f"≥ {self.floor:g}{sign}"
        return [
            self.what,
            str(self.own),
            f"{self.reference.name} {self.reference}" if self.reference else "",
            f"{median(self.figures):.2f}{sign}",
            f"{low:.2f}–{high:.2f}",
            limit,
            ("missed" if self.is_missed else "kept") if limit else "",
        ]


@dataclass(frozen=True, kw_only=True)
class Unmeasured:
    """A line without figures.

    Attributes:
        what: What could not be measured.
        reason: Why.
        is_missed: Whether that counts as a missed budget.
    """

    what: str
    reason: str
    is_missed: bool = True

    def cells(self) -> list[str]:
        """The line's columns; the reason runs over the empty ones."""
        return [self.what, f"not measured: {self.reason}"]


Line = Finding | Unmeasured

HEADINGS = ["", "p50 / p95", "against", "median", "quartiles", "budget", ""]


def quantile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent do not exceed."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def table(lines: Sequence[Line]) -> str:
    """The lines as text, aligned."""
    rows = [HEADINGS, *(line.cells() for line in lines)]
    full = [row for row in rows if len(row) == len(HEADINGS)]
    widths = [max(len(row[column]) for row in full) for column in range(len(HEADINGS))]
    widths[0] = max(len(row[0]) for row in rows)
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    )
