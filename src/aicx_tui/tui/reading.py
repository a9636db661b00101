"""Opening a platform and reading its humans, apart from the widgets that show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.message import Message

from aicx_tui.errors import AicxError

if TYPE_CHECKING:
    from aicx_tui.services.access import Access
    from aicx_tui.services.session import Session

PAINTED_GROWTH = 1.1
"""How much longer a list has grown when it is painted anew; so its length costs no more than
its logarithm."""


class Reading:
    """Reads in a worker and reports by messages only.

    Args:
        access: The way to the platform.
        clock: The present.
        post: Takes the messages.
    """

    @dataclass
    class PlatformOpened(Message):
        """The platform is ready to be asked."""

        session: Session
        view: str | None

    class PageRead(Message):
        """Some more humans were read."""

    class ReadToEnd(Message):
        """Everything was read."""

    @dataclass
    class Failed(Message):
        """The platform could not be opened or read."""

        error: AicxError

    def __init__(
        self, access: Access, *, clock: Callable[[], datetime], post: Callable[[Message], object]
    ) -> None:
        self._access = access
        self._clock = clock
        self._post = post
        self._session: Session | None = None

    async def run(self) -> None:
        """Open the platform if need be and read what changed."""
        try:
            session = await self._opened()
            await session.identify()
            painted = 0
            async for count in session.directory.refresh():
                if count > painted * PAINTED_GROWTH:
                    self._post(self.PageRead())
                    painted = count
            self._post(self.ReadToEnd())
        except AicxError as error:
            self._post(self.Failed(error))

    async def _opened(self) -> Session:
        if self._session is None or self._access.is_lost:
            self._session = await self._access.open()
            self._session.directory.clock = self._clock
            self._post(self.PlatformOpened(self._session, await self._access.recall()))
        return self._session
