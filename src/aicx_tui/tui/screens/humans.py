"""The humans of one bot: the list and, beside or below it, one of them in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from aicx_tui.errors import AicxError
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.search import Query
from aicx_tui.services.sorting import Sort, SortKey
from aicx_tui.text import clean
from aicx_tui.tui.keys import binding
from aicx_tui.tui.list_state import ListFacts, notice, state_line
from aicx_tui.tui.screens.go_to import GoToScreen
from aicx_tui.tui.screens.menu import Choice, MenuScreen
from aicx_tui.tui.widgets.header_bar import HeaderBar
from aicx_tui.tui.widgets.human_detail import HumanDetail
from aicx_tui.tui.widgets.human_table import HumanTable
from aicx_tui.tui.widgets.key_bar import KeyBar
from aicx_tui.tui.widgets.search_input import SearchInput

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.services.access import Access
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.session import Session

REST_SECONDS = 0.06
"""How long the cursor rests before the details follow, so that moving never waits for them."""

PAINTED_GROWTH = 1.1
"""How much longer a list has grown when it is painted anew; so its length costs no more than
its logarithm."""

FRESHNESS_SECONDS = 5.0
"""How often the header's words for the age of the data are made anew."""

TYPED_IN_SEARCH = frozenset({"search", "open", "sort", "copy", "refresh_humans", "go_to", "step"})
"""Actions whose keys are text while the search has the focus."""

SORT_CHOICES = (
    ("n", "Name", SortKey.NAME),
    ("e", "E-mail", SortKey.EMAIL),
    ("p", "Phone", SortKey.PHONE),
    ("c", "Created", SortKey.CREATED),
    ("u", "Updated", SortKey.UPDATED),
)


