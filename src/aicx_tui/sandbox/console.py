"""The console calls: capabilities, signing in and out, the account, the feed, the tags."""

from __future__ import annotations

import base64
import binascii
import re
from http import HTTPStatus
from typing import Annotated, NoReturn

import orjson
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection, select

from aicx_tui import __version__
from aicx_tui.models.account import Account, PlatformCapabilities
from aicx_tui.models.capability import Capability
from aicx_tui.models.tag import TagDefinition
from aicx_tui.models.wire import Envelope
from aicx_tui.sandbox import accounts, humans
from aicx_tui.sandbox.access import ConsoleBot, ServedPlatform, SignedIn
from aicx_tui.sandbox.database import bots, tags
from aicx_tui.sandbox.replies import HumansPage, NewSession, Refusal, refusals, result_reply
from aicx_tui.sandbox.requests import SignInBody

router = APIRouter(prefix="/console/v1", tags=["Console"])

MAX_PAGE = 1000
DEFAULT_PAGE = 200

_SERVED = (
    Capability.HUMANS_GET,
    Capability.HUMANS_CREATE,
    Capability.HUMANS_UPDATE,
    Capability.HUMANS_FEED,
    Capability.HUMANS_NOTES,
    Capability.HUMANS_PRECONDITION,
    Capability.TAGS_ASSIGN,
    Capability.TAGS_LIST,
    Capability.SIGN_IN,
)
_CURSOR = re.compile(r"([0-9a-f-]{36})/([0-9]{1,10})/([0-9]{1,18})")


@router.get(
    "/capabilities",
    response_model=Envelope[PlatformCapabilities],
    responses=refusals(),
)
def capabilities(platform: ServedPlatform) -> Response:
    """What this platform can do; asked before signing in."""
    result = {
        "installation_id": platform.installation_id,
        "version": __version__,
        "capabilities": [capability.value for capability in _SERVED],
        "oidc": [],
    }
    return result_reply(result)


@router.post(
    "/sign-in",
    response_model=Envelope[NewSession],
    responses=refusals(401, 429),
)
def sign_in(body: SignInBody, platform: ServedPlatform, request: Request) -> Response:
    """Give a session for an e-mail address and its password."""
    email = body.email.strip().lower()
    address = request.client.host if request.client else ""
    if pause := platform.throttle.pause_after(email=email, address=address):
        raise Refusal(
            HTTPStatus.TOO_MANY_REQUESTS,
            code="too_many_attempts",
            message=f"Too many attempts to sign in. Try again in {pause} seconds.",
            headers={"Retry-After": str(pause)},
        )
    with platform.database.reading() as connection:
        user_id = accounts.checked_password(connection, email=email, password=body.password)
    if user_id is None:
        raise Refusal(
            HTTPStatus.UNAUTHORIZED,
            code="sign_in_failed",
            message="The e-mail address or the password is wrong. Check both.",
        )
    with platform.database.writing() as connection:
        session, expires_at = accounts.start_session(connection, user_id=user_id)
    return result_reply({"session": session, "expires_at": expires_at})


@router.post("/sign-out", response_model=Envelope[None], responses=refusals(401, 403))
def sign_out(platform: ServedPlatform, caller: SignedIn) -> Response:
    """End the session that the request came with."""
    if caller.session_hash is None:
        raise Refusal(
            HTTPStatus.FORBIDDEN,
            code="session_required",
            message="Only a session can be ended, and this request came with a token.",
        )
    with platform.database.writing() as connection:
        accounts.end_session(connection, session_hash=caller.session_hash)
    return result_reply(None)


@router.get("/me", response_model=Envelope[Account], responses=refusals(401))
def me(platform: ServedPlatform, caller: SignedIn) -> Response:
    """The signed-in user, its role, its company and the company's bots."""
    statement = select(bots.c.id, bots.c.name).where(bots.c.company_id == caller.company_id)
    with platform.database.reading() as connection:
        served = connection.execute(statement.order_by(bots.c.number)).all()
    result = {
        "user_id": caller.user_id,
        "email": caller.email,
        "name": caller.name,
        "role": caller.role,
        "company": {"id": caller.company_id, "name": caller.company_name},
        "bots": [{"id": bot.id, "name": bot.name} for bot in served],
    }
    return result_reply(result)


@router.get(
    "/bots/{bot_id}/humans",
    response_model=Envelope[HumansPage],
    responses=refusals(401, 404, 410),
)
def humans_feed(
    platform: ServedPlatform,
    at: ConsoleBot,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
) -> Response:
    """The humans in the order of their latest change: what follows a cursor misses none."""
    with platform.database.reading() as connection:
        latest = _latest_change(connection, at.bot)
        after = _position(cursor, platform.installation_id, at.bot, latest) if cursor else 0
        rows = humans.changed_after(connection, bot=at.bot, change_number=after, limit=limit)
        total = None if cursor else humans.count(connection, bot=at.bot)
    items = [humans.document(row) for row in rows]
    for item in items:
        del item["access_token"]
    last = rows[-1].change_number if rows else after
    page = {"items": items, "next": _cursor(platform.installation_id, at.bot, last)}
    return result_reply(page if total is None else page | {"total": total})


@router.get(
    "/bots/{bot_id}/tags",
    response_model=Envelope[list[TagDefinition]],
    responses=refusals(401, 404),
)
def tag_definitions(platform: ServedPlatform, at: ConsoleBot) -> Response:
    """The tags that humans of this bot can have."""
    statement = select(tags).where(tags.c.bot_number == at.bot).order_by(tags.c.position)
    with platform.database.reading() as connection:
        rows = connection.execute(statement).all()
    result = [
        {
            "id": row.id,
            "name": row.name,
            "kind": row.kind,
            "choices": orjson.loads(row.choices),
            "colour": row.colour,
        }
        for row in rows
    ]
    return result_reply(result)


def _latest_change(connection: Connection, bot: int) -> int:
    latest: int = connection.execute(
        select(bots.c.change_number).where(bots.c.number == bot)
    ).scalar_one()
    return latest


def _cursor(installation_id: str, bot: int, change_number: int) -> str:
    text = f"{installation_id}/{bot}/{change_number}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _position(cursor: str, installation_id: str, bot: int, latest: int) -> int:
    """The change number that a cursor stands at."""
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        _refuse_malformed_cursor()
    parts = _CURSOR.fullmatch(text) or _refuse_malformed_cursor()
    change_number = int(parts[3])
    if (parts[1], int(parts[2])) != (installation_id, bot) or change_number > latest:
        raise Refusal(
            HTTPStatus.GONE,
            code="cursor_too_old",
            message="This cursor belongs to other data. Read the humans again without a cursor.",
        )
    return change_number


def _refuse_malformed_cursor() -> NoReturn:
    raise Refusal(
        HTTPStatus.BAD_REQUEST,
        code="malformed_cursor",
        message="This is no cursor of this platform. Read the humans again without a cursor.",
    )
