"""The console's calls on the caller's personal access token."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from aicx_tui.models.wire import Envelope
from aicx_tui.sandbox import accounts, token_replies, tokens
from aicx_tui.sandbox.access import (
    Credentials,
    PresentedCredentials,
    ServedPlatform,
    SignedIn,
    authenticate,
)
from aicx_tui.sandbox.replies import (
    NewToken,
    Refusal,
    TokenRecord,
    refusals,
    result_reply,
)
from aicx_tui.sandbox.token_replies import Reply

router = APIRouter(prefix="/console/v1/profile/token", tags=["Profile"])


@router.get("", response_model=Envelope[TokenRecord | None], responses=refusals(401))
def read(platform: ServedPlatform, caller: SignedIn) -> Response:
    """When the caller's token was issued and last used; null while there is none."""
    with platform.database.reading() as connection:
        return result_reply(tokens.of_user(connection, user_id=caller.user_id))


@router.post(
    "",
    response_model=Envelope[NewToken],
    responses=refusals(401, 409),
    openapi_extra={"parameters": [token_replies.PARAMETER]},
)
def issue(
    platform: ServedPlatform, credentials: PresentedCredentials, request: Request
) -> Response:
    """Issue a token; the one before is dead in the same moment. Without a key, only once."""
    key = token_replies.key_of(request)
    with platform.database.writing() as connection:
        try:
            user_id = _caller(connection, credentials)
        except Refusal:
            # The token may have been replaced by this very call, whose reply was lost.
            if not key or not credentials.token:
                raise
            found = token_replies.of_replaced(connection, key=key, token=credentials.token)
            if found is None:
                raise
            return result_reply(_still_live(connection, *found))
        kept = token_replies.of_user(connection, key=key, user_id=user_id) if key else None
        if kept is not None:
            return result_reply(_still_live(connection, user_id, kept))
        issued = tokens.issue(connection, user_id=user_id)
        if key:
            token_replies.keep(
                connection, issued, key=key, user_id=user_id, replaced=credentials.token
            )
    return result_reply(issued)


def _caller(connection: Connection, credentials: Credentials) -> str:
    """Who calls, with the user's turn taken: the credential is good until the transaction ends."""
    user_id = authenticate(connection, credentials).user_id
    accounts.take_turn(connection, user_id=user_id)
    return authenticate(connection, credentials).user_id


def _still_live(connection: Connection, user_id: str, kept: Reply) -> Reply:
    """The reply again, unless its token is of no use any more."""
    if not tokens.is_live(connection, user_id=user_id, token=str(kept["token"])):
        raise Refusal(
            HTTPStatus.CONFLICT,
            code="token_superseded",
            message="The token that was issued under this key has been replaced since; nothing was "
            "changed. Issue another under a new key.",
        )
    return kept
