"""Humans as rows that are safe to open in a spreadsheet.

A cell that starts with `=` and the like runs as a formula there, and customers choose their own
names. Such cells get a leading apostrophe, which an import takes off again; JSON Lines is the form
for machines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aicx_tui.models.human import Human, TagValue
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.columns import Columns
from aicx_tui.text import clean

HUMAN_HEADINGS = (
    "id",
    "fullname",
    "email",
    "uid",
    "phone_number",
    "profile_pic_id",
    "notes",
    "created_at",
    "updated_at",
)

SHOWN_AS = {
    "name": "fullname",
    "email": "email",
    "phone": "phone_number",
    "uid": "uid",
    "id": "id",
    "picture": "profile_pic_id",
    "created": "created_at",
    "updated": "updated_at",
}
"""The headings of the columns that a list can show, by their ids."""

TAG_PREFIX = "tag:"
"""Before the name, or the id, of the tag whose values a column holds."""

OTHER_TAGS = "tags"
"""The column of what has no column of its own, as a JSON list of ids and values."""

_STARTS_A_FORMULA = frozenset("=+-@|%\t\r\n\0＝＋－＠")
_BLANK = " \u00a0\ufeff"


def safe_cell(value: str | None) -> str:
    """A value without control characters that no spreadsheet runs."""
    if not value:
        return ""
    shown = clean(value, multiline=True)
    return f"'{shown}" if _could_run(value) else shown


def _could_run(value: str) -> bool:
    """Whether a value is, or is but for apostrophes, what a spreadsheet runs."""
    first = value.lstrip(f"'{_BLANK}")[:1]
    return bool(first) and first in _STARTS_A_FORMULA


def raw_value(cell: str) -> str:
    """The value of a cell: `safe_cell` backwards, and nothing else changed."""
    return cell[1:] if cell.startswith("'") and _could_run(cell[1:]) else cell


@dataclass(frozen=True)
class Sheet:
    """Columns of humans: every field, with one for each tag of the bot, or those of a list.

    Attributes:
        tags: Definitions of the tags that get a column, or a name.
        columns: Those of a list, where only these are wanted.
    """

    tags: Sequence[TagDefinition] = ()
    columns: Columns = ()

    def headings(self) -> list[str]:
        """The names of the columns; an import knows all of them."""
        if self.columns:
            names = dict(zip((tag.id for tag in self.tags), self._tag_headings(), strict=True))
            return [
                safe_cell(
                    names.get(column.tag_id, column.id) if column.tag_id else SHOWN_AS[column.id]
                )
                for column in self.columns
            ]
        return [safe_cell(name) for name in (*HUMAN_HEADINGS, *self._tag_headings(), OTHER_TAGS)]

    def _tag_headings(self) -> list[str]:
        names = [tag.name for tag in self.tags]
        ids = {tag.id for tag in self.tags}
        return [
            TAG_PREFIX + (tag.name if _is_clear(tag.name, names, ids) else tag.id)
            for tag in self.tags
        ]

    def cells(self, human: Human) -> list[str]:
        """The cells of a human, one under each heading."""
        if self.columns:
            return [safe_cell(value) for value in self._shown(human)]
        own = {tag.id: tag for tag in human.tags if tag.value}
        columns = [own.pop(tag.id, None) for tag in self.tags]
        others = [tag for tag in human.tags if not tag.value or tag.id in own]
        values = (
            *_fields(human),
            *(tag.value if tag else None for tag in columns),
            _as_list(others),
        )
        return [safe_cell(value) for value in values]

    def _shown(self, human: Human) -> Iterator[str | None]:
        fields = dict(zip(HUMAN_HEADINGS, _fields(human), strict=True))
        values = {tag.id: tag.value for tag in human.tags}
        for column in self.columns:
            yield values.get(column.tag_id) if column.tag_id else fields[SHOWN_AS[column.id]]


def _is_clear(name: str, names: Sequence[str], ids: set[str]) -> bool:
    """Whether a heading by this name is read as this tag and no other."""
    is_plain = name == name.strip() and clean(name) == name
    return bool(name) and is_plain and names.count(name) == 1 and name not in ids


def _fields(human: Human) -> tuple[str | None, ...]:
    notes = human.notes
    return (
        human.id,
        human.fullname,
        human.email,
        human.uid,
        human.phone_number,
        human.profile_pic_id,
        notes if notes is None or isinstance(notes, str) else json.dumps(notes),
        human.created_at.isoformat() if human.created_at else None,
        human.updated_at.isoformat() if human.updated_at else None,
    )


def _as_list(tags: Sequence[TagValue]) -> str:
    return json.dumps([tag.model_dump() for tag in tags], ensure_ascii=False) if tags else ""
