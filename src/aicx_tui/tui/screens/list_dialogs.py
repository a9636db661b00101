"""What is opened over the list of humans: order, columns, files, ids, tags, what to copy."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.message import Message
from textual.screen import Screen

from aicx_tui.errors import AicxError

if TYPE_CHECKING:
    from aicx_tui.models.human import Human
    from aicx_tui.services.access import Access
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.session import Session
    from aicx_tui.settings import Context
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.arranging import Arrangement
    from aicx_tui.tui.bulking import Bulking
    from aicx_tui.tui.list_state import ListFacts
    from aicx_tui.tui.own_profile import OwnProfile
    from aicx_tui.tui.reader import Reader
    from aicx_tui.tui.sending import Sending
    from aicx_tui.tui.viewing import Viewing
    from aicx_tui.tui.widgets.header_bar import HeaderBar
    from aicx_tui.tui.widgets.human_detail import HumanDetail
    from aicx_tui.tui.widgets.human_list import HumanList
    from aicx_tui.tui.widgets.marking import MarkingTable


class ListDialogs(Screen[None]):
    """What keys open over the list of humans.

    Attributes:
        session: The open platform, if one is open.
        own: What is known of the signed-in user there.
        reader: How times are shown.
        sending: What sends the changes of one human.
        bulking: What makes and runs those of several.
        viewing: What shows and saves views.
    """

    session: Session | None
    own: OwnProfile | None
    reader: Reader
    sending: Sending
    bulking: Bulking
    viewing: Viewing
    _access: Access
    _facts: ListFacts
    _header: HeaderBar
    _list: HumanList
    _table: MarkingTable
    _arranged: Arrangement
    _detail: HumanDetail

    class OwnRead(Message):
        """It is known who the user is."""

    @property
    @abstractmethod
    def aicx(self) -> AicxApp:
        """The console this screen belongs to."""

    @property
    @abstractmethod
    def directory(self) -> Directory | None:
        """The humans, once a mirror is open."""

    def _compositor_refresh(self) -> None:
        """Paint, unless a screen that lets nothing through lies over this one.

        Textual would paint that one anew, in whole, for whatever changes below it.
        """
        stack = self.app.screen_stack
        above = stack[stack.index(self) + 1 :] if self in stack else []
        if not any(screen.styles.background.a == 1 for screen in above):
            super()._compositor_refresh()

    def on_screen_resume(self) -> None:
        """Ask for what could not be asked for while something lay over this."""
        self.aicx.sign_ins.catch_up()

    @abstractmethod
    def action_open(self) -> None:
        """Move into the details."""

    @abstractmethod
    def _read(self, *, by_hand: bool) -> None:
        """Read what changed."""

    @property
    def error(self) -> AicxError | None:
        """Why the platform is not open, or was not read."""
        return self._facts.error

    @abstractmethod
    def _paint(self) -> None:
        """Show how it stands."""

    @property
    def header(self) -> HeaderBar:
        """The line on top, whose state and person the screens over this one repeat."""
        return self._header

    def find(self, text: str) -> None:
        """Search for a text and go to its result."""
        self._list.find(text)

    def tags_changed(self) -> None:
        """Show the tags that there are now."""
        self._list.tags_changed()
        self._detail.paint()

    # The user itself

    @property
    def context(self) -> Context:
        """Where this is."""
        return self._access.context

    def read_own(self, session: Session) -> None:
        """Find out where the user is, so that times are shown as there."""
        from aicx_tui.tui.own_profile import OwnProfile  # once a platform is open

        self.own = OwnProfile(self.aicx, session)
        if self.own.account is not None:
            self._read_own(self.own)

    async def open_own(self) -> None:
        """Open the own account where a bot is yet to be chosen for everything else.

        Raises:
            AicxError: The platform cannot be opened.
        """
        from aicx_tui.services.open_account import opened_at_any_bot  # only where none is chosen

        session = await opened_at_any_bot(self._access)
        if self.own is None:
            self.read_own(session)
        else:
            await session.aclose()

    @property
    def session_of_own(self) -> Session | None:
        """That of the own account, where no other is open."""
        own = self.own.session if self.own is not None else None
        return own if own is not self.session else None

    @work(exclusive=True, group="own")
    async def _read_own(self, own: OwnProfile) -> None:
        with suppress(AicxError):  # times stay as they were; the profile's own screen says why
            await own.read_profile()
            self.post_message(self.OwnRead())

    @on(OwnRead)
    def _own_read(self) -> None:
        self.profile_changed()

    def profile_changed(self) -> None:
        """Show times, and find days, as the profile has it now."""
        profile = self.own.profile if self.own is not None else None
        if profile is None:
            return
        self._is_called(profile.name)
        if self.follow(profile.timezone, profile.language) and self.directory is not None:
            self._keep_reader(self.directory, profile.timezone, profile.language)

    def _is_called(self, name: str) -> None:
        """Go by the name that the profile has, in the header and in the history."""
        session = self.session
        if session is not None and session.account is not None and session.account.name != name:
            session.account = session.account.model_copy(update={"name": name})
            self._header.show(session.context, session.account)

    def keep_here(self, field: str, value: str) -> None:
        """Show times by a zone or language of the context itself, from now on."""
        is_zone = field == "timezone"
        timezone = value if is_zone else self.context.timezone
        language = self.context.language if is_zone else value
        self.know_context(replace(self.context, timezone=timezone, language=language))
        self.follow(timezone, language)

    def know_context(self, context: Context) -> None:
        """Go by other settings of the same context from now on."""
        self._access.context = context

    def follow(self, timezone: str, language: str) -> bool:
        """Go by a zone and a language, where one is known, and return whether that is another."""
        if not (timezone or language) or not self.reader.follow(
            timezone=timezone, language=language
        ):
            return False
        self.tags_changed()
        self._paint()
        return True

    @work(group="own")
    async def _keep_reader(self, directory: Directory, timezone: str, language: str) -> None:
        with suppress(AicxError):  # the next start goes by the system's zone until it is told
            await directory.keep_reader(timezone=timezone, language=language)

    # What is opened

    def read_anew(self) -> None:
        """Read again after a sign-in, from opening the platform on where that failed."""
        self.action_refresh_humans()

    def action_refresh_humans(self) -> None:
        """Read what changed."""
        self._read(by_hand=True)

    def action_step(self, rows: int) -> None:
        """Show the human above or below, wherever the focus is."""
        self._table.action_move(rows)

    def action_sort(self) -> None:
        """Choose the order."""
        self._arranged.ask_for_order()

    def action_export(self) -> None:
        """Write the marked, or else all that match, to a file."""
        from aicx_tui.tui.exporting import ask_for_export  # only when asked for

        if self.directory is not None:
            ask_for_export(self.aicx, self.directory, self._list, self._facts)

    def action_import(self) -> None:
        """Create a human for each row of a file."""
        from aicx_tui.tui.importing import ask_for_import  # only when asked for

        if self.session is not None:
            ask_for_import(self.aicx, self.session, done=self._imported)

    @work
    async def _imported(self, created: Sequence[Human]) -> None:
        """Show whom an import created."""
        if self.directory is not None and not self.directory.is_listed:
            await self.directory.keep(created, is_read=False)
            self._list.list_humans()
        self._read(by_hand=False)

    async def action_change(self, action_id: str) -> None:
        """Create, edit or delete a human, reveal its access token, or undo and redo."""
        from aicx_tui.tui.editing_humans import ask_for_change  # only when asked for

        if action_id == "humans.update":
            await self._table.settle()
            if len(self._table.marks) > 1:
                self._change_many()
                return
        if self.session is None or self.directory is None:
            return
        if action_id in ("outbox.undo", "outbox.redo"):
            self._take_step(self.session, is_back=action_id == "outbox.undo")
        else:
            open_for = partial(ask_for_change, self.aicx, action_id, self.session, self._list)
            open_for(shown=self._detail.human, sending=self.sending)

    @work(group="undoing")
    async def _take_step(self, session: Session, *, is_back: bool) -> None:
        from aicx_tui.tui.undoing import take_step  # only when asked for

        on = partial(take_step, self.aicx, session, self._list, is_back=is_back)
        await on(sending=self.sending, bulking=self.bulking)

    def _change_many(self) -> None:
        from aicx_tui.tui.changing_fields import ask_for_fields  # only when asked for

        if reason := self.aicx.places.refusal("humans.set-field"):
            said = f"{reason} Several are changed upon what is read of each; one by one it goes."
            self.aicx.notify(said, title="Not changed", severity="warning", timeout=8)
            return
        ask_for_fields(self.aicx, self._list, bulking=self.bulking)

    async def action_tags(self) -> None:
        """Give tags to the marked, or else to the human at the cursor.

        Whoever is about to be marked is meant too; what is typed meanwhile waits for the dialog.
        """
        from aicx_tui.tui.tagging_humans import ask_for_tags  # only when asked for

        await self._table.settle()
        if self.session is not None:
            ask_for_tags(
                self.aicx, self.session, self._list, sending=self.sending, bulking=self.bulking
            )

    def action_bulks(self) -> None:
        """Show the bulk that goes on, or choose among those that are over."""
        self.bulking.choose()

    def action_save_view(self) -> None:
        """Save what is shown."""
        self.viewing.save()

    def action_show_view(self, key: int) -> None:
        """Show a saved view."""
        self.viewing.show(key)

    def action_columns(self) -> None:
        """Choose the columns."""
        self._arranged.ask_for_columns()

    def action_go_to(self) -> None:
        """Ask for an id."""
        from aicx_tui.tui.going import ask_where_to_go  # only when asked for

        ask_where_to_go(self.aicx, self._list, open_detail=self.action_open)

    def action_copy(self) -> None:
        """Choose what to copy."""
        from aicx_tui.tui.human_menus import ask_what_to_copy  # only when asked for

        if record := self._table.current:
            ask_what_to_copy(self.app, record)

    def action_snippet(self) -> None:
        """Show the embed code by which a chat widget knows the human."""
        from aicx_tui.tui.editing_humans import human_at_cursor  # only when asked for
        from aicx_tui.tui.embedding_humans import EmbeddingHuman

        if human := human_at_cursor(self.aicx, self._list, self._detail.human):
            EmbeddingHuman(self, human).choose()
