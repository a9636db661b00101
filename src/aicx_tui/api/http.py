"""The one HTTP core that every platform module speaks through.

What holds for every call: the credential goes to the configured origin only, redirects are not
followed, nothing is read from the environment, a body is capped while it inflates, one deadline
covers all of a call, and only a repeatable call is repeated.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from aicx_tui import __version__
from aicx_tui.api import failures
from aicx_tui.api.base import CREDENTIAL_HEADERS, Credential
from aicx_tui.api.budget import MINUTE as DEFAULT_PAUSE
from aicx_tui.api.budget import Budget
from aicx_tui.api.inflating import read_body
from aicx_tui.api.tls import tls_context
from aicx_tui.errors import (
    AicxError,
    NotSignedInError,
    OutcomeUnknownError,
    PlatformFailedError,
    RateLimitedError,
    RefusedError,
    TimedOutError,
    UnreachableError,
    UsageError,
)

ModelT = TypeVar("ModelT", bound=BaseModel)
ValueT = TypeVar("ValueT")

Renew = Callable[[Credential, NotSignedInError], Awaitable[Credential]]
"""What is done about a credential that is not accepted any more."""

SIGN_IN_PATHS = ("/console/v1/sign-in", "/console/v1/sign-out")
"""What a read-only context may send too."""

SECRET_FIELDS = ("access_token", "password", "current", "new", "code", "challenge", "flow")
"""Fields of what is sent that no message may quote, even where the platform does."""

REQUEST_ID: ContextVar[str] = ContextVar("REQUEST_ID", default="")
"""How the platform names the last call of this task that it answered."""

OWN_PAUSE = "too_many_attempts"
"""The code of a 429 that is about a password or a code alone: other calls go on meanwhile."""

_REPEATED_AFTER = (UnreachableError, PlatformFailedError, TimedOutError, OutcomeUnknownError)
"""What a repeatable call is repeated after; a refused certificate or a web page stays as it is."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long and how much a call may take.

    Attributes:
        connect: Seconds to a connection.
        read: Seconds of silence between two bytes.
        total: Seconds for one call in all, repetitions and pauses included.
        body: Bytes of a reply after inflation.
        attempts: How often a repeatable call is sent at most.
        patience: The longest pause asked for by a 429 that is waited out, in seconds.
        connections: Open connections; more than 8 make httpx slower.
    """

    connect: float = 5.0
    read: float = 10.0
    total: float = 30.0
    body: int = 16 * 1024 * 1024
    attempts: int = 3
    patience: float = 10.0
    connections: int = 8


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A successful answer, whole and inflated."""

    call: failures.Call
    headers: Mapping[str, str]
    body: bytes

    def parse(self, model: type[ModelT]) -> ModelT:
        """Read the body as a model.

        Raises:
            NotTheApiError: A reading call was answered with something else.
            OutcomeUnknownError: A change was answered with something else.
        """
        try:
            return model.model_validate_json(self.body)
        except ValidationError as error:
            raise failures.unreadable(self.call, error) from None

    def parse_by(self, adapter: TypeAdapter[ValueT]) -> ValueT:
        """Read the body as what is no model; raises the same."""
        try:
            return adapter.validate_json(self.body)
        except ValidationError as error:
            raise failures.unreadable(self.call, error) from None


@dataclass
class _Exchange:
    """One call over all its attempts, and whether one of them may have arrived unanswered."""

    request: httpx.Request
    call: failures.Call
    in_flight: bool = False
    is_repeated: bool = False
    lost: OutcomeUnknownError | None = None


