"""The fields of a human as its form asks for them, and what is said under one."""

from __future__ import annotations

from collections.abc import Sequence

from aicx_tui.models.human import NOTES, Human
from aicx_tui.services.human_edit import CLEARS_TOKEN, TOKEN, HumanEdit
from aicx_tui.text import MISSING, clean
from aicx_tui.tui.widgets.form import Field

_LABELS = {
    "fullname": "Full name",
    "email": "E-mail",
    "uid": "UID",
    "phone_number": "Phone",
    "profile_pic_id": "Picture id",
    NOTES: "Notes",
}
_ORDER = ("fullname", "email", "phone_number", "uid", "profile_pic_id", TOKEN, CLEARS_TOKEN, NOTES)


def fields_of(edit: HumanEdit) -> tuple[Field, ...]:
    """What the form asks for, in its order."""
    is_new = edit.human is None
    hint = "" if is_new else "Empty leaves it as it is."
    made = {
        name: Field(
            name,
            _LABELS[name],
            value=edit.known(name),
            is_required=name == "fullname",
            is_long=name == NOTES,
        )
        for name in edit.names
    }
    if edit.has_token:
        made[TOKEN] = Field(TOKEN, "Access token", hint, is_secret=True, is_required=False)
    if edit.has_token and not is_new:
        made[CLEARS_TOKEN] = Field(CLEARS_TOKEN, "Clear token", is_choice=True)
    return tuple(made[name] for name in _ORDER if name in made)


def also(others: Sequence[Human]) -> str:
    """Who else has what was typed."""
    first = others[0]
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return f"also {clean(first.fullname or MISSING, limit=40)} · {clean(first.id)}{more}"
