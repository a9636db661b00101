"""The console calls: capabilities, signing in and out, the account."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from aicx_tui import __version__
from aicx_tui.models.account import Account, PlatformCapabilities
from aicx_tui.models.capability import Capability
from aicx_tui.models.wire import Envelope
from aicx_tui.sandbox import accounts, throttle
from aicx_tui.sandbox.access import ServedPlatform, SignedIn
from aicx_tui.sandbox.replies import NewSession, Refusal, refusals, result_reply
from aicx_tui.sandbox.requests import SignInBody
from aicx_tui.sandbox.tables import bots

router = APIRouter(prefix="/console/v1", tags=["Console"])

_SERVED = (
    Capability.HUMANS_GET,
    Capability.HUMANS_CREATE,
    Capability.HUMANS_UPDATE,
    Capability.HUMANS_DELETE,
    Capability.HUMANS_FEED,
    Capability.HUMANS_NOTES,
    Capability.HUMANS_PRECONDITION,
    Capability.TAGS_ASSIGN,
    Capability.TAGS_UNASSIGN,
    Capability.TAGS_LIST,
    Capability.TAGS_DEFINE,
    Capability.WRITES_IDEMPOTENT,
    Capability.SIGN_IN,
    Capability.PROFILE_ALIASES,
    Capability.FILES,
)


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
    with platform.database.writing() as connection:
        pause = throttle.pause_after(connection, email=email, address=address)
    if pause:
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
