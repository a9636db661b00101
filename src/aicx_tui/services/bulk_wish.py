"""What all the humans of a bulk are to have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from aicx_tui.errors import UsageError
from aicx_tui.models.human import HumanChanges, TagValue
from aicx_tui.numerals import grouped
from aicx_tui.services.editing import check_changes, check_tags
from aicx_tui.services.field_words import FIELDS as LABELS
from aicx_tui.storage.bulks import TAG

FIELDS = ("fullname", "email", "uid", "phone_number", "profile_pic_id")
"""What can be changed of many humans; an access token is one human's alone."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What all the humans of a bulk are to have.

    Attributes:
        tags: Values by tag id; None takes the tag away.
        fields: Values by field; None clears one.
    """

    tags: Mapping[str, str | None] = field(default_factory=dict)
    fields: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def after(self) -> dict[str, str | None]:
        """Values by field, a tag's as `tag:` and its id."""
        return {TAG + tag_id: value for tag_id, value in self.tags.items()} | dict(self.fields)


def check_wish(wish: Wish) -> None:
    """Make sure that a platform could store what humans are to have.

    Raises:
        UsageError: There is nothing to change, or a value holds what none may.
    """
    if not wish.after:
        raise UsageError("There is nothing to change.", hint="Name a tag or a field.")
    check_tags([TagValue(id=tag_id, value=value or "") for tag_id, value in wish.tags.items()])
    if unknown := [name for name in wish.fields if name not in FIELDS]:
        raise UsageError(
            f"The field {unknown[0]!a:.60} cannot be changed for many humans.",
            hint=f"One of {', '.join(FIELDS)} can.",
        )
    if wish.fields:
        check_changes(HumanChanges.model_validate(dict(wish.fields)))


def title_of(wish: Wish, humans: int, *, tags: Mapping[str, str]) -> str:
    """What a bulk does, in a line.

    Args:
        wish: What humans are to have.
        humans: How many.
        tags: Names by id, as far as they are known.
    """
    changes = [
        f"{tags.get(name.removeprefix(TAG)) or LABELS.get(name, name.removeprefix(TAG))} "
        + (f"= {value}" if value is not None else "removed")
        for name, value in wish.after.items()
    ]
    verb = "Change" if wish.fields else "Tag"
    whom = "1 human" if humans == 1 else f"{grouped(humans)} humans"
    return f"{verb} {whom}: {', '.join(changes)}"
