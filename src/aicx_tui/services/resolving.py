"""What is left of a change in conflict once it is decided, field by field, whose value stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from aicx_tui.storage.changes import Change, Kind
from aicx_tui.storage.rows import Document, tag_values


def body_with(change: Change, *, mine: Collection[str]) -> dict[str, Any]:
    """What is still to be sent; empty where the platform's values stay in every field.

    Args:
        change: The one in conflict.
        mine: The fields whose queued values win, tags as `tag:` and their ids.
    """
    theirs = change.problem.theirs if change.problem else {}
    if change.kind is Kind.ASSIGN:
        wanted = {f"tag:{tag_id}": tag_id for tag_id, _ in tag_values(change.body)}
        kept = {i for name, i in wanted.items() if name in mine or name not in theirs}
        return {"tags": [tag for tag in change.body["tags"] if tag["id"] in kept]} if kept else {}
    return {n: v for n, v in change.body.items() if n in mine or n not in theirs}


def with_theirs(before: Document, theirs: Mapping[str, Any]) -> Document:
    """What a change is made upon once it is known what the platform has."""
    fields = {name: value for name, value in theirs.items() if not name.startswith("tag:")}
    tags: dict[str, Any] = dict(tag_values(before))
    tags |= {name.removeprefix("tag:"): v for name, v in theirs.items() if name not in fields}
    kept = [{"id": tag_id, "value": value} for tag_id, value in tags.items() if value is not None]
    return {**before, **fields, "tags": kept}
