"""The pane of the list: the search, the humans it finds, and what is said where there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from aicx_tui.errors import AicxError
from aicx_tui.numerals import grouped
from aicx_tui.storage.query.describing import described
from aicx_tui.text import clean
from aicx_tui.tui.arranging import Arrangement
from aicx_tui.tui.finding import Finder
from aicx_tui.tui.keys import binding
from aicx_tui.tui.list_state import ListFacts, Shown, notice
from aicx_tui.tui.reader import Reader
from aicx_tui.tui.searching import Searching
from aicx_tui.tui.widgets.marking import MarkingTable
from aicx_tui.tui.widgets.search_input import SearchInput

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.services.directory import Directory
    from aicx_tui.storage.query.tree import Query
    from aicx_tui.storage.results import Results
    from aicx_tui.tui.app import AicxApp


class HumanList(Vertical):
    """Finds and shows humans.

    Args:
        clock: The present.
        reader: Whose days a search means, and how times are written.
    """

    @dataclass
    class Counted(Message):
        """Other rows are shown, or more is known of how many there are."""

        shown: int
        is_counted: bool

    @dataclass
    class NobodyFound(Message):
        """It is known which part of a search nobody matches."""

        part: str
        hits: int

    @dataclass
    class Failed(Message):
        """The mirror could not be searched."""

        error: AicxError

    BINDINGS: ClassVar[list[BindingType]] = [binding("humans.mark-list", "mark_list", at_once=True)]

    def __init__(self, *, clock: Callable[[], datetime], reader: Reader) -> None:
        self.directory: Directory | None = None
        self.searching = Searching(clock=clock, reader=reader, directory=lambda: self.directory)
        self.search = SearchInput(typed=self._typed, suggest=self.searching.suggest, id="search")
        self.table = MarkingTable(clock=clock, tags=self.tags, id="table")
        self.table.reader = reader
        self.arranged = Arrangement(self.table, tags=self.tags, ordered=self.list_humans)
        self._finder = Finder(post=self.post_message)
        self._results: Results | None = None
        self._below = ""
        self._held = "", 0
        self._notice = Static(id="notice", markup=False)
        super().__init__(id="list", classes="-noticed")

    def compose(self) -> ComposeResult:
        """A field, rows, or a text where there are none."""
        yield self.search
        yield self.table
        yield self._notice

    def tags(self) -> Mapping[str, TagDefinition]:
        """The definitions of tags by id."""
        return self.directory.tags if self.directory is not None else {}

    @property
    def asked(self) -> Query:
        """The search, with the order that its result is shown in."""
        order = self.searching.order(self.arranged.sort)
        return replace(self.searching.query, sort=order)

    def place_of(self, human_id: str) -> int | None:
        """Where the mirror has a human who is shown."""
        return self._results.place_in_mirror(human_id) if self._results is not None else None

    def hold(self) -> None:
        """Remember whom the cursor is on, for `come_back`."""
        current = self.table.current
        self._held = current.id if current is not None else "", self._pressed

    def come_back(self, human_id: str) -> None:
        """Let the cursor go back to a human that left the search by a change that was not made.

        That is, if it was on it when the change was, and nothing was pressed since.
        """
        if self._held == (human_id, self._pressed):
            self.table.seek(human_id)

    @property
    def _pressed(self) -> int:
        return cast("AicxApp", self.app).pressed

    # Finding

    def list_humans(self, *, from_top: bool = False) -> None:
        """Find what matches and show it."""
        if self.directory is None:
            return
        order = self.searching.order(self.arranged.sort)
        where = self.searching.query.where
        try:
            found = self._finder.find(self.directory, where, order, from_top=from_top)
        except AicxError as error:
            self.post_message(self.Failed(error))
            return
        if found is not None:
            self._show(found, from_top=from_top)

    def find(self, text: str) -> None:
        """Search for a text and go to its result."""
        self.search.value = text
        self.screen.set_focus(self.table)

    def tags_changed(self) -> None:
        """Read the search with the tags that there are now, and show them in columns."""
        self._read(self.search.value)
        self.table.draw_anew()
        self.list_humans()

    def _read(self, text: str) -> None:
        self.searching.read(text)
        self.search.underline(self.searching.problem)
        self._frame()

    def _typed(self, text: str) -> None:
        """Search for what is typed; what cannot be read leaves the list as it is."""
        self._read(text)
        if self.searching.problem is None:
            self.list_humans(from_top=True)

    @on(Finder.Found)
    def _found_later(self, message: Finder.Found) -> None:
        message.stop()
        self._show(message.results, from_top=message.from_top)

    @on(Finder.Grew)
    def _grew(self, message: Finder.Grew) -> None:
        """Show what else is known by now, unless something else is shown since."""
        message.stop()
        if message.results is self._results:
            self.table.rows_arrived()
            self._count(message.results)
            if message.results.problem is not None:
                self.post_message(self.Failed(message.results.problem))

    @on(Finder.Failed)
    def _not_found(self, message: Finder.Failed) -> None:
        message.stop()
        self.post_message(self.Failed(message.error))

    def _show(self, results: Results, *, from_top: bool) -> None:
        self._results = results
        order = self.searching.order(self.arranged.sort)
        self.table.show(results, sort=order, from_top=from_top)
        self._count(results)
        if not results.total and self.directory is not None:
            self._find_scarcest(self.directory, results)

    def _count(self, results: Results) -> None:
        self.post_message(self.Counted(results.total, results.is_counted))

    @work(exclusive=True, group="scarcest")
    async def _find_scarcest(self, directory: Directory, results: Results) -> None:
        """Find out which part of the search excludes most."""
        try:
            part, hits = await directory.scarcest_term(self.searching.query.where)
        except AicxError as error:
            self.post_message(self.Failed(error))
            return
        if results is self._results and part is not None:
            self.post_message(self.NobodyFound(described(part), hits))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let a letter be a letter in the search."""
        return not (action == "mark_list" and self.search.has_focus)

    def action_mark_list(self) -> None:
        """Mark those whom a list names."""
        from aicx_tui.tui.screens.mark_list import MarkListScreen  # only when asked for

        if self.directory is not None:
            screen = MarkListScreen(self.directory.look_up, mark=self.table.mark_all_of)
            self.app.push_screen(screen)

    # What is said

    def say(self, facts: ListFacts, *, keys: Shown) -> None:
        """Say how many there are, and what is the matter where there are none.

        Args:
            facts: What it follows from.
            keys: How the keys of an action are written.
        """
        self._below = " · ".join(filter(None, (self.table.said, self._counted(facts))))
        self._frame()
        said = notice(facts, keys=keys)
        self.set_class(said is not None, "-noticed")
        if said is not None:
            self._notice.update(said)

    def _frame(self) -> None:
        """What the list is and how many there are, or what is wrong with the search."""
        problem = self.searching.problem
        wrong, _, instead = clean(problem.message).partition(". ") if problem else ("", "", "")
        self.border_title = _title(wrong)
        self.border_subtitle = Content(instead if problem else self._below)

    def _counted(self, facts: ListFacts) -> str:
        """How many are shown, of how many."""
        is_everybody = not self.searching.query.text.strip()
        if is_everybody or facts.shown == facts.known:
            return grouped(facts.known) if facts.known else ""
        return f"{grouped(facts.shown)}{'' if facts.is_counted else '+'} of {grouped(facts.known)}"


def _title(wrong: str) -> Content:
    """What the list is, or why the search cannot be read."""
    return Content.assemble(("! ", "bold $error"), wrong) if wrong else Content("Humans")
