"""What `aicx doctor` finds out about one context: every question has the context's deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import TypeVar

from aicx_tui.api.console_api import read_account, read_capabilities
from aicx_tui.api.http import Limits
from aicx_tui.api.reachability import ObservedCore
from aicx_tui.credentials import Credentials, Found
from aicx_tui.errors import (
    AicxError,
    NotFoundError,
    NotSignedInError,
    RateLimitedError,
    TimedOutError,
    TlsError,
    UsageError,
)
from aicx_tui.models.account import Account
from aicx_tui.os_keyring import SILENT_SECONDS, KeyringState
from aicx_tui.services.findings import Check, Status
from aicx_tui.services.renewal import credential_of
from aicx_tui.services.session import lasting_platform
from aicx_tui.settings import WHERE_TO_FIND, Context

_T = TypeVar("_T")

MOST_SECONDS = 10.0
"""How long a context is asked, even where its own calls may take longer."""

_ASKED_ALREADY_SECONDS = 0.1
"""How long a keyring is waited for that did not answer a moment ago."""

_CERTIFICATE_STEPS = (
    ("expired", "Tell whoever runs the platform; or see above whether this computer's clock lags."),
    ("not yet valid", "See above whether this computer's clock lags; else tell the platform's."),
    ("mismatch", "Check the host in the context's url: the certificate is for another."),
    ("not valid for", "Check the host in the context's url: the certificate is for another."),
)
"""What to do by words of the certificate's problem; for any other, the error says it."""


@dataclass
class Examined:
    """What is known of a context, as it becomes known."""

    context: Context
    checks: list[Check] = field(default_factory=list)
    clock_ahead: float | None = None

    def add(self, name: str, status: Status, found: str, next_step: str = "") -> None:
        """Note a finding."""
        self.checks.append(
            Check(name, status, found, next_step=next_step, context=self.context.name)
        )

    def add_problem(self, name: str, problem: AicxError, *, status: Status = "failed") -> None:
        """Note a problem in its own words."""
        self.add(name, status, problem.message, problem.hint)


async def examine(context: Context, credentials: Credentials) -> Examined:
    """Find out whether a context works, and where it stops."""
    examined = Examined(context)
    found, obstacle = await _credential(context, credentials)
    seconds = min(context.timeout, MOST_SECONDS)
    try:
        http = _core(context, found, seconds)
    except UsageError as problem:
        examined.add_problem("platform", problem)
    else:
        deadline = _Deadline(context.host, seconds, asyncio.get_running_loop().time() + seconds)
        look = _examine_console if context.kind == "console" else _examine_lasting
        try:
            await look(examined, http, found, deadline)
        finally:
            await http.aclose()
        examined.clock_ahead = http.clock_ahead
    if obstacle:
        examined.checks.append(obstacle)
    examined.add("mode", "ok", _mode(context))
    return examined


def _core(context: Context, found: Found | None, seconds: float) -> ObservedCore:
    return ObservedCore(
        context.root,
        credential=credential_of(found, context) if found else None,
        proxy=context.proxy,
        ca_file=context.ca_file,
        limits=Limits(
            connect=min(Limits.connect, seconds),
            read=min(Limits.read, seconds),
            total=seconds,
            attempts=1,  # what works only now and then is to be seen
        ),
    )


def _mode(context: Context) -> str:
    mode = "read-only" if context.read_only else "may change data"
    return f"production, {mode}" if context.production else mode


async def _credential(
    context: Context, credentials: Credentials
) -> tuple[Found | None, Check | None]:
    """What signs in, or why nothing does."""
    try:
        credentials.refuse_foreign_token(context)
    except UsageError as problem:
        return None, _no_credential(context, problem.message, problem.hint)
    is_silent = credentials.keyring.state is KeyringState.SILENT
    patience = _ASKED_ALREADY_SECONDS if is_silent else SILENT_SECONDS
    if found := await credentials.find(context, patience=patience):
        return found, None
    if context.source == "environment":
        hint = WHERE_TO_FIND["AICX_TOKEN"]
        return None, _no_credential(context, "AICX_TOKEN is not set.", hint)
    if credentials.problem:
        unknown = f"Whether anybody is signed in is not known. {credentials.problem.message}"
        return None, _no_credential(context, unknown, credentials.problem.hint)
    hint = f"Sign in: aicx login --context {context.name}"
    return None, _no_credential(context, "Nobody is signed in.", hint)


def _no_credential(context: Context, found: str, next_step: str) -> Check:
    return Check("credential", "warning", found, next_step=next_step, context=context.name)


