"""The envelopes of replies, and refusals as the console contract words them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Literal

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from aicx_tui.models.human import TagValue
from aicx_tui.models.wire import ErrorEnvelope, WireFieldError

_CODES = {
    400: ("malformed", "The request cannot be read. Send one JSON object."),
    404: ("not_found", "There is no such address. The calls are listed at /docs."),
    405: ("method_not_allowed", "This address takes another method. See the Allow header."),
    422: ("invalid_fields", "Some values were refused; nothing was changed."),
    500: ("failed", "The platform failed. Read what was to be changed before repeating it."),
}

_PLAINER_MESSAGES = {
    "string_pattern_mismatch": "Control characters are not allowed here",
    "string_unicode": "The text is not valid Unicode",
    "missing": "This field is required",
    "string_type": "This has to be text",
    "string_too_long": "It is longer than {max_length} characters",
    "string_too_short": "It is shorter than {min_length} characters",
}
"""In place of pydantic's words, with what it tells of the limit."""


class Refusal(HTTPException):
    """The platform understood the request and says no; nothing was changed.

    Args:
        status: The HTTP status.
        code: A stable word for programs.
        message: What happened and what to do next. Never holds a value that was sent.
        fields: Which fields were refused, and why.
        headers: Further headers of the reply.
    """

    def __init__(
        self,
        status: HTTPStatus,
        *,
        code: str,
        message: str,
        fields: Sequence[WireFieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail=message, headers=headers)
        self.code = code
        self.fields = fields


def too_large(most: int) -> Refusal:
    """The refusal of a body, or a file in it, that is larger than so many bytes."""
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        code="body_too_large",
        message=f"What was sent is larger than {most // 1024 // 1024} MiB; nothing was changed. "
        "Send less at a time.",
    )


class HumanRecord(BaseModel):
    """A human as GET answers with it: always these twelve keys, null for what is missing."""

    access_token: str | None
    created_at: str = Field(examples=["2020-10-19T03:33:30.207384+00:00"])
    email: str | None
    fullname: str
    human_id: str = Field(pattern="^eu_[0-9A-Za-z]{12}$")
    id: str = Field(pattern="^eu_[0-9A-Za-z]{12}$")
    notes: str | None
    phone_number: str | None
    profile_pic_id: str | None
    tags: list[TagValue] | None
    uid: str | None
    updated_at: str


class FeedHuman(BaseModel):
    """A human as the feed lists it: everything but the access token."""

    created_at: str
    email: str | None
    fullname: str
    human_id: str
    id: str
    notes: str | None
    phone_number: str | None
    profile_pic_id: str | None
    tags: list[TagValue] | None
    uid: str | None
    updated_at: str


class Tombstone(BaseModel):
    """What the feed lists of a human that was deleted."""

    id: str
    deleted: Literal[True]


class HumansPage(BaseModel):
    """A page of the feed, oldest change first; shorter than asked for at the end for now."""

    items: list[FeedHuman | Tombstone]
    next: str = Field(description="Where the following page, or the next refresh, goes on.")
    total: int | None = Field(default=None, description="Humans there are; on the first page only.")


class NewSession(BaseModel):
    """A bearer credential and when it ends."""

    session: str
    expires_at: str


class NewChallenge(BaseModel):
    """A code was sent, and is waited for."""

    challenge: str
    channel: Literal["email"]
    hint: str = Field(description="Where the code went.", examples=["a…@acme.example"])
    expires_at: str


class NewFlow(BaseModel):
    """A grant to be given in a browser, and what the client asks how far it is with."""

    flow: str
    user_code: str = Field(examples=["WDJB-MJHT"])
    verification_uri: str = Field(examples=["https://www.google.com/device"])
    verification_uri_complete: str | None = None
    interval: float = Field(description="Seconds between two questions.")
    expires_at: str


class GrantAnswer(BaseModel):
    """How far a grant is; a session or a challenge comes only with a sign-in that is done."""

    status: Literal["pending", "slow_down", "denied", "expired", "done"]
    interval: float | None = Field(default=None, description="Seconds between two questions.")
    session: NewSession | None = None
    challenge: NewChallenge | None = None


class TokenRecord(BaseModel):
    """What is told of a token."""

    fingerprint: str = Field(description="The first 16 digits of its SHA-256.")
    issued_at: str | None = Field(description="Null for one from before this was recorded.")
    last_used_at: str | None = Field(description="To the minute; null for never.")


class NewToken(BaseModel):
    """A token, which is never shown again."""

    token: str
    fingerprint: str
    issued_at: str


class Success(BaseModel):
    """The one documented reply without `result`."""

    success: bool


def result_reply(result: object, *, headers: Mapping[str, str] | None = None) -> Response:
    """`{"result": …}` as a reply."""
    return json_reply({"result": result}, headers=headers)


def json_reply(
    content: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Any JSON value as a reply, written without a detour through a response model."""
    return Response(orjson.dumps(content), status, headers=headers, media_type="application/json")


def answer_error(_request: Request, error: Exception) -> Response:
    """Put whatever went wrong into the error envelope, without a value that was sent."""
    match error:
        case Refusal():
            return _error_reply(
                error.status_code, error.code, error.detail, error.fields, error.headers
            )
        case HTTPException():
            code, message = _CODES.get(error.status_code, _CODES[400])
            return _error_reply(error.status_code, code, message, headers=error.headers)
        case RequestValidationError():
            return _invalid(error)
        case _:
            # The server logs it, and drops the connection: clients must not use it again.
            return _error_reply(500, *_CODES[500], headers={"Connection": "close"})


def _invalid(error: RequestValidationError) -> Response:
    problems = error.errors()
    if any(problem["type"] == "json_invalid" for problem in problems):
        return _error_reply(400, *_CODES[400])
    fields = [
        WireFieldError(
            field=".".join(str(step) for step in problem["loc"][1:]) or str(problem["loc"][0]),
            message=_plainly(problem),
        )
        for problem in problems
    ]
    return _error_reply(422, *_CODES[422], fields)


def _plainly(problem: Mapping[str, Any]) -> str:
    plain = _PLAINER_MESSAGES.get(problem["type"])
    return plain.format(**problem.get("ctx", {})) if plain else str(problem["msg"])


def _error_reply(
    status: int,
    code: str,
    message: str,
    fields: Sequence[WireFieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    error = {
        "code": code,
        "message": message,
        "fields": [{"field": field.field, "message": field.message} for field in fields],
    }
    return json_reply({"error": error}, status=status, headers=headers)


def refusals(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The statuses an operation may refuse with, for the OpenAPI document."""
    return {
        status: {"model": ErrorEnvelope, "description": HTTPStatus(status).phrase}
        for status in sorted({400, 413, 422, 500, *statuses})
    }
