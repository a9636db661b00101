"""The console's calls that sign in and out."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from aicx_tui.models.wire import Envelope
from aicx_tui.sandbox import accounts, codes, signing, throttle
from aicx_tui.sandbox.access import ServedPlatform, SignedIn, unauthorized
from aicx_tui.sandbox.challenges import Purpose, Secret
from aicx_tui.sandbox.profile_requests import ChallengeBody, CodeBody
from aicx_tui.sandbox.replies import NewChallenge, NewSession, Refusal, refusals, result_reply
from aicx_tui.sandbox.requests import SignInBody

router = APIRouter(prefix="/console/v1", tags=["Console"])


@router.post(
    "/sign-in",
    response_model=Envelope[NewSession | NewChallenge],
    responses=refusals(401, 429, 502, 503),
)
def sign_in(body: SignInBody, platform: ServedPlatform, request: Request) -> Response:
    """Give a session for an e-mail address and its password, or ask for the code sent there."""
    email = body.email.strip().lower()
    with platform.database.writing() as connection:
        pause = throttle.count(connection, throttle.PASSWORDS, email, codes.address_of(request))
    if pause:
        raise throttle.too_many(pause, what="to sign in")
    with platform.database.reading() as connection:
        user = accounts.checked_password(connection, email=email, password=body.password)
    if user is None:
        unauthorized("sign_in_failed", "The e-mail address or the password is wrong. Check both.")
    return result_reply(signing.admit(platform, user))


@router.post(
    "/sign-in/verify",
    response_model=Envelope[NewSession],
    responses=refusals(401, 429),
)
def verify(body: CodeBody, platform: ServedPlatform, request: Request) -> Response:
    """Give a session for the code that was sent; the fifth wrong one ends the challenge."""
    secret = Secret(body.challenge, body.code)
    done = signing.new_session
    return result_reply(codes.take(platform, request, secret, purpose=Purpose.SIGN_IN, done=done))


@router.post(
    "/sign-in/resend",
    response_model=Envelope[NewChallenge],
    responses=refusals(401, 429, 502, 503),
)
def resend(body: ChallengeBody, platform: ServedPlatform) -> Response:
    """Send another code, at most once in 30 seconds; the one before is of no use any more."""
    return result_reply(codes.resend(platform, body.challenge, purpose=Purpose.SIGN_IN))


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
