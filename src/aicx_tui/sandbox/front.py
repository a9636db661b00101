"""What every request passes on its way in, and every reply on its way out."""

from __future__ import annotations

import secrets
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aicx_tui.models.profile import MAX_FILE_BYTES
from aicx_tui.sandbox import console_files
from aicx_tui.sandbox.loopback import host_name, is_loopback
from aicx_tui.sandbox.replies import Refusal, answer_error, too_large
from aicx_tui.sandbox.requests import MAX_BODY_BYTES

_FORM_BYTES = 16 * 1024
"""What a form needs besides the file that it brings."""

_REPLY_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Front:
    """The outermost layer: request id, security headers, allowed hosts, a cap on bodies.

    Args:
        application: What answers the requests that pass.
        loopback_only: Accept only loopback names in `Host`. A web page whose name was made to
            lead to this machine (DNS rebinding) then cannot read from it.
    """

    def __init__(self, application: ASGIApp, *, loopback_only: bool) -> None:
        self._application = application
        self._loopback_only = loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        stamped = _stamping(send)
        if refusal := self._refusal(Headers(scope=scope), _most_bytes(scope)):
            reply = answer_error(Request(scope), refusal)
            await reply(scope, receive, stamped)
            return
        most = _most_bytes(scope)
        passed = scope if most > MAX_BODY_BYTES else _with_json_body(scope)
        await self._application(passed, _capping(receive, most), stamped)

    def _refusal(self, headers: Headers, most: int) -> Refusal | None:
        if self._loopback_only and not is_loopback(host_name(headers.get("host", ""))):
            return Refusal(
                HTTPStatus.BAD_REQUEST,
                code="host_refused",
                message="This platform answers on this machine only. Use its own address.",
            )
        length = headers.get("content-length", "")
        return too_large(most) if length.isdecimal() and int(length) > most else None


def _stamping(send: Send) -> Send:
    """Put the headers that every reply has onto the one that is sent."""
    request_id = f"req_{secrets.token_hex(8)}"

    async def stamped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(_REPLY_HEADERS)
            headers["X-Request-ID"] = request_id
        await send(message)

    return stamped


def _with_json_body(scope: Scope) -> MutableMapping[str, Any]:
    """Declare the body JSON: documented samples name another type, or none."""
    kept = [header for header in scope["headers"] if header[0] != b"content-type"]
    return {**scope, "headers": [*kept, (b"content-type", b"application/json")]}


def _most_bytes(scope: Scope) -> int:
    """How large a body may be; a form with a file, which alone is no JSON, has room for it."""
    is_upload = scope["method"] == "POST" and scope["path"] == console_files.PATH
    return MAX_FILE_BYTES + _FORM_BYTES if is_upload else MAX_BODY_BYTES


def _capping(receive: Receive, most: int) -> Receive:
    """Refuse a body as soon as it has grown too large, whatever length it declared."""
    received = 0

    async def capped() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            raise too_large(most)
        return message

    return capped