class HumansScreen(Screen[None]):
    """Browses humans by keyboard.

    Args:
        access: The way to the platform.
        clock: The present.
        zone: Where times are shown; None for the system's own zone.
    """

    AUTO_FOCUS = "#table"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (100, "-wide")]  # noqa: RUF012  # as declared above
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-tall")]  # noqa: RUF012  # as declared above

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("humans.search", "search", at_once=True),
        binding("humans.open", "open", at_once=True),
        binding("humans.sort", "sort", at_once=True),
        binding("humans.copy", "copy", at_once=True),
        binding("humans.refresh", "refresh_humans"),
        binding("humans.get", "go_to", at_once=True),
        binding("console.back", "back", at_once=True),
        binding("humans.previous", "step(-1)"),
        binding("humans.next", "step(1)"),
    ]

    @dataclass
    class PlatformOpened(Message):
        """The platform is ready to be asked."""

        session: Session

    class PageRead(Message):
        """Some more humans were read."""

    class ReadToEnd(Message):
        """Everything was read."""

    @dataclass
    class ReadFailed(Message):
        """The platform could not be opened or read."""

        error: AicxError

    def __init__(
        self, access: Access, *, clock: Callable[[], datetime], zone: tzinfo | None
    ) -> None:
        super().__init__()
        self._access = access
        self._clock = clock
        self._session: Session | None = None
        self._facts = ListFacts(waiting=access.waiting)
        self._query = Query()
        self._sort = Sort()
        self._rest: Timer | None = None
        self._is_read_once = False
        self._header = HeaderBar()
        self._search = SearchInput(id="search")
        self._table = HumanTable(clock=clock, id="table")
        self._notice = Static(id="notice", markup=False)
        self._list = Vertical(self._search, self._table, self._notice, id="list")
        self._detail = HumanDetail(zone=zone, tags=self._tags, id="detail")

    def compose(self) -> ComposeResult:
        """A line, two panes, a line."""
        yield self._header
        yield Container(self._list, self._detail, id="panes")
        yield KeyBar()
        yield Static("This console needs at least 60 × 16 cells.", id="too-small")

    def on_mount(self) -> None:
        """Paint first, then connect."""
        self._paint()
        self.set_interval(FRESHNESS_SECONDS, self._paint_header)
        self.call_after_refresh(self._read)

    @property
    def _directory(self) -> Directory | None:
        return self._facts.directory

    def _tags(self) -> Mapping[str, TagDefinition]:
        return self._directory.tags if self._directory is not None else {}

    @work(exclusive=True, group="reading")
    async def _read(self) -> None:
        """Open the platform if need be and read what changed; reports by messages only."""
        try:
            session = self._session
            if session is None or self._access.is_lost:
                session = await self._access.open()
                session.directory.clock = self._clock
                self.post_message(self.PlatformOpened(session))
            await session.identify()
            painted = 0
            async for count in session.directory.refresh():
                if count > painted * PAINTED_GROWTH:
                    self.post_message(self.PageRead())
                    painted = count
            self.post_message(self.ReadToEnd())
        except AicxError as error:
            self.post_message(self.ReadFailed(error))

    def on_humans_screen_platform_opened(self, message: PlatformOpened) -> None:
        """Keep the session; it may replace one whose platform is gone."""
        if self._session:
            self.run_worker(self._session.aclose())
        self._session = message.session
        self._know(replace(self._facts, directory=message.session.directory))

    def on_humans_screen_page_read(self) -> None:
        """Show the rows as they come."""
        self._list_humans(from_top=self._is_untouched)

    def on_humans_screen_read_to_end(self) -> None:
        """Show everything."""
        self._know(replace(self._facts, reading=False, error=None))
        self._list_humans(from_top=self._is_untouched)
        self._is_read_once = True

    def on_humans_screen_read_failed(self, message: ReadFailed) -> None:
        """Say why; what was read stays."""
        self._know(replace(self._facts, reading=False, error=message.error))
        if self._facts.known:
            said = f"{message.error.message} {message.error.hint}".strip()
            self.notify(said, title="Not refreshed", severity="warning", timeout=12)

    @property
    def _is_untouched(self) -> bool:
        """Whether the list is still filling for the first time under a cursor nobody moved."""
        return not self._is_read_once and self._table.cursor == 0

    async def on_unmount(self) -> None:
        """Leave nothing open at the platform."""
        if self._session:
            await self._session.aclose()

    # What is shown

    def _list_humans(self, *, from_top: bool = False) -> None:
        """Find what matches and show it."""
        directory = self._directory
        humans = directory.find(self._query, sort=self._sort) if directory is not None else []
        self._table.show(humans, sort=self._sort, from_top=from_top)
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
        count = f"{shown:,} of {known:,}" if shown != known else f"{known:,}"
        self._list.border_title = "Humans"
        self._list.border_subtitle = count if known else ""
        said = notice(self._facts)
        self._list.set_class(said is not None, "-noticed")
        if said is not None:
            self._notice.update(said)

    def _paint_header(self) -> None:
        session = self._session
        self._header.state = state_line(self._facts, now=self._clock())
        if session is None:
            return
        place = session.connection.name or session.connection.host
        account = session.account
        self._header.place = f"{account.company.name} · {place}" if account else place
        self._header.person = f"{account.name} · {account.role}" if account else ""

    # What keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what cannot act now, and let letters be letters where text is typed."""
        if self.focused is self._search and action in TYPED_IN_SEARCH:
            return False
        if self.focused is self._detail and action == "open":
            return False
        if action == "back":
            return self.focused is not self._table or bool(self._search.value)
        if action in ("open", "copy", "step"):
            return True if self._table.current else None
        if action == "go_to":
            directory, needed = self._directory, ACTIONS["humans.get"].needs
            can = directory is not None and needed in directory.platform.capabilities
            return True if can else None
        if action == "refresh_humans":
            return True if not self._facts.reading else None
        return True

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
        """One step back: out of the details, or else out of the search and its result."""
        if self.focused is not self._detail:
            self._search.value = ""
        self.set_focus(self._table)

    def action_sort(self) -> None:
        """Choose the order."""
        choices = [
            Choice(letter, title, key, note=self._sort_note(key))
            for letter, title, key in SORT_CHOICES
        ]
        self.app.push_screen(MenuScreen("Sort by", choices), self._sort_chosen)

    def _sort_note(self, key: SortKey) -> str:
        if key != self._sort.key:
            return ""
        return "now, descending" if self._sort.descending else "now, ascending"

    def _sort_chosen(self, key: str | None) -> None:
        if key:
            self._sort = self._sort.chosen(SortKey(key))
            self._list_humans()

    @on(HumanTable.SortChosen)
    def _heading_clicked(self, message: HumanTable.SortChosen) -> None:
        self._sort_chosen(message.key)

    def action_refresh_humans(self) -> None:
        """Read what changed."""
        self._know(replace(self._facts, reading=True, error=None))
        self._read()

    def action_go_to(self) -> None:
        """Ask for an id."""
        self.app.push_screen(GoToScreen(self._fetch), self._went_to)

    async def _fetch(self, human_id: str) -> str:
        if self._directory is None:
            raise AicxError("The platform is not open yet.", hint="Wait a moment.")
        return (await self._directory.fetch(human_id)).id

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
        human = self._table.current
        if human is None:
            return
        choices = [
            _copy_choice("i", "Id", human.id),
            _copy_choice("u", "UID", human.uid),
            _copy_choice("e", "E-mail", human.email),
        ]
        self.app.push_screen(MenuScreen("Copy", choices), self._copy_chosen)

    def _copy_chosen(self, value: str | None) -> None:
        if value:
            self.app.copy_to_clipboard(value)
            self.notify(f"{value}", title="Sent to the clipboard", timeout=3)

    def action_step(self, rows: int) -> None:
        """Show the human above or below, wherever the focus is."""
        self._table.action_move(rows)

    @on(HumanTable.Opened)
    def _human_opened(self) -> None:
        self.action_open()

    @on(HumanTable.Highlighted)
    def _cursor_moved(self, message: HumanTable.Highlighted) -> None:
        if (message.human is None) != (self._detail.human is None):
            self.refresh_bindings()
        if self._rest:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self._follow_cursor)

    def _follow_cursor(self) -> None:
        self._detail.human = self._table.current


def _copy_choice(letter: str, title: str, value: str | None) -> Choice:
    shown = clean(value or "")
    return Choice(letter, title, shown, note=shown, refused="" if shown else "there is none")