class HttpCore:
    """One client for one origin.

    Args:
        root: The platform's root; the only origin that the credential is sent to.
        credential: Sent with every call; may be set later, after a sign-in.
        renew: Gives another credential for one that is not accepted any more, or raises what it
            is given; it may wait for a person. A refused call did nothing, so it is then sent anew.
        proxy: Address of an HTTP proxy.
        ca_file: A PEM file to trust instead of the system's store.
        limits: How long and how much a call may take.
        read_only: Whether nothing but reading, signing in and signing out is sent.
        budget: How many requests the platform takes; None where it says nothing of that.
    """

    def __init__(
        self,
        root: str,
        *,
        credential: Credential | None = None,
        renew: Renew | None = None,
        proxy: str | None = None,
        ca_file: Path | None = None,
        limits: Limits | None = None,
        read_only: bool = False,
        budget: Budget | None = None,
    ) -> None:
        self.budget = budget
        self.read_only = read_only
        self.credential = credential
        self.renew = renew
        self.limits = limits or Limits()
        self._root = root
        self._origin = _origin(httpx.URL(root))
        self._open_again_at = 0.0
        self._sent: set[SecretStr] = set()
        self._goes_on = asyncio.Event()
        self._goes_on.set()
        try:
            self._proxy = httpx.URL(proxy).netloc.decode("ascii") if proxy else None
            self._client = httpx.AsyncClient(
                verify=tls_context(ca_file),
                proxy=proxy,
                trust_env=False,
                follow_redirects=False,
                timeout=httpx.Timeout(self.limits.read, connect=self.limits.connect),
                limits=httpx.Limits(max_connections=self.limits.connections),
                event_hooks={"request": [self._add_credential]},
                headers={
                    "Accept": "application/json",
                    "Accept-Encoding": "gzip",
                    "User-Agent": f"aicx-tui/{__version__}",
                },
            )
        except (ValueError, ImportError, httpx.InvalidURL):
            raise UsageError(
                "The proxy's address is not usable.", hint="Give http://host:port."
            ) from None

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Hold calls back while the credential is being replaced.

        They go on afterwards, and so does one that was refused meanwhile.
        """
        self._goes_on.clear()
        try:
            yield
        finally:
            self._goes_on.set()

    async def _has_another_than(self, used: Credential | None) -> bool:
        """Whether what signs in is another by now than what was refused."""
        await self._goes_on.wait()
        present = self.credential
        return used is not None and present is not None and present.secret != used.secret

    async def get(self, path: str, *, query: Mapping[str, str | int] | None = None) -> Reply:
        """Read; repeated with growing pauses where that may help."""
        return await self._send("GET", path, query=query, repeatable=True)

    async def post(self, path: str, body: Mapping[str, Any], *, key: str = "") -> Reply:
        """Send once, never again on its own unless a key tells the platform that it is the same."""
        headers = {"Idempotency-Key": key} if key else {}
        return await self._send("POST", path, body=body, headers=headers, repeatable=bool(key))

    async def ask(self, path: str, body: Mapping[str, Any]) -> Reply:
        """Read by what no address may hold; repeated as any reading is."""
        return await self._send("POST", path, body=body, repeatable=True, only_reads=True)

    async def delete(self, path: str, *, if_match: str | None = None, key: str = "") -> Reply:
        """Send a deletion once, unless a key tells the platform that it is the same.

        A second one without would find nothing, whoever deleted it.
        """
        headers = {"If-Match": if_match} if if_match else {}
        headers |= {"Idempotency-Key": key} if key else {}
        return await self._send("DELETE", path, headers=headers, repeatable=bool(key))

    async def put(
        self, path: str, body: Mapping[str, Any], *, if_match: str | None = None
    ) -> Reply:
        """Send a change that may be sent twice, unless it depends on a version."""
        headers = {"If-Match": if_match} if if_match else {}
        return await self._send("PUT", path, body=body, headers=headers, repeatable=not if_match)

    async def patch(self, path: str, body: Mapping[str, Any]) -> Reply:
        """Send a change that may be sent twice."""
        return await self._send("PATCH", path, body=body, repeatable=True)

    async def upload(self, path: str, content: bytes, *, name: str) -> Reply:
        """Send one file as a form does; twice at most leaves a copy that nobody names."""
        return await self._send("POST", path, file=(name, content), repeatable=True)

    async def _send(
        self,
        method: str,
        path: str,
        *,
        repeatable: bool,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        file: tuple[str, bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        only_reads: bool = False,
    ) -> Reply:
        only_reads = only_reads or method == "GET"
        if self.read_only and not only_reads and not path.startswith(SIGN_IN_PATHS):
            raise RefusedError(
                "This context is read-only. Nothing was sent.",
                hint="Allow changes with: aicx contexts edit NAME --no-read-only",
            )
        while True:
            await self._goes_on.wait()
            used = self.credential
            request = self._client.build_request(
                method,
                self._root + path,
                params=query,
                json=body,
                files={"file": file} if file else None,
                headers=headers,
            )
            call = self._call(method, body or {}, only_reads=only_reads)
            exchange = _Exchange(request, call)
            if self.budget is not None:
                await self.budget.take()
            try:
                return await self._exchanged(exchange, repeatable=repeatable)
            except NotSignedInError as refused:
                if await self._has_another_than(used):
                    continue
                if self.renew is None or used is None:
                    raise
                self.credential = await self.renew(used, refused)

    async def _exchanged(self, exchange: _Exchange, *, repeatable: bool) -> Reply:
        attempts = AsyncRetrying(
            stop=stop_after_attempt(self.limits.attempts if repeatable else 1),
            retry=retry_if_exception(self._is_worth_repeating),
            wait=wait_random_exponential(multiplier=0.2, max=2),
            reraise=True,
        )
        try:
            async with asyncio.timeout(self.limits.total):
                return await attempts(self._attempt, exchange)
        except TimeoutError:
            raise exchange.lost or self._out_of_time(exchange) from None
        except AicxError as problem:  # of a repetition; it says nothing of the one that was lost
            raise exchange.lost or problem from None

    def _call(self, method: str, body: Mapping[str, Any], *, only_reads: bool) -> failures.Call:
        secrets = {SecretStr(body[name]) for name in SECRET_FIELDS if body.get(name)}
        if self.credential:
            self._sent.add(self.credential.secret)
        if not only_reads:  # a server that asks for others would collect theirs without end
            self._sent |= secrets
        sent, host = tuple(self._sent | secrets), self._origin[1]
        return failures.Call(
            method=method,
            host=host,
            secrets=sent,
            proxy=self._proxy,
            only_reads=only_reads,
            usual_pause=DEFAULT_PAUSE if self.budget is not None else failures.DEFAULT_RETRY_AFTER,
        )

    def _out_of_time(self, exchange: _Exchange) -> AicxError:
        seconds, host = self.limits.total, exchange.call.host
        if exchange.in_flight:
            return exchange.call.unanswered(
                f"{host} did not answer in full within {seconds:g} s.", TimedOutError
            )
        return TimedOutError(
            f"{host} kept asking for pauses for {seconds:g} s. Nothing was changed.",
            hint="Try again later.",
        )

    def _is_worth_repeating(self, error: BaseException) -> bool:
        if isinstance(error, RateLimitedError):
            return error.retry_after <= self.limits.patience
        return isinstance(error, _REPEATED_AFTER)

    async def _attempt(self, exchange: _Exchange) -> Reply:
        await self._pass_gate(exchange.call)
        if exchange.is_repeated and self.budget is not None:
            self.budget.count()
        exchange.in_flight = exchange.is_repeated = True
        try:
            return await self._once(exchange.request, exchange.call)
        except AicxError as problem:
            exchange.in_flight = False
            if isinstance(problem, OutcomeUnknownError):
                exchange.lost = problem
            if isinstance(problem, RateLimitedError) and problem.code != OWN_PAUSE:
                self._close_gate(problem)
            raise

    async def _once(self, request: httpx.Request, call: failures.Call) -> Reply:
        if self._client.is_closed:  # httpx would take that for a fault of ours
            raise UnreachableError(f"{call.host} was left meanwhile. Nothing was sent.")
        try:
            response = await self._client.send(request, stream=True)
            try:
                body = await self._read(response, call)
            finally:
                await response.aclose()
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError) as error:
            raise failures.from_exception(error, call, seconds=self.limits.read) from None
        headers = {name.lower(): value for name, value in response.headers.items()}
        REQUEST_ID.set(call.quote(headers.get("x-request-id", "")))
        if not response.is_success:
            raise failures.from_status(response.status_code, headers, body, call)
        if failures.is_web_page(headers, body):
            raise failures.web_page(call)
        return Reply(call=call, headers=headers, body=body)

    async def _read(self, response: httpx.Response, call: failures.Call) -> bytes:
        return await read_body(response, call, most=self.limits.body)

    async def _pass_gate(self, call: failures.Call) -> None:
        """Wait while the platform wants a pause: one gate for every call of this client."""
        wait = self._open_again_at - asyncio.get_running_loop().time()
        if wait > self.limits.patience:
            raise RateLimitedError(
                f"{call.host} asked for a pause of {wait:.0f} s more; nothing was sent.",
                retry_after=wait,
                hint=f"Try again in {wait:.0f} s.",
            )
        if wait > 0:
            await asyncio.sleep(wait)

    def _close_gate(self, pause: RateLimitedError) -> None:
        if self.budget is not None:
            self.budget.is_used_up(for_seconds=pause.retry_after)
        until = asyncio.get_running_loop().time() + pause.retry_after
        self._open_again_at = max(self._open_again_at, until)

    async def _add_credential(self, request: httpx.Request) -> None:
        for header in CREDENTIAL_HEADERS:  # of an earlier attempt with another credential
            request.headers.pop(header, None)
        if self.credential and _origin(request.url) == self._origin:
            request.headers[self.credential.header] = self.credential.header_value()


def _origin(url: httpx.URL) -> tuple[str, str]:
    return url.scheme, url.netloc.decode("ascii")
