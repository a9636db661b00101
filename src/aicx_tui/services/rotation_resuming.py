"""What becomes of a rotation that was cut off: found out from what is stored, and finished."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum

from pydantic import SecretStr

from aicx_tui.credentials import MEMORY, Found
from aicx_tui.errors import (
    AicxError,
    ConflictError,
    NotFoundError,
    NotSignedInError,
    OutcomeUnknownError,
)
from aicx_tui.os_keyring import SILENT_SECONDS, Slot
from aicx_tui.services.renewal import credential_of
from aicx_tui.services.rotation_journal import Entry, fingerprint, now
from aicx_tui.services.rotation_keeping import (
    Means,
    account_of,
    look,
    promote,
    settle,
    verify,
)
from aicx_tui.services.session import open_core
from aicx_tui.services.token_places import file_place

START_PAUSES = (0.5, 1.0)
"""Seconds between the looks at a pending token: a start is waited for, and the next looks again."""

ISSUE_PAUSES = (0.2, 1.0, 3.0)
"""Seconds between the repetitions of a call whose reply was lost."""


class Resumed(StrEnum):
    """What a rotation that was cut off came to."""

    FINISHED = "finished"
    """The new token is where it belongs."""

    UNTOUCHED = "untouched"
    """None was issued, or the one pasted is of no use; the one before works."""


@dataclass(frozen=True)
class Resumption:
    """What was found of a rotation that was cut off, and done about it.

    Attributes:
        outcome: What it came to.
        message: That, as a sentence.
        token: The one that works; None where that is not known to be stored.
        place: Where it is.
    """

    outcome: Resumed
    message: str
    token: SecretStr | None = None
    place: str = ""

    @property
    def hint(self) -> str:
        """What else may be left to do."""
        if self.outcome is Resumed.UNTOUCHED:
            return ""
        return "Places that use it may have the one before: aicx token targets update --missing"


async def resume(means: Means, entry: Entry) -> Resumption:
    """Finish a rotation that was cut off, or find that there is nothing to finish.

    Args:
        means: With the turn held.
        entry: What the journal says.

    Raises:
        NotSignedInError: Nothing that is here is accepted; nothing is forgotten.
        OutcomeUnknownError: Whether one was issued cannot be found out now; nothing is forgotten.
        AicxError: Keyring or platform cannot be asked now; nothing is forgotten.
    """
    if (place := file_place(entry.saves_to, means.journal.home)) is not None:
        means = replace(means, place=place)
    pending = await means.place.pending(before=(entry.replaced, entry.had))
    if pending is not None:
        return await _with_pending(means, entry, pending)
    held = await means.credentials.find(means.context, patience=SILENT_SECONDS)
    if held is None and means.credentials.problem and not means.place.file:
        raise means.credentials.problem
    if held is not None and entry.is_repeatable(now()) and not _is_new(held, entry):
        return await repeat(means, entry, held)
    return await probe(means, entry, held)


async def _with_pending(means: Means, entry: Entry, pending: SecretStr) -> Resumption:
    try:
        await verify(means, pending, pauses=START_PAUSES)
    except NotFoundError:
        pass  # it is accepted; company or bot are another matter
    except NotSignedInError as refused:
        held = await means.credentials.find(means.context, patience=SILENT_SECONDS)
        if not await _works(means, held):
            raise _not_yet(means, refused) from None
        await means.place.drop_pending()
        return await probe(means, entry, held)
    await promote(means, pending)
    return _finished(means, pending)


def _not_yet(means: Means, refused: NotSignedInError) -> NotSignedInError:
    """A token that may be the only live one is not let go of while nothing else is accepted."""
    return NotSignedInError(
        f"The new token of {means.context.name} is kept as pending, and the platform accepts "
        f"neither it nor what signed in before. {refused.message}",
        hint=f"Try again in some minutes; or sign in: aicx login --context {means.context.name}",
    )


async def _works(means: Means, held: Found | None) -> bool:
    try:
        if held is not None:
            await _look(means, held)
    except NotSignedInError:
        return False
    return held is not None


async def repeat(means: Means, entry: Entry, held: Found) -> Resumption:
    """Send the call again under its key, which gives the same token, and see that through.

    Raises:
        NotSignedInError: The platform gives it no more.
        OutcomeUnknownError: There is still no reply.
    """
    from aicx_tui.api.console_api import ConsoleApi

    http = open_core(means.context, credential_of(held, means.context))
    lost: AicxError | None = None
    try:
        ids = {
            "company_id": means.context.company_id or "any",
            "bot_id": means.context.bot_id or "any",
        }
        for pause in (0.0, *ISSUE_PAUSES):
            await asyncio.sleep(pause)
            try:
                platform = await ConsoleApi.open(http, **ids)
                issued = await platform.token.issue(key=entry.key)
                break
            except (NotSignedInError, ConflictError):
                return await probe(means, entry, held)
            except AicxError as problem:
                lost = problem
        else:
            raise unknown(means, entry, lost)
    finally:
        await http.aclose()
    place = await settle(means, entry, issued.token)
    return _finished(means, issued.token, place)


async def probe(means: Means, entry: Entry, held: Found | None) -> Resumption:
    """The new token is not stored anywhere: does what signs in still work?"""
    if held is None:
        raise lost(means, entry)
    try:
        await _look(means, held)
    except NotSignedInError as refused:
        raise lost(means, entry, held, refused) from None
    if _is_new(held, entry) and entry.rescued and held.source == MEMORY:
        await means.place.put(held.secret)
        await promote(means, held.secret)
        return _finished(means, held.secret)
    means.journal.remove()
    if _is_new(held, entry):
        return Resumption(
            Resumed.FINISHED,
            "A replacement of the token was cut off at its very end: the new one is stored and "
            "works.",
            held.secret,
            held.source,
        )
    if held.slot is Slot.SESSION:
        return Resumption(
            Resumed.UNTOUCHED,
            "A token was being issued and nothing of it was stored. The session still signs in."
            f"{_rescued(entry)} If it was issued and is lost, issue another: aicx token issue",
        )
    return Resumption(
        Resumed.UNTOUCHED,
        "A replacement of the token was cut off before anything came of it: the token from "
        f"{held.source} works as before.",
        held.secret,
        held.source,
    )


def lost(
    means: Means,
    entry: Entry,
    held: Found | None = None,
    refused: NotSignedInError | None = None,
) -> NotSignedInError:
    """Say that the new token is not here, and that the one before is not accepted.

    A refusal may come from anything on the way and tell nothing of a token: the one before stays
    where it is, and the journal with what has the new one again, until somebody signs in or the
    platform accepts it.
    """
    if held is None:
        if not entry.is_fresh(now()):
            means.journal.remove()
        refusal = "Nothing that signs in was found here."
    else:
        kept = "session" if held.slot is Slot.SESSION else f"token before, in {held.source},"
        refusal = f"The {kept} is not accepted and was left as it is."
    if refused is not None:
        refusal = f"{refusal} {refused.message}"
    name = means.context.name
    if entry.is_repeatable(now()):
        again = "Try again in a moment, within 9 minutes: aicx"
        if held is None:
            again = "Within 9 minutes, run it with what signed in: aicx --token-file FILE"
        return NotSignedInError(
            f"A new token of {name} was asked for, and whether it was issued is not known. "
            f"{refusal}",
            hint=f"{again} token rotate --yes --context {name}. Once what signs in is accepted, "
            f"the same call gives the same token. {_signing_in_anew(name)}",
        )
    paste = f"aicx token set --stdin --context {name}"
    if entry.rescued:
        return NotSignedInError(f"{refusal}{_rescued(entry)}", hint=f"Store it: {paste}")
    if entry.is_pasted:
        return NotSignedInError(
            f"A new token of {name} was being stored, and that was cut off. {refusal}",
            hint=f"Give the new one again: {paste}",
        )
    return NotSignedInError(
        f"The token of {name} was being replaced, and the new one never arrived here: the "
        f"platform's answer was lost, or somebody else replaced the token meanwhile. {refusal}",
        hint=_signing_in_anew(name),
    )


def _signing_in_anew(name: str) -> str:
    return (
        f"If it stays so, sign in by password and issue another: aicx login --email … --context "
        f"{name}, then aicx token issue. Or issue one in the web app (Profile > API) and store it: "
        f"aicx token set --stdin --context {name}"
    )


def unknown(means: Means, entry: Entry, problem: AicxError | None) -> OutcomeUnknownError:
    """Nobody knows whether a token was issued; the journal stays, so it can be found out."""
    why = f" {problem.message}" if problem else ""
    return OutcomeUnknownError(
        f"A new token was asked for and no reply came, so it may have been issued.{why}",
        hint=(
            f"Within 9 minutes, run: aicx token rotate --yes --context {means.context.name}. It "
            "sends the same call again, which gives the same token."
            if entry.key
            else "Once the platform answers, aicx finds out at its next start."
        ),
    )


async def _look(means: Means, held: Found) -> None:
    """Ask once whether a credential is accepted."""
    if held.slot is Slot.TOKEN:
        try:
            await look(means, held.secret)
        except NotFoundError:
            return
        return
    await account_of(means, credential_of(held, means.context))


def _is_new(held: Found, entry: Entry) -> bool:
    """Whether what signs in is a token, and not the one that was to be replaced."""
    return held.slot is Slot.TOKEN and fingerprint(held.secret) != entry.replaced


def _rescued(entry: Entry) -> str:
    return f" The new one was kept by hand: {entry.rescued}." if entry.rescued else ""


def _finished(means: Means, token: SecretStr, place: str = "") -> Resumption:
    return Resumption(
        Resumed.FINISHED,
        "A replacement of the token was cut off and is finished now: the new one works and is in "
        f"{place or means.place.name}.",
        token,
        place or means.place.name,
    )
