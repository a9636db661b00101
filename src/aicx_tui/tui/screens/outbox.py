"""The outbox: what is on its way to the platform, and what needs somebody."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from aicx_tui.errors import AicxError
from aicx_tui.numerals import grouped
from aicx_tui.services.field_words import Tags
from aicx_tui.storage.changes import Change, Kind, State
from aicx_tui.text import clean, fit
from aicx_tui.tui import deciding
from aicx_tui.tui.change_words import NEEDING, SIGNS, VERBS, in_a_line, reason, word
from aicx_tui.tui.front_compositor import FrontCompositor
from aicx_tui.tui.keys import binding
from aicx_tui.tui.list_state import Queue
from aicx_tui.tui.moments import ago
from aicx_tui.tui.screens.menu import Choice, MenuScreen
from aicx_tui.tui.widgets.header_bar import HeaderBar
from aicx_tui.tui.widgets.key_bar import KeyBar
from aicx_tui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from aicx_tui.services.outbox import Outbox
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.keymap import Keymap
    from aicx_tui.tui.screens.conflict import Resolution
    from aicx_tui.tui.sending import Sending

MOST_ROWS = 500
"""Changes that are listed; how many more there are is said."""

STATE_CELLS, WHEN_CELLS, VERB_CELLS = 15, 8, 6

ACTION_IDS = {"retry": deciding.RETRY, "edit": deciding.EDIT, "discard": deciding.DISCARD}

EMPTY = Content.assemble(
    ("○ Nothing waits.", "bold"),
    "\n",
    ("A human's history says what became of each change.", "$quiet"),
)
NOT_OPEN = Content.styled("◐ The local copy is not open yet.", "bold")


BEFORE_ROWS = frozenset({"enter", "T", "E", "D"})
"""Keys about the change at the cursor; they get past the screen's bindings only without one."""


class KeyAgain(events.Key):
    """A key that came too early, once more."""


