"""Opens the signed-in user's own account for a command: on its platform, or here instead."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aicx_tui.api.base import unsupported
from aicx_tui.errors import BotNotChosenError
from aicx_tui.models.capability import Capability
from aicx_tui.services.access import Access
from aicx_tui.services.contexts import edit_context
from aicx_tui.services.own_account import AskAgain, OwnAccount
from aicx_tui.services.session import Session
from aicx_tui.services.setup import Setup
from aicx_tui.settings import Context


class OpenAccount:
    """The user's own account, or what this machine keeps in its place.

    Args:
        access: The way to the platform.
        setup: Whose config.toml keeps what a gateway does not.
        session: The platform; None where it has no profiles for sure.
        ask: Has somebody sign in anew.
    """

    def __init__(
        self, access: Access, setup: Setup, *, session: Session | None, ask: AskAgain
    ) -> None:
        self.context: Context = access.context
        self.session = session
        self._setup = setup
        self._account: OwnAccount | None = None
        if session is not None and Capability.PROFILE_EDIT in session.platform.capabilities:
            self._account = OwnAccount(session, setup.credentials, ask=ask)

    @property
    def is_local(self) -> bool:
        """Whether the platform has no profiles."""
        return self._account is None

    @property
    def account(self) -> OwnAccount:
        """What reads and changes it.

        Raises:
            UnsupportedError: The platform has no profiles.
        """
        if self._account is None:
            unsupported(Capability.PROFILE_EDIT)
        return self._account

    def keep_here(self, values: Mapping[str, str]) -> None:
        """Keep a zone or language for the context, on this machine.

        Raises:
            UsageError: config.toml does not describe the context.
        """
        self._setup.config = edit_context(self._setup.config.path, self.context.name, values)
        self.context = self._setup.context(self.context.name)


@asynccontextmanager
async def open_account(
    access: Access, setup: Setup, *, ask: AskAgain
) -> AsyncIterator[OpenAccount]:
    """Open it; a gateway is not asked for anything.

    Raises:
        AicxError: The platform is needed and cannot be opened.
    """
    if access.context.kind != "console":
        yield OpenAccount(access, setup, session=None, ask=ask)
        return
    session = await opened_at_any_bot(access)
    try:
        yield OpenAccount(access, setup, session=session, ask=ask)
    finally:
        await session.aclose()


async def opened_at_any_bot(access: Access) -> Session:
    """Open the platform where no bot has to be chosen: no call on the account is about one.

    Raises:
        AicxError: It cannot be opened.
    """
    try:
        return await access.open()
    except BotNotChosenError as error:
        first, _name = error.bots[0]
        return await access.at_bot(first).open()
