"""Orders of the list; light, since the console names them before anything is read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SortKey(StrEnum):
    """What a list can be ordered by."""

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    CREATED = "created"
    UPDATED = "updated"


@dataclass(frozen=True)
class Sort:
    """An order; a human without the value comes last either way."""

    key: SortKey = SortKey.UPDATED
    descending: bool = True

    def chosen(self, key: SortKey) -> Sort:
        """The order after a person chose a key: the same one again turns it round."""
        if key == self.key:
            return Sort(key, not self.descending)
        return Sort(key, key in (SortKey.CREATED, SortKey.UPDATED))
