"""The console's calls on the aliases that a user speaks under."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from aicx_tui.models.profile import Alias
from aicx_tui.models.wire import Envelope
from aicx_tui.sandbox import aliases, pictures
from aicx_tui.sandbox.access import ServedPlatform, SignedIn
from aicx_tui.sandbox.idempotency import WriteReply
from aicx_tui.sandbox.replies import Refusal, refusals, result_reply
from aicx_tui.sandbox.requests import ChangeAliasBody, CreateAliasBody
from aicx_tui.sandbox.writes import REPEATABLE, answering, write_own

router = APIRouter(prefix="/console/v1/profile/aliases", tags=["Profile"])

AliasId = Annotated[str, Path(examples=["al_7Gs0bN2kQxWv"])]


@router.get("", response_model=Envelope[list[Alias]], responses=refusals(401))
def every(platform: ServedPlatform, caller: SignedIn) -> Response:
    """The caller's aliases, in the order in which they were created."""
    with platform.database.reading() as connection:
        return result_reply(aliases.of_user(connection, user_id=caller.user_id))


@router.post(
    "", response_model=Envelope[Alias], responses=refusals(401, 409), openapi_extra=REPEATABLE
)
def create(
    body: CreateAliasBody, platform: ServedPlatform, caller: SignedIn, request: Request
) -> Response:
    """Create an alias; as the default it takes that from the one before."""
    user_id = caller.user_id

    def work(connection: Connection) -> WriteReply:
        if aliases.count(connection, user_id=user_id) >= aliases.MOST:
            raise Refusal(
                HTTPStatus.CONFLICT,
                code="too_many_aliases",
                message=f"There are {aliases.MOST} aliases already; nothing was changed. "
                "Delete one first.",
            )
        pictures.refuse_foreign(connection, user_id=user_id, avatar_id=body.avatar_id)
        return answering(
            {"result": aliases.add(connection, user_id=user_id, values=body.model_dump())}
        )

    return write_own(platform, caller, request, work, body=body)


@router.patch(
    "/{alias_id}",
    response_model=Envelope[Alias],
    responses=refusals(401, 404, 409),
    openapi_extra=REPEATABLE,
)
def change(
    alias_id: AliasId,
    body: ChangeAliasBody,
    platform: ServedPlatform,
    caller: SignedIn,
    request: Request,
) -> Response:
    """Change what is given of an alias; as the default it takes that from the one before."""
    user_id = caller.user_id

    def work(connection: Connection) -> WriteReply:
        changed = _found(connection, user_id, alias_id) | body.model_dump(exclude_unset=True)
        pictures.refuse_foreign(connection, user_id=user_id, avatar_id=body.avatar_id)
        aliases.change(connection, user_id=user_id, alias_id=alias_id, values=changed)
        return answering({"result": changed})

    return write_own(platform, caller, request, work, body=body)


@router.delete(
    "/{alias_id}",
    response_model=Envelope[None],
    responses=refusals(401, 404, 409),
    openapi_extra=REPEATABLE,
)
def delete(
    alias_id: AliasId, platform: ServedPlatform, caller: SignedIn, request: Request
) -> Response:
    """Delete an alias; without a default one, the user's own name is used."""

    def work(connection: Connection) -> WriteReply:
        _found(connection, caller.user_id, alias_id)
        aliases.remove(connection, alias_id=alias_id)
        return answering({"result": None})

    return write_own(platform, caller, request, work)


def _found(connection: Connection, user_id: str, alias_id: str) -> dict[str, object]:
    alias = aliases.find(connection, user_id=user_id, alias_id=alias_id)
    if alias is None:
        raise Refusal(
            HTTPStatus.NOT_FOUND,
            code="alias_not_found",
            message="You have no such alias; nothing was changed. List your aliases.",
        )
    return alias
