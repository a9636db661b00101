"""What of a change is still to be sent, and what others have put in its way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aicx_tui.models.human import Human
from aicx_tui.services.documents import revealed
from aicx_tui.storage.changes import Change, Kind, wanted_tags
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
        return _left_of_tags(wanted_tags(change.body), dict(tag_values(before)), human)
    theirs = revealed(human)
    left, clash = {}, {}
    for name, value in change.body.items():
        there = theirs.get(name)
        if _is_same(there, value):
            continue
        if _is_same(there, before.get(name)) or name == "access_token":
            left[name] = value
        else:
            clash[name] = there
    return left, clash


def _left_of_tags(
    wanted: Mapping[str, str | None], known: Mapping[str, str], human: Human
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same of tags, of which one with an empty value is still there."""
    theirs = {tag.id: tag.value for tag in human.tags}
    differing = {i: value for i, value in wanted.items() if theirs.get(i) != value}
    left = {i: value for i, value in differing.items() if theirs.get(i) == known.get(i)}
    return left, {f"tag:{i}": theirs.get(i) for i in differing if i not in left}


def _is_same(one: object, other: object) -> bool:
    """Whether two values mean the same: an empty one is none."""
    return (one or None) == (other or None)
