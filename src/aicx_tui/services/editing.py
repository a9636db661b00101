"""Creating and changing humans, and giving them tags.

What people type is theirs: nothing is rewritten, and only what no platform could store is
refused before it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from aicx_tui.api.base import Platform
from aicx_tui.errors import UsageError
from aicx_tui.models.human import NOTES, HumanChanges, HumanDraft, TagValue
from aicx_tui.text import has_control_character

ASSIGN_BATCH = 500
"""Humans per request; the documents name no limit."""

_LINES = {ord("\n"): " ", ord("\t"): " "}
"""What notes may hold and other fields may not."""


async def create_human(platform: Platform, draft: HumanDraft) -> str:
    """Create a human and return its id.

    Raises:
        UsageError: A value holds what no field may; nothing was sent.
    """
    check_draft(draft)
    return await platform.create_human(draft)


def check_draft(draft: HumanDraft) -> None:
    """Make sure that a platform could store a human.

    Raises:
        UsageError: A value holds what no field may.
    """
    _check_name(draft.fullname)
    _check_values(draft.body())
    check_tags(draft.tags)


def check_changes(changes: HumanChanges) -> None:
    """Make sure that a platform could store changes.

    Raises:
        UsageError: There is nothing to change, or a value holds what no field may.
    """
    body = changes.body()
    if not body:
        raise UsageError(
            "There is nothing to change.", hint="Name a field, such as --email or --clear uid."
        )
    if "fullname" in body:
        _check_name(changes.fullname)
    _check_values(body)


def _check_name(fullname: str | None) -> None:
    if not (fullname and fullname.strip()):
        raise UsageError(
            "The full name is missing. Nothing was sent.", hint="A human needs at least that."
        )


def _check_values(body: dict[str, object]) -> None:
    for name, value in body.items():
        if isinstance(value, str):
            may_have_lines = name == NOTES
            _check_text(value.translate(_LINES) if may_have_lines else value, what=name)


def check_tags(tags: Sequence[TagValue]) -> None:
    """Make sure that a platform could store tag values.

    Raises:
        UsageError: A value holds what none may, or a tag is given twice.
    """
    for tag in tags:
        _check_text(tag.id, what="A tag id")
        _check_text(tag.value, what="A tag value")
    if len({tag.id for tag in tags}) < len(tags):
        raise UsageError("A tag is given twice. Nothing was sent.", hint="Give one value per tag.")


def _check_text(value: str, *, what: str) -> None:
    if has_control_character(value):
        raise UsageError(
            f"{what} holds a control character, such as a line end. Nothing was sent.",
            hint="Remove it and try again.",
        )
    try:
        value.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"{what} is not valid UTF-8 text. Nothing was sent.", hint="Type it again."
        ) from None
