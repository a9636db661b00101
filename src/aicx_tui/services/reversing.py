"""What takes a change back, and why some changes cannot be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from aicx_tui.errors import UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.storage.changes import Change, Kind, wanted_tags
from aicx_tui.storage.rows import tag_values

_SECRET = "access_token"  # noqa: S105  # the name of a field


def reversing(change: Change, capabilities: Collection[Capability] | None) -> dict[str, Any]:
    """The body of the change that brings back what was there before.

    Args:
        change: One that the platform has taken.
        capabilities: What the platform can do; None where that is not known.

    Raises:
        UsageError: It cannot be taken back here.
    """
    match change.kind:
        case Kind.UPDATE:
            return _fields(change)
        case Kind.ASSIGN:
            return _tags(change, capabilities)
        case Kind.CREATE:
            raise UsageError(
                f"{change.name} was created, which is not undone: others may work with it by now.",
                hint="Delete the human if it should not be there.",
            )
        case _:
            raise UsageError(
                f"{change.name} was deleted, which cannot be undone: the platform keeps nothing "
                "of a human.",
                hint="Create it anew; it gets another id.",
            )


def _fields(change: Change) -> dict[str, Any]:
    before = change.before or {}
    body = {name: before.get(name) or None for name in change.body if name != _SECRET}
    if not body:
        raise UsageError(
            f"The access token of {change.name} cannot be brought back: the one before it was "
            "never kept.",
            hint="Set it anew by editing the human.",
        )
    return body


def _tags(change: Change, capabilities: Collection[Capability] | None) -> dict[str, Any]:
    had = dict(tag_values(change.before or {}))
    tags = [{"id": tag_id, "value": had.get(tag_id)} for tag_id in wanted_tags(change.body)]
    is_removing = any(tag["value"] is None for tag in tags)
    if is_removing and capabilities is not None and Capability.TAGS_UNASSIGN not in capabilities:
        raise UsageError(
            f"{change.name} did not have the tag before, and this platform has no call that takes "
            "tags away. Nothing was undone.",
            hint="Give it another value, or remove it in the platform's own web app.",
        )
    return {"tags": tags}
