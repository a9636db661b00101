"""The one-key menus of a human and of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.text import clean
from aicx_tui.tui.screens.menu import Choice, MenuScreen

if TYPE_CHECKING:
    from aicx_tui.models.human import Human

__all__ = ["MenuScreen", "copy_choices", "sort_choices"]

_SORTS = (
    ("n", "Name", SortKey.NAME),
    ("e", "E-mail", SortKey.EMAIL),
    ("p", "Phone", SortKey.PHONE),
    ("c", "Created", SortKey.CREATED),
    ("u", "Updated", SortKey.UPDATED),
)


def sort_choices(sort: Sort) -> list[Choice]:
    """What the list can be ordered by, the present order marked."""
    now = "now, descending" if sort.descending else "now, ascending"
    return [
        Choice(letter, title, key, note=now if key == sort.key else "")
        for letter, title, key in _SORTS
    ]


def copy_choices(human: Human) -> list[Choice]:
    """What of a human can go to the clipboard."""
    return [
        _copy_choice("i", "Id", human.id),
        _copy_choice("u", "UID", human.uid),
        _copy_choice("e", "E-mail", human.email),
    ]


def _copy_choice(letter: str, title: str, value: str | None) -> Choice:
    shown = clean(value or "")
    return Choice(letter, title, shown, note=shown, refused="" if shown else "there is none")
