"""The four documented gateway calls, and the precondition that goes beyond them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, NoReturn

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from aicx_tui.models.wire import Envelope, HumanReference, WireFieldError
from aicx_tui.sandbox import humans
from aicx_tui.sandbox.access import GatewayBot, Platform, ServedPlatform
from aicx_tui.sandbox.humans import UnknownHumansError
from aicx_tui.sandbox.replies import (
    HumanRecord,
    Refusal,
    Success,
    json_reply,
    refusals,
    result_reply,
)
from aicx_tui.sandbox.requests import AssignTagsBody, CreateHumanBody, UpdateHumanBody

router = APIRouter(prefix="/gateway/{company_id}/{bot_id}/crm", tags=["Gateway"])

HumanId = Annotated[str, Path(examples=["eu_KM8dKoKB5HJN"])]

_ENTITY_TAG = re.compile(r'(?<![^\s,])"[^"]*"(?=\s*(?:,|$))')
"""A strong entity tag in an `If-Match` list; a weak one never matches."""

_ETAG_HEADER = {"ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}}}
_IF_MATCH = {
    "parameters": [
        {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "Change the human only if this is still its ETag.",
            "schema": {"type": "string"},
        }
    ]
}


@router.post(
    "/human",
    summary="Create Human",
    response_model=Envelope[HumanReference],
    responses=refusals(401, 403, 404),
)
def create_human(body: CreateHumanBody, platform: ServedPlatform, at: GatewayBot) -> Response:
    """Add an end user's record."""
    at.require_editor()
    with platform.database.writing() as connection:
        _refuse_unknown_tags(connection, at.bot, _tag_fields(body))
        human_id = humans.create(
            connection, bot=at.bot, columns=body.columns(), tag_values=body.tag_values()
        )
    return result_reply({"id": human_id})


@router.get(
    "/human/{human_id}",
    summary="Get Human",
    response_model=Envelope[HumanRecord],
    responses=refusals(401, 404) | {200: {"headers": _ETAG_HEADER}},
)
def get_human(human_id: HumanId, platform: ServedPlatform, at: GatewayBot) -> Response:
    """Read an end user's record."""
    with platform.database.reading() as connection:
        row = humans.find(connection, bot=at.bot, human_id=human_id) or _human_not_found()
    return result_reply(humans.document(row), headers={"ETag": _etag(platform, row.change_number)})


@router.put(
    "/human/{human_id}",
    summary="Update Human",
    response_model=Envelope[HumanReference],
    responses=refusals(401, 403, 404, 412) | {200: {"headers": _ETAG_HEADER}},
    openapi_extra=_IF_MATCH,
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
    with platform.database.writing() as connection:
        row, change_number = humans.lock(connection, bot=at.bot, human_id=human_id)
        row = row or _human_not_found()
        _check_precondition(request.headers.getlist("If-Match"), _etag(platform, row.change_number))
        _refuse_unknown_tags(connection, at.bot, _tag_fields(body))
        columns = body.columns()
        if "tags" in body.model_fields_set:
            cleared = body.tags is None
            columns["tags"] = None if cleared else humans.merged_tags(row, body.tag_values())
        version = humans.change(connection, row, change_number=change_number, columns=columns)
    return result_reply({"id": human_id}, headers={"ETag": _etag(platform, version)})


@router.post(
    "/assign_tags",
    summary="Add / Update Human Tags",
    response_model=Success,
    responses=refusals(401, 403, 404),
)
def assign_tags(body: AssignTagsBody, platform: ServedPlatform, at: GatewayBot) -> Response:
    """Give tag values to several humans, merging by tag id: to all of them or to none."""
    at.require_editor()
    with platform.database.writing() as connection:
        _refuse_unknown_tags(connection, at.bot, _tag_fields(body))
        try:
            humans.assign_tags(
                connection, bot=at.bot, human_ids=body.human_ids, values=body.tag_values()
            )
        except UnknownHumansError as error:
            _human_not_found(error.positions)
    return json_reply({"success": True})


def _tag_fields(body: CreateHumanBody | UpdateHumanBody | AssignTagsBody) -> dict[str, str]:
    """Every tag id in a body, by the name of its field."""
    fields = {f"tags.{at}.id": tag.id for at, tag in enumerate(body.tags or ())}
    if isinstance(body, CreateHumanBody):
        fields |= {f"tag_ids.{at}": tag_id for at, tag_id in enumerate(body.tag_ids or ())}
    return fields


def _refuse_unknown_tags(connection: Connection, bot: int, fields: Mapping[str, str]) -> None:
    known = humans.tag_ids(connection, bot=bot) if fields else frozenset()
    unknown = [
        WireFieldError(field=field, message="This bot has no tag with this id")
        for field, tag_id in fields.items()
        if tag_id not in known
    ]
    if unknown:
        raise Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            code="invalid_fields",
            message="Some tags do not exist; nothing was changed. List the bot's tags.",
            fields=unknown,
        )


def _human_not_found(positions: Sequence[int] = ()) -> NoReturn:
    fields = [
        WireFieldError(field=f"human_ids.{at}", message="This bot has no human with this id")
        for at in positions
    ]
    raise Refusal(
        HTTPStatus.NOT_FOUND,
        code="human_not_found",
        message="This bot has no such human; nothing was changed. Check the human id.",
        fields=fields,
    )


def _etag(platform: Platform, change_number: int) -> str:
    return f'"{platform.installation_id[:8]}-{change_number}"'


def _check_precondition(if_match: list[str], etag: str) -> None:
    """Refuse a change of a human that is no longer as the caller read it (RFC 9110, 13.1.1)."""
    if not if_match:
        return
    wanted = ", ".join(if_match).strip()
    if wanted != "*" and etag not in _ENTITY_TAG.findall(wanted):
        raise Refusal(
            HTTPStatus.PRECONDITION_FAILED,
            code="precondition_failed",
            message="The human has changed since it was read; nothing was changed. Read it again.",
        )
