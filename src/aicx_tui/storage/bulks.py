"""A bulk: the same kind of change for many humans, each of whom comes to an end of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aicx_tui.storage.changes import Difference

Values = Mapping[str, str | None]
"""Values by field, a tag's as `tag:` and its id; None is none."""

TAG = "tag:"
"""Begins the name of a field that is a tag."""


def is_of_tags(values: Values) -> bool:
    """Whether nothing but tags is changed, which many humans can be in one request."""
    return all(name.startswith(TAG) for name in values)


class BulkState(StrEnum):
    """How far a bulk is."""

    PREPARING = "preparing"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


OPEN = (BulkState.RUNNING, BulkState.PAUSED)
"""Bulks that something is still to be sent of."""


class ItemState(StrEnum):
    """How far a bulk is with one human."""

    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    PARTLY = "partly"
    FAILED = "failed"
    SKIPPED = "skipped"
    SAME = "same"


MADE = (ItemState.DONE, ItemState.PARTLY)
"""Humans who are other than before."""

FAULTY = (ItemState.PARTLY, ItemState.FAILED)
"""Humans of whom something was refused: in part, or all of it."""

TROUBLED = (*FAULTY, ItemState.SKIPPED)
"""Humans who are not as they were to be."""

TOLD = (*MADE, ItemState.FAILED, ItemState.SKIPPED)
"""What the history says of a human."""

SETTLED = (*TOLD, ItemState.SAME)
"""Humans that nothing more is sent of."""


@dataclass(frozen=True, kw_only=True)
class Bulk:
    """A bulk.

    Attributes:
        number: Its place in the order of all bulks.
        id: 32 hexadecimal digits.
        title: What it does, as a person reads it.
        who: Whose it is.
        made_at: Seconds since 1970.
        ended_at: When nothing was left to do.
        state: How far it is.
        problem: Why it paused on its own; empty where a person paused it, or it did not.
        total: Humans in all.
        undo_of: The id of what it brings back; empty where it does not.
        is_guarded: Whether each human is read just before, and left alone if somebody else
            changed it meanwhile.
        is_fresh: Whether the mirror was read from the platform just before it was made.
    """

    number: int
    id: str
    title: str
    who: str
    made_at: float
    ended_at: float | None
    state: BulkState
    problem: str
    total: int
    undo_of: str
    is_guarded: bool
    is_fresh: bool


@dataclass(frozen=True, kw_only=True)
class BulkItem:
    """What a bulk does to one human.

    Attributes:
        human_id: Whose.
        name: The human's full name when the bulk was made.
        before: What the fields had then; None where the mirror did not have the human.
        after: What they are to have, in the same fields.
        position: Its place in the bulk, from 0.
        state: How far it is.
        said: Why it failed or was skipped.
        at: When it came to its end, in seconds since 1970.
        request_id: How the platform names the request that decided.
    """

    human_id: str
    name: str
    before: Values | None
    after: Values
    position: int = 0
    state: ItemState = ItemState.PENDING
    said: str = ""
    at: float | None = None
    request_id: str = ""

    @property
    def differences(self) -> list[Difference]:
        """What it does, field by field."""
        had = self.before or {}
        return [Difference(name, had.get(name), value) for name, value in self.after.items()]
