"""Grants given elsewhere, from the question to the answer, for signing in and for linking.

Questions to a provider are awaited, so that a slow one takes no thread from other calls; what
touches the database runs in a thread, as everywhere.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import NoReturn

from starlette.concurrency import run_in_threadpool

from aicx_tui.sandbox import grant_flows
from aicx_tui.sandbox.access import Platform, unauthorized
from aicx_tui.sandbox.grant_flows import LONGEST_INTERVAL, SLOWER_BY, Asking, Waiting
from aicx_tui.sandbox.identities import Identity
from aicx_tui.sandbox.provider_http import ProviderError, UntrustedTokenError
from aicx_tui.sandbox.providers import Granted, Provider
from aicx_tui.sandbox.replies import Refusal

Answer = dict[str, object]


async def start(platform: Platform, name: str, *, session_hash: str | None = None) -> Answer:
    """Ask a provider for a grant; the answer is what a person needs to give it.

    Args:
        platform: What it is for.
        name: Of the provider.
        session_hash: Of the session that links; None where somebody signs in.

    Raises:
        Refusal: The platform has no such provider, or it does not answer.
    """
    provider = platform.providers.get(name) or _no_provider()
    try:
        grant = await provider.start()
    except ProviderError as problem:
        _provider_failed(provider, problem)

    def remember() -> tuple[str, float, str]:
        with platform.database.writing() as connection:
            return grant_flows.add(connection, grant, provider=name, session_hash=session_hash)

    flow, interval, expires_at = await run_in_threadpool(remember)
    complete = grant.verification_uri_complete
    return {
        "flow": flow,
        "user_code": grant.user_code,
        "verification_uri": grant.verification_uri,
        **({"verification_uri_complete": complete} if complete else {}),
        "interval": interval,
        "expires_at": expires_at,
    }


async def poll(
    platform: Platform, flow: str, *, session_hash: str | None = None
) -> Identity | Answer:
    """Ask how far a grant is: whose it is, to exactly one who asks, or what there is to say yet.

    Args:
        platform: What it is for.
        flow: As `start` gave it.
        session_hash: Of the session that must have begun it; None where somebody signs in.

    Raises:
        Refusal: There is no such flow, or none any more, or the provider's answer does not tell
            who gave the grant.
    """

    def claim() -> Asking | Waiting:
        with platform.database.writing() as connection:
            return grant_flows.claim(connection, flow, session_hash=session_hash)

    claimed = await run_in_threadpool(claim)
    if isinstance(claimed, Waiting):
        if claimed.status == "unknown":
            _unknown_flow(is_sign_in=session_hash is None)
        return _undecided(claimed.status, claimed.interval)
    provider = platform.providers.get(claimed.provider) or _no_provider()
    try:
        answer = await provider.ask(claimed.device_code)
    except ProviderError as problem:
        await _go_on(platform, flow, interval=claimed.interval)
        _provider_failed(provider, problem)
    if isinstance(answer, Granted):
        return await _granted(platform, provider, flow, answer, is_sign_in=session_hash is None)
    if answer.status in ("denied", "expired"):
        await _end(platform, flow)
        return {"status": answer.status}
    slower = SLOWER_BY if answer.status == "slow_down" else 0
    interval = min(claimed.interval + slower, LONGEST_INTERVAL)
    await _go_on(platform, flow, interval=interval)
    return _undecided(answer.status, interval)


async def _granted(
    platform: Platform, provider: Provider, flow: str, answer: Granted, *, is_sign_in: bool
) -> Identity:
    if not await _end(platform, flow):
        _unknown_flow(is_sign_in=is_sign_in)
    try:
        return await provider.identity(answer)
    except ProviderError as problem:
        _provider_failed(provider, problem, next_step="Begin again.")
    except UntrustedTokenError as why:
        _untrusted(provider, why, is_sign_in=is_sign_in)


async def _go_on(platform: Platform, flow: str, *, interval: float) -> None:
    def write() -> None:
        with platform.database.writing() as connection:
            grant_flows.go_on(connection, flow, interval=interval)

    await run_in_threadpool(write)


async def _end(platform: Platform, flow: str) -> bool:
    def write() -> bool:
        with platform.database.writing() as connection:
            return grant_flows.end(connection, flow)

    return await run_in_threadpool(write)


def _undecided(status: str, interval: float) -> Answer:
    return {"status": status, "interval": interval} if interval else {"status": status}


def _no_provider() -> NoReturn:
    raise Refusal(
        HTTPStatus.NOT_FOUND,
        code="provider_unknown",
        message="This platform signs nobody in by such a provider; nothing was changed. Its "
        "capabilities name those that it has.",
    )


def _provider_failed(
    provider: Provider, problem: ProviderError, *, next_step: str = "Try again in a moment."
) -> NoReturn:
    raise Refusal(
        HTTPStatus.BAD_GATEWAY,
        code="provider_failed",
        message=f"{provider.rule.title} {problem}; nothing was changed. {next_step}",
    ) from None


def _untrusted(provider: Provider, why: UntrustedTokenError, *, is_sign_in: bool) -> NoReturn:
    """Refuse: 401 where a sign-in needs another proof, else it is the provider that failed."""
    title = provider.rule.title
    message = f"What {title} answered cannot be trusted: {why}."
    if is_sign_in:
        unauthorized("identity_refused", f"{message} Nobody was signed in. Sign in otherwise.")
    raise Refusal(
        HTTPStatus.BAD_GATEWAY,
        code="identity_refused",
        message=f"{message} Nothing was linked. Tell whoever runs the platform.",
    )


def _unknown_flow(*, is_sign_in: bool) -> NoReturn:
    message = "Nobody waits for this grant, or it was used. Begin again."
    if is_sign_in:
        unauthorized("flow_unknown", message)
    raise Refusal(HTTPStatus.NOT_FOUND, code="flow_unknown", message=message)
