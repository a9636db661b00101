"""What happens when a platform no longer accepts a credential in the middle of the work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.credentials import Credentials, Found
from aicx_tui.errors import NotSignedInError
from aicx_tui.os_keyring import Slot
from aicx_tui.settings import Context

Ask: TypeAlias = Callable[[Context, NotSignedInError], Awaitable[Credential]]
"""Asks a person to sign in again; raises the error it is given where nobody does."""


def credential_of(found: Found, context: Context) -> Credential:
    """The credential that a secret is, by what it was kept as, and by the kind of platform."""
    if found.slot is Slot.TOKEN:
        return token_for(context, found.secret)
    return Credential.session(found.secret)


def token_for(context: Context, token: SecretStr) -> Credential:
    """A token as the platform of a context takes it."""
    return Credential.key(token) if context.kind == "open-cx" else Credential.token(token)


class Renewal:
    """Finds another credential: the one another console stored meanwhile, else a person's.

    Several calls may be refused at once; they wait for one answer, also where it is no. The
    search goes on when a call that waits for it is given up: a person may be typing.

    Args:
        context: Whom it is for.
        credentials: Where another console may have stored a newer one.
        ask: Asks a person; None where nobody can be asked.
        settle: Waits for whoever replaces the token just now: what was refused meanwhile goes on
            with the new one.
    """

    def __init__(
        self,
        context: Context,
        credentials: Credentials,
        *,
        ask: Ask | None,
        settle: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._context = context
        self._credentials = credentials
        self._ask = ask
        self._settle = settle
        self._latest: Credential | None = None
        self._search: asyncio.Task[Credential] | None = None

    async def __call__(self, used: Credential, refused: NotSignedInError) -> Credential:
        """Return a credential to try instead of the one that was used.

        Raises:
            NotSignedInError: There is none.
        """
        if self._latest is not None and self._latest.secret != used.secret:
            return self._latest
        if self._search is None:
            self._search = asyncio.create_task(self._another_than(used, refused))
            self._search.add_done_callback(self._conclude)
        try:
            return await asyncio.shield(self._search)
        except NotSignedInError:
            raise refused from None

    def _conclude(self, search: asyncio.Task[Credential]) -> None:
        self._search = None
        if not (search.cancelled() or search.exception()):
            self._latest = search.result()

    async def _another_than(self, used: Credential, refused: NotSignedInError) -> Credential:
        if self._settle is not None:
            await self._settle()
        found = await self._credentials.find(self._context)
        if found is not None and found.secret != used.secret:
            return credential_of(found, self._context)
        if self._ask is None:
            raise refused
        return await self._ask(self._context, refused)
