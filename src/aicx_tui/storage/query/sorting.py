"""Orders of the list; light, since the console names them before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SortKey(StrEnum):
    """What a list can be ordered by."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    UID = "uid"
    ID = "id"
    CREATED = "created"
    UPDATED = "updated"
    TAG = "tag"


@dataclass(frozen=True)
class Sort:
    """An order; a human without the value, or with an empty one, comes last either way.

    A missing time is the oldest of all instead. Texts compare folded.

    Attributes:
        key: What is compared.
        descending: Whether the order is turned round.
        tag_id: Whose value is compared, where the key is `TAG`; else empty.
    """

    key: SortKey = SortKey.UPDATED
    descending: bool = True
    tag_id: str = ""

    def chosen(self, key: SortKey, *, tag_id: str = "") -> Sort:
        """The order after a person chose a key: the same one again turns it round."""
        if (key, tag_id) == (self.key, self.tag_id):
            return Sort(key, not self.descending, tag_id)
        return Sort(key, key in (SortKey.CREATED, SortKey.UPDATED), tag_id)
