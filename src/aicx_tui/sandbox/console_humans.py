"""The console's calls on humans: the feed, finding by token, deleting, taking tags away."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import Connection

from aicx_tui.models.wire import Envelope
from aicx_tui.sandbox import feed, humans, throttle
from aicx_tui.sandbox.access import ConsoleBot, ServedPlatform
from aicx_tui.sandbox.humans import UnknownHumansError
from aicx_tui.sandbox.idempotency import WriteReply
from aicx_tui.sandbox.replies import HumanRecord, HumansPage, Refusal, refusals, result_reply
from aicx_tui.sandbox.requests import ResolveBody, UnassignTagsBody
from aicx_tui.sandbox.writes import (
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

router = APIRouter(prefix="/console/v1/bots/{bot_id}/humans", tags=["Console"])

MAX_PAGE = 1000
DEFAULT_PAGE = 200


@router.get("", response_model=Envelope[HumansPage], responses=refusals(401, 404, 410))
def humans_feed(
    platform: ServedPlatform,
    at: ConsoleBot,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = DEFAULT_PAGE,
) -> Response:
    """The humans in the order of their latest change: what follows a cursor misses none."""
    with platform.database.reading() as connection:
        place = (
            feed.read(connection, cursor, installation_id=platform.installation_id, bot=at.bot)
            if cursor
            else feed.start(connection, bot=at.bot)
        )
        items, place = feed.page_after(connection, place, bot=at.bot, limit=limit)
        total = None if cursor else humans.count(connection, bot=at.bot)
    following = feed.written(place, installation_id=platform.installation_id, bot=at.bot)
    page = {"items": items, "next": following}
    return result_reply(page if total is None else page | {"total": total})


@router.post(
    "/resolve", response_model=Envelope[HumanRecord], responses=refusals(401, 403, 404, 409, 429)
)
def resolve_human(body: ResolveBody, platform: ServedPlatform, at: ConsoleBot) -> Response:
    """Read the end user's record that has an access token. For admins; guessing is slow."""
    at.require_admin("find a human by its access token")
    limit, who = throttle.UNKNOWN_TOKENS, at.caller.user_id
    with platform.database.reading() as connection:
        pause = throttle.spent(connection, limit, who)
        rows = humans.with_token(connection, bot=at.bot, access_token=body.access_token)
    if not pause and not rows:
        with platform.database.writing() as connection:
            pause = throttle.count(connection, limit, who)
    if pause:
        raise throttle.too_many(pause, what="to find somebody by a token that nobody has")
    if not rows:
        raise Refusal(
            HTTPStatus.NOT_FOUND,
            code="access_token_unknown",
            message="This bot has no human with this access token.",
        )
    if len(rows) > 1:
        raise Refusal(
            HTTPStatus.CONFLICT,
            code="access_token_shared",
            message="Several humans of this bot have this access token. Give each its own.",
        )
    return result_reply(humans.document(rows[0]))


@router.delete(
    "/{human_id}",
    response_model=Envelope[None],
    responses=write_refusals(412),
    openapi_extra=REPEATABLE_IF_MATCH,
)
def delete_human(
    human_id: Annotated[str, Path(examples=["eu_KM8dKoKB5HJN"])],
    platform: ServedPlatform,
    at: ConsoleBot,
    request: Request,
) -> Response:
    """Delete an end user's record for good; the feed tells of it for 90 days. For admins."""
    at.require_admin("delete a human")

    def work(connection: Connection) -> WriteReply:
        row = found(connection, bot=at.bot, human_id=human_id)
        check_precondition(request, etag_of(platform, row.change_number))
        humans.remove(connection, row, bot=at.bot)
        return answering({"result": None})

    return write(platform, at, request, work)


@router.post(
    "/unassign_tags",
    response_model=Envelope[None],
    responses=write_refusals(),
    openapi_extra=REPEATABLE,
)
def unassign_tags(
    body: UnassignTagsBody, platform: ServedPlatform, at: ConsoleBot, request: Request
) -> Response:
    """Take the values of tags away from several humans: from all of them or from none."""
    at.require_editor()

    def work(connection: Connection) -> WriteReply:
        fields = {f"tag_ids.{place}": tag_id for place, tag_id in enumerate(body.tag_ids)}
        refuse_unknown_tags(connection, at.bot, fields)
        try:
            humans.unassign_tags(
                connection, bot=at.bot, human_ids=body.human_ids, tag_ids=frozenset(body.tag_ids)
            )
        except UnknownHumansError as error:
            human_not_found(error.positions)
        return answering({"result": None})

    return write(platform, at, request, work, body=body)
