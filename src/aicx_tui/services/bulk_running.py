"""Runs the bulks of one mirror on its platform, one after the other."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aicx_tui.api.base import Platform
from aicx_tui.errors import AicxError
from aicx_tui.storage.bulks import Bulk
from aicx_tui.storage.mirror import Mirror


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
        error: What it waits for, where that was an error.
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


class BulkRunner:
    """Runs bulks; one process at a time does so for a mirror.

    Args:
        platform: Where to.
        mirror: What holds them.
        clock: The present.
    """

    def __init__(
        self,
        platform: Platform,
        mirror: Mirror,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._platform = platform
        self._mirror = mirror
        self._clock = clock

    async def run(self, bulk_id: str | None = None) -> AsyncGenerator[BulkProgress, None]:
        """Send what is pending of running bulks, and yield how far each is.

        Close it where it is not read to its end (`contextlib.aclosing`): then what is under way
        is waited for and written down, and the rest stays pending.

        Args:
            bulk_id: The only one to run; also one that another process runs is followed to its
                end then. Without it, every running bulk is, the oldest first, unless another
                process does that.
        """
        raise NotImplementedError
        yield
