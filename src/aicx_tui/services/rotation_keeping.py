"""From a new token in hand to a working one where it belongs: store, verify, promote, clean up.

From the moment a token is issued the one before is dead, so nothing here lets go of the new one
before it is safe somewhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.console_api import read_account
from aicx_tui.api.proto_gateway import ProtoGateway
from aicx_tui.credentials import Credentials
from aicx_tui.errors import (
    AicxError,
    KeyringUnavailableError,
    NotFoundError,
    NotSignedInError,
    UnavailableError,
)
from aicx_tui.models.account import Account
from aicx_tui.os_keyring import Slot
from aicx_tui.services.rotation_journal import Entry, RotationJournal
from aicx_tui.services.session import open_core
from aicx_tui.services.signing_in import sign_in_by_token
from aicx_tui.services.token_places import TokenPlace
from aicx_tui.settings import Context
from aicx_tui.text import clean

STORE_PAUSES = (0.2, 1.0)
"""Seconds between the attempts to store a token that was issued."""

VERIFY_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between the looks whether a new token is accepted: platforms may need a moment."""

ResultT = TypeVar("ResultT")


class Step(StrEnum):
    """How far a rotation has come; each is told when it is done."""

    PROVED = "proved"
    """A token of that length can be stored."""
    NOTED = "noted"
    """The journal is on the disk."""
    ISSUED = "issued"
    """The new token is in hand, and the one before is dead."""
    STORED = "stored"
    """It is safe, as pending."""
    VERIFIED = "verified"
    """The platform accepts it."""
    PROMOTED = "promoted"
    """It is what signs in."""
    ENDED = "ended"
    """Nothing is left over."""


@dataclass(frozen=True)
class Stranded:
    """A new token that is in memory only, since its place did not take it.

    Attributes:
        token: The only working one.
        problem: Why it was not taken.
        can_repeat: Whether the platform gives the same token again, for some minutes.
        retry: Tries its place again; raises an `AicxError` where that does not take it.
    """

    token: SecretStr
    problem: AicxError
    can_repeat: bool
    retry: Callable[[], Awaitable[None]]


Rescue = Callable[[Stranded], Awaitable[str]]
"""Does not return before the token is safe: empty where its place took it, else where it is."""


def _nobody_waits() -> None:
    """Nobody wants to hear of it."""


async def _nothing_begins() -> None:
    """Nothing has to be done first."""


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a rotation works with.

    Attributes:
        context: Whose token.
        credentials: The secrets of this run.
        journal: Where it is written down.
        place: Where the token goes.
        told: Is told each step.
        rescue: What is done with a token that no place takes.
        waits: Is told where another process replaces the token, and is waited for.
        begins: Is awaited once nobody else replaces it.
        known_human: The id of a human that the platform has; empty where none is known.
        is_human_named: Whether a person named it; else it was read earlier, and may be gone.
        store_pauses: Seconds between attempts to store.
        verify_pauses: Seconds between looks.
    """

    context: Context
    credentials: Credentials
    journal: RotationJournal
    place: TokenPlace
    told: Callable[[Step], object]
    rescue: Rescue
    waits: Callable[[], None] = field(default=_nobody_waits)
    begins: Callable[[], Awaitable[None]] = field(default=_nothing_begins)
    known_human: str = ""
    is_human_named: bool = False
    store_pauses: Sequence[float] = field(default=STORE_PAUSES)
    verify_pauses: Sequence[float] = field(default=VERIFY_PAUSES)


async def give_up(stranded: Stranded) -> str:
    """Say what can be done, where nobody can be asked where the token shall go.

    Raises:
        KeyringUnavailableError: Always.
    """
    raise KeyringUnavailableError(
        "A new token was issued, so the one before is dead, and the new one could not be stored. "
        f"{stranded.problem.message}",
        hint="Mend the keyring, or name a file by --save-to FILE, and within 9 minutes run again: "
        "aicx token rotate --yes. The same call gives the same token again."
        if stranded.can_repeat
        else "It is lost. Sign in by password (aicx login --email …), then: aicx token issue "
        "--save-to FILE",
    )


async def uninterrupted(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Do something to its end, whoever wants to stop meanwhile; that is heard afterwards."""
    task = asyncio.ensure_future(work)
    stopped: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            stopped = error
    if stopped is not None and not task.cancelled() and task.exception() is None:
        raise stopped
    return task.result()


