"""Marks the humans that a pasted list names, by id, e-mail, uid or phone."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from textual import work
from textual.message import Message
from typing_extensions import override

from aicx_tui.errors import AicxError
from aicx_tui.numerals import grouped
from aicx_tui.storage.query.folding import phone_digits
from aicx_tui.tui.screens.paste_list import ListInput, PasteListScreen

LookUp = Callable[[Sequence[str]], Awaitable[Mapping[str, Sequence[str]]]]
"""Finds the ids of all humans that each entry names."""

_LINES = re.compile(r"[\n\r\t,;\"]+")


class MarkListScreen(PasteListScreen[None]):
    """A dialog with one field; entries that name nobody or several humans stay in it.

    Args:
        look_up: Finds who is named.
        mark: Marks them.
    """

    @dataclass
    class Found(Message):
        """It is known who is named."""

        found: Mapping[str, Sequence[str]]

    @dataclass
    class Failed(Message):
        """Nobody could be looked up."""

        error: AicxError

    def __init__(self, look_up: LookUp, *, mark: Callable[[Sequence[str]], object]) -> None:
        placeholder = "ids, e-mails, uids or phones, with commas or in lines"
        names = ListInput(names_in, between=", ", placeholder=placeholder)
        super().__init__("Mark humans from a list", verb="mark", field=names)
        self._look_up = look_up
        self._mark = mark

    @override
    def take(self, entries: Sequence[str]) -> None:
        self.say(f"looking up {grouped(len(entries))} …")
        self._find(entries)

    @work(exclusive=True)
    async def _find(self, names: Sequence[str]) -> None:
        try:
            self.post_message(self.Found(await self._look_up(names)))
        except AicxError as error:
            self.post_message(self.Failed(error))

    def on_mark_list_screen_failed(self, message: Failed) -> None:
        """Say why; the list stays."""
        self.refuse(message.error.message, message.error.hint)

    def on_mark_list_screen_found(self, message: Found) -> None:
        """Mark whoever is named by an entry of their own, and say which entries are not so."""
        ids = list({ids[0]: None for ids in message.found.values() if len(ids) == 1})
        self._mark(ids)
        left = {name: ids for name, ids in message.found.items() if len(ids) != 1}
        if left:
            self.field.leave(left)
            self.refuse(*_refusal(len(ids), left))
        else:
            self.answer(None)


def names_in(text: str) -> list[str]:
    """The entries of a list: a phone number may have blanks in it, nothing else."""
    lines = (line.strip(" '") for line in _LINES.split(text))
    names = (name for line in lines for name in ([line] if phone_digits(line) else line.split()))
    return list(dict.fromkeys(names))


def _refusal(marked: int, left: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """What became of the list, and what can be done."""
    several = [(name, len(ids)) for name, ids in left.items() if ids]
    unknown = len(left) - len(several)
    parts = [f"{grouped(marked)} marked"]
    parts += [f"{grouped(unknown)} not found"] if unknown else []
    parts += [f"{grouped(len(several))} of several humans"] if several else []
    hint = "Those that were not found may be written otherwise, or not be read yet."
    if several:
        name, count = several[0]
        hint = f"{grouped(count)} humans have {name}: give the id of the one that is meant."
    return f"{', '.join(parts)}; what was not marked stays above.", hint
