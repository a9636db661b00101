"""What a search means, as a tree; light, since the console names it before anything is read.

Text is compared after `fold`, times are aware and in UTC, and a missing value and an empty one
are the same: not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aicx_tui.storage.query.sorting import Sort

MAX_CHARACTERS = 1_000
"""Characters of a search; nobody types more, and a pasted file is no search."""

MAX_DEPTH = 50
"""Brackets and negations inside each other."""

MAX_TERMS = 100
"""Leaves of a tree, so that the SQL made of it stays far below 900 terms."""


class Field(StrEnum):
    """A value of a human that a search can name.

    Notes that are no string count as their JSON, without blanks and with `é` as it is.
    """

    NAME = "name"
    EMAIL = "email"
    PHONE = "phone"
    UID = "uid"
    ID = "id"
    PICTURE = "picture"
    NOTES = "notes"


SEARCHED_FIELDS = (Field.NAME, Field.EMAIL, Field.PHONE, Field.UID, Field.ID)
"""Where a word without a field is looked for."""


class TimeField(StrEnum):
    """A time of a human that a search can name."""

    CREATED = "created"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class Text:
    """A field contains a text; in a phone, `phone_digits` of the needle count too.

    Attributes:
        needle: As typed, never such that it folds to nothing.
        field: Where; None for any of `SEARCHED_FIELDS`. A text never spans two of them.
    """

    needle: str
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Tagged:
    """The human has a tag.

    Attributes:
        name: The tag's name, compared folded, or its id, compared as it is.
        value: The whole value, compared folded, the empty one included; None for any.
    """

    name: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Has:
    """A field has a value, or has none."""

    field: Field
    present: bool


@dataclass(frozen=True, slots=True)
class HasTags:
    """The human has some tag, or has none."""

    present: bool


@dataclass(frozen=True, slots=True)
class Within:
    """A time lies in a span; a human without that time never matches.

    Attributes:
        field: Which time.
        start: The first moment in it, aware and in UTC; None for since ever.
        end: The first moment after it, aware and in UTC; None for no end.
    """

    field: TimeField
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Not:
    """Whoever the node does not match; that includes humans without the value it names."""

    node: Node


@dataclass(frozen=True, slots=True)
class All:
    """Whoever every node matches; without nodes, everybody."""

    nodes: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """Whoever at least one of two or more nodes matches."""

    nodes: tuple[Node, ...]


Node = Text | Tagged | Has | HasTags | Within | Not | All | Either

EVERYBODY = All()


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it was typed and what it means.

    Attributes:
        where: Whom it matches.
        sort: The order it names; None where it names none.
        text: As typed.
    """

    where: Node
    sort: Sort | None
    text: str