async def settle(means: Means, entry: Entry, token: SecretStr) -> str:
    """Store a token that was just issued, and see it through; return where it is.

    Raises:
        AicxError: It is safe, and could not be verified or promoted; the message says so.
    """
    if rescued := await _stored(means, entry, token):
        means.journal.write(replace(entry, rescued=rescued))
        means.credentials.remember(means.context, Slot.TOKEN, token)
    means.told(Step.STORED)
    await _verified_when_issued(means, token, place=rescued or means.place.name)
    means.told(Step.VERIFIED)
    if rescued:
        return rescued
    await promote(means, token)
    return means.place.name


async def promote(means: Means, token: SecretStr) -> None:
    """Let a token that was verified sign in from now on, and clean up.

    Raises:
        AicxError: It is pending still; the next start promotes it.
    """
    try:
        await _repeated(lambda: means.place.promote(token), means.store_pauses)
    except AicxError as problem:
        raise KeyringUnavailableError(
            f"The new token works and is kept, but does not sign in yet. {problem.message}",
            hint="The next start of aicx finishes this. " + problem.hint,
        ) from None
    means.told(Step.PROMOTED)
    _use_now(means, token)
    await means.place.drop_pending()
    means.journal.remove()
    means.told(Step.ENDED)


async def verify(means: Means, token: SecretStr, *, pauses: Sequence[float] | None = None) -> None:
    """Ask the platform whether it accepts a token, with patience.

    Args:
        means: With what.
        token: Which.
        pauses: Seconds between the looks; those of a new token without it.

    Raises:
        NotSignedInError: It does not.
        AicxError: It could not be asked.
    """
    await _repeated(lambda: look(means, token), means.verify_pauses if pauses is None else pauses)


async def look(means: Means, token: SecretStr) -> None:
    """Ask the platform once whether it accepts a token; raises as `verify` does."""
    await sign_in_by_token(means.context, token)
    if means.known_human and means.context.kind == "gateway":
        await _read_known_human(means, token)


async def account_of(means: Means, credential: Credential) -> Account:
    """Ask whose a credential is, where the platform can tell.

    Raises:
        AicxError: It could not be asked, or does not accept it.
    """
    http = open_core(means.context, credential)
    try:
        return await read_account(http)
    finally:
        await http.aclose()


async def _read_known_human(means: Means, token: SecretStr) -> None:
    context = means.context
    http = open_core(context, Credential.token(token))
    try:
        gateway = ProtoGateway(http, company_id=context.company_id, bot_id=context.bot_id)
        await gateway.get_human(means.known_human)
    except NotFoundError:
        if means.is_human_named:
            raise NotFoundError(
                f"{context.host} has no human {clean(means.known_human, limit=80)}, so reading it "
                "shows nothing of the token.",
                hint="Give the id of a human that there is, or none.",
            ) from None
        return  # deleted since; that there is an answer shows that the token was let through
    finally:
        await http.aclose()


async def _stored(means: Means, entry: Entry, token: SecretStr) -> str:
    """Put a token where it goes; return where a person has it instead, if so."""

    async def put() -> None:
        await means.place.put(token)

    try:
        await _repeated(put, means.store_pauses)
    except AicxError as problem:
        return await means.rescue(Stranded(token, problem, bool(entry.key), put))
    return ""


async def _verified_when_issued(means: Means, token: SecretStr, *, place: str) -> None:
    kept = f"A new token was issued and is in {place}; the one before is dead."
    later = "The next start of aicx looks again, and lets it sign in once it is accepted."
    try:
        await verify(means, token)
    except NotFoundError:
        return  # the token is accepted; company or bot are another matter
    except NotSignedInError as error:
        raise NotSignedInError(
            f"{kept} The platform does not accept it yet. {error.message}",
            hint=f"{later} If it stays so: aicx login --context {means.context.name}",
        ) from None
    except AicxError as error:
        said = f"{kept} It is not verified yet. {error.message}"
        raise UnavailableError(said, hint=later) from None


async def _repeated(work: Callable[[], Awaitable[None]], pauses: Sequence[float]) -> None:
    """Do something again after each pause, as long as it fails."""
    for pause in pauses:
        try:
            return await work()
        except NotFoundError:
            raise
        except AicxError:
            await asyncio.sleep(pause)
    return await work()


def _use_now(means: Means, token: SecretStr) -> None:
    """Go on with the new token where the one before was given for this run, or nothing keeps it."""
    credentials, context = means.credentials, means.context
    if credentials.given(context) is not None or means.place.file:
        credentials.remember(context, Slot.TOKEN, token)
