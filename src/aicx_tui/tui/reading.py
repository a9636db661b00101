"""Opening a mirror and its platform and reading what changed, apart from the widgets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual.message import Message

from aicx_tui.errors import AicxError, MirrorError

if TYPE_CHECKING:
    from aicx_tui.services.access import Access
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.mirrors import OpenMirror
    from aicx_tui.services.pace import Progress
    from aicx_tui.services.session import Session

TOLD_SECONDS = 0.2
"""How often it is told how far a reading is."""


class Reading:
    """Reads in a worker and reports by messages only.

    Args:
        access: The way to the platform.
        clock: The present.
        post: Takes the messages.
    """

    @dataclass
    class MirrorOpened(Message):
        """What was read in an earlier run can be seen; or another mirror took its place."""

        directory: Directory
        view: str | None

    @dataclass
    class PlatformOpened(Message):
        """The platform is ready to be asked."""

        session: Session

    @dataclass
    class Read(Message):
        """Some more humans were read."""

        progress: Progress

    @dataclass
    class ReadToEnd(Message):
        """Everything was read."""

        is_other: bool

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
        self._opened: OpenMirror | None = None
        self._directory: Directory | None = None

    async def run(self, *, by_hand: bool = False) -> None:
        """Show what is known, open the platform if need be, and read what changed.

        Args:
            by_hand: Whether somebody asked for it, who wants to see what is there just now.
        """
        try:
            await self._show_known()
            session = await self._open_platform()
            await session.identify()
            directory = await self._open_mirror(session)
            self._post(self.PlatformOpened(session))
            await self._refresh(directory, by_hand=by_hand)
        except AicxError as error:
            self._post(self.Failed(error))

    def close(self) -> None:
        """Close the mirror."""
        if self._opened is not None:
            self._opened.mirror.close()

    async def _refresh(self, directory: Directory, *, by_hand: bool) -> None:
        told, before = 0.0, directory.revision
        async for progress in directory.refresh(by_hand=by_hand):
            now = asyncio.get_running_loop().time()
            if now - told >= TOLD_SECONDS:
                self._post(self.Read(progress))
                told = now
        self._post(self.ReadToEnd(directory.revision != before))

    async def _show_known(self) -> None:
        """Open the mirror that was open last, before anything is asked of the platform."""
        if self._directory is None and (known := await self._access.known_mirror()):
            await self._show(known)

    async def _open_platform(self) -> Session:
        if self._session is None or self._access.is_lost:
            self._session = await self._access.open()
        return self._session

    async def _open_mirror(self, session: Session) -> Directory:
        opened = await self._access.mirror_of(session, known=self._opened)
        if self._directory is None or opened is not self._opened:
            before = self._opened
            await self._show(opened)
            if before is not None:
                await asyncio.to_thread(before.mirror.close)
        assert self._directory is not None  # noqa: S101  # made above where there was none
        self._directory.platform = session.platform
        return self._directory

    async def _show(self, opened: OpenMirror) -> None:
        from aicx_tui.services.directory import Directory  # it loads the models

        self._opened = opened
        self._directory = Directory(opened, clock=self._clock)
        with suppress(MirrorError):  # the next sync opens or makes a usable one
            await self._directory.look()
        self._post(self.MirrorOpened(self._directory, await self._access.recall()))
