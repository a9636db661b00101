"""OpenCX as its documents show it: contacts, and vouching for one; with its budget and errors.

What the documents leave open is chosen here, and nobody should rely on it: the key is the token of
one of the sandbox's accounts, a contact is found by its e-mail address, 50 contacts are a page.
"""

from __future__ import annotations

import base64
import secrets
import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.exceptions import HTTPException

from aicx_tui.models.open_cx import LANGUAGES
from aicx_tui.sandbox import accounts, open_cx_contacts, throttle
from aicx_tui.sandbox.access import Platform, ServedPlatform
from aicx_tui.sandbox.accounts import Caller
from aicx_tui.sandbox.clock import as_text
from aicx_tui.sandbox.open_cx_contacts import DATES
from aicx_tui.sandbox.replies import json_reply

PATH = "/open-cx"
"""Where it is served, as the root of a context of its kind."""

BUDGET = throttle.Limit("open-cx", 100, timedelta(minutes=1))
PAGE = 50
TOKEN_SECONDS = 3600

_SIGNED_BY_NOBODY = "c2lnbmVkIGJ5IG5vYm9keQ"


class ContactWrite(BaseModel):
    """A contact as it is written."""

    model_config = ConfigDict(extra="forbid")

    email: str | None = Field(default=None, pattern="@")
    phone: str | None = None
    name: str | None = None
    custom_data: dict[str, JsonValue] | None = None

    def columns(self) -> dict[str, str | None]:
        """What was given, as it is kept."""
        columns = self.model_dump(exclude_unset=True, exclude={"custom_data", "phone"})
        if "phone" in self.model_fields_set:
            columns["phone_number"] = self.phone
        if "custom_data" in self.model_fields_set:
            columns["custom_data"] = orjson.dumps(self.custom_data).decode()
        return columns


class ContactBody(BaseModel):
    """A contact in its wrapping."""

    contact: ContactWrite


class AuthenticateBody(BaseModel):
    """What is said of a human that is vouched for."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(pattern="@")
    name: str | None = None
    avatar_url: str | None = None
    phone: str | None = None
    language: str | None = Field(default=None, pattern=f"^({'|'.join(LANGUAGES)})$")
    customData: dict[str, JsonValue] | None = None  # as OpenCX calls it
    chat_context: str | None = None
    http_action_overrides: dict[str, dict[str, JsonValue]] | None = None


def build_open_cx(platform: Platform) -> FastAPI:
    """An application of its own, whose errors look otherwise than the platform's."""
    application = FastAPI(openapi_url=None, redirect_slashes=False)
    application.state.platform = platform
    calls = (
        ("/contacts", "GET", list_contacts),
        ("/contacts", "POST", create_contact),
        ("/contacts/{contact_id}", "PATCH", update_contact),
        ("/contacts/{contact_id}", "DELETE", delete_contact),
        ("/widget/authenticate-user", "POST", authenticate_user),
    )
    for path, method, call in calls:
        application.add_api_route(path, call, methods=[method], response_model=None)
    for kind in (HTTPException, RequestValidationError):
        application.add_exception_handler(kind, _answer_error)
    return application


def key_owner(request: Request, platform: ServedPlatform) -> Caller:
    """Whose key came along, counted against its budget."""
    key = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    with platform.database.writing() as connection:
        caller = accounts.by_token(connection, key) if key else None
        if caller is None:
            raise HTTPException(HTTPStatus.UNAUTHORIZED, "Unauthorized")
        pause = throttle.count(connection, BUDGET, caller.user_id)
    if pause:
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, "ThrottlerException: Too Many Requests")
    return caller


Owner = Annotated[Caller, Depends(key_owner)]


def _writer(caller: Owner) -> Caller:
    if caller.role == "viewer":
        raise HTTPException(HTTPStatus.FORBIDDEN, "Forbidden resource")
    return caller


Writing = Annotated[Caller, Depends(_writer)]


