"""The console's calls by which accounts elsewhere sign in, are linked and unlinked."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, NoReturn

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool

from aicx_tui.models.wire import Envelope
from aicx_tui.sandbox import accounts, codes, grants, identities, signing, throttle
from aicx_tui.sandbox.access import (
    FreshlySignedIn,
    Platform,
    ServedPlatform,
    SignedIn,
    not_fresh,
    unauthorized,
)
from aicx_tui.sandbox.accounts import Caller
from aicx_tui.sandbox.identities import Identity
from aicx_tui.sandbox.profile_requests import FlowBody, ProviderBody
from aicx_tui.sandbox.provider_settings import TITLES
from aicx_tui.sandbox.replies import (
    GrantAnswer,
    NewFlow,
    Refusal,
    refusals,
    result_reply,
)

router = APIRouter(prefix="/console/v1")

ProviderName = Annotated[str, Path(examples=["google"])]


@router.post(
    "/sign-in/oidc/start",
    response_model=Envelope[NewFlow],
    responses=refusals(404, 429, 502),
    tags=["Console"],
)
async def start_sign_in(body: ProviderBody, platform: ServedPlatform, request: Request) -> Response:
    """Begin a sign-in by an account elsewhere: what a person opens and enters there."""
    await run_in_threadpool(_refuse_to_hurry, platform, codes.address_of(request))
    return result_reply(await grants.start(platform, body.provider))


@router.post(
    "/sign-in/oidc/poll",
    response_model=Envelope[GrantAnswer],
    responses=refusals(401, 404, 429, 502, 503),
    tags=["Console"],
)
async def poll_sign_in(body: FlowBody, platform: ServedPlatform) -> Response:
    """How far it is; done, it comes with a session, or with a challenge where a code is asked."""
    found = await grants.poll(platform, body.flow)
    if not isinstance(found, Identity):
        return result_reply(found)
    return result_reply(await run_in_threadpool(_admit, platform, found))


@router.post(
    "/profile/identities/start",
    response_model=Envelope[NewFlow],
    responses=refusals(401, 403, 404, 409, 429, 502),
    tags=["Profile"],
)
async def start_link(
    body: ProviderBody, platform: ServedPlatform, caller: FreshlySignedIn
) -> Response:
    """Begin to link an account elsewhere, for the session that asks."""
    session_hash = caller.session_hash or ""
    await run_in_threadpool(_refuse_to_hurry, platform, session_hash)
    await run_in_threadpool(_refuse_second, platform, caller, body.provider)
    return result_reply(await grants.start(platform, body.provider, session_hash=session_hash))


@router.post(
    "/profile/identities/poll",
    response_model=Envelope[GrantAnswer],
    responses=refusals(401, 403, 404, 409, 502),
    tags=["Profile"],
)
async def poll_link(body: FlowBody, platform: ServedPlatform, caller: SignedIn) -> Response:
    """How far it is, for the session that began it; done, the account is linked."""
    # The sign-in was fresh at the beginning; a person takes its time in the browser.
    if caller.session_hash is None:
        raise not_fresh()
    found = await grants.poll(platform, body.flow, session_hash=caller.session_hash)
    if not isinstance(found, Identity):
        return result_reply(found)
    await run_in_threadpool(_link, platform, caller, found)
    return result_reply({"status": "done"})


@router.delete(
    "/profile/identities/{provider}",
    response_model=Envelope[None],
    responses=refusals(401, 403, 404),
    tags=["Profile"],
)
def unlink(provider: ProviderName, platform: ServedPlatform, caller: FreshlySignedIn) -> Response:
    """Let an account elsewhere sign in no more; the password always does."""
    with platform.database.writing() as connection:
        if not identities.unlink(connection, user_id=caller.user_id, provider=provider):
            raise Refusal(
                HTTPStatus.NOT_FOUND,
                code="identity_not_linked",
                message="No account of this provider is linked; nothing was changed.",
            )
    return result_reply(None)


def _refuse_to_hurry(platform: Platform, who: str) -> None:
    with platform.database.writing() as connection:
        pause = throttle.count(connection, throttle.GRANTS, who)
    if pause:
        raise throttle.too_many(pause, what="to begin")


def _admit(platform: Platform, identity: Identity) -> dict[str, object]:
    with platform.database.writing() as connection:
        user_id = identities.user_of(connection, identity)
        if user_id is None:
            title = TITLES[identity.provider]
            unauthorized(
                "identity_unknown",
                f"No account here is linked to this account of {title}. Sign in by password, and "
                "link it in the profile.",
            )
        user = accounts.proven(connection, user_id=user_id)
    given = signing.admit(platform, user)
    return {"status": "done", "session" if "session" in given else "challenge": given}


def _refuse_second(platform: Platform, caller: Caller, provider: str) -> None:
    with platform.database.reading() as connection:
        if identities.is_linked(connection, user_id=caller.user_id, provider=provider):
            _one_is_linked()


def _link(platform: Platform, caller: Caller, identity: Identity) -> None:
    try:
        with platform.database.writing() as connection:
            accounts.take_turn(connection, user_id=caller.user_id)
            linked_to = identities.user_of(connection, identity)
            if linked_to == caller.user_id:
                return
            if linked_to is not None:
                _others()
            if identities.is_linked(connection, user_id=caller.user_id, provider=identity.provider):
                _one_is_linked()
            identities.link(connection, identity, user_id=caller.user_id)
    except IntegrityError:  # two users linked it at the same moment
        _others()


def _one_is_linked() -> NoReturn:
    raise Refusal(
        HTTPStatus.CONFLICT,
        code="provider_linked",
        message="An account of this provider is linked already; nothing was changed. Unlink it "
        "first.",
    )


def _others() -> NoReturn:
    raise Refusal(
        HTTPStatus.CONFLICT,
        code="identity_taken",
        message="This account is linked to another user here; nothing was changed. Unlink it "
        "there first, or take another one.",
    )
