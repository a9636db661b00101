"""Giving values to humans: find a tag or field, give it one, and once more; then apply them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from aicx_tui.errors import AicxError
from aicx_tui.numerals import grouped
from aicx_tui.services.tagging import Held, Staged
from aicx_tui.text import clean, fit
from aicx_tui.tui.editing_values import Editing
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.tag_finding import found
from aicx_tui.tui.tag_lines import name_cells, tag_line, value_line
from aicx_tui.tui.tag_offers import asks_for, choices_of, day_beside, offered
from aicx_tui.tui.widgets.keyed_input import KeyedInput
from aicx_tui.tui.widgets.staging import Staging
from aicx_tui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition

AROUND_ROWS = 15
"""Lines of the dialog and around it that are not rows."""

LEAST_ROWS = 4

MOST_ROWS = 100
"""Tags that are listed; nobody looks through more, and each key would lay them all out."""

NAME_CELLS = 24
PAGE_ROWS = 8


class ValueEditorScreen(Dialog[bool]):
    """One line, which asks for a tag and then for its value; below it what there is and is staged.

    Args:
        editing: Whom it is for, and what it does.
    """

    @dataclass
    class Read(Message):
        """It was read what they have, or what was used last."""

        held: Held | None = None
        recent: Sequence[str] | None = None

    @dataclass
    class Applied(Message):
        """It was tried."""

        is_done: bool

    @dataclass
    class Failed(Message):
        """Something did not work; everything stays."""

        error: AicxError

    def __init__(self, editing: Editing) -> None:
        super().__init__()
        self._editing = editing
        self._held = editing.known
        self._recent: Sequence[str] = ()
        self._tag: TagDefinition | None = None
        self._valued = self._missed = ""
        self._found: Sequence[str] = ()
        self._offered: Sequence[str] = ()
        self._is_chosen = self._is_leaving = False
        acts: dict[str, Callable[[], bool]] = {
            "enter": self._enter,
            "tab": self._go_on,
            "shift+tab": self._find,
            "up": partial(self._move, -1),
            "down": partial(self._move, 1),
            "pageup": partial(self._move, -PAGE_ROWS),
            "pagedown": partial(self._move, PAGE_ROWS),
            "backspace": self._take_back,
            "ctrl+x": self._remove,
            "escape": self._back,
        }
        self._acts = {key: partial(self._act, act) for key, act in acts.items()}
        self._line = KeyedInput(self._acts, typed=self._typed, id="line")
        self._asked = Static("", id="asked", markup=False)
        self._said = Static("", id="said", markup=False)
        self._options = OptionList(id="rows", markup=False, compact=True)
        tags = {tag.id: tag for tag in editing.entries.values()}
        self._staging = Staging(tags, preview=editing.preview)
        self._box = Vertical(id="values")

    def compose(self) -> ComposeResult:
        """What is asked, what is said of it, what there is, and what is staged."""
        with self._box:
            self._box.border_title = Content(self._heading)
            with Horizontal(id="ask"):
                yield self._asked
                yield self._line
            yield self._said
            yield self._options
            yield self._staging
        yield TooSmall()

    @property
    def _heading(self) -> str:
        return f"{self._editing.thing.capitalize()}s for {clean(self._editing.whom.said, limit=48)}"

    def on_mount(self) -> None:
        """Ask for a tag, and read meanwhile what they have."""
        self._options.can_focus = False  # what is typed goes to the line, whatever is clicked
        self._find()
        self._read()

    def on_resize(self) -> None:
        """Leave room for what stands around the rows; they take the same room all the time."""
        room = max(self.size.height - AROUND_ROWS, LEAST_ROWS)
        self._options.styles.height = min(max(len(self._editing.entries), LEAST_ROWS), room)

    def on_key(self, event: events.Key) -> None:
        """Keep what is typed before the line has the focus."""
        if self.focused is None and event.key in self._acts:
            event.stop()
            self._acts[event.key]()
        else:
            super().on_key(event)

    def _act(self, act: Callable[[], bool]) -> bool:
        """Do what a key is for, unless it is being applied already."""
        is_leaving, self._is_leaving = self._is_leaving, False
        if self._line.is_shut:
            return True
        if act == self._back and is_leaving:
            self.answer(None)
            return True
        return act()

    async def at_stake(self) -> str:
        """What would be lost if the console ended now."""
        return "What is staged is not applied." if self._staging.staged else ""

    # What is known

    @work(group="reading")
    async def _read(self) -> None:
        try:
            self.post_message(self.Read(recent=await self._editing.recent()))
            if self._held is None:
                self.post_message(self.Read(held=await self._editing.held()))
        except AicxError as error:
            self.post_message(self.Failed(error))

    @on(Read)
    def _was_read(self, message: Read) -> None:
        """Show it, and leave the cursor where somebody put it."""
        if message.recent is not None:
            self._recent = message.recent
        if message.held is not None:
            self._held = message.held
        at = self._options.highlighted if self._is_chosen else None
        self._show(at=at)

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self._line.is_shut = False
        self._problem(f"{message.error.message} {message.error.hint}".strip())

    # What is shown

    def _show(self, *, at: int | None = None) -> None:
        of = len(self._editing.whom.ids)
        if self._tag is None:
            tags, staged = self._editing.entries, self._staging.staged
            self._found = found(tags, self._line.value, recent=self._recent)[:MOST_ROWS]
            cells = name_cells(tags.values())
            lines = [
                tag_line(
                    tags[key],
                    None if self._held is None else self._held.get(key, ()),
                    of=of,
                    cells=cells,
                    is_staged=key in staged,
                    has_kind=self._editing.thing == "tag",
                )
                for key in self._found
            ]
            start = None if staged and not self._is_chosen else 0
        else:
            self._offered = offered(self._tag, self._line.value)
            values = (self._held or {}).get(self._key, ())
            lines, start = [value_line(value, values, of=of) for value in self._offered], 0
        self._options.set_options(map(Option, lines))
        self._options.highlighted = (start if at is None else at) if lines else None
        self._say()

    def _say(self) -> None:
        """Say what would be typed here, and what keys do."""
        tag, text = self._tag, self._line.value
        hint = asks_for(tag, text, today=self._editing.today) if tag is not None else ""
        if tag is not None and self._missed == self._key:
            hint = f"{self._nobody_has} {hint}"
        if tag is None and not self._found:
            thing = self._editing.thing
            hint = (
                f"No {thing} is called so."
                if self._editing.entries
                else f"There is no {thing} yet."
            )
        self._said.update(Content.styled(hint, "$quiet"))
        self._box.border_subtitle = _title(self._keys())

    @property
    def _nobody_has(self) -> str:
        whom, thing = self._editing.whom, self._editing.entries[self._key].name
        who = f"{whom.said} does not have" if whom.is_one else f"None of the {whom.said} has"
        return clean(f"{who} {thing}.", limit=100)

    def _keys(self) -> list[Content]:
        whom, is_idle = self._editing.whom, self._options.highlighted is None
        key = self._key
        cannot = not key or bool(self._editing.why_not_remove(self._editing.entries[key]))
        word = "remove" if self._editing.thing == "tag" else "clear"
        remove = Content.styled(f"^x {word}", "$faint" if cannot else "")
        if self._tag is not None:
            return [Content("Enter add"), remove, Content("Esc back")]
        if self._staging.staged and is_idle and not self._line.value:
            to = "" if whom.is_one else f" to {grouped(len(whom.ids))}"
            return [Content(f"Enter apply{to}"), Content("⌫ take back"), Content("Esc back")]
        return [Content("Enter value"), remove, Content("Esc back")]

    def _problem(self, text: str) -> None:
        self._said.update(Content.assemble(("! ", "bold $error"), clean(text, limit=300)))

    # What keys do

    def _typed(self, _: str) -> None:
        self._is_leaving = False
        self._is_chosen = bool(self._line.value)
        self._show()

    def _find(self) -> bool:
        """Ask for a tag."""
        self._tag, self._missed = None, ""
        self._asked.update(Content.styled(f"{self._editing.thing.capitalize()} ", "$quiet"))
        self._line.placeholder = "Type to find"
        self._line.value = ""
        self._is_chosen = False
        self._show()
        return True

    def _enter(self) -> bool:
        """Stage the value; ask for that of a tag; or, where nothing is asked, apply."""
        if self._tag is not None:
            self._stage(self._tag)
        elif self._options.highlighted is None and not self._line.value and self._staging.staged:
            self._line.is_shut = True
            self._staging.say("◐ being written down …")
            self._apply(dict(self._staging.staged))
        else:
            self._go_on()
        return True

    def _go_on(self) -> bool:
        """Ask for the value of the tag at the cursor, or of what was staged last."""
        key, staged = self._key, self._staging.staged
        if not key and staged and not self._line.value:
            key = list(staged)[-1]
        if self._tag is None and key:
            self._tag, self._valued = (tag := self._editing.entries[key]), key
            name = fit(tag.name, NAME_CELLS).rstrip()
            self._asked.update(Content.assemble(name, ("  →  ", "$quiet")))
            self._line.placeholder = "Type to find" if choices_of(tag) else ""
            now = self._now(key)
            self._line.put("" if choices_of(tag) else now)
            self._show()
            if now in self._offered:
                self._options.highlighted = self._offered.index(now)
        return True

    @property
    def _key(self) -> str:
        """What is meant: what is asked about, or else what is at the cursor; empty for nothing."""
        if self._tag is not None:
            return self._valued
        at = self._options.highlighted
        return self._found[at] if at is not None and at < len(self._found) else ""

    def _now(self, key: str) -> str:
        """What is staged, or else what the one human has."""
        if (staged := self._staging.staged.get(key)) is not None:
            return staged
        values = (self._held or {}).get(key, ())
        return values[0][0] if values and self._editing.whom.is_one else ""

    def _stage(self, tag: TagDefinition) -> None:
        text, row = self._line.value, self._options.highlighted
        if self._offered and row is not None:
            text = self._offered[row]
        try:
            self._staging.put(self._valued, self._editing.checked(tag, text))
        except AicxError as error:
            self._problem(f"{error.message} {error.hint}".strip())
        else:
            self._find()

    def _remove(self) -> bool:
        """Stage that it has none any more: what is asked about, or what is at the cursor."""
        key = self._key
        if not key:
            self._problem(f"Choose a {self._editing.thing} first: ↓.")
        elif reason := self._editing.why_not_remove(self._editing.entries[key]):
            self._problem(reason)
        elif self._held is not None and not self._held.get(key):
            self._missed = key
            self._problem(self._nobody_has)
        else:
            self._staging.put(key, None)
            self._find()
        return True

    def _take_back(self) -> bool:
        """Let go of what was staged last, where there is no letter to delete."""
        if self._tag is not None or self._line.value:
            return False
        self._staging.take_last()
        self._is_chosen = False
        self._show()
        return True

    def _move(self, rows: int) -> bool:
        """Move the cursor; of a date, the day."""
        if self._tag is not None and self._tag.kind == "date":
            self._line.value = day_beside(self._line.value, -rows, today=self._editing.today)
            self._line.action_end()
            return True
        count, at = self._options.option_count, self._options.highlighted
        if count:
            first = 0 if rows > 0 else count - 1
            self._options.highlighted = first if at is None else max(0, min(at + rows, count - 1))
            self._is_chosen = True
            self._say()
        return True

    def _back(self) -> bool:
        """One step: out of the value, out of what is typed, and last out of the editor."""
        if self._tag is not None or self._line.value or (self._is_chosen and self._staging.staged):
            self._find()
        elif self._staging.staged:
            self._is_leaving = True
            self._problem(f"Not applied: {self._staging.said}. Esc again leaves, Enter applies.")
        else:
            self.answer(None)
        return True

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if not self._line.is_shut:
            self._is_chosen = True
            self._enter()

    # Applying

    @work(group="applying")
    async def _apply(self, staged: Staged) -> None:
        try:
            self.post_message(self.Applied(await self._editing.apply(staged)))
        except AicxError as error:
            self.post_message(self.Failed(error))

    @on(Applied)
    def _applied(self, message: Applied) -> None:
        """Go, or stay as it was where the person thought better of it."""
        self._line.is_shut = False
        if message.is_done:
            self.answer(True)
        else:
            self._staging.say("")
            self._show()


def _title(parts: Sequence[Content]) -> Content:
    """What keys do, side by side."""
    return Content(" · ").join(parts)
