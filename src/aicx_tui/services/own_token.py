"""The token of the context that is open: what is known of it, and what can be done with it."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from aicx_tui.credentials import MEMORY, Found, patience
from aicx_tui.errors import AicxError, NotSignedInError
from aicx_tui.os_keyring import SILENT_SECONDS, Slot
from aicx_tui.services.renewal import token_for
from aicx_tui.services.rotation import Rotated, accept, rotate
from aicx_tui.services.rotation_journal import RotationJournal
from aicx_tui.services.rotation_opening import means_for
from aicx_tui.services.rotation_targets import hand_out, targets_of
from aicx_tui.services.target_records import Record, TargetRecords
from aicx_tui.services.target_registry import remove_target
from aicx_tui.services.targets import Target, TargetResult, Told, check_targets
from aicx_tui.services.token_facts import TokenFacts, facts_of

if TYPE_CHECKING:
    from pydantic import SecretStr

    from aicx_tui.services.rotation_keeping import Rescue, Step
    from aicx_tui.services.session import Session
    from aicx_tui.services.setup import Setup
    from aicx_tui.services.token_places import TokenPlace
    from aicx_tui.settings import Context

SANDBOX_ITSELF = "the sandbox itself"
"""Where the sandbox's first token comes from: it tells it at its start."""


