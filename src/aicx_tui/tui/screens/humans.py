"""The humans of one bot: the list and, beside or below it, one of them in full."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from aicx_tui.errors import AicxError, BotNotChosenError, NotSignedInError
from aicx_tui.tui.bulking import Bulking
from aicx_tui.tui.front_compositor import FrontCompositor
from aicx_tui.tui.gathering import Gathering
from aicx_tui.tui.human_keys import BINDINGS, TYPED_IN_SEARCH, action_of, why_not
from aicx_tui.tui.list_state import ListFacts, state_line
from aicx_tui.tui.reading import Reading
from aicx_tui.tui.screens.list_dialogs import ListDialogs
from aicx_tui.tui.sending import Sending
from aicx_tui.tui.viewing import Viewing
from aicx_tui.tui.whereabouts import Whereabouts
from aicx_tui.tui.widgets.header_bar import HeaderBar
from aicx_tui.tui.widgets.human_detail import HumanDetail
from aicx_tui.tui.widgets.human_list import HumanList
from aicx_tui.tui.widgets.key_bar import KeyBar
from aicx_tui.tui.widgets.marking import MarkingTable
from aicx_tui.tui.widgets.panes import Panes
from aicx_tui.tui.widgets.too_small import TooSmall
from aicx_tui.tui.widgets.view_tabs import ViewTabs

if TYPE_CHECKING:
    from aicx_tui.credentials import Credentials
    from aicx_tui.services.access import Access
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.session import Session
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.own_profile import OwnProfile
    from aicx_tui.tui.reader import Reader

FRESHNESS_SECONDS = 5.0
"""How often the header's words for the age of the data are made anew, and mirror and config.toml
are looked at: another console may have read into the one, a command saved a view in the other."""

GATHERED_SECONDS = 1.0
"""How often it is asked while changes reach the platform one after another."""

REFRESH_SECONDS = 30.0
"""How often it is asked what changed at the platform."""

PAINTED_GROWTH = 1.1
"""How much longer a list has grown when it is painted anew while it is first read; so its length
costs no more than its logarithm."""

FAREWELL_SECONDS = 1.5
"""How long keeping the view and ending the session may hold up quitting."""


class HumansScreen(ListDialogs):
    """Browses humans by keyboard.

    Args:
        access: The way to the platform.
        credentials: Whose trouble with the keyring the header states.
        clock: The present.
        reader: Where times are shown, and how.
    """

    AUTO_FOCUS = "#table"
    BLANK = True  # the panes cover it; else painting the whole screen would draw it below them
    BINDINGS: ClassVar[list[BindingType]] = [*BINDINGS]

    def __init__(
        self,
        access: Access,
        credentials: Credentials,
        *,
        clock: Callable[[], datetime],
        reader: Reader,
    ) -> None:
        super().__init__()
        self._compositor = FrontCompositor()
        self.session: Session | None = None
        self.own: OwnProfile | None = None
        self.reader = reader
        self._access = access
        self._credentials = credentials
        self._clock = clock
        self._reading = Reading(access, clock=clock, post=self.post_message)
        self._facts = ListFacts(waiting=access.waiting)
        self._is_read_once = False
        self._painted = 0
        self._header = HeaderBar(access.context)
        self._list = HumanList(clock=clock, reader=reader)
        self._search, self._table = self._list.search, self._list.table
        self._arranged = self._list.arranged
        self._view_tabs = ViewTabs()
        self.viewing = Viewing(self._view_tabs, self._list, context=lambda: access.context.name)
        self._detail = HumanDetail(reader=reader, tags=self._list.tags, id="detail")
        self.sending = Sending(self._list, reader=reader)
        self.bulking = Bulking(self._list, sending=self.sending)
        self._detail.outbox = lambda: self.sending.outbox
        self._refreshes = Gathering(self, self._refresh_by_itself, seconds=GATHERED_SECONDS)
        self._panes = Panes(self._list, self._detail)
        self._where = Whereabouts(self._list, self._detail, open_detail=self.action_open)

    def compose(self) -> ComposeResult:
        """A line, two panes, a line."""
        yield self._header
        yield self._view_tabs
        yield self._panes
        yield self.sending
        yield self.bulking
        yield KeyBar(self.aicx.keymap)
        yield TooSmall()

    def on_mount(self) -> None:
        """Paint first, then connect."""
        self._paint()
        self.set_interval(FRESHNESS_SECONDS, self._look)
        self.set_interval(REFRESH_SECONDS, self._refresh_by_itself)
        self.call_after_refresh(self._read, by_hand=False)

    @property
    def aicx(self) -> AicxApp:
        """The console this screen belongs to."""
        return cast("AicxApp", self.app)

    @property
    def directory(self) -> Directory | None:
        """The humans, once a mirror is open."""
        return self._facts.directory

    def _read(self, *, by_hand: bool) -> None:
        error = None if by_hand else self._facts.error  # else each time would say it anew
        self._know(replace(self._facts, reading=True, error=error))
        self._run_reading(by_hand=by_hand)

    @work(exclusive=True, group="reading")
    async def _run_reading(self, *, by_hand: bool) -> None:
        await self._reading.run(by_hand=by_hand)

    def _refresh_by_itself(self) -> None:
        """Ask what changed, where nothing stands against it.

        While a bulk runs everybody whom it changed would be read again and again.
        """
        is_idle = not self._facts.reading and not self.bulking.is_at_work
        if self.session is not None and is_idle and self._facts.error is None:
            self._read(by_hand=False)

    async def _look(self) -> None:
        """Show what another console read, and how old the data is."""
        directory, facts = self.directory, self._facts
        is_idle = not facts.reading or facts.progress is None  # or waits for another console
        try:
            if directory is not None and is_idle and await directory.look():
                self._list.list_humans()
        except AicxError as error:
            self._know(replace(self._facts, error=error))
        self.sending.look()
        self.bulking.look()
        self._paint_header()
        self.viewing.look()

    @on(Sending.Looked)
    def _outbox_looked_at(self, message: Sending.Looked) -> None:
        """Say what waits, and show what has become of the human in the details."""
        if message.queue != self._facts.queue:
            self._know(replace(self._facts, queue=message.queue))
        if message.lists:
            self._list.list_humans(from_top=self._is_untouched)
            self._panes.follow()
            self._detail.read_history()

    @on(Bulking.Progressed)
    def _bulk_went_on(self) -> None:
        """Say how far it is, and read what the platform made of it when it is over."""
        if self.bulking.said != self._facts.bulk:
            self._know(replace(self._facts, bulk=self.bulking.said))
        if not self.bulking.is_open:
            self._refresh_by_itself()

    @on(Sending.Decided)
    def _change_decided(self, message: Sending.Decided) -> None:
        """Read what the platform made of it, and what others changed meanwhile."""
        if message.is_done:
            self._refreshes.ask()

    @on(Sending.Due)
    def _sending_is_due(self) -> None:
        """Reach for the platform again where changes wait for it, unless a person has to help."""
        if self._facts.reading:
            self.sending.send()
        elif not isinstance(self._facts.error, NotSignedInError):
            self._read(by_hand=False)

    @on(Reading.MirrorOpened)
    def _mirror_opened(self, message: Reading.MirrorOpened) -> None:
        """Show what is known already."""
        self._list.directory = message.directory
        self.follow(message.directory.timezone, message.directory.language)
        self._know(replace(self._facts, directory=message.directory))
        if not self._is_read_once:
            self._where.return_to(message.view, message.directory)
        self._list.list_humans(from_top=self._is_untouched)
        self.sending.look()

    @on(Reading.PlatformOpened)
    def _platform_opened(self, message: Reading.PlatformOpened) -> None:
        """Keep the session; it may replace one whose platform is gone."""
        if self.session is not None and self.session is not message.session:
            self._leave(self.session)
        if self.session is not message.session:
            if (before := self.session_of_own) is not None:
                self._leave(before)
            self.read_own(message.session)
        if self.session is None:
            self.aicx.places.handing_out.say_what_was_left(message.session.context)
        self.session = message.session
        self.sending.send(message.session)
        self.bulking.run(message.session)
        self._know(self._facts)

    @work
    async def _leave(self, session: Session) -> None:
        await self.sending.rest()
        await session.aclose()

    @on(Reading.Read)
    def _read_on(self, message: Reading.Read) -> None:
        """Say how far it is, and show the rows as they come."""
        self._know(replace(self._facts, progress=message.progress))
        if self._facts.known > self._painted * PAINTED_GROWTH:
            self._painted = self._facts.known
            self._list.list_humans(from_top=self._is_untouched)

    @on(Reading.ReadToEnd)
    def _read_to_end(self, message: Reading.ReadToEnd) -> None:
        """Show everything, where anything is new."""
        self._know(replace(self._facts, reading=False, error=None, progress=None))
        if message.is_other or not self._is_read_once:
            self._list.list_humans(from_top=self._is_untouched)
        self._is_read_once = True
        self._detail.paint()
        self._panes.follow()

    @on(Reading.Failed)
    def _read_failed(self, message: Reading.Failed) -> None:
        """Say why; what was read stays."""
        was_told = self._facts.error is not None
        self._know(replace(self._facts, reading=False, error=message.error, progress=None))
        if self._facts.known and not was_told:
            self.aicx.report(message.error, title="Not refreshed")
        if isinstance(message.error, BotNotChosenError) and self.is_current:
            self.aicx.places.choose_bot()

    @property
    def _is_untouched(self) -> bool:
        """Whether the list is still filling for the first time under a cursor nobody moved."""
        is_moved = self._table.cursor or self._table.is_seeking
        return not self._is_read_once and not is_moved

    async def on_unmount(self) -> None:
        """Keep where this was, and leave nothing open at the platform."""
        await asyncio.gather(self.sending.leave(), self.bulking.leave())
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                if self.directory is not None:
                    await self._access.remember(self._where.written(self.directory))
                for session in filter(None, (self.session_of_own, self.session)):
                    await session.aclose()
        await asyncio.to_thread(self._reading.close)

    # Where one was

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember which pane is in use: when the screen goes, the focus is gone already."""
        self._where.is_in_detail = event.widget is self._detail
        self.aicx.sign_ins.catch_up()

    # What is shown

    @on(HumanList.Counted)
    def _rows_counted(self, message: HumanList.Counted) -> None:
        self._where.rows_shown()
        self.viewing.paint()
        counted = message.shown, message.is_counted
        if counted != (self._facts.shown, self._facts.is_counted):
            self._know(replace(self._facts, shown=message.shown, is_counted=message.is_counted))

    @on(HumanList.NobodyFound)
    def _nobody_found(self, message: HumanList.NobodyFound) -> None:
        self._know(replace(self._facts, scarcest=(message.part, message.hits)))

    @on(HumanList.Failed)
    def _not_searched(self, message: HumanList.Failed) -> None:
        self._know(replace(self._facts, error=message.error))

    def _know(self, facts: ListFacts) -> None:
        self._facts = facts
        self._paint()
        self.refresh_bindings()

    def _paint(self) -> None:
        self._paint_header()
        self.viewing.paint()
        self._list.say(self._facts, keys=self.aicx.keymap.shown)

    def _paint_header(self) -> None:
        self._header.state = state_line(self._facts, now=self._clock(), keys=self.aicx.keymap.shown)
        problem = self._credentials.problem if self._access.context.source == "config" else None
        standing = self.directory.standing if self.directory is not None else ""
        pause = self.session.pause if self.session is not None else ""
        said = (pause, self.sending.standing, problem.message if problem else "", standing)
        self._header.standing = " ".join(filter(None, said))
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
        if action_id := action_of(action, parameters):
            return None if self.aicx.refusal(action_id) else True
        return True

    def refusal(self, action_id: str) -> str:
        """Why an action cannot be done in this list now; empty where it can."""
        return why_not(
            action_id,
            facts=self._facts,
            is_open=self.session is not None,
            human=self._table.current,
            marked=len(self._table.marks),
        )

    def action_search(self) -> None:
        """Type into the search; what is there is selected, so typing replaces it."""
        self.set_focus(self._search)
        self._search.action_select_all()

    def action_leave_search(self) -> None:
        """Go from the search to its result."""
        self.set_focus(self._table)

    def action_open(self) -> None:
        """Move into the details."""
        self._panes.follow()
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

    @on(MarkingTable.Failed)
    def _not_marked(self, message: MarkingTable.Failed) -> None:
        self.aicx.report(message.error, title="Not marked")

    @on(ViewTabs.Chosen)
    def _tab_clicked(self, message: ViewTabs.Chosen) -> None:
        self.viewing.show(message.key)

    @on(MarkingTable.SortChosen)
    def _heading_clicked(self, message: MarkingTable.SortChosen) -> None:
        self._arranged.order_by(message.sort)

    @on(MarkingTable.Opened)
    def _human_opened(self) -> None:
        self.action_open()

    @on(MarkingTable.Highlighted)
    def _cursor_moved(self, message: MarkingTable.Highlighted) -> None:
        if (message.record is None) != (self._detail.human is None):
            self.refresh_bindings()
