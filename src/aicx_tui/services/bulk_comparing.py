"""What of a human a bulk has still to change, and what it had before."""

from __future__ import annotations

from dataclasses import replace

from aicx_tui.models.human import VersionedHuman
from aicx_tui.services.documents import masked
from aicx_tui.storage.bulk_reading import held, is_same
from aicx_tui.storage.bulks import BulkItem, Values
from aicx_tui.text import MISSING


def left_of(item: BulkItem, read: VersionedHuman) -> tuple[dict[str, str | None], str]:
    """What of a human is still to be changed, and what is in the way.

    Args:
        item: What it is to have, and what it had.
        read: The human as the platform has it.

    Returns:
        Values by field, and words where it has neither in some field.
    """
    theirs = held(masked(read.human), item.after)
    left = {n: v for n, v in item.after.items() if not is_same(n, theirs[n], v)}
    before = theirs if item.before is None else item.before
    other = [name for name in left if not is_same(name, theirs[name], before[name])]
    if not other:
        return left, ""
    if len(item.after) == 1:
        return left, f"Somebody changed it meanwhile: it is {theirs[other[0]] or MISSING} now."
    now = ", ".join(f"{name} is {theirs[name] or MISSING}" for name in other)
    return left, f"Somebody changed it meanwhile: {now} now."


def with_before(item: BulkItem, theirs: Values) -> BulkItem:
    """A human with what it had before: what is so already may be by an earlier try of ours."""
    known = theirs if item.before is None else item.before
    before = {n: known[n] if is_same(n, theirs[n], v) else theirs[n] for n, v in item.after.items()}
    return replace(item, before=before)


def has_changed(item: BulkItem, made: Values) -> bool:
    """Whether a human had something else than what was made of it."""
    before = item.before or {}
    return any(not is_same(name, before.get(name), value) for name, value in made.items())
