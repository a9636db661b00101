"""Sends what waits in the outbox while the console runs, and tells what became of it.

One of all consoles and commands sends at a time; the others see in the mirror how far that is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.message import Message
from textual.signal import Signal
from textual.timer import Timer
from textual.widget import Widget

from aicx_tui.errors import AicxError, NotSignedInError, RateLimitedError
from aicx_tui.numerals import grouped
from aicx_tui.storage.record import LOCAL
from aicx_tui.tui.gathering import Gathering
from aicx_tui.tui.list_state import Queue
from aicx_tui.tui.reader import Reader
from aicx_tui.tui.telling import Telling

if TYPE_CHECKING:
    from aicx_tui.models.human import Human, HumanChanges, HumanDraft, TagValue
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.outbox import Outbox
    from aicx_tui.services.session import Session
    from aicx_tui.storage.changes import Change
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.widgets.human_list import HumanList

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0
"""Seconds until it is tried again whether the platform can be asked; each one twice as long."""

ANSWER_SECONDS = 1.0
"""How long quitting waits for the answer to what is being sent."""

PATIENCE_SECONDS = 1.5
"""How long a form waits for what the platform says to what was typed into it."""

LOOK_SECONDS = 0.25
"""How often it is looked at what waits, while many changes are decided one after another."""


class Sending(Widget):
    """Queues changes of the humans in a list, sends them, and keeps the list's signs.

    Args:
        humans: The list, which knows the mirror.
        reader: Where times are shown, and how.
    """

    DEFAULT_CSS = "Sending { display: none; }"

    @dataclass
    class Looked(Message):
        """It was looked at what is in the outbox."""

        queue: Queue
        signs: Mapping[str, str]
        lists: bool

    @dataclass
    class Decided(Message):
        """Nothing more is sent of a change: it is done, or waits for somebody."""

        change: Change
        is_awaited: bool = False

        @property
        def is_done(self) -> bool:
            """Whether the platform has it."""
            return self.change.state == "done"

    @dataclass
    class Paused(Message):
        """All that can be sent now is sent; or nothing can, and then it says why."""

        error: AicxError | None

    class Due(Message):
        """It is time to try again."""

    def __init__(self, humans: HumanList, *, reader: Reader) -> None:
        super().__init__()
        self.reader = reader
        self.queue = Queue()
        self.looked: Signal[Queue] = Signal(self, "looked at the outbox")
        self._list = humans
        self._session: Session | None = None
        self._error: AicxError | None = None
        self._sent: asyncio.Future[None] | None = None
        self._is_wanted = self._is_leaving = self._is_looking = self._is_outdated = False
        self._lists = False
        self._looks = Gathering(self, self._look_anew, seconds=LOOK_SECONDS)
        self._pause = FIRST_PAUSE
        self._timer: Timer | None = None
        self._telling = Telling()
        self._awaited: dict[str, asyncio.Future[Change | None]] = {}

    @property
    def directory(self) -> Directory | None:
        """The humans, once a mirror is open."""
        return self._list.directory

    @property
    def outbox(self) -> Outbox | None:
        """The changes that wait, once a mirror is open."""
        from aicx_tui.services.outbox import Outbox  # it loads the models

        directory = self.directory
        if directory is None:
            return None
        return Outbox(directory.mirror, who=self._who, clock=directory.clock)

    @property
    def at_stake(self) -> str:
        """What would be lost if the console ended now; empty where nothing would."""
        count = self.queue.waiting + self.queue.needing
        if not count or self.directory is None or self.directory.is_kept:
            return ""
        changes = "1 change waits" if count == 1 else f"{grouped(count)} changes wait"
        return f"{changes} in memory only and would be lost."

    @property
    def standing(self) -> str:
        """What the header says as long as changes stay in a mirror that nobody keeps."""
        is_stuck = self.queue.needing or (self.queue.waiting and self.queue.error)
        if not is_stuck or self.directory is None or self.directory.is_kept:
            return ""
        return "Changes that wait are in memory only: they do not survive a crash."

    @property
    def _who(self) -> str:
        if self._session is not None:
            return self._session.who
        known = self.directory.who if self.directory is not None else ""
        return known or "this console"

    # Queueing

    async def queue_create(self, draft: HumanDraft, *, draft_of: str | None = None) -> Change:
        """Queue a human to create; it is on the disk when this returns, and sent as soon as can be.

        What was kept of the form of `draft_of` goes with that.

        Raises:
            AicxError: Nothing was queued.
        """
        return await self._queue(lambda outbox: outbox.create(draft, draft_of=draft_of))

    async def queue_update(
        self,
        human_id: str,
        changes: HumanChanges,
        *,
        upon: Human | None = None,
        draft_of: str | None = None,
    ) -> Change:
        """Queue fields to change, as `queue_create` does.

        Args:
            human_id: Whose.
            changes: Only those fields.
            upon: The human that they were made upon; else the one in the mirror.
            draft_of: Whose form is saved by that, so that what was kept of it goes.
        """
        return await self._queue(
            lambda outbox: outbox.update(human_id, changes, upon=upon, draft_of=draft_of)
        )

    async def queue_assign(
        self, human_id: str, tags: Sequence[TagValue], *, removed: Sequence[str] = ()
    ) -> Change:
        """Queue tag values, and the ids of tags to remove, as `queue_update` does."""
        return await self._queue(lambda outbox: outbox.assign(human_id, tags, removed=removed))

    async def queue_delete(self, human_id: str, *, upon: Human | None = None) -> Change:
        """Queue a deletion, as `queue_update` does."""
        return await self._queue(lambda outbox: outbox.delete(human_id, upon=upon))

    async def decide(self, deciding: Callable[[Outbox], Awaitable[Change]]) -> Change:
        """Decide about a change that waits; what is to be sent then is sent.

        Raises:
            AicxError: It cannot be decided like that now; it is as it was.
        """
        return await self._queue(deciding)

    async def tried(
        self, change: Change, take_back: Callable[[], Awaitable[None]] | None = None
    ) -> Change:
        """Wait a moment for what becomes of a change; one that cannot be sent now still waits.

        Args:
            change: One that was queued just now.
            take_back: Keeps what it was made from, before a change that was refused is discarded.

        Raises:
            AicxError: The platform refused it. It was discarded, and the history has it.
        """
        from aicx_tui.storage.changes import State  # it loads the models
        from aicx_tui.tui.deciding import refused

        decision = self._awaited[change.id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                change = await decision or change
        except TimeoutError:
            return change
        finally:
            del self._awaited[change.id]
        if change.state is State.FAILED and change.problem is not None:
            if take_back is not None:
                await take_back()
            await self.decide(lambda outbox: outbox.discard(change.id))
            raise refused(change.problem)
        return change

    async def _queue(self, queueing: Callable[[Outbox], Awaitable[Change]]) -> Change:
        if (outbox := self.outbox) is None:
            raise AicxError("The local copy is not open yet.", hint="Wait a moment.")
        change = await queueing(outbox)
        self._list.hold()
        self.go_on()
        return change

    def go_on(self) -> None:
        """Show and send what was queued just now."""
        self._lists = True
        self._looks.do_now()  # somebody waits to see it
        self.send()

    # Sending

    def send(self, session: Session | None = None) -> None:
        """Send what waits, unless that is being done: then once more behind it.

        Args:
            session: Where to, from now on.
        """
        self._session = session or self._session
        self._is_wanted = True
        if self._sent is None or self._sent.done():
            self._run()

    @work(group="sending")
    async def _run(self) -> None:
        """Send in a task of its own: a request under way is not given up with this widget."""
        if self._sent is None or self._sent.done():
            self._sent = asyncio.ensure_future(self._send_all())
            await asyncio.shield(self._sent)

    async def _send_all(self) -> None:
        try:
            while self._is_wanted and not self._is_leaving:
                self._is_wanted = False
                await self._send_some()
        except AicxError as error:
            for awaited in self._awaited.values():
                if not awaited.done():
                    awaited.set_result(None)
            self.post_message(self.Paused(error))
        else:
            self.post_message(self.Paused(None))

    async def _send_some(self) -> None:
        from aicx_tui.services.sending import Sender  # they load the API client layer
        from aicx_tui.tui.deciding import may_send

        session, directory = self._session, self.directory
        if session is None or directory is None or not may_send(session):
            return
        sender = Sender(session.platform, directory.mirror, clock=directory.clock)
        async with aclosing(sender.run()) as decided:
            async for change in decided:
                self._tell(change)
                if self._is_leaving or directory is not self.directory:
                    return

    def _tell(self, change: Change) -> None:
        awaited = self._awaited.get(change.id)
        if awaited is not None and not awaited.done():
            awaited.set_result(change)
        self.post_message(self.Decided(change, is_awaited=awaited is not None))

    async def rest(self) -> None:
        """Wait until nothing is being sent."""
        if self._sent is not None:
            await asyncio.wait([self._sent])

    async def leave(self) -> None:
        """Send nothing more; what comes too late is found out by whoever sends next."""
        self._is_leaving = True
        if self._timer is not None:
            self._timer.stop()
        if self._sent is not None:
            await asyncio.wait([self._sent], timeout=ANSWER_SECONDS)
            self._sent.cancel()
            await self.rest()

    @on(Decided)
    def _decided(self, message: Decided) -> None:
        """Show it, follow a human to the id that it has now, and tell what needs somebody."""
        from aicx_tui.storage.changes import Kind, State  # it loads the models
        from aicx_tui.tui.change_words import NEEDING

        change, app = message.change, cast("AicxApp", self.app)
        self.look(lists=True)
        if change.state not in NEEDING:
            if change.kind is Kind.CREATE:
                self._list.table.goes_by(LOCAL + change.id, change.human_id)
            return
        self._list.come_back(change.human_id)
        if message.is_awaited and change.state is State.FAILED:
            return  # who waited for it is told where it was typed
        self._telling.tell(change, app, self._list.tags())

    @on(Paused)
    def _paused(self, message: Paused) -> None:
        """Say what is left, and try again later where that may help."""
        self._telling.sum_up(cast("AicxApp", self.app))
        self._error = message.error
        if isinstance(message.error, RateLimitedError):
            self._pause = max(self._pause, message.error.retry_after)
        self.look(lists=message.error is None)

    def _later(self) -> None:
        """Try again after a pause, unless a sign-in has to come first."""
        if self._timer is None and not isinstance(self._error, NotSignedInError):
            self._timer = self.set_timer(self._pause, self._due)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _due(self) -> None:
        self._timer = None
        self.post_message(self.Due())
        self._later()

    # Looking

    def look(self, *, lists: bool = False) -> None:
        """Look at what is in the outbox, and at the humans in the list too if wanted.

        Where that was done a moment ago, it is done a moment later for all who want it till then.
        """
        self._lists |= lists
        self._looks.ask()

    def _look_anew(self) -> None:
        self._is_outdated = True
        if not self._is_looking:
            self._is_looking = True
            self._look()

    @work(group="looking")
    async def _look(self) -> None:
        try:
            while self._is_outdated:
                self._is_outdated = False
                await self._look_once()
        finally:
            self._is_looking = False

    async def _look_once(self) -> None:
        from aicx_tui.tui.change_words import NEEDING, SIGNS

        directory, outbox = self.directory, self.outbox
        if directory is None or outbox is None:
            return
        lists, self._lists = self._lists, False
        with suppress(AicxError):  # the list itself says what is wrong with the mirror
            if lists:
                await directory.look()
            counts, signs = await outbox.counts(), await outbox.signs()
            needing = sum(count for state, count in counts.items() if state in NEEDING)
            queue = Queue(sum(counts.values()) - needing, needing, self._error)
            shown = {human_id: SIGNS[state] for human_id, state in signs.items()}
            self.post_message(self.Looked(queue, shown, lists))

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        """Show the signs, and try again where something waits."""
        self.queue = message.queue
        self._list.table.signs = message.signs
        if not message.queue.waiting:
            self._pause = FIRST_PAUSE
            if self._timer is not None:
                self._timer.stop()
                self._timer = None
        elif self._sent is None or self._sent.done():
            self._later()
        self.looked.publish(message.queue)
