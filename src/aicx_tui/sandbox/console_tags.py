"""The console's calls on the definitions of tags. Everybody reads them, admins write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy import Connection

from aicx_tui.models.tag import TagDefinition, TagDeleted
from aicx_tui.models.wire import Envelope, WireFieldError
from aicx_tui.sandbox import humans, tag_definitions
from aicx_tui.sandbox.access import ConsoleBot, ServedPlatform
from aicx_tui.sandbox.idempotency import WriteReply
from aicx_tui.sandbox.replies import Refusal, refusals, result_reply
from aicx_tui.sandbox.requests import ChangeTagBody, DefineTagBody
from aicx_tui.sandbox.writes import REPEATABLE, answering, write, write_refusals

router = APIRouter(prefix="/console/v1/bots/{bot_id}/tags", tags=["Console"])

TagId = Annotated[str, Path(examples=["5f0e3f4e-6b54-4c39-9f1e-0c6a5f3b8d21"])]
Definition = Mapping[str, object]

_DEFINE = "define tags"


@router.get("", response_model=Envelope[list[TagDefinition]], responses=refusals(401, 404))
def definitions(platform: ServedPlatform, at: ConsoleBot) -> Response:
    """The tags that humans of this bot can have."""
    with platform.database.reading() as connection:
        return result_reply(tag_definitions.of_bot(connection, bot=at.bot))


@router.post(
    "",
    response_model=Envelope[TagDefinition],
    responses=write_refusals(),
    openapi_extra=REPEATABLE,
)
def define(
    body: DefineTagBody, platform: ServedPlatform, at: ConsoleBot, request: Request
) -> Response:
    """Define a tag that humans of this bot can have. For admins."""
    at.require_admin(_DEFINE)

    def work(connection: Connection) -> WriteReply:
        values = body.model_dump()
        _refuse_unusable(values, others=tag_definitions.of_bot(connection, bot=at.bot))
        return answering({"result": tag_definitions.add(connection, bot=at.bot, values=values)})

    return write(platform, at, request, work, body=body)


@router.patch(
    "/{tag_id}",
    response_model=Envelope[TagDefinition],
    responses=write_refusals(),
    openapi_extra=REPEATABLE,
)
def change(
    tag_id: TagId,
    body: ChangeTagBody,
    platform: ServedPlatform,
    at: ConsoleBot,
    request: Request,
) -> Response:
    """Change a definition; the values that humans have stay as they are. For admins."""
    at.require_admin(_DEFINE)

    def work(connection: Connection) -> WriteReply:
        every = tag_definitions.of_bot(connection, bot=at.bot)
        changed = {**_found(every, tag_id), **body.model_dump(exclude_unset=True)}
        if changed["kind"] != "choice" and "choices" not in body.model_fields_set:
            changed["choices"] = []
        _refuse_unusable(changed, others=[tag for tag in every if tag["id"] != tag_id])
        tag_definitions.change(connection, tag_id=tag_id, values=changed)
        return answering({"result": changed})

    return write(platform, at, request, work, body=body)


@router.delete(
    "/{tag_id}",
    response_model=Envelope[TagDeleted],
    responses=write_refusals(),
    openapi_extra=REPEATABLE,
)
def delete(tag_id: TagId, platform: ServedPlatform, at: ConsoleBot, request: Request) -> Response:
    """Take a tag from every human that has it, and remove its definition. For admins."""
    at.require_admin(_DEFINE)

    def work(connection: Connection) -> WriteReply:
        _found(tag_definitions.of_bot(connection, bot=at.bot), tag_id)
        count = humans.take_tag_from_all(connection, bot=at.bot, tag_id=tag_id)
        tag_definitions.remove(connection, tag_id=tag_id)
        return answering({"result": {"humans": count}})

    return write(platform, at, request, work)


def _found(every: Sequence[Definition], tag_id: str) -> Definition:
    for tag in every:
        if tag["id"] == tag_id:
            return tag
    raise Refusal(
        HTTPStatus.NOT_FOUND,
        code="tag_not_found",
        message="This bot has no such tag; nothing was changed. List the bot's tags.",
    )


def _refuse_unusable(values: Definition, *, others: Sequence[Definition]) -> None:
    """Refuse a name that another tag has, and choices that do not go with the kind."""
    problems = []
    name = _compared(values["name"])
    if any(_compared(other["name"]) == name for other in others):
        problems.append(("name", "Another tag of this bot has this name"))
    if values["kind"] == "choice" and not values["choices"]:
        problems.append(("choices", "A tag of the kind choice needs at least one"))
    if values["kind"] != "choice" and values["choices"]:
        problems.append(("choices", "Only a tag of the kind choice has them"))
    if problems:
        raise Refusal(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            code="invalid_fields",
            message="Some values were refused; nothing was changed.",
            fields=[WireFieldError(field=field, message=why) for field, why in problems],
        )


def _compared(name: object) -> str:
    return str(name).strip().casefold()
