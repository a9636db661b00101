"""Giving tags to humans: find a tag, give it a value, and once more; then apply them all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date
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
from aicx_tui.services.tagging import Held, Staged, Whom
from aicx_tui.text import clean, fit
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.tag_finding import found
from aicx_tui.tui.tag_lines import name_cells, tag_line, value_line
from aicx_tui.tui.tag_offers import asks_for, choices_of, day_beside, offered
from aicx_tui.tui.widgets.keyed_input import KeyedInput
from aicx_tui.tui.widgets.staging import Staging
from aicx_tui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.services.bulk import Preview
    from aicx_tui.tui.change_words import Tags

AROUND_ROWS = 15
"""Lines of the dialog and around it that are not rows."""

LEAST_ROWS = 4

MOST_ROWS = 100
"""Tags that are listed; nobody looks through more, and each key would lay them all out."""

NAME_CELLS = 24
PAGE_ROWS = 8
TAG = "tag:"


@dataclass(frozen=True, kw_only=True)
class Tagging:
    """What the tag editor works with.

    Attributes:
        whom: Who is given tags.
        tags: The definitions there are, by id.
        known: What they have now, where that is known at once.
        held: Reads what they have now.
        recent: Reads the ids of the tags that were used last.
        preview: Finds out what would change; None where that is plain to see.
        checked: A value as the platform keeps it; raises an `AicxError` that says what is wrong.
        apply: Does it, and answers whether it is under way; else the editor stays.
        why_not_remove: Why no tag can be removed; empty where it can.
        today: The day.
    """

    whom: Whom
    tags: Tags
    known: Held | None
    held: Callable[[], Awaitable[Held]]
    recent: Callable[[], Awaitable[Sequence[str]]]
    preview: Callable[[Staged], Awaitable[Preview]] | None
    checked: Callable[[TagDefinition, str], str]
    apply: Callable[[Staged], Awaitable[bool]]
    why_not_remove: str
    today: date


class TagEditorScreen(Dialog[bool]):
    """One line, which asks for a tag and then for its value; below it what there is and is staged.

    Args:
        tagging: Whom it is for, and what it does.
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

    def __init__(self, tagging: Tagging) -> None:
        super().__init__()
        self._tagging = tagging
        self._held = tagging.known
        self._recent: Sequence[str] = ()
        self._tag: TagDefinition | None = None
        self._found: Sequence[TagDefinition] = ()
        self._offered: Sequence[str] = ()
        self._is_chosen = self._is_leaving = self._is_busy = False
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
        preview = tagging.preview
        self._staging = Staging(
            tagging.tags,
            preview=None if preview is None else lambda staged: preview(_by_id(staged)),
        )
        self._box = Vertical(id="tags")

    def compose(self) -> ComposeResult:
        """What is asked, what is said of it, what there is, and what is staged."""
        with self._box:
            self._box.border_title = Content(f"Tags for {clean(self._tagging.whom.said, limit=50)}")
            with Horizontal(id="ask"):
                yield self._asked
                yield self._line
            yield self._said
            yield self._options
            yield self._staging
        yield TooSmall()

    def on_mount(self) -> None:
        """Ask for a tag, and read meanwhile what they have."""
        self._options.can_focus = False  # what is typed goes to the line, whatever is clicked
        self._find()
        self._read()

    def on_resize(self) -> None:
        """Leave room for what stands around the rows; they take the same room all the time."""
        room = max(self.size.height - AROUND_ROWS, LEAST_ROWS)
        self._options.styles.height = min(max(len(self._tagging.tags), LEAST_ROWS), room)

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
        if self._is_busy:
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
            self.post_message(self.Read(recent=await self._tagging.recent()))
            if self._held is None:
                self.post_message(self.Read(held=await self._tagging.held()))
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
        self._is_busy = False
        self._problem(f"{message.error.message} {message.error.hint}".strip())

    # What is shown

    def _show(self, *, at: int | None = None) -> None:
        of = len(self._tagging.whom.ids)
        if self._tag is None:
            tags, staged = self._tagging.tags.values(), self._staging.staged
            self._found = found(tags, self._line.value, recent=self._recent)[:MOST_ROWS]
            cells, held = name_cells(tags), self._held
            lines = [
                tag_line(tag, held, of=of, cells=cells, is_staged=TAG + tag.id in staged)
                for tag in self._found
            ]
            start = None if staged and not self._is_chosen else 0
        else:
            self._offered = offered(self._tag, self._line.value)
            values = (self._held or {}).get(self._tag.id, ())
            lines, start = [value_line(value, values, of=of) for value in self._offered], 0
        self._options.set_options(map(Option, lines))
        self._options.highlighted = (start if at is None else at) if lines else None
        self._say()

    def _say(self) -> None:
        """Say what would be typed here, and what keys do."""
        tag, text = self._tag, self._line.value
        hint = asks_for(tag, text, today=self._tagging.today) if tag is not None else ""
        if tag is None and not self._found:
            hint = "No tag is called so." if self._tagging.tags else "There are no tags yet."
        self._said.update(Content.styled(hint, "$quiet"))
        self._box.border_subtitle = Content(" · ").join(self._keys())

    def _keys(self) -> list[Content]:
        whom, is_idle = self._tagging.whom, self._options.highlighted is None
        remove = Content.styled("^x remove", "$faint" if self._tagging.why_not_remove else "")
        if self._tag is not None:
            return [Content("Enter add"), remove, Content("Esc back")]
        if self._staging.staged and is_idle and not self._line.value:
            to = "" if whom.is_one else f" to {len(whom.ids):,}"
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
        self._tag = None
        self._asked.update(Content.styled("Tag ", "$quiet"))
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
            self._is_busy = True
            self._staging.say("◐ being written down …")
            self._apply(_by_id(self._staging.staged))
        else:
            self._go_on()
        return True

    def _go_on(self) -> bool:
        """Ask for the value of the tag at the cursor, or of what was staged last."""
        tag = self._at_cursor
        if tag is None and self._staging.staged and not self._line.value:
            tag = self._tagging.tags[list(self._staging.staged)[-1].removeprefix(TAG)]
        if self._tag is None and tag is not None:
            self._tag = tag
            name = fit(tag.name, NAME_CELLS).rstrip()
            self._asked.update(Content.assemble(name, ("  →  ", "$quiet")))
            self._line.placeholder = "Type to find" if choices_of(tag) else ""
            self._line.put("" if choices_of(tag) else self._now(tag))
            self._show()
            if (now := self._now(tag)) in self._offered:
                self._options.highlighted = self._offered.index(now)
        return True

    @property
    def _at_cursor(self) -> TagDefinition | None:
        at = self._options.highlighted
        return None if at is None else self._found[at]

    def _now(self, tag: TagDefinition) -> str:
        """What is staged for a tag, or else what the one human has."""
        if (staged := self._staging.staged.get(TAG + tag.id)) is not None:
            return staged
        values = (self._held or {}).get(tag.id, ())
        return values[0][0] if values and self._tagging.whom.is_one else ""

    def _stage(self, tag: TagDefinition) -> None:
        text, row = self._line.value, self._options.highlighted
        if self._offered and row is not None:
            text = self._offered[row]
        try:
            self._staging.put(TAG + tag.id, self._tagging.checked(tag, text))
        except AicxError as error:
            self._problem(f"{error.message} {error.hint}".strip())
        else:
            self._find()

    def _remove(self) -> bool:
        """Stage that a tag is removed: the one that is asked about, or the one at the cursor."""
        tag = self._tag or self._at_cursor
        if self._tagging.why_not_remove or tag is None:
            self._problem(self._tagging.why_not_remove or "There is no tag at the cursor.")
        elif self._held is not None and not self._held.get(tag.id):
            who = self._tagging.whom.said + " does" if self._tagging.whom.is_one else "They do"
            self._problem(f"{who} not have it.")
        else:
            self._staging.put(TAG + tag.id, None)
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
            self._line.value = day_beside(self._line.value, -rows, today=self._tagging.today)
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
        if not self._is_busy:
            self._is_chosen = True
            self._enter()

    # Applying

    @work(group="applying")
    async def _apply(self, staged: Staged) -> None:
        try:
            self.post_message(self.Applied(await self._tagging.apply(staged)))
        except AicxError as error:
            self.post_message(self.Failed(error))

    @on(Applied)
    def _applied(self, message: Applied) -> None:
        """Go, or stay as it was where the person thought better of it."""
        self._is_busy = False
        if message.is_done:
            self.answer(True)
        else:
            self._staging.say("")
            self._show()


def _by_id(staged: Staged) -> dict[str, str | None]:
    return {field.removeprefix(TAG): value for field, value in staged.items()}
