"""A human as lists show it: light, since a page of them is read within one key press."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

LOCAL = "local:"
"""Begins the id of a human that the platform has not given one yet."""


class Record(NamedTuple):
    """What a list shows of a human; all but the id may be missing.

    Attributes:
        id: The platform's own.
        fullname: As the platform sent it, raw like every other text here.
        email: E-mail address.
        phone_number: As it was written.
        uid: The id that the customer's own web app uses.
        profile_pic_id: Of the picture.
        created_at: With its zone.
        updated_at: With its zone.
        tags: Values by the id of the tag.
    """

    id: str
    fullname: str | None = None
    email: str | None = None
    phone_number: str | None = None
    uid: str | None = None
    profile_pic_id: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    tags: Mapping[str, str] = {}


class Rows(Protocol):
    """A result in its order, of which a list shows a part.

    Rows are counted from 0. Nothing here waits for longer than a few milliseconds but `ids`.
    """

    @property
    def total(self) -> int:
        """Rows that can be gone to; grows while the rest is still being counted."""
        ...

    @property
    def is_counted(self) -> bool:
        """Whether `total` is all there is."""
        ...

    def at(self, row: int) -> Record | None:
        """A row; None where it is not read yet, and then it is asked for."""
        ...

    def place_of(self, human_id: str) -> int | None:
        """The row of a human; None where it is not in the result, or not known yet."""
        ...

    def is_looking_for(self, human_id: str) -> bool:
        """Whether it may still turn out where a human is whose row is not known."""
        ...

    async def ids(self, first: int = 0, last: int | None = None) -> Sequence[str]:
        """The ids of the humans from one row to another, both included; to the end without it."""
        ...


class NoRows:
    """A result before there is any."""

    total = 0
    is_counted = True

    def at(self, row: int) -> Record | None:
        """Nobody."""
        return None

    def place_of(self, human_id: str) -> int | None:
        """Nowhere."""
        return None

    def is_looking_for(self, human_id: str) -> bool:
        """Nobody is to come."""
        return False

    async def ids(self, first: int = 0, last: int | None = None) -> Sequence[str]:
        """None."""
        return ()
