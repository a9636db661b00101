"""What the value editor works with: whom, which tags or fields, and what becomes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from aicx_tui.services.tagging import Held, Staged, Whom

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.services.bulk import Preview


@dataclass(frozen=True, kw_only=True)
class Editing:
    """Whom values are given to, and how.

    Attributes:
        whom: Who is given values.
        thing: What is found by name, in a word: `tag` or `field`.
        entries: Those there are, by what they are called in `known` and in what is staged: of a
            tag `tag:` and its id.
        known: What they have now, where that is known at once.
        held: Reads what they have now.
        recent: Reads which entries were used last, the latest first.
        preview: Finds out what would change; None where that is plain to see.
        checked: A value as the platform keeps it; raises an `AicxError` that says what is wrong.
        apply: Does it, and answers whether it is under way; else the editor stays.
        why_not_remove: Why a value cannot be removed; empty where it can.
        today: The day.
    """

    whom: Whom
    thing: str
    entries: Mapping[str, TagDefinition]
    known: Held | None
    held: Callable[[], Awaitable[Held]]
    recent: Callable[[], Awaitable[Sequence[str]]]
    preview: Callable[[Staged], Awaitable[Preview]] | None
    checked: Callable[[TagDefinition, str], str]
    apply: Callable[[Staged], Awaitable[bool]]
    why_not_remove: Callable[[TagDefinition], str]
    today: date
