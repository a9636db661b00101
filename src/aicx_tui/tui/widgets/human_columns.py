"""The columns of the table of humans: what each is called, says, and how wide it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from aicx_tui.services.columns import ColumnChoice, Columns
from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.storage.record import LOCAL
from aicx_tui.text import clean

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.storage.record import Record

Tags = Mapping[str, "TagDefinition"]

NOT_THERE_YET = "not yet at the platform"
"""In place of the id of a human whose creation waits."""

Value = str | datetime | None


class Column(NamedTuple):
    """A kind of column.

    Attributes:
        title: Its heading.
        least: Cells below which it is not worth showing.
        weight: Its share of what is left over; 0 keeps it at `least`.
        priority: Columns with the higher number give way first.
        field: What it shows of a `Record`.
    """

    title: str
    least: int
    weight: int
    priority: int
    field: str = ""


FIELDS = {
    "name": Column("Name", 20, 4, 0, "fullname"),
    "email": Column("E-mail", 20, 3, 3, "email"),
    "phone": Column("Phone", 16, 0, 4, "phone_number"),
    "uid": Column("UID", 12, 2, 6, "uid"),
    "id": Column("Id", 18, 0, 7, "id"),
    "picture": Column("Picture", 10, 1, 8, "profile_pic_id"),
    "created": Column("Created", 8, 0, 5, "created_at"),
    "updated": Column("Updated", 9, 0, 1, "updated_at"),
}

TAG = Column("", 12, 1, 2)

MOMENTS = frozenset({"created", "updated"})


class PlacedColumn(NamedTuple):
    """A column with the cells that it was given.

    Attributes:
        choice: Which one it is.
        title: Its heading.
        width: Its cells, without the blank behind it.
        value: What it says of a human.
    """

    choice: ColumnChoice
    title: str
    width: int
    value: Callable[[Record], Value]


def title_of(choice: ColumnChoice, tags: Tags) -> str:
    """What a column is called; a tag without a definition goes by its id."""
    if not choice.tag_id:
        return FIELDS[choice.id].title
    definition = tags.get(choice.tag_id)
    return clean(definition.name if definition else choice.tag_id)


def least_width(choice: ColumnChoice, *, moment_cells: int = 0) -> int:
    """The cells that a column gets at least.

    Args:
        choice: Which.
        moment_cells: What moments need in the reader's language.
    """
    needed = moment_cells if choice.id in MOMENTS and not choice.tag_id else 0
    return choice.width or max(_kind(choice).least, needed)


def order_by(choice: ColumnChoice, before: Sort) -> Sort | None:
    """The order after a column's heading was chosen; None where nothing is ordered by it."""
    if choice.tag_id:
        return before.chosen(SortKey.TAG, tag_id=choice.tag_id)
    return before.chosen(SortKey(choice.id)) if choice.id in set(SortKey) else None


def orders(choice: ColumnChoice, sort: Sort) -> bool:
    """Whether the list is ordered by a column."""
    return choice.tag_id == sort.tag_id if choice.tag_id else choice.id == sort.key


def place_columns(
    columns: Columns, width: int, *, tags: Tags, moment_cells: int = 0
) -> list[PlacedColumn]:
    """Keep the columns that fit, in their order, and share out the cells.

    Args:
        columns: Those that were chosen.
        width: Cells for all columns, the blank behind each included.
        tags: The definitions that tags' columns are called by.
        moment_cells: What moments need in the reader's language.
    """
    kept = list(columns)
    least = partial(least_width, moment_cells=moment_cells)
    while len(kept) > 1 and _sum_of(kept, least) > width:
        kept.remove(max(reversed(kept), key=lambda choice: _kind(choice).priority))
    spare = max(width - _sum_of(kept, least), 0)
    shares = sum(map(_weight, kept)) or 1
    return [
        PlacedColumn(
            choice,
            title_of(choice, tags),
            max(min(least(choice) + spare * _weight(choice) // shares, width - 1), 0),
            _value_of(choice),
        )
        for choice in kept
    ]


def _kind(choice: ColumnChoice) -> Column:
    return TAG if choice.tag_id else FIELDS[choice.id]


def _weight(choice: ColumnChoice) -> int:
    return 0 if choice.width else _kind(choice).weight


def _sum_of(columns: list[ColumnChoice], cells: Callable[[ColumnChoice], int]) -> int:
    return sum(cells(choice) + 1 for choice in columns)


def _value_of(choice: ColumnChoice) -> Callable[[Record], Value]:
    if choice.tag_id:
        return lambda record: record.tags.get(choice.tag_id)
    if choice.id == "id":
        return lambda record: NOT_THERE_YET if record.id.startswith(LOCAL) else record.id
    return attrgetter(FIELDS[choice.id].field)
