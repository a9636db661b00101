"""Humans as rows that are safe to open in a spreadsheet.

A cell that starts with `=` and the like runs as a formula there, and customers choose their own
names. Such cells get a leading apostrophe; JSON Lines is the form for machines.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from aicx_tui.models.human import Human
from aicx_tui.text import clean

HUMAN_HEADINGS = (
    "id",
    "fullname",
    "email",
    "uid",
    "phone_number",
    "profile_pic_id",
    "notes",
    "tags",
    "created_at",
    "updated_at",
)

_STARTS_A_FORMULA = frozenset("=+-@|%\t\r\n\0＝＋－＠")
_BLANK = " \u00a0\ufeff"


def safe_cell(value: str | None) -> str:
    """A value without control characters that no spreadsheet runs."""
    if not value:
        return ""
    first = value.lstrip(_BLANK)[:1]
    shown = clean(value, multiline=True)
    return f"'{shown}" if first in _STARTS_A_FORMULA and first else shown


def human_cells(human: Human, *, tag_names: Mapping[str, str]) -> list[str]:
    """The cells of a human under `HUMAN_HEADINGS`.

    Args:
        human: Whose row.
        tag_names: Names of tags by id; a tag without one goes by its id.
    """
    notes = human.notes
    values = (
        human.id,
        human.fullname,
        human.email,
        human.uid,
        human.phone_number,
        human.profile_pic_id,
        notes if notes is None or isinstance(notes, str) else json.dumps(notes),
        "; ".join(f"{tag_names.get(tag.id, tag.id)}={tag.value}" for tag in human.tags),
        human.created_at.isoformat() if human.created_at else None,
        human.updated_at.isoformat() if human.updated_at else None,
    )
    return [safe_cell(value) for value in values]
