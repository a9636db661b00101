"""Replaces the personal access token: nobody is locked out, wherever it is cut off.

Issuing a token kills the one before in the same moment. So a place for the new one is proven
first, and what is about to be done is written down; the call is sent once, or again under its key
where the platform takes one; the new token is stored as pending before anything else, verified,
and only then is it what signs in.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum

from pydantic import SecretStr

from aicx_tui.api.base import Credential, unsupported
from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.api.open_cx import not_documented
from aicx_tui.credentials import Found
from aicx_tui.errors import (
    AicxError,
    NotFoundError,
    NotSignedInError,
    OutcomeUnknownError,
    TlsError,
    UnavailableError,
    UnreachableError,
    UsageError,
)
from aicx_tui.models.capability import Capability
from aicx_tui.os_keyring import Slot
from aicx_tui.services.renewal import credential_of
from aicx_tui.services.rotation_journal import Entry, fingerprint, now
from aicx_tui.services.rotation_keeping import (
    Means,
    Step,
    account_of,
    look,
    promote,
    settle,
    uninterrupted,
    verify,
)
from aicx_tui.services.rotation_resuming import (
    Resumed,
    Resumption,
    probe,
    repeat,
    resume,
    unknown,
)
from aicx_tui.services.session import open_core
from aicx_tui.text import clean

KEY_BYTES = 32
"""256 random bits: whoever has the key and a credential of the user gets the token."""

PASTED_PAUSES = (1.0,)
"""Seconds between the looks at a token that was pasted: a mistyped one is said soon."""

_NOT_SENT = (UnreachableError, TlsError)
"""What a call raises that has not left this computer."""


class Outcome(StrEnum):
    """How a token came to be replaced."""

    ISSUED = "issued"
    """A new one was issued."""

    ADOPTED = "adopted"
    """Another process had replaced it; that one is used from now on."""

    RESUMED = "resumed"
    """A replacement that had been cut off was finished; no other token was issued."""

    ACCEPTED = "accepted"
    """A person issued it elsewhere, and it was accepted."""


@dataclass(frozen=True)
class Rotated:
    """A token that works and is kept.

    Attributes:
        outcome: How it came about.
        token: The new one.
        place: Where it is, as a person reads it.
        replaced: The fingerprint of the one before; empty where there was none.
    """

    outcome: Outcome
    token: SecretStr
    place: str
    replaced: str = ""

    @property
    def fingerprint(self) -> str:
        """What tells the new one from others."""
        return fingerprint(self.token)


async def rotate(means: Means, held: Found) -> Rotated:
    """Issue a token in place of the one that is held, or adopt what another process issued.

    Args:
        means: With what.
        held: What signs in now, as it was read before: a session, or the token to be replaced.

    Raises:
        UnsupportedError: The platform issues none.
        NotSignedInError: What is held is not accepted; or the token was issued and is lost, and
            the message says what to do.
        OutcomeUnknownError: Whether one was issued is not known; the journal stays.
        AicxError: Nothing was issued; or it was and is safe, and something is left to do.
    """
    if means.context.kind == "open-cx":
        not_documented(Capability.TOKEN_ISSUE)
    if means.context.kind != "console":
        unsupported(Capability.TOKEN_ISSUE)
    async with means.journal.turn(waits=means.waits):
        await means.begins()
        if (entry := means.journal.read()) is not None:
            resumption = await uninterrupted(resume(means, entry))
            if resumption.outcome is Resumed.FINISHED and (token := resumption.token) is not None:
                return Rotated(Outcome.RESUMED, token, resumption.place, entry.replaced)
        if (adopted := await _issued_by_another(means, held)) is not None:
            return adopted
        await means.place.prove(characters=len(held.secret.get_secret_value()))
        means.told(Step.PROVED)
        return await uninterrupted(_issue(means, held))


async def accept(means: Means, token: SecretStr, held: Found | None) -> Rotated:
    """Let a token that a person issued elsewhere sign in, once the platform accepts it.

    Args:
        means: With what.
        token: What was pasted.
        held: What signs in now; it is dropped only when the new one was verified.

    Raises:
        NotSignedInError: It is not accepted; what signed in before is as it was.
        AicxError: It could not be verified or stored; likewise.
    """
    async with means.journal.turn(waits=means.waits):
        await means.begins()
        await means.place.prove(characters=len(token.get_secret_value()))
        means.told(Step.PROVED)
        replaced = fingerprint(held.secret if held and held.slot is Slot.TOKEN else None)
        return await uninterrupted(_accept(means, token, replaced, held))


async def _check_pasted(means: Means, token: SecretStr, held: Found | None) -> None:
    await verify(means, token, pauses=PASTED_PAUSES)
    await _refuse_another_account(means, token, held)


async def _refuse_another_account(means: Means, token: SecretStr, held: Found | None) -> None:
    """Refuse a token of somebody else than who signs in here, as far as that can be known.

    Raises:
        UsageError: It is another account's.
    """
    if means.context.kind != "console":
        return  # no call is documented that tells whose a token is
    expected = means.context.account or await _who(means, held)
    actual = (await account_of(means, Credential.token(token))).email
    if expected and expected.casefold() != actual.casefold():
        raise UsageError(
            f"The token is of {clean(actual, limit=80)}, and {means.context.name} is signed in to "
            f"as {clean(expected, limit=80)}. It was not kept.",
            hint="Paste a token of the same account; or sign in as the other: aicx login --context "
            f"{means.context.name}",
        )


async def _who(means: Means, held: Found | None) -> str:
    """Who signed in before; empty where that does not sign in any more."""
    try:
        return (await account_of(means, credential_of(held, means.context))).email if held else ""
    except NotSignedInError:
        return ""


async def take_up(means: Means) -> Resumption | None:
    """Finish what was cut off, once nobody else is at it; None where there is nothing.

    Raises:
        AicxError: As `resume` does.
    """
    if not means.journal.exists:
        return None
    async with means.journal.turn():
        entry = means.journal.read()
        return await uninterrupted(resume(means, entry)) if entry is not None else None


async def _issued_by_another(means: Means, held: Found) -> Rotated | None:
    """The token that another process stored since this one read what it holds."""
    if means.credentials.given(means.context) is not None or means.place.file:
        return None  # what is held was given for this run, and says nothing of the keyring's
    found = await means.credentials.find(means.context)
    if found is None or found.slot is not Slot.TOKEN or found.secret == held.secret:
        return None
    try:
        await look(means, found.secret)
    except NotFoundError:
        pass  # it is accepted
    except NotSignedInError as error:
        raise NotSignedInError(
            f"The token was replaced meanwhile, and the one that is stored is not accepted either. "
            f"Nothing was issued. {error.message}",
            hint=f"Sign in again: aicx login --context {means.context.name}",
        ) from None
    return Rotated(Outcome.ADOPTED, found.secret, found.source, fingerprint(held.secret))


async def _issue(means: Means, held: Found) -> Rotated:
    context = means.context
    http = open_core(context, credential_of(held, context))
    try:
        ids = {"company_id": context.company_id or "any", "bot_id": context.bot_id or "any"}
        platform = await ConsoleApi.open(http, **ids)
        if Capability.TOKEN_ISSUE not in platform.capabilities:
            unsupported(Capability.TOKEN_ISSUE)
        takes_key = Capability.WRITES_IDEMPOTENT in platform.capabilities
        entry = Entry(
            replaced=fingerprint(held.secret if held.slot is Slot.TOKEN else None),
            key=secrets.token_urlsafe(KEY_BYTES) if takes_key else "",
            saves_to=means.place.file,
            had=means.place.had,
            begun_at=now(),
        )
        means.journal.write(entry)
        means.told(Step.NOTED)
        return await _asked_for(means, entry, held, platform)
    finally:
        await http.aclose()


async def _asked_for(means: Means, entry: Entry, held: Found, platform: ConsoleApi) -> Rotated:
    try:
        issued = await platform.token.issue(key=entry.key)
    except _NOT_SENT:
        means.journal.remove()
        raise
    except (OutcomeUnknownError, UnavailableError) as problem:
        return await _after_lost_reply(means, entry, held, problem)
    except NotSignedInError as error:
        means.journal.remove()
        raise NotSignedInError(
            f"The platform does not accept what signs in, so nothing was issued; the token may "
            f"have been replaced elsewhere. {error.message}",
            hint=f"Sign in again: aicx login --context {means.context.name}",
        ) from None
    except AicxError:
        means.journal.remove()
        raise
    means.told(Step.ISSUED)
    place = await settle(means, entry, issued.token)
    return Rotated(Outcome.ISSUED, issued.token, place, entry.replaced)


async def _after_lost_reply(means: Means, entry: Entry, held: Found, problem: AicxError) -> Rotated:
    """Find out whether a token was issued: by the same call again, else by the one before."""
    if entry.key:
        resumption = await repeat(means, entry, held)
    elif held.slot is Slot.SESSION:
        means.journal.remove()
        raise OutcomeUnknownError(
            f"A new token may have been issued, and nobody has it. {problem.message}",
            hint="The session still signs in, so issue another: aicx token issue",
        )
    else:
        try:
            resumption = await probe(means, entry, held)
        except UnavailableError as silent:
            raise unknown(means, entry, silent) from None
    if resumption.outcome is Resumed.UNTOUCHED or resumption.token is None:
        raise UnavailableError(
            f"No new token was issued: the one before works. {problem.message}",
            hint="Try again in a moment.",
        )
    return Rotated(Outcome.ISSUED, resumption.token, resumption.place, entry.replaced)


async def _accept(means: Means, token: SecretStr, replaced: str, held: Found | None) -> Rotated:
    place, earlier = means.place, means.journal.read()
    entry = Entry(
        replaced=replaced,
        is_pasted=True,
        saves_to=place.file,
        had=place.had,
        begun_at=now(),
    )
    is_begun = False
    try:
        if earlier is not None:  # what is pending, or had by its key, may be the only living one
            await _check_pasted(means, token, held)
        means.journal.write(entry)
        is_begun = True
        means.told(Step.NOTED)
        await place.put(token)
        means.told(Step.STORED)
        if earlier is None:
            await _check_pasted(means, token, held)
    except AicxError as problem:
        if is_begun:
            await _leave_as_before(means, earlier)
        problem.message = f"{problem.message} What signed in before is as it was."
        raise
    means.told(Step.VERIFIED)
    await promote(means, token)
    return Rotated(Outcome.ACCEPTED, token, means.place.name, replaced)


async def _leave_as_before(means: Means, earlier: Entry | None) -> None:
    if earlier is not None:
        means.journal.write(earlier)
        return
    await means.place.drop_pending()
    means.journal.remove()