class OwnToken:
    """What signs in to a context, and the places that have it too.

    Args:
        context: Which.
        setup: Whose credentials, config.toml and files.
        session: The open platform; None while it is not open.
    """

    def __init__(self, context: Context, setup: Setup, *, session: Session | None) -> None:
        self.context: Context = session.context if session is not None else context
        self._setup = setup
        self._session = session

    # What is known

    async def held(self) -> Found | None:
        """What signs in, as it is kept; the keyring's own trouble is left with the credentials."""
        found = await self._setup.credentials.find(self.context, patience=SILENT_SECONDS)
        if found is not None or self.context.source != "sandbox" or self._session is None:
            return found
        http = self._session.http
        credential = http.credential if http is not None else None
        if credential is None:
            return None
        slot = Slot.SESSION if credential.is_session else Slot.TOKEN
        return Found(slot, credential.secret, SANDBOX_ITSELF)

    async def facts(self) -> TokenFacts:
        """What can be said of it; the platform is asked."""
        credentials, home = self._setup.credentials, self._setup.home
        return await facts_of(self.context, credentials, home, held=await self.held())

    @property
    def targets(self) -> tuple[Target, ...]:
        """The places that have it too, in their order."""
        return targets_of(self._setup, self.context)

    @property
    def records(self) -> Mapping[str, Record]:
        """What was last known of them, by name."""
        return self._records.read()

    @property
    def _records(self) -> TargetRecords:
        return TargetRecords(self._setup.home, self.context.name)

    def still_has_the_old_one(self, held: Found | None) -> str:
        """What was given for this run and holds the token before; empty where nothing does."""
        own = (MEMORY, SANDBOX_ITSELF, self._setup.credentials.keyring.name)
        return held.source if held is not None and held.source not in own else ""

    # Replacing it

    async def replace(
        self,
        held: Found | None,
        *,
        told: Callable[[Step], object],
        rescue: Rescue,
        waits: Callable[[bool], None],
        place: TokenPlace | None = None,
    ) -> Rotated:
        """Issue a new one; calls wait meanwhile and go on with it.

        Args:
            held: What signed in as far as was known; where another process has replaced it since,
                that one is adopted and none is issued.
            told: Hears of each step.
            rescue: What is done with one that no place takes.
            waits: Is told whether another process is waited for; calls do not wait meanwhile.
            place: Where it goes, other than where such tokens go.

        Raises:
            AicxError: As `rotate` does.
        """
        means = means_for(
            self.context,
            self._setup.credentials,
            self._setup.home,
            patience=self._patience,
            place=place,
            rescue=rescue,
            told=told,
        )
        if held is None:
            raise self._nobody()
        if held.source == SANDBOX_ITSELF:  # else what is cut off would find nothing that signs in
            self._setup.credentials.remember(self.context, held.slot, held.secret)
        async with AsyncExitStack() as calls:

            async def begin() -> None:
                waits(False)
                await calls.enter_async_context(self._calls_waiting())

            means = replace(means, waits=lambda: waits(True), begins=begin)
            rotated = await rotate(means, held)
            self._go_on_with(rotated.token)
        return rotated

    async def accept(
        self, token: SecretStr, *, known_human: str = "", is_human_named: bool = False
    ) -> Rotated:
        """Let one sign in that a person issued elsewhere, once the platform accepts it.

        Args:
            token: What was pasted.
            known_human: The id of a human that the platform has; empty for none.
            is_human_named: Whether a person named it.

        Raises:
            AicxError: As `accept` of a rotation does.
        """
        credentials, waits = self._setup.credentials, self._patience
        means = means_for(
            self._context_of_account,
            credentials,
            self._setup.home,
            patience=waits,
            known_human=known_human,
            is_human_named=is_human_named,
        )
        held = await credentials.find_kept(self.context, patience=waits)
        async with AsyncExitStack() as calls:

            async def begin() -> None:
                await calls.enter_async_context(self._calls_waiting())

            rotated = await accept(replace(means, begins=begin), token, held)
            self._go_on_with(token, instead_of_session=True)
        if held is not None and held.slot is Slot.SESSION:
            await credentials.forget_session(self.context, patience=SILENT_SECONDS)
        return rotated

    @property
    def _context_of_account(self) -> Context:
        """The context with the account that is signed in to it, as far as that is known."""
        account = self._session.account if self._session is not None else None
        if self.context.account or account is None:
            return self.context
        return replace(self.context, account=account.email)

    async def forget(self) -> bool:
        """Remove it from the keyring, and return whether any was there; it stays valid.

        Raises:
            AicxError: The keyring does not do it, or another process replaces the token.
        """
        credentials = self._setup.credentials
        journal = RotationJournal(self._setup.home, self.context)
        async with journal.turn():
            slots = (Slot.TOKEN, Slot.PENDING, Slot.CANARY)
            removed = await credentials.remove(self.context, slots, patience=self._patience)
            if credentials.problem:
                raise credentials.problem
            journal.remove()
        return not removed.isdisjoint((Slot.TOKEN, Slot.PENDING))

    def _calls_waiting(self) -> AbstractAsyncContextManager[None]:
        http = self._session.http if self._session is not None else None
        return http.paused() if http is not None else nullcontext()

    def _go_on_with(self, token: SecretStr, *, instead_of_session: bool = False) -> None:
        """Send the new one from now on; a session by password goes on as it is."""
        http = self._session.http if self._session is not None else None
        if http is None or http.credential is None:
            return
        if instead_of_session or not http.credential.is_session:
            http.credential = token_for(self.context, token)

    @property
    def _patience(self) -> float:
        return patience(self._setup.environ)

    def _nobody(self) -> NotSignedInError:
        problem = self._setup.credentials.problem
        why = f" {problem.message}" if problem else ""
        return NotSignedInError(
            f"What signs in to {self.context.name} is not known.{why} Nothing was issued.",
            hint=problem.hint if problem else "Sign in first.",
        )

    # The places that have it too

    async def hand_out(
        self, targets: Sequence[Target], *, told: Told, lacking: bool = False
    ) -> tuple[TargetResult, ...]:
        """Give them the one in use; with `lacking`, those that have it are left alone.

        Raises:
            NotSignedInError: There is none.
        """
        token = await self.token()
        return await hand_out(self._setup, self.context, targets, token, told=told, lacking=lacking)

    async def check(self, targets: Sequence[Target], *, told: Told) -> tuple[TargetResult, ...]:
        """Look whether they have the one in use, and change nothing.

        Raises:
            NotSignedInError: There is none.
        """
        token = await self.token()
        return await check_targets(targets, token, told=self._records.noting(token, told))

    async def confirm(self, target: Target) -> None:
        """Note that a person gave it the one in use.

        Raises:
            AicxError: There is none, or it could not be noted.
        """
        self._records.confirm(target, await self.token(), by=getpass.getuser())

    def remove(self, target: Target) -> None:
        """Name it no more; what it has of the token stays there.

        Raises:
            UsageError: config.toml cannot be changed.
        """
        path = self._setup.config.path
        self._setup.config = remove_target(path, self.context.name, target.name)
        with suppress(AicxError):
            self._records.forget(target.name)

    async def token(self) -> SecretStr:
        """The one in use.

        Raises:
            NotSignedInError: There is none.
        """
        found = await self.held()
        if found is not None and found.slot is Slot.TOKEN:
            return found.secret
        problem = self._setup.credentials.problem
        raise NotSignedInError(
            (problem.message if problem else f"No token of {self.context.name} is kept.")
            + " Nothing was done.",
            hint=problem.hint if problem else "Issue one first.",
        )
