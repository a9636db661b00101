"""How far a bulk is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aicx_tui.errors import AicxError
from aicx_tui.services.pace import Pace
from aicx_tui.storage.bulks import FAULTY, SETTLED, Bulk, BulkState, ItemState

PARTLY, LEFT_ALONE = "partly done", "left alone"
"""What is said of a bulk at its end in place of `done`: some were not changed, or nobody was."""


@dataclass(frozen=True, kw_only=True)
class BulkProgress:
    """How far a bulk is.

    Attributes:
        bulk: Which, as it is now; its state says whether it goes on.
        total: Humans in all.
        done: Humans that were changed.
        same: Humans that were so already.
        failed: Humans that the platform refused.
        skipped: Humans that nothing was sent of.
        rate: Humans settled each second of this run; 0 where that is not known.
        seconds_left: Until the end; None where that is not known.
        waiting_for: Why it waits and how long, as a sentence; empty where it does not.
        error: What it waits for, or paused for.
    """

    bulk: Bulk
    total: int
    done: int
    same: int
    failed: int
    skipped: int
    rate: float = 0.0
    seconds_left: float | None = None
    waiting_for: str = ""
    error: AicxError | None = None

    @property
    def settled(self) -> int:
        """Humans that nothing more is sent of."""
        return self.done + self.same + self.failed + self.skipped

    @property
    def state(self) -> str:
        """How far it is in words; of one that came to its end, whether for all, some or nobody."""
        if self.bulk.state is not BulkState.DONE or not (self.failed or self.skipped):
            return self.bulk.state
        if self.done or self.same:
            return PARTLY
        return ItemState.FAILED if self.failed else LEFT_ALONE


def settled(counts: Mapping[ItemState, int]) -> int:
    """Humans that nothing more is sent of."""
    return sum(counts.get(state, 0) for state in SETTLED)


def seen(bulk: Bulk, counts: Mapping[ItemState, int]) -> BulkProgress:
    """How far a bulk is that somebody else runs, or nobody."""
    return progress_of(bulk, counts, Pace(settled(counts)))


def progress_of(
    bulk: Bulk,
    counts: Mapping[ItemState, int],
    pace: Pace,
    *,
    waiting_for: str = "",
    error: AicxError | None = None,
) -> BulkProgress:
    """How far a bulk is by how many humans are how far."""
    how_fast = pace.progress(settled(counts), bulk.total)
    return BulkProgress(
        bulk=bulk,
        total=bulk.total,
        done=counts.get(ItemState.DONE, 0),
        same=counts.get(ItemState.SAME, 0),
        failed=sum(counts.get(state, 0) for state in FAULTY),
        skipped=counts.get(ItemState.SKIPPED, 0),
        rate=how_fast.rate,
        seconds_left=how_fast.seconds_left,
        waiting_for=waiting_for,
        error=error,
    )
