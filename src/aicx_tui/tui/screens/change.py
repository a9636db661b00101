"""One change in full: all that it does, why it stopped, and what can be decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from aicx_tui.errors import AicxError
from aicx_tui.numerals import grouped
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.field_words import Tags, field_name
from aicx_tui.storage.changes import LOCAL, Change, Kind, State
from aicx_tui.text import clean
from aicx_tui.tui import deciding
from aicx_tui.tui.change_words import SIGNS, VERBS, lines_of, word
from aicx_tui.tui.keys import KEYS
from aicx_tui.tui.moments import absolute
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from aicx_tui.tui.sending import Sending

MOST_ALIKE = 5
"""Humans named who have a value in common with one that may or may not be there."""

AROUND_TEXT = 8
"""Lines of the dialog and around it that are not the text."""

DECISIONS = {"T": deciding.RETRY, "E": deciding.EDIT, "D": deciding.DISCARD}


class ChangeScreen(Dialog[str]):
    """Shows a change and answers with the action that was chosen for it.

    Args:
        change: Which.
        sending: Where it waits.
        refusal: Why an action cannot be done; empty where it can.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "back", "Back", priority=True, show=False),
        *(
            Binding(key, f"choose('{action_id}')", ACTIONS[action_id].title, show=False)
            for key, action_id in DECISIONS.items()
        ),
    ]

    @dataclass
    class Compared(Message):
        """It was looked for who has the same e-mail, uid or phone."""

        lines: Sequence[str]

    def __init__(self, change: Change, sending: Sending, *, refusal: Callable[[str], str]) -> None:
        super().__init__()
        self._change = change
        self._sending = sending
        self._refusal = refusal
        self._alike: Sequence[str] | None = None
        self._text = Static("", markup=False)

    def compose(self) -> ComposeResult:
        """The text, and the keys below it."""
        with Vertical(id="change") as box:
            change = self._change
            box.border_title = Content(f"{VERBS[change.kind].capitalize()} {clean(change.name)}")
            box.border_subtitle = Content("Esc back")
            with VerticalScroll(can_focus=True):
                yield self._text
            yield Static(self._keys(), id="decisions", markup=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """Look for who may be the human that was sent."""
        if self._change.kind is Kind.CREATE and self._change.state is State.UNKNOWN:
            self._compare()

    def on_resize(self) -> None:
        """Lay the values out anew, and leave room for the keys below them."""
        room = max(self.size.height - AROUND_TEXT, 3)
        self.query_one(VerticalScroll).styles.max_height = room
        self.call_after_refresh(self._paint)

    def _paint(self) -> None:
        width = max(self._text.size.width, 20)
        self._text.update(Content("\n").join(self._lines(width)))

    @property
    def _tags(self) -> Tags:
        directory = self._sending.directory
        return directory.tags if directory is not None else {}

    def _lines(self, width: int) -> list[Content]:
        change = self._change
        reader = self._sending.reader
        at = absolute(datetime.fromtimestamp(change.made_at, UTC), reader=reader)
        lines = [
            Content.assemble((f"{SIGNS[change.state]} ", "bold $warning"), word(change.state)),
            Content.styled(f"{at} · {clean(change.who)} · {change.id[:8]}", "$quiet"),
        ]
        if change.problem is not None:
            problem = change.problem
            lines += [Content(""), Content.assemble(("! ", "bold $error"), clean(problem.message))]
            lines += [
                Content(f"  {field_name(name, self._tags)}: {clean(said)}")
                for name, said in problem.fields.items()
            ]
        lines += [Content(""), *lines_of(change.differences, self._tags, width=width)]
        if change.outcome_of:
            lines.append(Content.styled(f"Request {clean(change.outcome_of)}", "$quiet"))
        if self._alike is not None:
            lines += [Content(""), Content.styled("In the local copy", "bold")]
            none = "Nobody else has its uid, e-mail or phone."
            lines += [Content(clean(line)) for line in self._alike or [none]]
        return lines

    def _keys(self) -> Content:
        """The decisions, those that cannot be made now dim."""
        parts = []
        for key, action_id in DECISIONS.items():
            title = KEYS[action_id].label
            if self._refusal(action_id):
                parts.append(Content.styled(f"{key} {title}", "$faint"))
            else:
                parts.append(Content.assemble((key, "bold $accent"), " ", (title, "$quiet")))
        return Content("   ").join(parts)

    @work(exclusive=True)
    async def _compare(self) -> None:
        """Name those in the mirror who have a value in common with the human."""
        directory, body = self._sending.directory, self._change.body
        names = [str(body[key]) for key in ("uid", "email", "phone_number") if body.get(key)]
        if directory is None:
            return
        try:
            found = await directory.look_up(names)
            lines = []
            for name, human_ids in found.items():
                others = [one for one in human_ids if not one.startswith(LOCAL)]
                for human_id in others[:MOST_ALIKE]:
                    human = await directory.human(human_id)
                    fullname = human.fullname if human is not None else ""
                    lines.append(f"{fullname or human_id} has {name} ({human_id})")
                if len(others) > MOST_ALIKE:
                    lines.append(f"{grouped(len(others) - MOST_ALIKE)} more have {name}")
        except AicxError as error:
            lines = [error.message]
        self.post_message(self.Compared(lines))

    @on(Compared)
    def _compared(self, message: Compared) -> None:
        self._alike = message.lines
        self._paint()

    def action_choose(self, action_id: str) -> None:
        """Answer with a decision, or say why it cannot be made."""
        if reason := self._refusal(action_id):
            self.query_one("#decisions", Static).update(Content.styled(clean(reason), "$warning"))
        else:
            self.answer(action_id)

    def action_back(self) -> None:
        """Decide nothing."""
        self.answer(None)