async def _examine_lasting(
    examined: Examined, http: ObservedCore, found: Found | None, deadline: _Deadline
) -> None:
    context = examined.context
    problem = await deadline.answer(lasting_platform(context, http).check_token())
    is_let_through = problem is None or isinstance(problem, NotFoundError)
    speaks = is_let_through or isinstance(problem, NotSignedInError)
    served = "OpenCX's contacts" if context.kind == "open-cx" else "the documented gateway"
    _add_platform(examined, http, None if speaks else problem, served)
    if found:
        _add_credential(examined, found, None if is_let_through else problem, asked=speaks)
    if isinstance(problem, NotFoundError):
        examined.add_problem("bot", problem)


async def _examine_console(
    examined: Examined, http: ObservedCore, found: Found | None, deadline: _Deadline
) -> None:
    server = await deadline.answer(read_capabilities(http))
    problem = server if isinstance(server, AicxError) else None
    _add_platform(examined, http, problem, "the console contract")
    if found and problem:
        _add_credential(examined, found, problem, asked=False)
    elif found:
        account = await deadline.answer(read_account(http))
        if isinstance(account, AicxError):
            _add_credential(examined, found, account)
        else:
            _add_credential(examined, found, None, role=account.role)
            _add_bot(examined, account)


@dataclass(frozen=True)
class _Deadline:
    """When every question to a host has to be answered."""

    host: str
    seconds: float
    at: float

    async def answer(self, call: Awaitable[_T]) -> _T | AicxError:
        """What a call gives, or why it gives nothing."""
        try:
            async with asyncio.timeout_at(self.at):
                return await call
        except TimeoutError:
            return TimedOutError(
                f"{self.host} did not answer in full within {self.seconds:g} s.",
                hint="Try again later, and tell whoever runs the platform.",
            )
        except AicxError as problem:
            return problem


def _add_platform(
    examined: Examined, http: ObservedCore, problem: AicxError | None, kind: str
) -> None:
    """Whether something answers, over which connection, and whether it is the API."""
    if http.latency is None and problem is not None:
        if isinstance(problem, TlsError):
            examined.add("tls", "failed", problem.message, _certificate_step(problem))
        else:
            examined.add_problem("platform", problem)
        return
    context = examined.context
    way = " through a proxy" if context.proxy else ""
    milliseconds = (http.latency or 0) * 1000
    examined.add("platform", "ok", f"{context.host} answers in {milliseconds:.0f} ms{way}")
    examined.add("tls", "ok", _trust(context))
    if problem is None:
        examined.add("api", "ok", f"serves {kind}")
    else:
        is_pause = isinstance(problem, RateLimitedError)
        examined.add_problem("api", problem, status="warning" if is_pause else "failed")


def _trust(context: Context) -> str:
    if context.root.startswith("http://"):
        return "not used: http on this computer"
    if context.ca_file:
        return f"trusted by {context.ca_file} (ca_file)"
    return "trusted by the system's store"


def _certificate_step(problem: TlsError) -> str:
    said = problem.message.lower()
    return next((step for words, step in _CERTIFICATE_STEPS if words in said), problem.hint)


def _add_credential(
    examined: Examined,
    found: Found,
    problem: AicxError | None,
    *,
    asked: bool = True,
    role: str = "",
) -> None:
    """Where the secret was found, and what the platform thinks of it."""
    what = f"{found.slot.value} from {found.source}"
    name = examined.context.name
    if not asked:
        step = "Mend what is said above, then try again."
        examined.add("credential", "warning", f"{what}, not tried", step)
    elif problem is None:
        examined.add("credential", "ok", f"{what}, accepted{f', as {role}' if role else ''}")
    else:
        again = isinstance(problem, NotSignedInError) and examined.context.source == "config"
        step = f"Sign in again: aicx login --context {name}" if again else problem.hint
        examined.add("credential", "failed", f"{what}: {problem.message}", step)


def _add_bot(examined: Examined, account: Account) -> None:
    """Whether company and bot are the account's."""
    context, bots = examined.context, {bot.id: bot.name for bot in account.bots}
    served = ", ".join(f"{bot.id} ({bot.name})" for bot in account.bots)
    of_config = context.source == "config"
    how = f"aicx contexts edit {context.name} --bot ID" if of_config else "Set AICX_BOT_ID"
    step = f"{how}, to one of: {served}"
    if context.company_id and context.company_id != account.company.id:
        wrong = "The account belongs to another company than the context names."
        examined.add("bot", "failed", wrong, f"Its id is {account.company.id}.")
    elif not bots:
        examined.add("bot", "failed", "The company has no bot.", "Make one at the platform.")
    elif context.bot_id and context.bot_id not in bots:
        examined.add("bot", "failed", f"The company has no bot {context.bot_id}.", step)
    elif not context.bot_id and len(bots) > 1:
        examined.add("bot", "failed", "The company has several bots and none is chosen.", step)
    else:
        examined.add("bot", "ok", bots.get(context.bot_id) or account.bots[0].name)
