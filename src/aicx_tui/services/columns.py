"""Which columns the list of humans shows, how wide and in which order; light, like its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

TAG = "tag:"
"""What the id of a tag's column begins with; the id of the tag follows."""

FIELDS = ("name", "email", "phone", "uid", "id", "picture", "created", "updated")
"""The columns that every human has."""

LEAST_WIDTH, MOST_WIDTH = 4, 200


class ColumnChoice(NamedTuple):
    """A column that is shown.

    Attributes:
        id: One of `FIELDS`, or `tag:` and the id of a tag.
        width: Its cells; None shares out what there is.
    """

    id: str
    width: int | None = None

    @property
    def tag_id(self) -> str:
        """The tag's id; empty where it is a field."""
        return self.id.removeprefix(TAG) if self.id.startswith(TAG) else ""


Columns = tuple[ColumnChoice, ...]

DEFAULT: Columns = tuple(map(ColumnChoice, ("name", "email", "phone", "created", "updated")))


def written(columns: Columns) -> list[str]:
    """Columns as texts, such as `name`, `email:30` and `tag:abc`."""
    return [_written(column) for column in columns]


def read_columns(said: Sequence[str]) -> Columns:
    """Read what `written` wrote; the usual columns where none of it can be used.

    Args:
        said: What is unknown or said twice is dropped; the ids of tags are taken as they are.
    """
    read: dict[str, ColumnChoice] = {}
    for column in filter(None, map(_read, said)):
        read.setdefault(column.id, column)
    return tuple(read.values()) or DEFAULT


def is_column(text: str) -> bool:
    """Whether a text is a column as `written` has it."""
    return _read(text) is not None


def _written(column: ColumnChoice) -> str:
    if column.width is None and ":" not in column.tag_id:
        return column.id
    return f"{column.id}:{column.width or ''}"  # the last colon is then not one of the tag's id


def _read(text: str) -> ColumnChoice | None:
    column_id, colon, width = text.rpartition(":")
    if not colon or not _is_column(column_id):
        return ColumnChoice(text) if _is_column(text) else None
    if not width:
        return ColumnChoice(column_id)
    if not (width.isascii() and width.isdigit() and len(width) <= 4):
        return ColumnChoice(text) if _is_column(text) else None
    return ColumnChoice(column_id, max(LEAST_WIDTH, min(int(width), MOST_WIDTH)))


def _is_column(column_id: str) -> bool:
    return column_id in FIELDS or (column_id.startswith(TAG) and column_id != TAG)
