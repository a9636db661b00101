"""Runs bulks while the console runs, and tells how far they are.

One of all consoles and commands runs them at a time; what a crash left running goes on here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.message import Message
from textual.signal import Signal
from textual.widget import Widget

from aicx_tui.errors import AicxError

if TYPE_CHECKING:
    from aicx_tui.services.bulk import Bulks, Preview, Wish
    from aicx_tui.services.bulk_running import BulkProgress
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.session import Session
    from aicx_tui.storage.bulks import Bulk, ItemState
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.sending import Sending
    from aicx_tui.tui.widgets.human_list import HumanList

OPEN = frozenset({"running", "paused"})
"""As `storage.bulks` has it, which is not loaded before the first paint."""

MOST_LISTED = 200
"""Bulks to choose from, the latest first."""

ANSWER_SECONDS = 1.5
"""How long quitting waits for the answer to what is being sent."""


class Bulking(Widget):
    """Makes bulks of the humans in a list and runs them.

    Args:
        humans: The list, which knows the mirror.
        sending: What sends the changes of one human; it knows whose they are.
    """

    DEFAULT_CSS = "Bulking { display: none; }"

    @dataclass
    class Progressed(Message):
        """A bulk is further than before, or rests, or is over."""

        progress: BulkProgress

    @dataclass
    class Listed(Message):
        """It was read which bulks there are, and how far."""

        bulks: Sequence[BulkProgress]

    @dataclass
    class Stopped(Message):
        """Bulks cannot be run or looked at now."""

        error: AicxError

    def __init__(self, humans: HumanList, *, sending: Sending) -> None:
        super().__init__()
        self.progressed: Signal[BulkProgress] = Signal(self, "a bulk went on")
        self.progress: BulkProgress | None = None
        self._list = humans
        self._sending = sending
        self._session: Session | None = None
        self._ran: asyncio.Future[None] | None = None
        self._is_wanted = self._is_leaving = False

    @property
    def directory(self) -> Directory | None:
        """The humans, once a mirror is open."""
        return self._list.directory

    @property
    def bulks(self) -> Bulks:
        """The bulks of the mirror.

        Raises:
            AicxError: No mirror is open yet.
        """
        from aicx_tui.services.bulk import Bulks  # it loads the models

        outbox = self._sending.outbox
        if outbox is None:
            raise AicxError("The local copy is not open yet.", hint="Wait a moment.")
        is_read_only = self._session is not None and self._session.context.read_only
        return Bulks(outbox.mirror, who=outbox.who, read_only=is_read_only, clock=outbox.clock)

    @property
    def at_stake(self) -> str:
        """What would be lost if the console ended now; empty where nothing would."""
        is_kept = self.directory is None or self.directory.is_kept
        return "" if is_kept or not self.is_open else "A bulk in memory only would be lost."

    @property
    def is_open(self) -> bool:
        """Whether there is something still to be sent of the latest that is known."""
        return self.progress is not None and self.progress.bulk.state in OPEN

    @property
    def is_at_work(self) -> bool:
        """Whether one is run here just now."""
        return self.is_open and self._ran is not None and not self._ran.done()

    @property
    def said(self) -> str:
        """How far it is, for the header; empty where nothing goes on."""
        from aicx_tui.tui.bulk_words import how_far  # only where there is one

        return how_far(self.progress) if self.progress is not None and self.is_open else ""

    # Making and deciding

    async def preview(self, human_ids: Sequence[str], wish: Wish) -> Preview:
        """What a bulk would do; raises an `AicxError` where that cannot be found out."""
        return await self.bulks.preview(human_ids, wish)

    async def make(self, human_ids: Sequence[str], wish: Wish, *, title: str) -> Bulk:
        """Make a bulk; it is on the disk when this returns, and is run as soon as can be.

        Raises:
            AicxError: It was not made.
        """
        is_fresh = self.directory is not None and await self.directory.freshen()
        bulk = await self.bulks.make(human_ids, wish, title=title, is_fresh=is_fresh)
        await self.begin(bulk)
        return bulk

    async def begin(self, bulk: Bulk) -> None:
        """Run a bulk that was made just now, and let the header say how far it is."""
        self.post_message(self.Progressed(await self.progress_of(bulk.id)))
        self.run()

    async def decide(self, deciding: Callable[[Bulks], Awaitable[Bulk]]) -> BulkProgress:
        """Pause a bulk, let it go on, or cancel it, and tell how far it is.

        Raises:
            AicxError: It is as it was.
        """
        bulk = await deciding(self.bulks)
        if bulk.state == "running":
            self.run()
        progress = await self.progress_of(bulk.id)
        self.post_message(self.Progressed(progress))
        return progress

    async def progress_of(self, bulk_id: str) -> BulkProgress:
        """How far a bulk is, whoever runs it.

        Raises:
            AicxError: There is none, or it cannot be read.
        """
        from aicx_tui.services.bulk_progress import seen  # it loads the models

        bulks = self.bulks
        return seen(await bulks.get(bulk_id), await bulks.counts(bulk_id))

    async def mark(self, bulk_id: str, states: Collection[ItemState]) -> None:
        """Let the humans of a bulk that are in these states be marked, and nobody else.

        Raises:
            AicxError: It cannot be read who they are.
        """
        ids = []
        async with aclosing(self.bulks.items(bulk_id, states)) as items:
            async for item in items:
                ids.append(item.human_id)
        self._list.table.action_mark_clear()
        self._list.table.mark_all_of(ids)

    # Running

    def run(self, session: Session | None = None) -> None:
        """Run what is to be run, unless that is being done: then once more behind it.

        Args:
            session: Where to, from now on.
        """
        self._session = session or self._session
        self._is_wanted = True
        if self._ran is None or self._ran.done():
            self._run()

    @work(group="bulks")
    async def _run(self) -> None:
        """Run them in a task of its own: a request under way is not given up with this widget."""
        if self._ran is None or self._ran.done():
            self._ran = asyncio.ensure_future(self._run_all())
            await asyncio.shield(self._ran)

    async def _run_all(self) -> None:
        try:
            while self._is_wanted and not self._is_leaving:
                self._is_wanted = False
                await self._run_some()
        except AicxError as error:
            self.post_message(self.Stopped(error))

    async def _run_some(self) -> None:
        from aicx_tui.services.bulk_running import BulkRunner  # they load the API client layer
        from aicx_tui.tui.deciding import may_send

        session, directory = self._session, self.directory
        if session is None or directory is None or not may_send(session):
            return
        runner = BulkRunner(session.platform, directory.mirror, clock=directory.clock)
        async with aclosing(runner.run()) as steps:
            async for progress in steps:
                self.post_message(self.Progressed(progress))
                if self._is_leaving or directory is not self.directory:
                    return

    async def leave(self) -> None:
        """Run nothing more; the rest goes on at the next start.

        What is under way is not waited for any longer than quitting may take: whether it arrived
        is found out then, too.
        """
        self._is_leaving = True
        if self._ran is not None and not self._ran.done():
            self._ran.cancel()
            await asyncio.wait([self._ran], timeout=ANSWER_SECONDS)

    # Telling

    def look(self) -> None:
        """Look at what other consoles and commands do, and go on where one of them ended."""
        if self._ran is None or self._ran.done():
            self._look()

    @work(exclusive=True, group="looking at bulks")
    async def _look(self) -> None:
        with suppress(AicxError):  # the list itself says what is wrong with the mirror
            known = self.progress.bulk.id if self.progress is not None and self.is_open else ""
            open_ids = [bulk.id for bulk in await self.bulks.listed() if bulk.state in OPEN]
            for bulk_id in [known] if known else open_ids[-1:]:
                self.post_message(self.Progressed(await self.progress_of(bulk_id)))
            if open_ids:
                self.run()

    @on(Progressed)
    def _progressed(self, message: Progressed) -> None:
        """Tell everybody who shows it, and the person where nothing shows that it is over."""
        before, self.progress = self.progress, message.progress
        self.progressed.publish(message.progress)
        bulk = message.progress.bulk
        is_news = before is None or before.bulk.id != bulk.id or before.bulk.state != bulk.state
        if is_news and before is not None and not self.is_open and not self._is_shown(bulk):
            self._tell(message.progress)

    def _is_shown(self, bulk: Bulk) -> bool:
        from aicx_tui.tui.screens.bulk import BulkScreen  # only where there is one

        screens = self.app.screen_stack
        return any(isinstance(s, BulkScreen) and s.bulk_id == bulk.id for s in screens)

    def _tell(self, progress: BulkProgress) -> None:
        from aicx_tui.tui.bulk_words import outcome

        app = cast("AicxApp", self.app)
        app.notify(
            f"{outcome(progress)}. {app.keymap.shown('bulk.list')} shows it.",
            title=f"{progress.bulk.title}: {progress.state}",
            severity="warning" if progress.failed or progress.skipped else "information",
            timeout=12,
        )

    @on(Stopped)
    def _stopped(self, message: Stopped) -> None:
        cast("AicxApp", self.app).report(message.error, title="Bulks cannot be run now")

    def choose(self) -> None:
        """Show the bulk that goes on; else ask which of those that are over."""
        if self.progress is not None and self.is_open:
            self.show(self.progress.bulk)
        else:
            self._choose()

    @work(exclusive=True, group="choosing")
    async def _choose(self) -> None:
        try:
            latest = (await self.bulks.listed())[:MOST_LISTED]
            self.post_message(self.Listed([await self.progress_of(bulk.id) for bulk in latest]))
        except AicxError as error:
            self.post_message(self.Stopped(error))

    @on(Listed)
    def _listed(self, message: Listed) -> None:
        from aicx_tui.tui.bulk_words import in_a_row
        from aicx_tui.tui.screens.pick import PickScreen, Row  # only when asked for

        app = cast("AicxApp", self.app)
        directory, width = self.directory, app.size.width
        now = directory.clock() if directory is not None else datetime.now(UTC)
        by_id = {one.bulk.id: one.bulk for one in message.bulks}
        rows = [
            in_a_row(one, now=now, reader=app.reader, width=width) for one in message.bulks
        ] or [Row("", "There was no bulk yet", note="mark several humans, then give them tags")]

        def chosen(bulk_id: str | None) -> None:
            if bulk_id:
                self.show(by_id[bulk_id])

        self.app.push_screen(PickScreen("Bulks", rows), chosen)

    def show(self, bulk: Bulk) -> None:
        """Show how far a bulk is, or what became of it."""
        from aicx_tui.tui.screens.bulk import BulkScreen  # only where there is one

        self.app.push_screen(BulkScreen(bulk, self))
