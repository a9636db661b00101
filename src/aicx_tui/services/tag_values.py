"""Values of tags as people type them, and as they are stored: text, checked by the tag's kind."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from aicx_tui.errors import UsageError

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition

_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FLAGS = {"yes": "yes", "y": "yes", "true": "yes", "no": "no", "n": "no", "false": "no"}


def tag_value(tag: TagDefinition, said: str, *, today: date) -> str:
    """The value that is stored for what was typed.

    Args:
        tag: Whose value.
        said: Any text; a choice in whatever case, a number with a point, a date such as
            `2026-11-22` or `today`, a flag as yes or no.
        today: Where the person is.

    Raises:
        UsageError: The tag cannot have it; the message says what it can.
    """
    match tag.kind:
        case "choice":
            return _choice(tag, said.strip())
        case "number":
            return _number(tag, said.strip())
        case "date":
            return _date(tag, said.strip(), today)
        case "flag":
            return _flag(tag, said.strip())
        case _:
            return said


def choices_said(tag: TagDefinition) -> str:
    """The choices of a tag in a line; one that holds a comma can be told from two."""
    return " · ".join(tag.choices)


def _choice(tag: TagDefinition, said: str) -> str:
    for choice in tag.choices:
        if choice == said:
            return choice
    for choice in tag.choices:
        if choice.casefold() == said.casefold():
            return choice
    raise _refused(tag, said, "one of its choices", f"Choose one of: {choices_said(tag)}.")


def _number(tag: TagDefinition, said: str) -> str:
    if not _NUMBER.fullmatch(said):
        raise _refused(tag, said, "a number", "Write it as 12 or -12.5, with a point.")
    written = format(Decimal(said), "f")
    if "." in written:
        written = written.rstrip("0").rstrip(".")
    return "0" if written in ("-0", "") else written


def _date(tag: TagDefinition, said: str, today: date) -> str:
    if said.casefold() == "today":
        return today.isoformat()
    try:
        if _DATE.fullmatch(said):
            return date.fromisoformat(said).isoformat()
    except ValueError:
        pass  # such as the 31st of February
    raise _refused(tag, said, "a date", f"Write it as {today.isoformat()}, or today.")


def _flag(tag: TagDefinition, said: str) -> str:
    if value := _FLAGS.get(said.casefold()):
        return value
    raise _refused(tag, said, "yes or no", "Write yes or no.")


def _refused(tag: TagDefinition, said: str, wanted: str, hint: str) -> UsageError:
    return UsageError(
        f"{tag.name} takes {wanted}, and “{said:.80}” is not that. Nothing was changed.",
        hint=hint,
    )
