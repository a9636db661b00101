"""Asks for ids of humans and reads those humans from the platform."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from aicx_tui.errors import AicxError
from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.too_small import TooSmall

Fetch = Callable[[Sequence[str]], AsyncIterator[tuple[str, AicxError | None]]]
"""Reads humans and says of each id whether it worked, as it goes."""

_BETWEEN_IDS = re.compile(r"[\s,;\"']+")


class IdsInput(Input):
    """One line of ids; a list that is pasted becomes one line."""

    def _on_paste(self, event: events.Paste) -> None:
        """Take every line, where Textual's own takes the first."""
        event.prevent_default()
        event.stop()
        self.replace(" ".join(_ids_in(event.text)), *self.selection)


@dataclass
class _Tally:
    """How far the reading is."""

    wanted: int
    found: list[str] = field(default_factory=list)
    refused: dict[str, AicxError] = field(default_factory=dict)

    @property
    def done(self) -> int:
        return len(self.found) + len(self.refused)


class GoToScreen(Dialog[str]):
    """A dialog with one field; answers with the first id once its human was read.

    Ids that could not be read stay in the field, with the reason.

    Args:
        fetch: Reads the humans with some ids.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Back", show=False)]

    @dataclass
    class Read(Message):
        """Some more ids were asked for."""

        tally: _Tally

    def __init__(self, fetch: Fetch) -> None:
        super().__init__()
        self._fetch = fetch
        self._last_found: str | None = None

    def compose(self) -> ComposeResult:
        """A field and a line for how it goes."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = "Go to humans by id"
            dialog.border_subtitle = "Enter go · Esc back"
            yield IdsInput(
                placeholder="eu_… one, several, or a pasted list", id="ids", compact=True
            )
            yield Static("", id="problem", markup=False)
        yield TooSmall()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Read the humans; what could not be read stays."""
        event.stop()
        if ids := _ids_in(event.value):
            self._say(Content.styled("reading …", "$quiet"))
            self._read(ids)

    @work(exclusive=True)
    async def _read(self, ids: Sequence[str]) -> None:
        tally = _Tally(len(ids))
        async for human_id, error in self._fetch(ids):
            if error is None:
                tally.found.append(human_id)
            else:
                tally.refused[human_id] = error
            self.post_message(self.Read(tally))

    def on_go_to_screen_read(self, message: Read) -> None:
        """Say how far it is; at the end answer, or say what could not be read."""
        tally = message.tally
        if tally.done < tally.wanted:
            self._say(Content.styled(f"read {tally.done:,} of {tally.wanted:,} …", "$quiet"))
            return
        self._last_found = tally.found[0] if tally.found else self._last_found
        if tally.refused:
            field = self.query_one("#ids", Input)
            field.value = " ".join(tally.refused)
            field.action_select_all()  # so that what is pasted next takes its place
            self._say(_refusal(tally))
        else:
            self.answer(self._last_found)

    def _say(self, text: Content) -> None:
        self.query_one("#problem", Static).update(text)

    def action_cancel(self) -> None:
        """Go back, to the first of those that were read if there are any."""
        self.answer(self._last_found)


def _ids_in(text: str) -> list[str]:
    """The ids in what was typed or pasted, each once, in order."""
    return list(dict.fromkeys(part for part in _BETWEEN_IDS.split(text) if part))


def _refusal(tally: _Tally) -> Content:
    """What could not be read, and why the first of it."""
    error = next(iter(tally.refused.values()))
    counted = ""
    if tally.wanted > 1:
        counted = f"{len(tally.found):,} read, {len(tally.refused):,} not; those stay above. "
    return Content.assemble(
        ("! ", "bold $error"),
        counted,
        clean(error.message),
        "\n",
        (clean(error.hint), "$quiet"),
    )
