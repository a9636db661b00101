"""The console's calls on the caller's own profile: what may be read and changed at any time."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from aicx_tui.models.profile import Profile
from aicx_tui.models.wire import Envelope
from aicx_tui.sandbox import pictures, profiles
from aicx_tui.sandbox.access import ServedPlatform, SignedIn
from aicx_tui.sandbox.idempotency import WriteReply
from aicx_tui.sandbox.profile_requests import ChangeProfileBody
from aicx_tui.sandbox.replies import refusals, result_reply
from aicx_tui.sandbox.writes import REPEATABLE, answering, write_own

router = APIRouter(prefix="/console/v1/profile", tags=["Profile"])


@router.get("", response_model=Envelope[Profile], responses=refusals(401))
def read(platform: ServedPlatform, caller: SignedIn) -> Response:
    """What the caller says of itself."""
    with platform.database.reading() as connection:
        return result_reply(profiles.of_user(connection, user_id=caller.user_id))


@router.patch(
    "", response_model=Envelope[Profile], responses=refusals(401, 409), openapi_extra=REPEATABLE
)
def change(
    body: ChangeProfileBody, platform: ServedPlatform, caller: SignedIn, request: Request
) -> Response:
    """Change what is given of it; the e-mail address is not the user's to change."""

    def work(connection: Connection) -> WriteReply:
        user_id = caller.user_id
        pictures.refuse_foreign(connection, user_id=user_id, avatar_id=body.avatar_id)
        profiles.change(connection, user_id=user_id, values=body.model_dump(exclude_unset=True))
        return answering({"result": profiles.of_user(connection, user_id=user_id)})

    return write_own(platform, caller, request, work, body=body)
