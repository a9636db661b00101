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

from aicx_tui.errors import AicxError
from aicx_tui.services.listing import ListedHumans
from aicx_tui.services.search import Query
from aicx_tui.services.views import View, read_view
from aicx_tui.tui.arranging import Arrangement
from aicx_tui.tui.keys import binding
from aicx_tui.tui.list_state import ListFacts, notice, state_line
from aicx_tui.tui.reading import Reading
from aicx_tui.tui.widgets.header_bar import HeaderBar
from aicx_tui.tui.widgets.human_detail import HumanDetail
from aicx_tui.tui.widgets.key_bar import KeyBar
from aicx_tui.tui.widgets.marking import MarkingTable
from aicx_tui.tui.widgets.panes import Panes
from aicx_tui.tui.widgets.search_input import SearchInput
from aicx_tui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from aicx_tui.credentials import Credentials
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.services.access import Access
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.session import Session
    from aicx_tui.tui.app import AicxApp

REST_SECONDS = 0.06
"""How long the cursor rests before the details follow, so that moving never waits for them."""

FRESHNESS_SECONDS = 5.0
"""How often the header's words for the age of the data are made anew."""

FAREWELL_SECONDS = 1.5
"""How long keeping the view and ending the session may hold up quitting."""

TYPED_IN_SEARCH = frozenset(
    {"search", "open", "sort", "columns", "copy", "refresh_humans", "go_to", "step"}
)
"""Actions whose keys are text while the search has the focus."""

ACTION_IDS = {
    "open": "humans.open",
    "copy": "humans.copy",
    "step": "humans.next",
    "go_to": "humans.get",
    "refresh_humans": "humans.refresh",
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
        self._query = Query()
        self._rest: Timer | None = None
        self._is_read_once = False
        self._wanted: View | None = None
        self._is_in_detail = False
        self._header = HeaderBar(access.context)
        self._search = SearchInput(id="search")
        self._table = MarkingTable(clock=clock, tags=self._tags, id="table")
        self._arranged = Arrangement(self._table, tags=self._tags, ordered=self._list_humans)
        self._notice = Static(id="notice", markup=False)
        self._list = Vertical(
            self._search, self._table, self._notice, id="list", classes="-noticed"
        )
        self._detail = HumanDetail(zone=zone, tags=self._tags, id="detail")

    def compose(self) -> ComposeResult:
        """A line, two panes, a line."""
        yield self._header
        yield Panes(self._list, self._detail, id="panes")
        yield KeyBar(self.aicx.keymap)
        yield TooSmall()

    def on_mount(self) -> None:
        """Paint first, then connect."""
        self._paint()
        self.set_interval(FRESHNESS_SECONDS, self._paint_header)
        self.call_after_refresh(self._read)

    @property
    def aicx(self) -> AicxApp:
        """The console this screen belongs to."""
        return cast("AicxApp", self.app)

    @property
    def _directory(self) -> Directory | None:
        return self._facts.directory

    def _tags(self) -> Mapping[str, TagDefinition]:
        return self._directory.tags if self._directory is not None else {}

    def _read(self) -> None:
        self.run_worker(self._reading.run(), exclusive=True, group="reading")

    @on(Reading.PlatformOpened)
    def _platform_opened(self, message: Reading.PlatformOpened) -> None:
        """Keep the session; it may replace one whose platform is gone."""
        if self.session:
            self.run_worker(self.session.aclose())
        self.session = message.session
        self._know(replace(self._facts, directory=message.session.directory))
        if not self._is_read_once:
            self._return_to(read_view(message.view))

    @on(Reading.PageRead)
    def _page_read(self) -> None:
        """Show the rows as they come."""
        self._list_humans(from_top=self._is_untouched)

    @on(Reading.ReadToEnd)
    def _read_to_end(self) -> None:
        """Show everything."""
        self._know(replace(self._facts, reading=False, error=None))
        self._list_humans(from_top=self._is_untouched)
        self._is_read_once = True
        self._wanted = None

    @on(Reading.Failed)
    def _read_failed(self, message: Reading.Failed) -> None:
        """Say why; what was read stays."""
        self._know(replace(self._facts, reading=False, error=message.error))
        if self._facts.known:
            self.aicx.report(message.error, title="Not refreshed")

    @property
    def _is_untouched(self) -> bool:
        """Whether the list is still filling for the first time under a cursor nobody moved."""
        return not self._is_read_once and self._table.cursor == 0

    async def on_unmount(self) -> None:
        """Keep where this was, and leave nothing open at the platform."""
        if self.session is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL_SECONDS):
                    await self._access.remember(self._view(self.session).written())
                    await self.session.aclose()

    # Where one was

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember which pane is in use: when the screen goes, the focus is gone already."""
        self._is_in_detail = event.widget is self._detail

    def _view(self, session: Session) -> View:
        pane = self._detail.tab if self._is_in_detail else "list"
        query, bot_id = self._search.value, session.context.bot_id
        return self._arranged.view(bot_id=bot_id, query=query, pane=pane)

    def _return_to(self, view: View | None) -> None:
        """Go on where one was, if nothing was done here yet."""
        if view is None or self.session is None or self._search.value:
            return
        if view.bot_id != self.session.context.bot_id:
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
        directory, sort = self._directory, self._arranged.sort
        humans = directory.find(self._query, sort=sort) if directory is not None else []
        self._table.show(ListedHumans(humans), sort=sort, from_top=from_top)
        self._place_cursor()
        scarcest = ("", 0)
        if directory is not None and not humans:
            scarcest = directory.scarcest_term(self._query)
        self._know(replace(self._facts, shown=len(humans), scarcest=scarcest))

    def _know(self, facts: ListFacts) -> None:
        self._facts = facts
        self._paint()
        self.refresh_bindings()

    def _paint(self) -> None:
        self._paint_header()
        shown, known = self._facts.shown, self._facts.known
        count = f"{shown:,} of {known:,}" if shown != known else f"{known:,}" if known else ""
        self._list.border_title = "Humans"
        self._list.border_subtitle = Content(" · ".join(filter(None, (self._table.said, count))))
        said = notice(self._facts, keys=self.aicx.keymap.shown)
        self._list.set_class(said is not None, "-noticed")
        if said is not None:
            self._notice.update(said)

    def _paint_header(self) -> None:
        self._header.state = state_line(self._facts, now=self._clock(), keys=self.aicx.keymap.shown)
        problem = self._credentials.problem if self._access.context.source == "config" else None
        self._header.standing = problem.message if problem else ""
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
        if action_id == "humans.get" and self._directory is None:
            return "The platform is not open yet."
        if action_id == "humans.refresh" and self._facts.reading:
            return "It is being read already."
        return ""

    def action_search(self) -> None:
        """Type into the search; what is there is selected, so typing replaces it."""
        self.set_focus(self._search)
        self._search.action_select_all()

    @on(SearchInput.Changed, "#search")
    def _query_changed(self, event: SearchInput.Changed) -> None:
        self._query = Query.parse(event.value)
        self._list_humans(from_top=True)

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
        if self._directory is None:
            raise AicxError("The platform is not open yet.", hint="Wait a moment.")
        async for read in self._directory.fetch_each(human_ids):
            yield read
        self._list_humans()

    def _went_to(self, human_id: str | None) -> None:
        if human_id is None:
            return
        self._list_humans()
        if not self._table.move_to(human_id):
            self._search.value = ""
            self._query = Query()
            self._list_humans()
            self._table.move_to(human_id)
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
        record, directory = self._table.current, self._directory
        self._detail.human = directory.get(record.id) if record and directory is not None else None
