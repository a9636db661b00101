"""The console calls: capabilities, and the account."""

from __future__ import annotations

from fastapi import APIRouter, Response
from sqlalchemy import select

from aicx_tui import __version__
from aicx_tui.models.account import Account, PlatformCapabilities
from aicx_tui.models.capability import Capability
from aicx_tui.models.wire import Envelope
from aicx_tui.sandbox.access import ServedPlatform, SignedIn
from aicx_tui.sandbox.replies import refusals, result_reply
from aicx_tui.sandbox.tables import bots

router = APIRouter(prefix="/console/v1", tags=["Console"])

_SERVED = (
    Capability.HUMANS_GET,
    Capability.HUMANS_CREATE,
    Capability.HUMANS_UPDATE,
    Capability.HUMANS_DELETE,
    Capability.HUMANS_FEED,
    Capability.HUMANS_RESOLVE,
    Capability.HUMANS_NOTES,
    Capability.HUMANS_PRECONDITION,
    Capability.TAGS_ASSIGN,
    Capability.TAGS_UNASSIGN,
    Capability.TAGS_LIST,
    Capability.TAGS_DEFINE,
    Capability.WRITES_IDEMPOTENT,
    Capability.SIGN_IN,
    Capability.PROFILE_EDIT,
    Capability.PROFILE_PASSWORD,
    Capability.PROFILE_TWO_FACTOR,
    Capability.TOKEN_ISSUE,
    Capability.PROFILE_IDENTITIES,
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
        "oidc": sorted(platform.providers),
    }
    return result_reply(result)


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
