"""Who else has the same e-mail, phone or uid, by the local copy.

An e-mail counts in any case, a phone by its digits, a uid as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from aicx_tui.storage.query.folding import digits
from aicx_tui.text import is_blank

if TYPE_CHECKING:
    from aicx_tui.models.human import Human
    from aicx_tui.services.directory import Directory

AT_MOST = 20
"""Humans read of all that share something; nobody needs the names of more."""

_COMPARED: Mapping[str, Callable[[str], str]] = {
    "email": str.casefold,
    "phone_number": digits,
    "uid": str,
}
"""What tells humans apart, and what of it is compared."""


def compared(name: str, text: str) -> str:
    """What of a value tells humans apart; empty where nothing does.

    Args:
        name: The field: `email`, `phone_number` or `uid`.
        text: As it is written.
    """
    return "" if is_blank(text) else _COMPARED[name](text.strip())


async def others_with(
    directory: Directory, fields: Mapping[str, str], *, but: str = ""
) -> dict[str, Sequence[Human]]:
    """The humans that have what was typed, by field.

    Args:
        directory: Where to look.
        fields: What was typed, by field.
        but: The id of the human that it was typed for.

    Raises:
        MirrorError: The local copy cannot be read.
    """
    typed = {name: compared(name, fields.get(name, "")) for name in _COMPARED}
    typed = {name: text for name, text in typed.items() if text}
    if not typed:
        return {}
    found = await directory.look_up(tuple(dict.fromkeys(typed.values())))
    others: dict[str, Sequence[Human]] = {}
    for name, text in typed.items():
        ids = [human_id for human_id in found[text] if human_id != but][:AT_MOST]
        read = [await directory.human(human_id) for human_id in ids]
        same = [human for human in read if human is not None and _is_same(human, name, text)]
        others |= {name: same} if same else {}
    return others


def _is_same(human: Human, name: str, text: str) -> bool:
    """Whether it is this field that the name was found in: it may be another human's id."""
    return compared(name, getattr(human, name) or "") == text
