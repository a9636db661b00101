"""An open platform, and the ways to open one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

from pydantic import SecretStr

from aicx_tui.api.base import Credential, Platform
from aicx_tui.api.console_api import ConsoleApi, read_account
from aicx_tui.api.console_profile import ConsoleProfile
from aicx_tui.api.http import HttpCore, Limits, Renew
from aicx_tui.api.open_cx import MOST_BYTES, OpenCx, budget_of
from aicx_tui.api.proto_gateway import ProtoGateway
from aicx_tui.api.sign_in import sign_in
from aicx_tui.errors import AicxError, BotNotChosenError, NotSignedInError, UsageError
from aicx_tui.models.account import Account
from aicx_tui.models.capability import Capability
from aicx_tui.models.signing import Challenge
from aicx_tui.services.local_tags import LocalTags
from aicx_tui.services.sandbox import Announcement
from aicx_tui.settings import Context


@dataclass
class Session:
    """A platform that is ready to be asked, and what is known of who asks.

    Attributes:
        context: Which one, with company and bot.
        platform: Its calls.
        account: Who is signed in; None until it is known, or where the platform cannot tell.
        source: Where the secret came from, as a person reads it.
        http: What the credential in use is asked of; None where nobody may change it.
        local_tags: What tags there are, where the platform lists none.
        password: What signs in anew without asking; only the sandbox tells its own.
        own: Calls about the user itself by a session of their own, which ends with this run: a
            token may not do all of them.
    """

    context: Context
    platform: Platform
    account: Account | None = None
    source: str = ""
    http: HttpCore | None = field(default=None, repr=False)
    local_tags: LocalTags | None = field(default=None, kw_only=True)
    password: SecretStr | None = field(default=None, repr=False, kw_only=True)
    own: ConsoleApi | None = field(default=None, repr=False, kw_only=True)
    _signs_out: bool = field(default=False, kw_only=True)

    @property
    def pause(self) -> str:
        """What is waited for before the platform may be asked again; empty where nothing is."""
        budget = self.http.budget if self.http is not None else None
        return budget.said if budget is not None else ""

    def tell_of_pauses(self, tell: Callable[[str], None]) -> None:
        """Say when the platform's budget of requests is used up and has to be waited for."""
        if self.http is not None and self.http.budget is not None:
            self.http.budget.tell = tell

    @property
    def profile(self) -> ConsoleProfile:
        """The calls about the user itself.

        Raises:
            UnsupportedError: This platform has none.
        """
        return (self.own or self.platform).profile

    @property
    def who(self) -> str:
        """Who is signed in, as the history names them; a token does not tell everywhere."""
        if self.account is None:
            return self.context.account or "the token's owner"
        return f"{self.account.name} <{self.account.email}>"

    @property
    def role(self) -> str:
        """What the account may do; empty where the platform does not tell."""
        return self.account.role if self.account is not None else ""

    @property
    def is_by_password(self) -> bool:
        """Whether a session signs in now, and not a token."""
        credential = self.http.credential if self.http is not None else None
        return credential is not None and credential.is_session

    def sign_in_as(self, credential: Credential) -> None:
        """Send another credential from now on; whose it is has to be asked again."""
        if self.http is not None:
            self.http.credential = credential
            self.account = None

    async def identify(self) -> None:
        """Ask who is signed in, once, where the platform can say."""
        if self.account is None and Capability.SIGN_IN in self.platform.capabilities:
            self.account = await self.platform.get_account()

    async def aclose(self) -> None:
        """End the sessions that were opened for this run, if any, and the connections."""
        own, self.own = self.own, None
        try:
            if own is not None:
                await end_session_of(own)
            if self._signs_out:
                await self.platform.sign_out()
        except AicxError:
            pass  # it ends on its own after some hours
        finally:
            await self.platform.aclose()

    async def use_for_itself(self, credential: Credential) -> None:
        """Make the calls about the user itself by a session of their own, in place of an earlier.

        Raises:
            AicxError: The platform did not answer.
        """
        context = self.context
        http = open_core(context, credential)
        try:
            ids = {"company_id": context.company_id, "bot_id": context.bot_id}
            own = await ConsoleApi.open(http, **ids)
        except BaseException:
            await http.aclose()
            raise
        before, self.own = self.own, own
        if before is not None:
            await end_session_of(before)


