"""Bulks in words: what one does, how far it is, what became of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual.content import Content

from aicx_tui.numerals import grouped
from aicx_tui.services.bulk_progress import PARTLY
from aicx_tui.storage.bulks import OPEN, BulkState, ItemState
from aicx_tui.text import fit
from aicx_tui.tui.moments import absolute, ago
from aicx_tui.tui.screens.pick import Row

if TYPE_CHECKING:
    from aicx_tui.services.bulk_progress import BulkProgress
    from aicx_tui.storage.bulks import Bulk
    from aicx_tui.tui.reader import Reader

LIST_CELLS, AROUND_CELLS, NOTE_CELLS = 100, 6, 46
"""Of a list of bulks at most, of its border, and of how far one is."""

SIGNS: Mapping[str, str] = {
    BulkState.PREPARING: "◐",
    BulkState.RUNNING: "◐",
    BulkState.PAUSED: "‖",
    BulkState.DONE: "✓",
    ItemState.FAILED: "✗",
    PARTLY: "!",
}
"""By how far a bulk is; nothing was sent of others."""


def standing(progress: BulkProgress) -> str:
    """How far it is, as a sign and a word."""
    return f"{SIGNS.get(progress.state, '–')} {progress.state}"


def how_far(progress: BulkProgress) -> str:
    """How far a bulk is, for the header, such as `8,500 of 12,345 tagged`."""
    far = f"{grouped(progress.settled)} of {grouped(progress.total)} {past(progress.bulk)}"
    if progress.bulk.state is BulkState.PAUSED:
        return f"paused, {far}"
    return f"{far}, waiting" if progress.waiting_for else far


def past(bulk: Bulk) -> str:
    """What has become of a human that a bulk is done with, in a word."""
    return "tagged" if bulk.title.startswith("Tag ") else "changed"


def outcome(progress: BulkProgress) -> str:
    """What became of the humans, such as `12,340 tagged, 3 were so already, 2 failed`."""
    parts = [f"{grouped(progress.done)} {past(progress.bulk)}"]
    if progress.same:
        parts.append(
            "1 was so already"
            if progress.same == 1
            else f"{grouped(progress.same)} were so already"
        )
    if progress.failed:
        parts.append(f"{grouped(progress.failed)} failed")
    if progress.skipped:
        parts.append(f"{grouped(progress.skipped)} skipped")
    if left := progress.total - progress.settled:
        is_over = progress.bulk.state not in OPEN
        parts.append(f"{grouped(left)} not sent" if is_over else f"{grouped(left)} left")
    return ", ".join(parts)


def bar(progress: BulkProgress, *, cells: int) -> Content:
    """How far it is, as a bar with count, share and time left.

    Args:
        progress: How far.
        cells: Of the line.
    """
    share = progress.settled / progress.total if progress.total else 1.0
    figures = f"  {grouped(progress.settled)}  {math.floor(share * 100)} %"
    if progress.seconds_left is not None and progress.settled < progress.total:
        minutes, seconds = divmod(round(progress.seconds_left), 60)
        figures += f"  {minutes}:{seconds:02}"
    room = max(cells - len(figures), 0)
    filled = math.floor(share * room)
    return Content.assemble(("━" * filled, "$accent"), ("─" * (room - filled), "$faint"), figures)


def pace(progress: BulkProgress) -> str:
    """How fast it goes; empty where that is not known."""
    return f"{grouped(round(progress.rate))} /s" if progress.rate else ""


def in_a_row(progress: BulkProgress, *, now: datetime, reader: Reader, width: int) -> Row:
    """A bulk to choose: what it does, how far it is, when it was made and for how many.

    Args:
        progress: How far it is.
        now: The present.
        reader: Where times are shown, and how.
        width: Cells of the screen.
    """
    bulk = progress.bulk
    made = datetime.fromtimestamp(bulk.made_at, UTC)
    room = min(width, LIST_CELLS) - AROUND_CELLS - NOTE_CELLS
    return Row(
        bulk.id,
        fit(bulk.title, room).rstrip(),
        note=f"{standing(progress)}, {ago(made, now=now)}: {outcome(progress)}",
        more=f"{bulk.title} · by {bulk.who}, {absolute(made, reader=reader)}",
    )
