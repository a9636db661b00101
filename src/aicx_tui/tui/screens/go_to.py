"""Asks for ids of humans and reads those humans from the platform."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from textual import work
from textual.message import Message
from typing_extensions import override

from aicx_tui.errors import AicxError
from aicx_tui.numerals import grouped
from aicx_tui.tui.screens.paste_list import ListInput, PasteListScreen

Fetch = Callable[[Sequence[str]], AsyncIterator[tuple[str, AicxError | None]]]
"""Reads humans and says of each id whether it worked, as it goes."""

_BETWEEN_IDS = re.compile(r"[\s,;\"']+")


@dataclass
class _Tally:
    """How far the reading is."""

    wanted: int
    found: list[str] = field(default_factory=list)
    refused: dict[str, AicxError] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return len(self.found) + len(self.refused)


class GoToScreen(PasteListScreen[str]):
    """A dialog with one field; answers with the first id once its human was read.

    Ids that could not be read stay in the field, with the reason.

    Args:
        fetch: Reads the humans with some ids.
    """

    @dataclass
    class Read(Message):
        """One more id was asked for."""

        done: int
        wanted: int

    @dataclass
    class Ended(Message):
        """All ids were asked for."""

        tally: _Tally

    def __init__(self, fetch: Fetch) -> None:
        ids = ListInput(_ids_in, between=" ", placeholder="eu_… one, several, or a pasted list")
        super().__init__("Go to humans by id", verb="go", field=ids)
        self._fetch = fetch
        self._last_found: str | None = None

    @override
    def take(self, entries: Sequence[str]) -> None:
        self.say("reading …")
        self._read(entries)

    @work(exclusive=True)
    async def _read(self, ids: Sequence[str]) -> None:
        tally = _Tally(len(ids))
        async for human_id, error in self._fetch(ids):
            if error is None:
                tally.found.append(human_id)
            else:
                tally.refused[human_id] = error
            self.post_message(self.Read(tally.done, tally.wanted))
        self.post_message(self.Ended(tally))

    def on_go_to_screen_read(self, message: Read) -> None:
        """Say how far it is."""
        self.say(f"read {grouped(message.done)} of {grouped(message.wanted)} …")

    def on_go_to_screen_ended(self, message: Ended) -> None:
        """Answer, or say what could not be read."""
        tally = message.tally
        self._last_found = tally.found[0] if tally.found else self._last_found
        if tally.refused:
            self.field.leave(tally.refused)
            self._refuse(tally)
        else:
            self.answer(self._last_found)

    def _refuse(self, tally: _Tally) -> None:
        """Say what could not be read, and why the first of it."""
        error = next(iter(tally.refused.values()))
        counted = ""
        if tally.wanted > 1:
            read, refused = grouped(len(tally.found)), grouped(len(tally.refused))
            counted = f"{read} read, {refused} not; those stay above. "
        self.refuse(counted + error.message, error.hint)

    @override
    def action_cancel(self) -> None:
        """Go back, to the first of those that were read if there are any."""
        self.answer(self._last_found)


def _ids_in(text: str) -> list[str]:
    return list(dict.fromkeys(part for part in _BETWEEN_IDS.split(text) if part))
