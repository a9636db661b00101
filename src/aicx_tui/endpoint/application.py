"""The Authentication URL as one web application: one call, and one that tells of its health.

CX Genie documents its request and a good reply. Refusals are ours: `status` is false, and the HTTP
status says the rest.
"""

from __future__ import annotations

import asyncio
import json
import math
import secrets
import time
from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address

from pydantic import JsonValue, SecretStr
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from aicx_tui.endpoint.pace import Pace
from aicx_tui.errors import AicxError
from aicx_tui.services.answering import Answers, is_same_secret, reply_of
from aicx_tui.text import has_control_character, has_half_character, is_blank

HEALTH = "/health"

MOST_BYTES = 16 * 1024
"""Of a call: a token and a few fields."""

BODY_SECONDS = 10.0
"""For a call to arrive in full."""

MOST_CALLS = 500
"""That are answered at the same time; one more is asked to come again."""

LONGEST_TOKEN = 4096
"""Characters; what is longer is nobody's."""

WRONG_HEADERS_PER_MINUTE = 30
"""Calls without the header token, from one address; then all of its calls have to wait."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

_CLOSES = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""After which nothing more is heard on the same connection."""

Log = Callable[[str], None]
"""Writes one line."""


class AuthenticationEndpoint:
    """Answers for an access token with its user.

    Args:
        answers: Finds them.
        header_token: What callers have to send.
        label_tag: The id of the tag whose value is the label; empty for none.
        calls_per_minute: From one address.
        log: Takes a line for each call: when, from where, what became of it; never a secret, nor
            the address that was called, which may hold one.
    """

    def __init__(
        self,
        answers: Answers,
        *,
        header_token: SecretStr,
        label_tag: str,
        calls_per_minute: int,
        log: Log,
    ) -> None:
        self._answers = answers
        self._header_token = header_token
        self._label_tag = label_tag
        self._pace = Pace(calls_per_minute)
        self._wrong = Pace(WRONG_HEADERS_PER_MINUTE)
        self._log = log
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            return
        request, began = Request(scope, receive), time.monotonic()
        if request.method in ("GET", "HEAD") and request.url.path == HEALTH:
            await JSONResponse({"status": "ok"}, headers=_HEADERS)(scope, receive, send)
            return
        self._under_way += 1
        try:
            content, status, headers = await self._answered(request)
        finally:
            self._under_way -= 1
        if status in _CLOSES:
            headers["Connection"] = "close"
        request_id = f"req_{secrets.token_hex(8)}"
        given = {**_HEADERS, **headers, "X-Request-ID": request_id}
        try:
            await JSONResponse(content, status, given)(scope, receive, send)
        finally:
            self._note(request, status, content, request_id, time.monotonic() - began)

    async def _answered(self, request: Request) -> tuple[JsonValue, int, dict[str, str]]:
        try:
            return await self._reply(request), HTTPStatus.OK, {}
        except HTTPException as refusal:
            return _no(refusal.detail), refusal.status_code, dict(refusal.headers or {})
        except ClientDisconnect:
            return _no("The caller went away."), HTTPStatus.BAD_REQUEST, {}
        except AicxError as error:
            # Why is for who runs this, and not for who calls.
            self._log(f"the platform could not be asked: {error.message}")
            return _no("The user cannot be looked up now."), HTTPStatus.BAD_GATEWAY, {}

    async def _reply(self, request: Request) -> JsonValue:
        if request.method != "POST":
            raise _refused(HTTPStatus.METHOD_NOT_ALLOWED, "Use POST.", {"Allow": "POST"})
        if self._under_way > MOST_CALLS:
            wait = {"Retry-After": "1"}
            raise _refused(HTTPStatus.SERVICE_UNAVAILABLE, "Too many calls at once.", wait)
        address = _address(request)
        if pause := self._wrong.pause_before(address) or self._pace.take(address):
            wait = {"Retry-After": str(math.ceil(pause))}
            raise _refused(HTTPStatus.TOO_MANY_REQUESTS, "Too many calls. Wait a moment.", wait)
        if not self._may_call(request.headers.get("authorization", "")):
            self._wrong.take(address)
            raise _refused(HTTPStatus.UNAUTHORIZED, "The header token is not the one agreed on.")
        human = await self._answers.human(await _token_in(request))
        if human is None:
            raise _refused(HTTPStatus.NOT_FOUND, "Nobody has this access token.")
        return reply_of(human, label_tag=self._label_tag)

    def _may_call(self, authorization: str) -> bool:
        """Whether the header token came: as documented, the other way round, or alone."""
        words = authorization.split()
        bare = [word for word in words if word.lower() != "bearer"] or words
        wanted = self._header_token.get_secret_value()
        return is_same_secret(bare[0] if len(bare) == 1 else "", wanted)

    def _note(
        self, request: Request, status: int, content: JsonValue, request_id: str, seconds: float
    ) -> None:
        said = "found"
        if isinstance(content, dict) and content["status"] is not True:
            said = str(content["message"])
        address = _address(request)
        method = request.method if request.method.isalpha() else "-"
        self._log(f"{address} {method} {status} {seconds * 1000:.0f} ms {request_id} {said}")


def _address(request: Request) -> str:
    """Whose call it is; `-` for all that a reverse proxy names by what is no address."""
    try:
        return str(ip_address(request.client.host.partition("%")[0] if request.client else ""))
    except ValueError:
        return "-"


def _no(message: str) -> JsonValue:
    return {"status": False, "message": message}


async def _token_in(request: Request) -> str:
    """The user's token.

    Raises:
        HTTPException: There is none.
    """
    try:
        async with asyncio.timeout(BODY_SECONDS):
            content = await _body_of(request)
    except TimeoutError:
        raise _refused(HTTPStatus.REQUEST_TIMEOUT, "The call did not arrive in time.") from None
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(token, str) or is_blank(token):
        said = 'Send {"access_token": "…"}: everybody with an empty one would be one user.'
        raise _refused(HTTPStatus.BAD_REQUEST, said)
    if len(token) > LONGEST_TOKEN or has_control_character(token) or has_half_character(token):
        raise _refused(HTTPStatus.BAD_REQUEST, "That is no access token.")
    return token


async def _body_of(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise _refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The call is too large.")
    return bytes(body)


def _refused(status: HTTPStatus, said: str, headers: dict[str, str] | None = None) -> HTTPException:
    return HTTPException(status, said, headers)