async def end_session_of(platform: ConsoleApi) -> None:
    """End a session at its platform, where that can be told, and its connections."""
    with suppress(AicxError):  # it ends on its own after some hours
        await platform.sign_out()
    await platform.aclose()


async def open_session(
    context: Context, *, credential: Credential, renew: Renew | None = None, source: str = ""
) -> Session:
    """Open a platform with a credential that is at hand.

    Args:
        context: Where.
        credential: As whom.
        renew: What is done when the platform does not accept the credential any more.
        source: Where the credential came from, as a person reads it.

    Raises:
        AicxError: The platform did not answer as its kind does.
    """
    http = open_core(context, credential, renew=renew)
    try:
        account = None
        if context.kind == "console" and not (context.company_id and context.bot_id):
            account = await read_account(http)
            context = with_ids(context, account)
        return Session(
            context,
            await _platform(context, http),
            account=account,
            source=source,
            http=http,
        )
    except BaseException:
        await http.aclose()
        raise


async def open_sandbox(sandbox: Announcement, *, bot_id: str = "") -> Session:
    """Open the sandbox as its admin: by token, or by password where the token was changed.

    Args:
        sandbox: Where it is.
        bot_id: Another of its bots than the first.

    Raises:
        NotSignedInError: Both were changed.
    """
    context = Context(
        name="sandbox",
        source="sandbox",
        kind="console",
        root=sandbox.url,
        company_id=sandbox.company_id,
        bot_id=bot_id or sandbox.bot_id,
    )
    password = SecretStr(sandbox.admin.password) if sandbox.admin.password else None
    if sandbox.admin.token:
        token = Credential.token(SecretStr(sandbox.admin.token))
        session = await open_session(context, credential=token)
        session.password = password
        return session
    if password is None:
        raise NotSignedInError(
            "The sandbox's password and token were both changed, so it cannot be opened by itself.",
            hint="Start an untouched one with --ephemeral, or add it as a context with its URL.",
        )
    http = open_core(context, None)
    try:
        if isinstance(await sign_in(http, email=sandbox.admin.email, password=password), Challenge):
            raise NotSignedInError(
                "The sandbox's admin signs in by a code as well, so it cannot be opened by itself.",
                hint="Add it as a context with its URL, and sign in there.",
            )
        platform = await _platform(context, http)
    except BaseException:
        await http.aclose()
        raise
    return Session(context, platform, http=http, password=password, _signs_out=True)


def with_ids(context: Context, account: Account) -> Context:
    """The context with its company and bot, which the account tells where they are not stated.

    Raises:
        BotNotChosenError: The account has several bots and none is chosen.
        UsageError: It has none.
    """
    if context.bot_id:
        return replace(context, company_id=context.company_id or account.company.id)
    if not account.bots:
        raise UsageError(
            f"{account.company.name} has no bot that {account.name} may see.",
            hint="Ask an admin of the company for one.",
        )
    if len(account.bots) > 1:
        bots = [(bot.id, bot.name) for bot in account.bots]
        served = ", ".join(f"{bot_id} ({name})" for bot_id, name in bots)
        raise BotNotChosenError(
            f"{account.company.name} has several bots and none is chosen: {served}.",
            bots=bots,
            hint=f"Choose one: aicx contexts edit {context.name} --bot ID",
        )
    return replace(
        context,
        company_id=context.company_id or account.company.id,
        bot_id=account.bots[0].id,
    )


def open_core(
    context: Context, credential: Credential | None, *, renew: Renew | None = None
) -> HttpCore:
    """The HTTP core of a context's platform."""
    is_open_cx = context.kind == "open-cx"
    return HttpCore(
        context.root,
        credential=credential,
        renew=renew,
        proxy=context.proxy,
        ca_file=context.ca_file,
        read_only=context.read_only,
        limits=Limits(
            total=context.timeout,
            read=min(context.timeout, Limits.read),
            body=MOST_BYTES if is_open_cx else Limits.body,
        ),
        budget=budget_of(context.root, context.host) if is_open_cx else None,
    )


async def _platform(context: Context, http: HttpCore) -> Platform:
    if context.kind == "console":
        return await ConsoleApi.open(http, company_id=context.company_id, bot_id=context.bot_id)
    return lasting_platform(context, http)


def lasting_platform(context: Context, http: HttpCore) -> Platform:
    """A platform that does not say what it can do, since that is always the same."""
    if context.kind == "open-cx":
        return OpenCx(http)
    return ProtoGateway(http, company_id=context.company_id, bot_id=context.bot_id)
