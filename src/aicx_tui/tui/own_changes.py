"""Changes of the own account on their way, one after another, wherever the console is meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from aicx_tui.errors import AicxError
from aicx_tui.tui.telling import title_after

if TYPE_CHECKING:
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.screens.profile import ProfileScreen

ResultT = TypeVar("ResultT")


class UnderWay(NamedTuple):
    """A change whose outcome is not known yet.

    Attributes:
        row: The line of the profile, or the alias, that it is about.
        said: What that is to be.
    """

    row: str
    said: str


class Made(NamedTuple):
    """What is said of a change that was made."""

    title: str
    said: str


class OwnChanges:
    """Sends them and tells how they ended; a later one waits for those before it.

    Args:
        app: The console.

    Attributes:
        under_way: What was chosen and is not known to be made yet, in order.
        turn: Held while something is sent, or read.
    """

    def __init__(self, app: AicxApp) -> None:
        self._app = app
        self.under_way: list[UnderWay] = []
        self.turn = asyncio.Lock()
        self._seen_through: set[asyncio.Task[object]] = set()

    @property
    def at_stake(self) -> str:
        """What would be lost by going elsewhere; empty where nothing would."""
        is_sending = self.under_way or self._seen_through
        return "A change of your profile is being sent." if is_sending else ""

    def to_be(self, row: str) -> str:
        """What a row is to be by the last change that is under way; empty where none is."""
        return next((change.said for change in reversed(self.under_way) if change.row == row), "")

    def send(self, change: UnderWay, make: Callable[[], Awaitable[Made]], *, failed: str) -> None:
        """Make a change when it is its turn.

        Args:
            change: Which.
            make: Makes it.
            failed: What stands over the words of an error.
        """
        self.under_way.append(change)
        self._app.run_worker(self._send(change, make, failed=failed), group="own changes")
        self._show()

    async def _send(
        self, change: UnderWay, make: Callable[[], Awaitable[Made]], *, failed: str
    ) -> None:
        try:
            async with self.turn:
                made = await make()
            self._app.notify(made.said, title=made.title, timeout=4)
        except AicxError as error:
            self._app.report(error, title=title_after(error, otherwise=failed))
        finally:
            self.under_way.remove(change)
        self.read()

    async def see_through(self, work: Coroutine[object, object, ResultT]) -> ResultT:
        """Wait for a form's call; where nobody waits any more it goes on. It is read what came."""

        async def in_turn() -> ResultT:
            async with self.turn:
                return await work

        task = asyncio.create_task(in_turn())
        self._seen_through.add(task)
        task.add_done_callback(self._came_to_its_end)
        return await asyncio.shield(task)

    def _came_to_its_end(self, task: asyncio.Task[object]) -> None:
        self._seen_through.discard(task)
        if not task.cancelled():
            task.exception()  # who still waits is told, and nobody else has to be
            self.read()

    def read(self) -> None:
        """Read how everything is now, where the profile is shown."""
        for screen in self._profiles():
            screen.read()

    def _show(self) -> None:
        for screen in self._profiles():
            screen.show()

    def _profiles(self) -> list[ProfileScreen]:
        from aicx_tui.tui.screens.profile import ProfileScreen  # it is open where this is needed

        if not self._app.is_running:
            return []
        return [screen for screen in self._app.screen_stack if isinstance(screen, ProfileScreen)]
