"""Opens an outbox for a command: on its platform, or without it where that is enough."""

from __future__ import annotations

import asyncio
from asyncio import wrap_future
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import Enum

from aicx_tui.errors import AicxError
from aicx_tui.models.capability import Capability
from aicx_tui.services.access import Access
from aicx_tui.services.bulk import Bulks
from aicx_tui.services.directory import Directory, open_directory
from aicx_tui.services.outbox import Outbox
from aicx_tui.services.sending import NOT_NOW, Sender
from aicx_tui.services.session import Session
from aicx_tui.storage.changes import Change


class Way(Enum):
    """What a command needs an outbox for.

    Attributes:
        LOOKING: To look at it; the platform is opened only where no mirror is known without it.
        SENDING: To send; nothing is done without the platform.
        QUEUEING: To queue; it is sent if the platform can be opened.
    """

    LOOKING = "looking"
    SENDING = "sending"
    QUEUEING = "queueing"


@dataclass(frozen=True, kw_only=True)
class OpenOutbox:
    """An outbox, the humans beside it, and the platform if that is open.

    Attributes:
        outbox: What waits.
        directory: The humans of the same mirror.
        session: The platform; None where it is not open.
        role: Of who is signed in, or was when the platform was open last; empty if not known.
        problem: Why the platform could not be opened.
        is_shut: Whether there is a mirror that cannot be opened, so that changes may wait unseen.
        others: Changes that waited, and were sent beside the one that a command is about.
    """

    outbox: Outbox
    directory: Directory
    session: Session | None = None
    role: str = ""
    problem: AicxError | None = None
    is_shut: bool = False
    others: list[Change] = field(default_factory=list)

    @property
    def capabilities(self) -> frozenset[Capability] | None:
        """What the platform can do; None while that is not known."""
        return self.session.platform.capabilities if self.session is not None else None

    @property
    def bulks(self) -> Bulks:
        """The bulks beside it."""
        return Bulks(self.directory.mirror, who=self.outbox.who, read_only=self.outbox.read_only)

    def sender(self, session: Session) -> Sender:
        """What sends to the platform."""
        return Sender(session.platform, self.directory.mirror)


@asynccontextmanager
async def open_outbox(access: Access, *, way: Way) -> AsyncIterator[OpenOutbox]:
    """Open the outbox of a context; it is closed behind the command.

    Raises:
        AicxError: The platform is needed and cannot be opened, or nothing can be written.
    """
    async with AsyncExitStack() as stack:
        known = await _known(access, None) if way is Way.LOOKING else None
        if known is None:
            try:
                session = await access.open()
                stack.push_async_callback(session.aclose)
                await session.identify()
            except NOT_NOW as error:
                known = await _known(access, error) if way is Way.QUEUEING else None
                if known is None:
                    raise
        if known is not None:
            stack.push_async_callback(asyncio.to_thread, known.directory.mirror.close)
            yield known
            return
        yield await _on(session, access, stack)


async def _on(session: Session, access: Access, stack: AsyncExitStack) -> OpenOutbox:
    directory = await stack.enter_async_context(open_directory(access, session))
    if not directory.is_listed:
        await directory.make_ready()
    return OpenOutbox(
        outbox=_outbox(access, directory, session.who),
        directory=directory,
        session=session,
        role=session.role,
        is_shut=not directory.is_kept and await access.is_mirror_shut(),
    )


async def _known(access: Access, problem: AicxError | None) -> OpenOutbox | None:
    """The outbox in the mirror that was open last."""
    known = await access.known_mirror()
    if known is None:
        return None
    directory = Directory(known)
    try:
        await directory.look()
        facts = await wrap_future(directory.mirror.facts())
    except BaseException:
        await asyncio.to_thread(known.mirror.close)
        raise
    return OpenOutbox(
        outbox=_outbox(access, directory, directory.who),
        directory=directory,
        role=facts.get("role", ""),
        problem=problem,
    )


def _outbox(access: Access, directory: Directory, who: str) -> Outbox:
    return Outbox(directory.mirror, who=who, read_only=access.context.read_only)
