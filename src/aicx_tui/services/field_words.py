"""What people call fields, tags and their values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aicx_tui.services.tagging import TAG
from aicx_tui.text import MISSING, clean

if TYPE_CHECKING:
    from pydantic import JsonValue

    from aicx_tui.models.tag import TagDefinition

Tags = Mapping[str, "TagDefinition"]
"""Definitions by id."""

FIELDS = {
    "fullname": "Name",
    "email": "E-mail",
    "uid": "UID",
    "phone_number": "Phone",
    "profile_pic_id": "Picture",
    "access_token": "Token",
    "tags": "Tags",
    "notes": "Notes",
}
"""What details call the fields, too."""


def field_name(name: str, tags: Tags) -> str:
    """What a field is called; a tag without a definition goes by its id."""
    if name.startswith(TAG):
        tag_id = name.removeprefix(TAG)
        return clean(tags[tag_id].name if tag_id in tags else tag_id)
    return FIELDS.get(name, clean(name))


def value_said(value: JsonValue, tags: Tags) -> str:
    """A value in words; none is a dash."""
    if isinstance(value, list) and all(isinstance(one, dict) and "id" in one for one in value):
        pairs = [one for one in value if isinstance(one, dict)]
        named = [f"{field_name(TAG + str(o['id']), tags)}={o.get('value') or ''}" for o in pairs]
        return clean(", ".join(named)) or MISSING
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return MISSING if value is None or not text else clean(text)


def with_names(text: str, tags: Tags, *, prefix: str = "") -> str:
    """A text in which tags go by their names, as far as they are known.

    Args:
        text: What says `tag:` and an id.
        tags: Definitions by id.
        prefix: What stands before each name.
    """
    if TAG not in text or not tags:
        return text
    ids = sorted(tags, key=len, reverse=True)  # one may begin another
    known = re.compile(f"{TAG}({'|'.join(map(re.escape, ids))})")
    return known.sub(lambda found: prefix + clean(tags[found[1]].name), text)