def list_contacts(request: Request, platform: ServedPlatform, owner: Owner) -> Response:
    """A page of contacts, and the cursor of the next one."""
    query = request.query_params
    dates = {name: _moment(query[name]) for name in DATES if name in query}
    after = _number(query.get("cursor", ""))
    with platform.database.reading() as connection:
        rows = open_cx_contacts.page(
            connection, company=owner.company_id, after=after, dates=dates, limit=PAGE + 1
        )
    shown = rows[:PAGE]
    following = _cursor(shown[-1].number) if len(rows) > PAGE else None
    items = [open_cx_contacts.document(row) for row in shown]
    return json_reply({"items": items, "next": following})


def create_contact(body: ContactBody, platform: ServedPlatform, owner: Writing) -> Response:
    """Add a contact."""
    with platform.database.writing() as connection:
        contact_id = open_cx_contacts.create(
            connection, company=owner.company_id, columns=body.contact.columns()
        )
    return json_reply({"id": contact_id}, status=HTTPStatus.CREATED)


def update_contact(
    contact_id: str, body: ContactBody, platform: ServedPlatform, owner: Writing
) -> Response:
    """Change what is given of a contact; nothing is answered."""
    with platform.database.writing() as connection:
        _found(
            open_cx_contacts.change(
                connection,
                company=owner.company_id,
                contact_id=contact_id,
                columns=body.contact.columns(),
            )
        )
    return Response()


def delete_contact(contact_id: str, platform: ServedPlatform, owner: Writing) -> Response:
    """Remove a contact; nothing is answered."""
    with platform.database.writing() as connection:
        _found(open_cx_contacts.remove(connection, company=owner.company_id, contact_id=contact_id))
    return Response()


def authenticate_user(body: AuthenticateBody, platform: ServedPlatform, owner: Writing) -> Response:
    """Make or change the contact with this e-mail address, and give it a token."""
    given = {"name": body.name, "phone_number": body.phone}
    columns = {name: value for name, value in given.items() if value is not None}
    if body.customData is not None:
        columns["custom_data"] = orjson.dumps(body.customData).decode()
    company = owner.company_id
    with platform.database.writing() as connection:
        contact_id = open_cx_contacts.by_email(connection, company=company, email=body.email)
        if contact_id is None:
            made = columns | {"email": body.email}
            contact_id = open_cx_contacts.create(connection, company=company, columns=made)
        else:
            open_cx_contacts.change(
                connection, company=company, contact_id=contact_id, columns=columns
            )
    return json_reply({"token": _token(contact_id), "contact": {"id": contact_id}})


def _token(contact_id: str) -> str:
    """A token of the shape that OpenCX's have, an object for its subject; nobody can verify it."""
    now = int(time.time())
    payload = {
        "sub": {"type": "widget-contact", "payload": {"contact_id": contact_id}},
        "jti": secrets.token_hex(8),
        "iat": now,
        "exp": now + TOKEN_SECONDS,
    }
    parts = (_encoded({"alg": "HS256", "typ": "JWT"}), _encoded(payload), _SIGNED_BY_NOBODY)
    return ".".join(parts)


def _encoded(value: object) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


def _found(is_there: bool) -> None:
    if not is_there:
        raise HTTPException(HTTPStatus.NOT_FOUND, "Contact not found")


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "A date is not ISO 8601") from None
    return as_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(str(number).encode()).decode()


def _number(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor.encode()) or b"0")
    except ValueError:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The cursor is not valid") from None


def _answer_error(_request: Request, error: Exception) -> Response:
    """What went wrong, as OpenCX says it."""
    status, message = HTTPStatus.BAD_REQUEST, "Bad Request"
    if isinstance(error, HTTPException):
        status, message = HTTPStatus(error.status_code), str(error.detail)
    elif isinstance(error, RequestValidationError):
        fields = {".".join(str(step) for step in problem["loc"][1:]) for problem in error.errors()}
        message = f"Not valid: {', '.join(sorted(fields))}"
    said: dict[str, Any] = {"statusCode": int(status), "message": message, "error": status.phrase}
    return json_reply(said, status=status)
