"""The one-key menus of a human and of the list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.storage.record import LOCAL
from aicx_tui.text import clean
from aicx_tui.tui.screens.menu import Choice, MenuScreen
from aicx_tui.tui.screens.pick import PickScreen, Row
from aicx_tui.tui.widgets.human_columns import NOT_THERE_YET

if TYPE_CHECKING:
    from textual.app import App

    from aicx_tui.storage.record import Record
    from aicx_tui.tui.widgets.human_columns import Tags

__all__ = ["MenuScreen", "PickScreen", "ask_what_to_copy", "sort_choices", "tag_rows"]

_SORTS = (
    ("n", "Name", SortKey.NAME),
    ("e", "E-mail", SortKey.EMAIL),
    ("p", "Phone", SortKey.PHONE),
    ("c", "Created", SortKey.CREATED),
    ("d", "UID", SortKey.UID),
    ("i", "Id", SortKey.ID),
    ("t", "Tag …", SortKey.TAG),
    ("u", "Updated", SortKey.UPDATED),
)


def sort_choices(sort: Sort, *, tags: Tags) -> list[Choice]:
    """What the list can be ordered by, the present order marked."""
    return [
        Choice(
            letter,
            title,
            key,
            note=_direction(sort) if key == sort.key else "",
            refused="" if tags or key != SortKey.TAG else "there are no tags",
        )
        for letter, title, key in _SORTS
    ]


def tag_rows(sort: Sort, *, tags: Tags) -> list[Row]:
    """The tags that the list can be ordered by."""
    return [
        Row(value=tag.id, title=tag.name, note=_direction(sort) if tag.id == sort.tag_id else "")
        for tag in sorted(tags.values(), key=lambda tag: tag.name.casefold())
    ]


def _direction(sort: Sort) -> str:
    return "now, descending" if sort.descending else "now, ascending"


def ask_what_to_copy(app: App[None], human: Record) -> None:
    """Copy what of a human is chosen to the clipboard."""

    def chosen(value: str | None) -> None:
        if value:
            app.copy_to_clipboard(value)
            app.notify(value, title="Sent to the clipboard", timeout=3)

    choices = [
        Choice("i", "Id", "", refused=NOT_THERE_YET)
        if human.id.startswith(LOCAL)
        else _copy_choice("i", "Id", human.id),
        _copy_choice("u", "UID", human.uid),
        _copy_choice("e", "E-mail", human.email),
    ]
    app.push_screen(MenuScreen("Copy", choices), chosen)


def _copy_choice(letter: str, title: str, value: str | None) -> Choice:
    shown = clean(value or "")
    return Choice(letter, title, shown, note=shown, refused="" if shown else "there is none")
