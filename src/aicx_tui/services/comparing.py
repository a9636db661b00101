"""What of a change is still to be sent, and what others have put in its way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aicx_tui.models.human import Human
from aicx_tui.services.documents import revealed
from aicx_tui.storage.changes import Change, Kind
from aicx_tui.storage.rows import tag_values


def left_of(change: Change, human: Human) -> tuple[dict[str, Any], dict[str, Any]]:
    """What of a change is still to be sent, and what is in its way.

    Args:
        change: The change.
        human: As the platform has it.

    Returns:
        Values that differ from the platform's, and the platform's where they differ from both
        what the change was made upon and what it wants.
    """
    before = change.before or {}
    if change.kind is Kind.ASSIGN:
        wanted: Mapping[str, Any] = dict(tag_values(change.body))
        known: Mapping[str, Any] = dict(tag_values(before))
        theirs: Mapping[str, Any] = {tag.id: tag.value for tag in human.tags}
        called = "tag:"
    else:
        wanted, known, theirs, called = change.body, before, revealed(human), ""
    left, clash = {}, {}
    for name, value in wanted.items():
        there = theirs.get(name)
        if _is_same(there, value):
            continue
        if _is_same(there, known.get(name)) or name == "access_token":
            left[name] = value
        else:
            clash[called + name] = there
    return left, clash


def _is_same(one: object, other: object) -> bool:
    """Whether two values mean the same: an empty one is none."""
    return (one or None) == (other or None)
