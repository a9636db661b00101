"""Signing in to a context and out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.console_api import ConsoleApi, read_account, read_capabilities
from aicx_tui.api.http import HttpCore
from aicx_tui.api.sign_in import resend_code, sign_in, verify_code
from aicx_tui.credentials import Credentials, Found
from aicx_tui.errors import AicxError, NotFoundError, NotSignedInError, UsageError
from aicx_tui.models.account import Account, Session
from aicx_tui.models.signing import Challenge
from aicx_tui.os_keyring import PROMPT_SECONDS, SILENT_SECONDS, Slot
from aicx_tui.services.codes import checked_code, over_told_apart
from aicx_tui.services.contexts import edit_context, settings_of
from aicx_tui.services.renewal import credential_of, token_for
from aicx_tui.services.rotation_journal import RotationJournal
from aicx_tui.services.session import lasting_platform, open_core
from aicx_tui.services.setup import Setup
from aicx_tui.settings import Context, PlatformKind
from aicx_tui.text import clean

_AGAIN = "Copy it again from Profile > API: issuing a new one ends the one before."

WHERE_TO_COPY: dict[PlatformKind, str] = {
    "gateway": _AGAIN,
    "console": _AGAIN,
    "open-cx": "Make a key in OpenCX's dashboard: Settings > Access. It is shown once.",
}
"""Where a token that is accepted comes from."""

_ANY = "any"
"""Stands for company and bot where a call is about neither."""


@dataclass(frozen=True)
class SignedIn:
    """A sign-in that the platform accepted, and that is not kept anywhere yet.

    Attributes:
        context: As it was given, with company and bot where the account told them.
        slot: Whether a token or a session signs in.
        secret: The token or session.
        account: Who it is; None where the platform cannot tell.
    """

    context: Context
    slot: Slot
    secret: SecretStr
    account: Account | None

    @property
    def credential(self) -> Credential:
        """What is sent from now on."""
        return credential_of(Found(self.slot, self.secret, ""), self.context)


@dataclass(frozen=True)
class CodeAsked:
    """A sign-in that waits for the code that was sent by e-mail.

    Attributes:
        context: As it was given.
        challenge: What the code answers.
    """

    context: Context
    challenge: Challenge


@dataclass(frozen=True)
class SignedOut:
    """What signing out came to.

    Attributes:
        slot: What had signed in; None where nobody was signed in.
        unended: Why the platform could not be told that the session is over, if it was one.
    """

    slot: Slot | None
    unended: AicxError | None = None


async def sign_in_by_token(context: Context, token: SecretStr) -> SignedIn:
    """Find out whether the platform accepts a personal access token.

    Raises:
        NotSignedInError: It does not; a newer one may have replaced it.
        NotFoundError: It does, but company or bot are not the account's.
        AicxError: The platform could not be asked.
    """
    http = open_core(context, token_for(context, token))
    try:
        if context.kind != "console":
            await lasting_platform(context, http).check_token()
            return SignedIn(context, Slot.TOKEN, token, None)
        await read_capabilities(http)
        account = await read_account(http)
    except NotSignedInError as error:
        what = "API key" if context.kind == "open-cx" else "token"
        refused = NotSignedInError(
            f"The {what} was not accepted. {error.message}",
            hint=WHERE_TO_COPY[context.kind],
        )
        refused.code = error.code
        raise refused from None
    finally:
        await http.aclose()
    return SignedIn(_with_known_ids(context, account), Slot.TOKEN, token, account)


def check_takes_password(context: Context) -> None:
    """Refuse a password before anybody types it, where none can sign in.

    Raises:
        UsageError: The context's platform takes tokens only.
    """
    if context.kind == "open-cx":
        raise UsageError(
            "OpenCX takes an API key and no password. Nothing was sent.",
            hint=WHERE_TO_COPY[context.kind],
        )
    if context.kind != "console":
        raise UsageError(
            "Proto documents no sign-in by password for its gateway. Nothing was sent.",
            hint="Sign in with a personal access token, from Profile > API.",
        )


async def begin_by_password(
    context: Context, *, email: str, password: SecretStr
) -> SignedIn | CodeAsked:
    """Sign in by e-mail and password, which may take a code by e-mail as well.

    Raises:
        NotSignedInError: Unknown account or wrong password; the platform does not say which.
        NotFoundError: It is signed in, but company or bot are not the account's.
        AicxError: The platform could not be asked.
    """
    check_takes_password(context)
    if not (email and password.get_secret_value()):
        raise UsageError("E-mail address and password are both needed. Nothing was sent.")
    context = replace(context, account=email)
    http = open_core(context, None)
    try:
        await read_capabilities(http)
        try:
            answer = await sign_in(http, email=email, password=password)
        except NotSignedInError as error:
            raise NotSignedInError(error.message, hint="Check e-mail and password.") from None
        return await what_came(context, http, answer)
    finally:
        await http.aclose()


async def verify(asked: CodeAsked, code: str) -> SignedIn:
    """Go on with a sign-in by the code that was sent.

    Raises:
        InvalidFieldsError: The code is wrong; another may be tried.
        ChallengeOverError: It is too late for this code, or too many were tried.
        AicxError: As for the password.
    """
    secret = checked_code(code)
    http = open_core(asked.context, None)
    try:
        with over_told_apart():
            session = await verify_code(http, challenge=asked.challenge.challenge, code=secret)
        return await _known(asked.context, http, session)
    finally:
        await http.aclose()


async def resend(asked: CodeAsked) -> CodeAsked:
    """Have another code sent; the one before is of no use any more.

    Raises:
        RateLimitedError: The last one was sent just now.
        ChallengeOverError: The sign-in has to begin anew.
    """
    http = open_core(asked.context, None)
    try:
        with over_told_apart():
            challenge = await resend_code(http, challenge=asked.challenge.challenge)
        return CodeAsked(asked.context, challenge)
    finally:
        await http.aclose()


async def what_came(
    context: Context, http: HttpCore, answer: Session | Challenge
) -> SignedIn | CodeAsked:
    """What a sign-in is at, once the platform has answered.

    Raises:
        NotFoundError: It is signed in, but company or bot are not the account's.
        AicxError: The platform could not be asked who it is.
    """
    if isinstance(answer, Challenge):
        return CodeAsked(context, answer)
    return await _known(context, http, answer)


async def _known(context: Context, http: HttpCore, session: Session) -> SignedIn:
    """Find out whose session it is; it is ended again where that goes wrong."""
    try:
        account = await read_account(http)
        known = _with_known_ids(replace(context, account=account.email), account)
    except AicxError:
        await end_at_platform(context, Credential.session(session.session))
        raise
    return SignedIn(known, Slot.SESSION, session.session, account)


def check_belongs(context: Context, account: Account) -> None:
    """Find out whether the context's company and bot are those of the account.

    Raises:
        NotFoundError: They are not.
    """
    company, bots = clean(account.company.id, limit=80), [bot.id for bot in account.bots]
    if context.company_id and context.company_id != account.company.id:
        raise NotFoundError(
            f"{context.host} accepts the sign-in, but for the company {company} and not for "
            f"{context.company_id}.",
            hint="Sign in with an account of that company, or mend the company: "
            f"aicx contexts edit {context.name} --company ID",
        )
    if context.bot_id and context.bot_id not in bots:
        served = clean(", ".join(bots), limit=300) or "none"
        raise NotFoundError(
            f"{context.host} accepts the sign-in, but there is no bot {context.bot_id}.",
            hint=f"Choose another: aicx contexts edit {context.name} --bot ID. There are: {served}",
        )


def _with_known_ids(context: Context, account: Account) -> Context:
    """Fill in the company, and the bot where there is no choice or the first is as good."""
    check_belongs(context, account)
    first = account.bots[0].id if account.bots else ""
    return replace(context, company_id=account.company.id, bot_id=context.bot_id or first)


async def keep(
    signed_in: SignedIn, credentials: Credentials, *, patience: float = PROMPT_SECONDS
) -> str:
    """Keep what a sign-in gave and return where; the keyring may ask to be unlocked meanwhile."""
    return await credentials.keep(
        signed_in.context, signed_in.slot, signed_in.secret, patience=patience
    )


async def abandon(signed_in: SignedIn) -> None:
    """End the session of a sign-in that could not be kept; a token stays as it is."""
    if signed_in.slot is Slot.SESSION:
        await end_at_platform(signed_in.context, signed_in.credential)


async def learn(signed_in: SignedIn, context: Context, setup: Setup) -> None:
    """Write down the company, bot and account that a sign-in told.

    Args:
        signed_in: What was told.
        context: As it was before.
        setup: Whose config.toml it is.
    """
    if context.source != "config":
        return
    setup.mirrors.forget_last(context)
    await RotationJournal(setup.home, context).abandon()  # it is about what signed in before
    before, after = settings_of(context), settings_of(signed_in.context)
    told = {key: after[key] for key in after if after[key] != before.get(key)}
    if told:
        setup.config = edit_context(setup.config.path, context.name, told)


async def sign_out(
    context: Context,
    setup: Setup,
    *,
    keeps_mirror: bool = False,
    discards: bool = False,
    patience: float = PROMPT_SECONDS,
) -> SignedOut:
    """End the session at the platform, if it is one, and forget what signed in.

    The key of the mirror goes too, and the file with it, unless it is to be kept: nobody can then
    read what was read of the humans.

    A token stays valid at the platform: only issuing a new one ends it. The keyring's own trouble
    is left in `credentials.problem`.

    Raises:
        UsageError: Changes wait in the mirror, and are not to be let go of.
        MirrorError: Nobody can say whether some do.
    """
    credentials = setup.credentials
    if not (keeps_mirror or discards):
        await setup.mirrors.refuse_while_changes_wait(context)
    found = await credentials.find_kept(context, patience=patience)
    if not keeps_mirror:
        setup.mirrors.remove(context)
    await RotationJournal(setup.home, context).abandon()
    if found is None and credentials.problem:
        return SignedOut(None)
    unended = None
    if found is not None and found.slot is Slot.SESSION:
        unended = await end_at_platform(context, credential_of(found, context))
    kept = (Slot.MIRROR,) if keeps_mirror else ()
    was_in = await credentials.forget(context, patience=patience, keep=kept)
    return SignedOut(found.slot if found is not None and was_in else None, unended)


async def end_session(context: Context, credentials: Credentials) -> None:
    """End a session by password, here and at the platform; a token and the place stay."""
    found = await credentials.find_kept(context, patience=SILENT_SECONDS)
    if found is not None and found.slot is Slot.SESSION:
        await end_at_platform(context, credential_of(found, context))
    await credentials.forget_session(context, patience=SILENT_SECONDS)


async def end_at_platform(context: Context, credential: Credential) -> AicxError | None:
    """End a session at the platform; return why that could not be done, if so."""
    http = open_core(context, credential)
    try:
        ids = {"company_id": context.company_id or _ANY, "bot_id": context.bot_id or _ANY}
        await (await ConsoleApi.open(http, **ids)).sign_out()
    except NotSignedInError:
        return None  # it had ended already
    except AicxError as error:
        return error
    finally:
        await http.aclose()
    return None