class ChangeList(OptionList):
    """The rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]

    def show(self, rows: Sequence[Option]) -> None:
        """Have exactly these rows, and stay where it is scrolled to; the same ones cost nothing."""
        if [*self.options] == [*rows]:
            return
        top = self.scroll_y
        self.set_options(rows)
        self.scroll_to(y=top, animate=False, immediate=True)


class OutboxScreen(Screen[None]):
    """Lists the changes that wait, those that need somebody first.

    Args:
        sending: Where they are.
        keymap: The keys that hold in this run.
    """

    AUTO_FOCUS = ""  # the list has it once its rows are there: keys typed before are for them
    BLANK = True  # the list covers it; else painting the whole screen would draw it below

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("console.back", "back", at_once=True),
        Binding("enter", "open", "open", key_display="Enter", priority=True),
        binding(deciding.RETRY, "retry", at_once=True),
        binding(deciding.EDIT, "edit", at_once=True),
        binding(deciding.DISCARD, "discard", at_once=True),
    ]

    @dataclass
    class Listed(Message):
        """It was read what waits."""

        changes: Sequence[Change]
        now: datetime

    @dataclass
    class Refused(Message):
        """It could not be read or decided; everything is as it was."""

        error: AicxError

    def __init__(self, sending: Sending, keymap: Keymap) -> None:
        super().__init__()
        self._compositor = FrontCompositor()
        self._sending = sending
        self._keymap = keymap
        self._changes: dict[str, Change] = {}
        self._framed = ("", "")
        self._early: list[events.Key] = []
        self._known: dict[str, tuple[object, Option]] = {}
        self._listed: OutboxScreen.Listed | None = None
        self._rows = ChangeList(id="changes", markup=False, compact=True)
        self._notice = Static(EMPTY, id="notice", markup=False)
        self._box = Vertical(self._rows, self._notice, id="outbox")

    @property
    def aicx(self) -> AicxApp:
        """The console this screen belongs to."""
        return cast("AicxApp", self.app)

    def compose(self) -> ComposeResult:
        """A line, the list, a line."""
        places = self.aicx.places
        if places.access is not None:
            self._header = HeaderBar(places.access.context)
            yield self._header
        yield self._box
        yield KeyBar(self._keymap)
        yield TooSmall()

    def on_mount(self) -> None:
        """Follow what is sent."""
        if session := self.aicx.places.session:
            self._header.show(session.context, session.account)
        self._sending.looked.subscribe(self, self._looked)
        self._frame(counted="Outbox")
        self._looked(self._sending.queue)

    def _looked(self, queue: Queue) -> None:
        """Say how it stands, and read the rows again."""
        outbox = self._sending.outbox
        self._header.standing = self._sending.standing
        sign = "○ offline, " if queue.is_offline else "" if queue.needing else "⇡ "
        nothing = "◐ opening" if outbox is None else "● nothing waits"
        self._header.state = Content(sign + queue.said if queue.said else nothing)
        self._frame(said=self._why_not_sent(queue))
        self._notice.update(NOT_OPEN if outbox is None else EMPTY)
        if outbox is None:
            self.add_class("-noticed")
        else:
            self._read(outbox)

    def _why_not_sent(self, queue: Queue) -> str:
        if refusal := self.aicx.places.refusal(deciding.RETRY):
            return f"Nothing is sent from here. {refusal}"
        if queue.error is None or not queue.waiting:
            return ""
        return f"Nothing is sent now: {queue.error.message}"

    def _frame(self, *, counted: str | None = None, said: str | None = None) -> None:
        """Say on the frame what is new; setting it paints everything within, too."""
        before = self._framed
        self._framed = (
            counted if counted is not None else before[0],
            clean(said) if said is not None else before[1],
        )
        if self._framed != before:
            self._box.border_title, self._box.border_subtitle = map(Content, self._framed)

    @work(exclusive=True, group="listing")
    async def _read(self, outbox: Outbox) -> None:
        try:
            self.post_message(self.Listed(await outbox.listed(), outbox.clock()))
        except AicxError as error:
            self.post_message(self.Refused(error))

    @on(Listed)
    def _rows_read(self, message: Listed) -> None:
        """Show them, the cursor on the change that it was on."""
        needing = [c for c in reversed(message.changes) if c.state in NEEDING]
        changes = [*needing, *(c for c in message.changes if c.state not in NEEDING)]
        self._changes = {change.id: change for change in changes}
        self._known = {i: row for i, row in self._known.items() if i in self._changes}
        is_first, self._listed = self._listed is None, message
        self._show()
        if is_first:
            self.set_focus(self._rows)  # at once, for the next key
            self._type_on()

    def on_screen_resume(self) -> None:
        """Ask for what could not be asked for while something lay over this."""
        self.aicx.sign_ins.catch_up()

    def on_key(self, event: events.Key) -> None:
        """Keep what was typed before the rows were there, also where it gets here after them."""
        is_late = event.key in BEFORE_ROWS and not isinstance(event, KeyAgain)
        if self._listed is None or is_late:
            event.stop()
            self._early.append(event)
            if self._listed is not None:
                self._type_on()

    def _type_on(self) -> None:
        """Press the keys again that came too early."""
        early, self._early = self._early, []
        for event in early:
            self.app.post_message(KeyAgain(event.key, event.character))

    def on_resize(self) -> None:
        """Cut the rows to the width."""
        self._show()

    def _show(self) -> None:
        if self._listed is None:
            return
        held, place = self._current, self._rows.highlighted or 0
        shown = [*self._changes.values()][:MOST_ROWS]
        now = self._listed.now
        self._rows.show([self._option(change, now=now) for change in shown])
        if shown:
            ids = [change.id for change in shown]
            is_there = held is not None and held.id in ids
            at = ids.index(held.id) if held is not None and is_there else place
            self._rows.highlighted = min(at, len(ids) - 1)
        more = len(self._changes) - len(shown)
        counted = (
            f"Outbox, {grouped(len(shown))} of {grouped(len(self._changes))}" if more else "Outbox"
        )
        self._frame(counted=counted)
        self.set_class(not shown, "-noticed")
        self.refresh_bindings()

    def _option(self, change: Change, *, now: datetime) -> Option:
        """The row of a change: the one that is there, unless it reads otherwise by now."""
        tags = self._sending.directory.tags if self._sending.directory is not None else {}
        made = ago(datetime.fromtimestamp(change.made_at, UTC), now=now)
        read = (change, made, self.size.width, tags)
        known = self._known.get(change.id)
        if known is None or known[0] != read:
            option = Option(self._line(change, tags, made=made), id=change.id)
            known = self._known[change.id] = read, option
        return known[1]

    def _line(self, change: Change, tags: Tags, *, made: str) -> Content:
        """Sign, state, age, verb, whom, what; and the reason below where it stopped."""
        needs = change.state in NEEDING
        wide = self.size.width >= 100
        name = fit(change.name, 26 if wide else 18)
        used = 3 + STATE_CELLS + WHEN_CELLS + 2 * VERB_CELLS // 2 + len(name)
        what = clean(in_a_line(change, tags), limit=max(self.size.width - used, 1) * 2)
        line = Content.assemble(
            (f"{SIGNS[change.state]} ", "bold $warning" if needs else "bold $accent"),
            fit(word(change.state), STATE_CELLS) + " ",
            (fit(made, WHEN_CELLS) + " ", "$quiet"),
            fit(VERBS[change.kind], VERB_CELLS) + " ",
            (name + " ", "bold"),
            (what, "$quiet"),
        )
        if change.problem is None or not needs:
            return line
        return Content.assemble(line, "\n", (f"  {reason(change, tags)}", "$quiet"))

    @property
    def _current(self) -> Change | None:
        at = self._rows.highlighted
        if at is None or at >= self._rows.option_count:
            return None
        return self._changes.get(self._rows.get_option_at_index(at).id or "")

    @on(OptionList.OptionHighlighted)
    def _cursor_moved(self) -> None:
        self.refresh_bindings()

    # What keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what the state of the change does not allow."""
        if (action == "open" or action in ACTION_IDS) and self._listed is None:
            return False  # the key is kept until there are rows
        if action_id := ACTION_IDS.get(action):
            return None if self.aicx.refusal(action_id) else True
        return True

    def refusal(self, action_id: str) -> str:
        """Why an action cannot be done here now; empty where it can."""
        if action_id in ACTION_IDS.values():
            return deciding.why_not(action_id, self._current)
        return "This is the outbox." if action_id == "outbox.list" else ""

    def action_back(self) -> None:
        """Go back to the list of humans."""
        self.dismiss()

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_open()

    def action_open(self) -> None:
        """Show the change in full, or ask whose values stay."""
        change = self._current
        if change is None:
            return
        if change.state is State.CONFLICT and change.problem is not None:
            from aicx_tui.tui.screens.conflict import ConflictScreen  # only when asked for

            directory = self._sending.directory
            tags = directory.tags if directory is not None else {}

            def decided(resolution: Resolution | None) -> None:
                if resolution is not None:
                    self._resolve(change, resolution)

            if not (reason := self.aicx.places.refusal(deciding.RETRY)):
                self.app.push_screen(ConflictScreen(change, tags=tags), decided)
            else:
                self.app.notify(reason, severity="warning")
            return
        from aicx_tui.tui.screens.change import ChangeScreen  # only when asked for

        screen = ChangeScreen(change, self._sending, refusal=self.aicx.refusal)
        self.app.push_screen(screen, self._chosen)

    def _chosen(self, action_id: str | None) -> None:
        for action, its_id in ACTION_IDS.items():
            if action_id == its_id:
                getattr(self, f"action_{action}")()

    def _resolve(self, change: Change, resolution: Resolution) -> None:
        mine, instead = resolution
        self._decide(lambda outbox: outbox.resolve(change.id, mine=mine, instead=instead))

    def action_retry(self) -> None:
        """Send it once more; where that may double a human, ask first."""
        change = self._current
        if change is None:
            return
        if change.kind is Kind.CREATE and change.state is State.UNKNOWN:
            again = Choice("y", "Send again", "yes", note="it may then be there twice")
            self._ask(f"Create {clean(change.name)} again?", again, self._retry, change)
        else:
            self._retry(change)

    def _retry(self, change: Change) -> None:
        self._decide(lambda outbox: outbox.retry(change.id))

    def action_edit(self) -> None:
        """Send other values."""
        from aicx_tui.tui.screens.edit_change import EditChangeScreen  # only when asked for

        directory = self._sending.directory
        if (change := self._current) is not None and directory is not None:
            self.app.push_screen(EditChangeScreen(change, self._sending, tags=directory.tags))

    def action_discard(self) -> None:
        """Let go of it, once that is confirmed."""
        if (change := self._current) is not None:
            verb = VERBS[change.kind]
            yes = Choice("y", "Discard it", "yes", note="nothing of it is sent any more")
            self._ask(f"Discard: {verb} {clean(change.name)}?", yes, self._discard, change)

    def _discard(self, change: Change) -> None:
        self._decide(lambda outbox: outbox.discard(change.id))

    def _ask(self, title: str, yes: Choice, do: Callable[[Change], object], change: Change) -> None:
        def answered(answer: str | None) -> None:
            if answer:
                do(change)

        self.app.push_screen(MenuScreen(title, [yes]), answered)

    @work(group="deciding")
    async def _decide(self, decision: Callable[[Outbox], Awaitable[Change]]) -> None:
        try:
            await self._sending.decide(decision)
        except AicxError as error:
            self.post_message(self.Refused(error))

    @on(Refused)
    def _not_decided(self, message: Refused) -> None:
        self.aicx.report(message.error, title="Not done")
