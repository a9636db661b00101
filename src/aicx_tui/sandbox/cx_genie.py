"""CX Genie, to be tried without it: a sample Authentication URL, and the one who calls one.

Both as CX Genie documents them; the bad replies are our guesses at what servers do wrong. Served on
loopback alone: the header token of the sample is known to everybody.
"""

from __future__ import annotations

import gzip
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlsplit

import orjson
import phonenumbers
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from starlette.responses import JSONResponse, RedirectResponse

from aicx_tui.models.wire import Envelope
from aicx_tui.sandbox import humans
from aicx_tui.sandbox.access import ServedPlatform, SignedIn
from aicx_tui.sandbox.loopback import is_loopback
from aicx_tui.sandbox.provider_http import ProviderError, post_json
from aicx_tui.sandbox.replies import Refusal, refusals, result_reply
from aicx_tui.sandbox.tables import bots

router = APIRouter(prefix="/sample/cx-genie", include_in_schema=False)

HEADER_TOKEN = "sample-header-token"  # noqa: S105  everybody may know it

LARGE_BYTES = 5 * 1024 * 1024

Bad = Literal["html", "false", "types", "large", "redirect", "packed", "empty", "list", "v1"]
"""Replies that would not do, and the sample of the documents' v1."""

V1_SAMPLE = {
    "status": True,
    "message": "Successfully!",
    "data": {
        "name": "Sample User",
        "phone_number": "090XXXXXXX",
        "country_code": "+84",
        "email": "sample@gmail.com",
        "avatar": "https://...",
        "label": "Your custom label for chat user",
    },
}
"""As the documents print it: without an id."""


class AuthenticationBody(BaseModel):
    """What CX Genie sends; `user_id` where that is ticked."""

    access_token: str
    user_id: str | None = None


class VisitBody(BaseModel):
    """Somebody opens a chat on a page that has a user's token."""

    url: str = Field(description="The Authentication URL; on this machine.")
    header_token: str
    access_token: str
    identity: Literal["id", "email", "phone_number"] = "id"


class Visit(BaseModel):
    """What CX Genie made of it."""

    created: bool
    chat_user: dict[str, object]


@router.post("/authentication", response_model=None)
def authenticate(
    body: AuthenticationBody,
    platform: ServedPlatform,
    authorization: Annotated[str, Header()] = "",
    reply: Annotated[Bad | None, Query(description="Answer badly, to try that.")] = None,
) -> Response:
    """A sample Authentication URL: answers with the human that has the access token."""
    if HEADER_TOKEN not in authorization.split():
        return _no(HTTPStatus.UNAUTHORIZED, "The header token is wrong.")
    if reply is not None:
        return _bad(reply)
    with platform.database.reading() as connection:
        numbers = connection.scalars(select(bots.c.number).order_by(bots.c.number)).all()
        found = [
            row
            for number in numbers
            for row in humans.with_token(connection, bot=number, access_token=body.access_token)
        ]
    if len(found) != 1:
        return _no(HTTPStatus.NOT_FOUND, "Nobody has this access token.")
    human = found[0]
    code, phone = _split(human.phone_number or "")
    data = {
        "id": human.uid or human.id,
        "name": human.fullname,
        "email": human.email,
        "phone_number": phone,
        "country_code": code,
        "label": "From the sandbox",
    }
    return JSONResponse({"status": True, "message": "Successfully!", "data": data})


@router.post("/visit", response_model=Envelope[Visit], responses=refusals(400, 401, 422, 502))
async def visit(body: VisitBody, request: Request, caller: SignedIn) -> Response:
    """Do what CX Genie does when a chat is opened: call the Authentication URL, keep the user."""
    del caller  # no page of another site may have this machine called
    if not is_loopback(urlsplit(body.url).hostname or ""):
        raise Refusal(
            HTTPStatus.BAD_REQUEST,
            code="not_on_this_machine",
            message="The sandbox calls addresses of this machine only.",
        )
    try:
        status, told = await post_json(
            body.url,
            {"access_token": body.access_token},
            headers={"Authorization": f"{body.header_token} Bearer"},
        )
    except ProviderError as error:
        raise _would_not_do(str(error)) from None
    user = told.get("data")
    key = user.get(body.identity) if isinstance(user, dict) else None
    if not (200 <= status < 300 and told.get("status") is True and isinstance(user, dict) and key):
        raise _would_not_do(f"answered {status}, without a user and its {body.identity}")
    known: dict[tuple[str, object], dict[str, object]] = request.app.state.chat_users
    is_new = (body.identity, key) not in known
    chat_user = known.setdefault((body.identity, key), {})
    chat_user.update(user)
    return result_reply({"created": is_new, "chat_user": chat_user})


def _would_not_do(reason: str) -> Refusal:
    return Refusal(
        HTTPStatus.BAD_GATEWAY,
        code="authentication_failed",
        message=f"The Authentication URL {reason}. No chat user was made.",
    )


def _no(status: HTTPStatus, message: str) -> Response:
    return JSONResponse({"status": False, "message": message}, status)


def _split(number: str) -> tuple[str, str]:
    try:
        read = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return "", number
    within = phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.NATIONAL)
    return f"+{read.country_code}", "".join(filter(str.isdecimal, within))


def _bad(reply: Bad) -> Response:
    kind = "application/json"
    match reply:
        case "v1":
            return JSONResponse(V1_SAMPLE)
        case "html":
            return Response("<!doctype html><title>Sign in</title>", media_type="text/html")
        case "false":
            return _no(HTTPStatus.OK, "The token has ended.")
        case "types":
            wrong = {"id": ["42"], "name": 7, "email": {}, "phone_number": 84901234567}
            return JSONResponse({"status": "true", "message": None, "data": wrong})
        case "large":
            return Response(b'{"status": true, "data": "' + b"a" * LARGE_BYTES, media_type=kind)
        case "redirect":
            return RedirectResponse("https://elsewhere.example/collect", status_code=307)
        case "packed":
            packed = gzip.compress(orjson.dumps(V1_SAMPLE) + b" " * LARGE_BYTES)
            return Response(packed, headers={"Content-Encoding": "gzip"}, media_type=kind)
        case "empty":
            return Response(status_code=HTTPStatus.NO_CONTENT)
        case "list":
            return JSONResponse([V1_SAMPLE])
