"""The four documented gateway calls, and the precondition and key that go beyond them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from aicx_tui.models.wire import Envelope, HumanReference
from aicx_tui.sandbox import humans
from aicx_tui.sandbox.access import GatewayBot, ServedPlatform
from aicx_tui.sandbox.humans import UnknownHumansError
from aicx_tui.sandbox.idempotency import WriteReply
from aicx_tui.sandbox.replies import HumanRecord, Success, refusals, result_reply
from aicx_tui.sandbox.requests import AssignTagsBody, CreateHumanBody, UpdateHumanBody
from aicx_tui.sandbox.writes import (
    ETAG_HEADER,
    REPEATABLE,
    REPEATABLE_IF_MATCH,
    answering,
    check_precondition,
    etag_of,
    found,
    human_not_found,
    refuse_unknown_tags,
    write,
    write_refusals,
)

router = APIRouter(prefix="/gateway/{company_id}/{bot_id}/crm", tags=["Gateway"])

HumanId = Annotated[str, Path(examples=["eu_KM8dKoKB5HJN"])]


@router.post(
    "/human",
    summary="Create Human",
    response_model=Envelope[HumanReference],
    responses=write_refusals(),
    openapi_extra=REPEATABLE,
)
def create_human(
    body: CreateHumanBody, platform: ServedPlatform, at: GatewayBot, request: Request
) -> Response:
    """Add an end user's record."""
    at.require_editor()

    def work(connection: Connection) -> WriteReply:
        refuse_unknown_tags(connection, at.bot, _tag_fields(body))
        human_id = humans.create(
            connection, bot=at.bot, columns=body.columns(), tag_values=body.tag_values()
        )
        return answering({"result": {"id": human_id}})

    return write(platform, at, request, work, body=body)


@router.get(
    "/human/{human_id}",
    summary="Get Human",
    response_model=Envelope[HumanRecord],
    responses=refusals(401, 404) | {200: {"headers": ETAG_HEADER}},
)
def get_human(human_id: HumanId, platform: ServedPlatform, at: GatewayBot) -> Response:
    """Read an end user's record."""
    with platform.database.reading() as connection:
        row = found(connection, bot=at.bot, human_id=human_id)
    etag = etag_of(platform, row.change_number)
    return result_reply(humans.document(row), headers={"ETag": etag})


@router.put(
    "/human/{human_id}",
    summary="Update Human",
    response_model=Envelope[HumanReference],
    responses=write_refusals(412) | {200: {"headers": ETAG_HEADER}},
    openapi_extra=REPEATABLE_IF_MATCH,
)
def update_human(
    human_id: HumanId,
    body: UpdateHumanBody,
    platform: ServedPlatform,
    at: GatewayBot,
    request: Request,
) -> Response:
    """Change an end user's record: fields left out stay, null clears, tags merge by id."""
    at.require_editor()

    def work(connection: Connection) -> WriteReply:
        row = found(connection, bot=at.bot, human_id=human_id)
        check_precondition(request, etag_of(platform, row.change_number))
        refuse_unknown_tags(connection, at.bot, _tag_fields(body))
        columns = body.columns()
        if "tags" in body.model_fields_set:
            cleared = body.tags is None
            columns["tags"] = None if cleared else humans.merged_tags(row, body.tag_values())
        version = humans.change(connection, row, bot=at.bot, columns=columns)
        return answering({"result": {"id": human_id}}, etag=etag_of(platform, version))

    return write(platform, at, request, work, body=body)


@router.post(
    "/assign_tags",
    summary="Add / Update Human Tags",
    response_model=Success,
    responses=write_refusals(),
    openapi_extra=REPEATABLE,
)
def assign_tags(
    body: AssignTagsBody, platform: ServedPlatform, at: GatewayBot, request: Request
) -> Response:
    """Give tag values to several humans, merging by tag id: to all of them or to none."""
    at.require_editor()

    def work(connection: Connection) -> WriteReply:
        refuse_unknown_tags(connection, at.bot, _tag_fields(body))
        try:
            humans.assign_tags(
                connection, bot=at.bot, human_ids=body.human_ids, values=body.tag_values()
            )
        except UnknownHumansError as error:
            human_not_found(error.positions)
        return answering({"success": True})

    return write(platform, at, request, work, body=body)


def _tag_fields(body: CreateHumanBody | UpdateHumanBody | AssignTagsBody) -> dict[str, str]:
    """Every tag id in a body, by the name of its field."""
    fields = {f"tags.{at}.id": tag.id for at, tag in enumerate(body.tags or ())}
    if isinstance(body, CreateHumanBody):
        fields |= {f"tag_ids.{at}": tag_id for at, tag_id in enumerate(body.tag_ids or ())}
    return fields
