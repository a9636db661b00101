"""Whom values are given to, and what they have now, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aicx_tui.numerals import grouped

TAG = "tag:"
"""Begins the name of a field that is a tag."""

MOST_VALUES = 3
"""Values that are named with how many have them; how many more there are is said."""

Held = Mapping[str, Sequence[tuple[str, int]]]
"""By field its values and how many humans have each, the most frequent first; of a tag the field is
`tag:` and its id."""

Staged = Mapping[str, str | None]
"""By field the value that it is to have; None where it is to have none."""


@dataclass(frozen=True, kw_only=True)
class Whom:
    """The humans that something is done to.

    Attributes:
        ids: Theirs.
        name: Of the one human, if it is one.
    """

    ids: Sequence[str]
    name: str = ""

    @property
    def is_one(self) -> bool:
        """Whether it is one human only."""
        return len(self.ids) == 1

    @property
    def said(self) -> str:
        """Who that is; the name is remote text."""
        return (self.name or self.ids[0]) if self.is_one else f"{grouped(len(self.ids))} humans"


def held_of(tags: Mapping[str, str]) -> Held:
    """What one human has.

    Args:
        tags: Its values by the tags' ids.
    """
    return {TAG + tag_id: ((value, 1),) for tag_id, value in tags.items()}


def held_said(values: Sequence[tuple[str, int]], *, of: int) -> str:
    """Who has which value, such as `3 of 12 have it: Gold 2, Silver 1`.

    Args:
        values: What there is.
        of: Humans in all.
    """
    if not values:
        return "none"
    if of == 1:
        return values[0][0] or "without a value"
    first = ", ".join(
        f"{value or 'no value'} {grouped(count)}" for value, count in values[:MOST_VALUES]
    )
    more = ", …" if len(values) > MOST_VALUES else ""
    return f"{grouped(sum(count for _, count in values))} of {grouped(of)} have it: {first}{more}"


def differing(staged: Staged, held: Held) -> dict[str, str | None]:
    """What of one human would be other than it is."""
    now = {field: values[0][0] for field, values in held.items() if values}
    return {field: value for field, value in staged.items() if now.get(field) != value}
