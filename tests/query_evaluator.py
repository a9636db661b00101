"""What searches mean, in plain Python: the measure of the parser and of the mirror's SQL.

Written for clearness, one human at a time, and apart from any SQL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from aicx_tui.models.human import Human, TagValue
from aicx_tui.storage.query.folding import fold
from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.storage.query.tree import (
    All,
    Either,
    Field,
    Has,
    HasTags,
    Node,
    Not,
    Tagged,
    Text,
    TimeField,
    Within,
)
from tests.query_samples import NOW, TAG_NAMES, ZONE, humans, queries, sorts

__all__ = [
    "NOW",
    "TAG_NAMES",
    "ZONE",
    "humans",
    "in_order",
    "matches",
    "queries",
    "sort_value",
    "sorts",
]

_ANYWHERE = (Field.NAME, Field.EMAIL, Field.PHONE, Field.UID, Field.ID)

OLDEST = datetime.min.replace(tzinfo=UTC)
"""What a missing time counts as in an order."""


def matches(node: Node, human: Human, tag_names: Mapping[str, str]) -> bool:
    """Whether a human is among those that a search is for."""
    match node:
        case Text(needle, field):
            fields = _ANYWHERE if field is None else (field,)
            return any(_contains(human, where, needle) for where in fields)
        case Tagged(name, value):
            return any(_is_tag(tag, name, value, tag_names) for tag in human.tags)
        case Has(field, present):
            return bool(field_value(human, field)) is present
        case HasTags(present):
            return bool(human.tags) is present
        case Within(field, start, end):
            moment = human.created_at if field is TimeField.CREATED else human.updated_at
            if moment is None:
                return False
            return (start is None or start <= moment) and (end is None or moment < end)
        case Not(inner):
            return not matches(inner, human, tag_names)
        case All(nodes):
            return all(matches(inner, human, tag_names) for inner in nodes)
        case Either(nodes):
            return any(matches(inner, human, tag_names) for inner in nodes)


def field_value(human: Human, field: Field) -> str:
    """The text of a field; empty where it is missing."""
    if field is Field.NOTES:
        notes = human.notes
        if notes is None or isinstance(notes, str):
            return notes or ""
        return json.dumps(notes, ensure_ascii=False, separators=(",", ":"))
    names = {
        Field.NAME: human.fullname,
        Field.EMAIL: human.email,
        Field.PHONE: human.phone_number,
        Field.UID: human.uid,
        Field.ID: human.id,
        Field.PICTURE: human.profile_pic_id,
    }
    return names[field] or ""


def _contains(human: Human, field: Field, needle: str) -> bool:
    value = fold(field_value(human, field))
    if fold(needle) in value:
        return True
    if field is not Field.PHONE or not re.fullmatch(r"[-+() ./0-9]*[0-9][-+() ./0-9]*", needle):
        return False
    return re.sub(r"[^0-9]", "", needle) in "".join(c for c in value if c.isdigit())


def _is_tag(tag: TagValue, name: str, value: str | None, tag_names: Mapping[str, str]) -> bool:
    is_named = tag.id in tag_names and fold(tag_names[tag.id]) == fold(name)
    has_value = value is None or fold(tag.value) == fold(value)
    return (is_named or tag.id == name) and has_value


def sort_value(human: Human, sort: Sort) -> str | datetime:
    """What an order compares: a folded text, empty where it is missing, or a time."""
    match sort.key:
        case SortKey.CREATED:
            return human.created_at or OLDEST
        case SortKey.UPDATED:
            return human.updated_at or OLDEST
        case SortKey.TAG:
            return fold(next((tag.value for tag in human.tags if tag.id == sort.tag_id), ""))
        case key:
            return fold(field_value(human, Field(key)))


def in_order(humans: Iterable[Human], sort: Sort) -> list[Human]:
    """Humans in an order; those without the text last either way, those alike as they came."""
    all_of_them = list(humans)
    present = [human for human in all_of_them if sort_value(human, sort)]
    missing = [human for human in all_of_them if not sort_value(human, sort)]
    present.sort(key=lambda human: _comparable(human, sort), reverse=sort.descending)
    return present + missing


def _comparable(human: Human, sort: Sort) -> str:
    """Times as texts that compare alike."""
    value = sort_value(human, sort)
    if isinstance(value, str):
        return value
    return value.astimezone(UTC).strftime("%Y%m%d%H%M%S%f").rjust(20, "0")
