"""What is left of a change in conflict once it is decided, field by field, whose value stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from aicx_tui.storage.changes import Change, Kind, wanted_tags


def body_with(
    change: Change, *, mine: Collection[str], instead: Mapping[str, Any]
) -> dict[str, Any]:
    """What is still to be sent; empty where the platform's values stay in every field.

    Args:
        change: The one in conflict.
        mine: The fields whose queued values win, tags as `tag:` and their ids.
        instead: Other values for fields of the change, which win over both.
    """
    theirs = change.problem.theirs if change.problem else {}
    is_of_tags = change.kind is Kind.ASSIGN
    wanted: dict[str, Any] = (
        {f"tag:{tag_id}": value for tag_id, value in wanted_tags(change.body).items()}
        if is_of_tags
        else dict(change.body)
    )
    kept = {n: v for n, v in wanted.items() if n in mine or n not in theirs}
    kept |= {name: value for name, value in instead.items() if name in wanted}
    if not is_of_tags or not kept:
        return kept
    return {"tags": [{"id": n.removeprefix("tag:"), "value": v} for n, v in kept.items()]}
