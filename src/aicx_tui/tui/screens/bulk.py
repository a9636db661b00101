"""A bulk: how far it is, and what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from aicx_tui.errors import AicxError
from aicx_tui.numerals import grouped
from aicx_tui.services.field_words import with_names
from aicx_tui.storage.bulks import OPEN, TROUBLED, Bulk, BulkItem, BulkState, ItemState
from aicx_tui.text import MISSING, clean, fit
from aicx_tui.tui.bulk_words import bar, outcome, pace, standing
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.screens.export import Exported, toast
from aicx_tui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from aicx_tui.services.bulk import Bulks
    from aicx_tui.services.bulk_running import BulkProgress
    from aicx_tui.tui.bulking import Bulking

AROUND_ROWS = 11
"""Lines of the dialog and around it that are not rows."""

MOST_ROWS = 500
"""Humans that are listed; how many more there are is said."""

NAME_CELLS = 22
CELLS = 58
"""Of a line."""

SIGNS = {
    ItemState.PARTLY: ("✗ ", "bold $error"),
    ItemState.FAILED: ("✗ ", "bold $error"),
    ItemState.SKIPPED: ("– ", "$warning"),
}


class BulkScreen(Dialog[None]):
    """A bar while the bulk runs, then the report; leaving it leaves the bulk running.

    Args:
        bulk: Which.
        bulking: What runs it.
    """

    AUTO_FOCUS = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "leave", "Back", show=False),
        Binding("p", "turn", "Pause", show=False),
        Binding("ctrl+x", "cancel", "Cancel", show=False),
        Binding("m", "mark", "Mark", show=False),
        Binding("x", "export", "Export", show=False),
        Binding("down,j", "move('cursor_down')", "Down", show=False),
        Binding("up,k", "move('cursor_up')", "Up", show=False),
        Binding("pagedown", "move('page_down')", "Page down", show=False),
        Binding("pageup", "move('page_up')", "Page up", show=False),
    ]

    @dataclass
    class Read(Message):
        """It was read how far it is."""

        progress: BulkProgress

    @dataclass
    class Reported(Message):
        """It was read of whom it did not become anything."""

        items: Sequence[BulkItem]

    @dataclass
    class Failed(Message):
        """Something did not work; the bulk is as it was."""

        error: AicxError

    def __init__(self, bulk: Bulk, bulking: Bulking) -> None:
        super().__init__()
        self.bulk_id = bulk.id
        self._bulk = bulk
        self._bulking = bulking
        self._progress: BulkProgress | None = None
        self._items: Sequence[BulkItem] = ()
        self._is_cancelling = self._is_reported = False
        self._bar = Static("", id="bar", markup=False)
        self._facts = Static("", id="facts", markup=False)
        self._rows = OptionList(id="rows", markup=False, compact=True)
        self._said = Static("", id="said", markup=False)
        self._box = Vertical(id="bulk")

    def compose(self) -> ComposeResult:
        """A bar, numbers, whom it did not become anything of, and why it waits."""
        with self._box:
            self._box.border_title = Content(clean(self._bulk.title, limit=CELLS))
            yield self._bar
            yield self._facts
            yield self._rows
            yield self._said
        yield TooSmall()

    def on_mount(self) -> None:
        """Follow how far it is."""
        self._rows.can_focus = False  # its keys are the dialog's, whatever is clicked
        self._rows.display = False
        self._bulking.progressed.subscribe(self, self._went_on)
        self._read()

    def on_resize(self) -> None:
        """Leave room for what stands around the rows."""
        self._rows.styles.max_height = max(self.size.height - AROUND_ROWS, 3)

    @work(exclusive=True, group="reading")
    async def _read(self) -> None:
        await self._tell(self._bulking.progress_of(self.bulk_id))

    async def _tell(self, asked: Awaitable[BulkProgress]) -> None:
        try:
            self.post_message(self.Read(await asked))
        except AicxError as error:
            self.post_message(self.Failed(error))

    @on(Read)
    def _was_read(self, message: Read) -> None:
        self._went_on(message.progress)

    def _went_on(self, progress: BulkProgress) -> None:
        if progress.bulk.id != self.bulk_id:
            return
        self._progress = progress
        self._paint(progress)
        if not self._is_open and not self._is_reported:
            self._is_reported = True
            self._report()

    @property
    def _is_open(self) -> bool:
        return self._progress is None or self._progress.bulk.state in OPEN

    def _paint(self, progress: BulkProgress) -> None:
        bulk = progress.bulk
        self._bar.update(bar(progress, cells=CELLS))
        said = Content(outcome(progress))
        if bulk.state is BulkState.RUNNING:
            self._facts.update(Content.assemble(said, "  ", (pace(progress), "$quiet")))
        elif bulk.state is BulkState.PAUSED:
            self._facts.update(Content.assemble((f"{standing(progress)}: ", "bold $warning"), said))
        else:
            self._facts.update(Content.assemble((f"{standing(progress)}: ", "bold"), said))
        if not (self._is_cancelling and self._is_open):  # else the question would be gone
            is_paused = bulk.state is BulkState.PAUSED
            self._say(progress.waiting_for or (bulk.problem if is_paused else ""))
        self._box.border_subtitle = _title(self._keys(progress))

    def _say(self, text: str) -> None:
        self._said.update(Content.assemble(("! ", "bold $warning"), clean(text, limit=300)))
        self._said.display = bool(text)

    def _keys(self, progress: BulkProgress) -> list[Content]:
        if progress.bulk.state not in OPEN:
            failed = progress.failed + progress.skipped
            offered = ("x export", f"m mark the {grouped(failed)}") if failed else ("x export",)
            return [*map(Content, offered), Content("Esc back")]
        turn = "p go on" if progress.bulk.state is BulkState.PAUSED else "p pause"
        leave = "Esc back" if progress.bulk.state is BulkState.PAUSED else "Esc in the background"
        return [Content(turn), Content(leave), Content("^x cancel")]

    # The report

    @work(exclusive=True, group="reporting")
    async def _report(self) -> None:
        items = []
        try:
            async with aclosing(self._bulking.bulks.items(self.bulk_id, TROUBLED)) as each:
                async for item in each:
                    items.append(item)
                    if len(items) >= MOST_ROWS:
                        break
        except AicxError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Reported(items))

    @on(Reported)
    def _reported(self, message: Reported) -> None:
        self._items = message.items
        self._rows.set_options(Option(self._line(item)) for item in message.items)
        self._rows.display = bool(message.items)
        self._rows.highlighted = 0 if message.items else None

    @on(OptionList.OptionHighlighted)
    def _at(self, event: OptionList.OptionHighlighted) -> None:
        """Say the whole reason of the one at the cursor, and how many more there are."""
        item, progress = self._items[event.option_index], self._progress
        troubled = progress.failed + progress.skipped if progress is not None else 0
        more = troubled - len(self._items)
        rest = f" {grouped(more)} more are in what x exports." if more > 0 else ""
        self._say(f"{item.human_id}: {self._reason(item)}{rest}")

    def _reason(self, item: BulkItem) -> str:
        """Why nothing became of a human, by the names that tags have."""
        directory = self._bulking.directory
        return with_names(item.said or item.state, directory.tags if directory is not None else {})

    def _line(self, item: BulkItem) -> Content:
        said = clean(self._reason(item), limit=300)
        name = fit(item.name or item.human_id or MISSING, NAME_CELLS)
        return Content.assemble(SIGNS[item.state], name, "  ", (said, "$quiet"))

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self._say(f"{message.error.message} {message.error.hint}".strip())

    # What keys do

    def action_leave(self) -> None:
        """Go back; the bulk goes on."""
        self.answer(None)

    def action_move(self, how: str) -> None:
        """Move among those of whom it did not become anything."""
        getattr(self._rows, f"action_{how}")()

    def action_turn(self) -> None:
        """Let it rest, or go on."""
        self._is_cancelling = False
        if not self._is_open:
            return
        known = self._progress.bulk if self._progress is not None else self._bulk
        is_paused = known.state is BulkState.PAUSED
        self._decide(
            lambda bulks: bulks.resume(self.bulk_id) if is_paused else bulks.pause(self.bulk_id)
        )

    def action_cancel(self) -> None:
        """Send nothing more of it, once that was asked for twice."""
        if not self._is_open:
            return
        if not self._is_cancelling:
            self._say("What is done stays. ^x again cancels the rest.")
            self._is_cancelling = True
            return
        self._is_cancelling = False
        self._decide(lambda bulks: bulks.cancel(self.bulk_id))

    @work(exclusive=True, group="deciding")
    async def _decide(self, deciding: Callable[[Bulks], Awaitable[Bulk]]) -> None:
        await self._tell(self._bulking.decide(deciding))

    def action_mark(self) -> None:
        """Mark those of whom it did not become anything."""
        if self._progress is not None and not self._is_open:
            self._mark()

    @work(exclusive=True, group="marking")
    async def _mark(self) -> None:
        try:
            await self._bulking.mark(self.bulk_id, TROUBLED)
        except AicxError as error:
            self.post_message(self.Failed(error))
        else:
            self.answer(None)

    def action_export(self) -> None:
        """Write the report to a file."""
        from aicx_tui.tui.screens.export_report import ExportReportScreen  # only when asked for

        progress = self._progress
        if progress is None or self._is_open:
            return
        screen = ExportReportScreen(
            lambda every: self._bulking.bulks.items(
                self.bulk_id, tuple(ItemState) if every else TROUBLED
            ),
            troubled=progress.failed + progress.skipped,
        )
        self.app.push_screen(screen, self._exported)

    def _exported(self, exported: Exported | None) -> None:
        if exported is not None:
            self.app.notify(toast(exported, wanted=None), title="Exported", timeout=8)


def _title(parts: Sequence[Content]) -> Content:
    """What keys do, side by side."""
    return Content(" · ").join(parts)
