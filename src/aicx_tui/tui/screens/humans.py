"""The humans of one bot: the list and, beside or below it, one of them in full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from aicx_tui.errors import AicxError, QueryError
from aicx_tui.services.views import View, read_view
from aicx_tui.storage.query.describing import described
from aicx_tui.text import clean
from aicx_tui.tui.arranging import Arrangement
from aicx_tui.tui.finding import Finder
from aicx_tui.tui.keys import binding
from aicx_tui.tui.list_state import ListFacts, notice, state_line
from aicx_tui.tui.reading import Reading
from aicx_tui.tui.searching import Searching
from aicx_tui.tui.viewing import Viewing, view_bindings
from aicx_tui.tui.widgets.header_bar import HeaderBar
from aicx_tui.tui.widgets.human_detail import HumanDetail
from aicx_tui.tui.widgets.key_bar import KeyBar
from aicx_tui.tui.widgets.marking import MarkingTable
from aicx_tui.tui.widgets.panes import Panes
from aicx_tui.tui.widgets.search_input import SearchInput
from aicx_tui.tui.widgets.too_small import TooSmall
from aicx_tui.tui.widgets.view_tabs import ViewTabs

if TYPE_CHECKING:
    from aicx_tui.credentials import Credentials
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.services.access import Access
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.session import Session
    from aicx_tui.storage.results import Results
    from aicx_tui.tui.app import AicxApp

REST_SECONDS = 0.06
"""How long the cursor rests before the details follow, so that moving never waits for them."""

FRESHNESS_SECONDS = 5.0
"""How often the header's words for the age of the data are made anew, and the mirror is looked at:
another console may have read into it."""

REFRESH_SECONDS = 30.0
"""How often it is asked what changed at the platform."""

PAINTED_GROWTH = 1.1
"""How much longer a list has grown when it is painted anew while it is first read; so its length
costs no more than its logarithm."""

FAREWELL_SECONDS = 1.5
"""How long keeping the view and ending the session may hold up quitting."""

TYPED_IN_SEARCH = frozenset(
    {"search", "open", "sort", "columns", "copy", "refresh_humans", "go_to", "step"}
    | {"save_view", "show_view", "export"}
)
"""Actions whose keys are text while the search has the focus."""

ACTION_IDS = {
    "open": "humans.open",
    "copy": "humans.copy",
    "step": "humans.next",
    "go_to": "humans.get",
    "refresh_humans": "humans.refresh",
    "export": "humans.export",
}
"""Actions that are not always possible, by the name of their method."""

OF_A_HUMAN = frozenset({"humans.open", "humans.copy", "humans.next", "humans.previous"})
"""Actions that need a human at the cursor."""


class HumansScreen(Screen[None]):
    """Browses humans by keyboard.

    Args:
        access: The way to the platform.
        credentials: Whose trouble with the keyring the header states.
        clock: The present.
        zone: Where times are shown; None for the system's own zone.
    """

    AUTO_FOCUS = "#table"
    BLANK = True  # the panes cover it; else every key would draw it below them

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("humans.search", "search", at_once=True),
        binding("humans.open", "open", at_once=True),
        binding("humans.sort", "sort", at_once=True),
        binding("humans.columns", "columns", at_once=True),
        binding("humans.copy", "copy", at_once=True),
        binding("humans.refresh", "refresh_humans"),
        binding("humans.get", "go_to", at_once=True),
        binding("humans.export", "export", at_once=True),
        binding("views.save", "save_view", at_once=True),
        *view_bindings(),
        binding("console.back", "back", at_once=True),
        binding("humans.previous", "step(-1)"),
        binding("humans.next", "step(1)"),
    ]

    def __init__(
        self,
        access: Access,
        credentials: Credentials,
        *,
        clock: Callable[[], datetime],
        zone: tzinfo | None,
    ) -> None:
        super().__init__()
        self.session: Session | None = None
        self._access = access
        self._credentials = credentials
        self._clock = clock
        self._reading = Reading(access, clock=clock, post=self.post_message)
        self._facts = ListFacts(waiting=access.waiting)
        self._finder = Finder(post=self.post_message)
        self._searching = Searching(clock=clock, zone=zone, directory=lambda: self.directory)
        self._results: Results | None = None
        self._rest: Timer | None = None
        self._is_read_once = False
        self._painted = 0
        self._wanted: View | None = None
        self._is_in_detail = False
        self._header = HeaderBar(access.context)
        self._search = SearchInput(typed=self._typed, suggest=self._searching.suggest, id="search")
        self._table = MarkingTable(clock=clock, tags=self._tags, id="table")
        self._arranged = Arrangement(self._table, tags=self._tags, ordered=self._list_humans)
        self._view_tabs = ViewTabs()
        self.viewing = Viewing(
            self._view_tabs,
            context=lambda: access.context.name,
            search=self._search,
            arranged=self._arranged,
            searching=self._searching,
            tag_names=lambda: {tag.id: tag.name for tag in self._tags().values()},
            listed=self._list_humans,
        )
        self._notice = Static(id="notice", markup=False)
        self._list = Vertical(
            self._search, self._table, self._notice, id="list", classes="-noticed"
        )
        self._detail = HumanDetail(zone=zone, tags=self._tags, id="detail")

    def compose(self) -> ComposeResult:
        """A line, two panes, a line."""
        yield self._header
        yield self._view_tabs
        yield Panes(self._list, self._detail, id="panes")
        yield KeyBar(self.aicx.keymap)
        yield TooSmall()

    def on_mount(self) -> None:
        """Paint first, then connect."""
        self._paint()
        self.set_interval(FRESHNESS_SECONDS, self._look)
        self.set_interval(REFRESH_SECONDS, self._refresh_by_itself)
        self.call_after_refresh(self._read)

    @property
    def aicx(self) -> AicxApp:
        """The console this screen belongs to."""
        return cast("AicxApp", self.app)

    @property
    def directory(self) -> Directory | None:
        """The humans, once a mirror is open."""
        return self._facts.directory

    def _tags(self) -> Mapping[str, TagDefinition]:
        return self.directory.tags if self.directory is not None else {}

    def _read(self) -> None:
        self.run_worker(self._reading.run(), exclusive=True, group="reading")

    def _refresh_by_itself(self) -> None:
        """Ask what changed, where nothing stands against it."""
        if self.session is not None and not self._facts.reading and self._facts.error is None:
            self.action_refresh_humans()

    async def _look(self) -> None:
        """Show what another console read, and how old the data is."""
        directory = self.directory
        if directory is not None and not self._facts.reading and await directory.look():
            self._list_humans()
        self._paint_header()

    @on(Reading.MirrorOpened)
    def _mirror_opened(self, message: Reading.MirrorOpened) -> None:
        """Show what is known already."""
        self._know(replace(self._facts, directory=message.directory))
        if not self._is_read_once:
            self._return_to(read_view(message.view), message.directory)
        self._list_humans(from_top=self._is_untouched)

    @on(Reading.PlatformOpened)
    def _platform_opened(self, message: Reading.PlatformOpened) -> None:
        """Keep the session; it may replace one whose platform is gone."""
        if self.session is not None and self.session is not message.session:
            self.run_worker(self.session.aclose())
        self.session = message.session
        self._know(self._facts)

    @on(Reading.Read)
    def _read_on(self, message: Reading.Read) -> None:
        """Say how far it is, and show the rows as they come."""
        self._know(replace(self._facts, progress=message.progress))
        if self._facts.known > self._painted * PAINTED_GROWTH:
            self._painted = self._facts.known
            self._list_humans(from_top=self._is_untouched)

    @on(Reading.ReadToEnd)
    def _read_to_end(self, message: Reading.ReadToEnd) -> None:
        """Show everything, where anything is new."""
        self._know(replace(self._facts, reading=False, error=None, progress=None))
        if message.changed or not self._is_read_once:
            self._list_humans(from_top=self._is_untouched)
        self._is_read_once = True

    @on(Reading.Failed)
    def _read_failed(self, message: Reading.Failed) -> None:
        """Say why; what was read stays."""
        was_told = self._facts.error is not None
        self._know(replace(self._facts, reading=False, error=message.error, progress=None))
        if self._facts.known and not was_told:
            self.aicx.report(message.error, title="Not refreshed")

    @property
    def _is_untouched(self) -> bool:
        """Whether the list is still filling for the first time under a cursor nobody moved."""
        return not self._is_read_once and self._table.cursor == 0

    async def on_unmount(self) -> None:
        """Keep where this was, and leave nothing open at the platform."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                if self.directory is not None:
                    await self._access.remember(self._view(self.directory).written())
                if self.session is not None:
                    await self.session.aclose()
        self._reading.close()

    # Where one was

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember which pane is in use: when the screen goes, the focus is gone already."""
        self._is_in_detail = event.widget is self._detail

    def _view(self, directory: Directory) -> View:
        pane = self._detail.tab if self._is_in_detail else "list"
        return self._arranged.view(place=directory.name, query=self._search.value, pane=pane)

    def _return_to(self, view: View | None, directory: Directory) -> None:
        """Go on where one was, if nothing was done here yet."""
        if view is None or self._search.value or view.place != directory.name:
            return
        self._wanted = view
        self._arranged.take(view)
        self._search.value = view.query

    def _place_cursor(self) -> None:
        """Put the cursor where it was, once that human is read and if nobody moved it."""
        view = self._wanted
        if view is None or self._table.cursor or not self._table.move_to(view.human_id):
            return
        self._wanted = None
        if view.pane != "list":
            self._detail.tab = "json" if view.pane == "json" else "details"
            self.action_open()

    # What is shown

    def _list_humans(self, *, from_top: bool = False) -> None:
        """Find what matches and show it."""
        directory = self.directory
        if directory is None:
            return
        order = self._searching.order(self._arranged.sort)
        try:
            found = self._finder.find(
                directory, self._searching.query.where, order, from_top=from_top
            )
        except AicxError as error:
            self._know(replace(self._facts, error=error))
            return
        if found is not None:
            self._show(found, from_top=from_top)

    @on(Finder.Found)
    def _found_later(self, message: Finder.Found) -> None:
        self._show(message.results, from_top=message.from_top)

    @on(Finder.Grew)
    def _grew(self, message: Finder.Grew) -> None:
        """Show what else is known by now, unless something else is shown since."""
        if message.results is self._results:
            self._table.rows_arrived()
            self._place_cursor()
            self._count(message.results)

    @on(Finder.Failed)
    def _not_found(self, message: Finder.Failed) -> None:
        self._know(replace(self._facts, error=message.error))

    def _show(self, results: Results, *, from_top: bool) -> None:
        self._results = results
        order = self._searching.order(self._arranged.sort)
        self._table.show(results, sort=order, from_top=from_top)
        self._place_cursor()
        self._count(results)
        if not results.total:
            self.run_worker(self._find_scarcest(results), group="scarcest", exclusive=True)

    def _count(self, results: Results) -> None:
        counted = results.total, results.is_counted
        if counted != (self._facts.shown, self._facts.is_counted):
            shown, is_counted = counted
            self._know(replace(self._facts, shown=shown, is_counted=is_counted))

    async def _find_scarcest(self, results: Results) -> None:
        """Find out which part of the search nobody matches."""
        if self.directory is not None:
            part, hits = await self.directory.scarcest_term(self._searching.query.where)
            if results is self._results and part is not None:
                self._know(replace(self._facts, scarcest=(described(part), hits)))

    def _know(self, facts: ListFacts) -> None:
        self._facts = facts
        self._paint()
        self.refresh_bindings()

    def _paint(self) -> None:
        self._paint_header()
        self.viewing.paint()
        self._list.border_title = _title(self._searching.problem)
        said_below = filter(None, (self._table.said, self._counted()))
        self._list.border_subtitle = Content(" · ".join(said_below))
        said = notice(self._facts, keys=self.aicx.keymap.shown)
        self._list.set_class(said is not None, "-noticed")
        if said is not None:
            self._notice.update(said)

    def _counted(self) -> str:
        """How many are shown, of how many."""
        shown, known = self._facts.shown, self._facts.known
        if shown == known or (
            not self._facts.is_counted and not self._searching.query.text.strip()
        ):
            return f"{known:,}" if known else ""
        return f"{shown:,}{'' if self._facts.is_counted else '+'} of {known:,}"

    def _paint_header(self) -> None:
        self._header.state = state_line(self._facts, now=self._clock(), keys=self.aicx.keymap.shown)
        problem = self._credentials.problem if self._access.context.source == "config" else None
        standing = self.directory.standing if self.directory is not None else ""
        self._header.standing = problem.message if problem else standing
        if self.session is not None:
            self._header.show(self.session.context, self.session.account)

    # What keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what cannot act now, and let letters be letters where text is typed."""
        if self.focused is self._search and action in TYPED_IN_SEARCH:
            return False
        if self.focused is self._detail and action == "open":
            return False
        if action == "back":
            is_listing = self.focused is self._table
            return not is_listing or bool(self._search.value) or self._table.has_marks
        if action_id := ACTION_IDS.get(action):
            return None if self.aicx.refusal(action_id) else True
        return True

    def refusal(self, action_id: str) -> str:
        """Why an action cannot be done in this list now; empty where it can."""
        if action_id in OF_A_HUMAN and self._table.current is None:
            return "There is no human at the cursor."
        if action_id == "humans.get" and self.directory is None:
            return "The platform is not open yet."
        if action_id == "humans.export" and not (self._facts.shown or self._table.marks):
            return "There is nobody to export."
        if action_id == "humans.refresh" and self._facts.reading:
            return "It is being read already."
        return ""

    def action_search(self) -> None:
        """Type into the search; what is there is selected, so typing replaces it."""
        self.set_focus(self._search)
        self._search.action_select_all()

    def _typed(self, text: str) -> None:
        """Search for what is typed; what cannot be read leaves the list as it is."""
        self._searching.read(text)
        self._search.underline(self._searching.problem)
        if self._searching.problem is None:
            self._list_humans(from_top=True)
        self._paint()

    def action_leave_search(self) -> None:
        """Go from the search to its result."""
        self.set_focus(self._table)

    def action_open(self) -> None:
        """Move into the details."""
        self._follow_cursor()
        self.set_focus(self._detail)

    def action_back(self) -> None:
        """One step back: out of details, of a range, of the search and its result, of marks."""
        is_listing = self.focused is self._table
        if is_listing and self._table.is_in_range:
            self._table.give_up_range()
        elif is_listing and not self._search.value:
            self._table.action_mark_clear()
        elif self.focused is not self._detail:
            self._search.value = ""
        self.set_focus(self._table)

    @on(MarkingTable.MarksChanged)
    def _marks_changed(self) -> None:
        self._paint()
        self.refresh_bindings()

    def action_sort(self) -> None:
        """Choose the order."""
        self._arranged.ask_for_order()

    def action_export(self) -> None:
        """Write the marked, or else all that match, to a file."""
        from aicx_tui.tui.exporting import ask_for_export  # only when asked for

        if self.directory is not None:
            order = self._searching.order(self._arranged.sort)
            query = replace(self._searching.query, sort=order)
            shown = self._facts.shown if self._facts.is_counted else None
            marks = self._table.marks
            ask_for_export(self.aicx, self.directory, query=query, shown=shown, marks=marks)

    def action_save_view(self) -> None:
        """Save what is shown."""
        self.viewing.save()

    def action_show_view(self, key: int) -> None:
        """Show a saved view."""
        self.viewing.show(key)

    @on(ViewTabs.Chosen)
    def _tab_clicked(self, message: ViewTabs.Chosen) -> None:
        self.viewing.show(message.key)

    def action_columns(self) -> None:
        """Choose the columns."""
        self._arranged.ask_for_columns()

    @on(MarkingTable.SortChosen)
    def _heading_clicked(self, message: MarkingTable.SortChosen) -> None:
        self._arranged.order_by(message.sort)

    def read_anew(self) -> None:
        """Read again after a sign-in, from opening the platform on where that failed."""
        self.action_refresh_humans()

    def action_refresh_humans(self) -> None:
        """Read what changed."""
        self._know(replace(self._facts, reading=True, error=None))
        self._read()

    def action_go_to(self) -> None:
        """Ask for an id."""
        from aicx_tui.tui.screens.go_to import GoToScreen  # only when asked for

        self.app.push_screen(GoToScreen(self._fetch), self._went_to)

    async def _fetch(self, human_ids: Sequence[str]) -> AsyncIterator[tuple[str, AicxError | None]]:
        """Read humans and show them below the dialog as they come."""
        if self.directory is None:
            raise AicxError("The platform is not open yet.", hint="Wait a moment.")
        async for read in self.directory.fetch_each(human_ids):
            yield read
        self._list_humans()

    def _went_to(self, human_id: str | None) -> None:
        if human_id is None:
            return
        self._search.value = ""
        self._list_humans()
        self._table.seek(human_id)
        self.action_open()

    def action_copy(self) -> None:
        """Choose what to copy."""
        from aicx_tui.tui.human_menus import ask_what_to_copy  # only when asked for

        if record := self._table.current:
            ask_what_to_copy(self.app, record)

    def action_step(self, rows: int) -> None:
        """Show the human above or below, wherever the focus is."""
        self._table.action_move(rows)

    @on(MarkingTable.Opened)
    def _human_opened(self) -> None:
        self.action_open()

    @on(MarkingTable.Highlighted)
    def _cursor_moved(self, message: MarkingTable.Highlighted) -> None:
        if (message.record is None) != (self._detail.human is None):
            self.refresh_bindings()
        if self._rest:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self._follow_cursor)

    def _follow_cursor(self) -> None:
        """Show the human at the cursor in full."""
        record, directory = self._table.current, self.directory
        if record is None or directory is None:
            self._detail.human = None
        else:
            self.run_worker(self._detail_of(directory, record.id), group="detail", exclusive=True)

    async def _detail_of(self, directory: Directory, human_id: str) -> None:
        self._detail.human = await directory.human(human_id)


def _title(problem: QueryError | None) -> Content:
    """What the list is, or why the search cannot be read."""
    if problem is None:
        return Content("Humans")
    return Content.assemble(("! ", "bold $error"), clean(problem.message))
