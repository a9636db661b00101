"""A result that is kept in memory, as rows of a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aicx_tui.storage.record import Record

if TYPE_CHECKING:
    from aicx_tui.models.human import Human


class ListedHumans:
    """Humans in their order, as `Rows`.

    Args:
        humans: All that matched.
    """

    is_counted = True

    def __init__(self, humans: Sequence[Human]) -> None:
        self._humans = humans
        self._read: dict[int, Record] = {}

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self._humans)

    def at(self, row: int) -> Record | None:
        """The human of a row; None beyond the last."""
        if row not in self._read:
            if not 0 <= row < len(self._humans):
                return None
            self._read[row] = record_of(self._humans[row])
        return self._read[row]

    def place_of(self, human_id: str) -> int | None:
        """The row of a human; None where it did not match."""
        return next((row for row, h in enumerate(self._humans) if h.id == human_id), None)

    async def ids(self, first: int = 0, last: int | None = None) -> Sequence[str]:
        """The ids from one row to another, both included; to the end without it."""
        end = None if last is None else last + 1
        return [human.id for human in self._humans[first:end]]


def record_of(human: Human) -> Record:
    """What a list shows of a human."""
    return Record(
        id=human.id,
        fullname=human.fullname,
        email=human.email,
        phone_number=human.phone_number,
        uid=human.uid,
        profile_pic_id=human.profile_pic_id,
        created_at=human.created_at,
        updated_at=human.updated_at,
        tags={tag.id: tag.value for tag in human.tags},
    )
