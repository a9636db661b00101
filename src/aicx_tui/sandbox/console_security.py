"""The console's calls on the caller's password and second factor; all want a fresh sign-in."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from sqlalchemy import Connection

from aicx_tui.models.wire import Envelope, WireFieldError
from aicx_tui.sandbox import accounts, challenges, codes, passwords, profiles, throttle
from aicx_tui.sandbox.access import FreshlySignedIn, Platform, ServedPlatform
from aicx_tui.sandbox.accounts import Caller, Proven
from aicx_tui.sandbox.challenges import Purpose, Secret
from aicx_tui.sandbox.profile_requests import ChangePasswordBody, CodeBody, PasswordBody
from aicx_tui.sandbox.replies import NewChallenge, Refusal, refusals, result_reply

router = APIRouter(prefix="/console/v1/profile", tags=["Profile"])


@router.post("/password", response_model=Envelope[None], responses=refusals(401, 403, 429))
def change_password(
    body: ChangePasswordBody, platform: ServedPlatform, caller: FreshlySignedIn, request: Request
) -> Response:
    """Set another password; every other session of the user ends, the token stays."""
    user = _proven(platform, request, caller, body.current, field="current")
    known = (caller.email, caller.name, caller.company_name)
    if problem := passwords.problem_of(body.new, current=body.current, known=known):
        raise _invalid("new", problem)
    hashed = accounts.password_hash(body.new)
    with platform.database.writing() as connection:
        _confirm_password(connection, user, field="current")
        accounts.set_password(connection, caller=caller, hashed=hashed)
    return result_reply(None)


@router.post(
    "/two-factor",
    response_model=Envelope[NewChallenge],
    responses=refusals(401, 403, 409, 429, 502, 503),
)
def start_two_factor(platform: ServedPlatform, caller: FreshlySignedIn) -> Response:
    """Send the code that turns the second factor on; one sent before is of no use any more."""
    with platform.database.writing() as connection:
        user = accounts.proven(connection, user_id=caller.user_id)
        _refuse_twice(user)

    def confirm(connection: Connection) -> None:
        _refuse_twice(accounts.proven(connection, user_id=user.id))
        challenges.forget(connection, user_id=user.id, purpose=Purpose.TWO_FACTOR)

    return result_reply(codes.send(platform, user, purpose=Purpose.TWO_FACTOR, confirm=confirm))


@router.post(
    "/two-factor/verify", response_model=Envelope[None], responses=refusals(401, 403, 404, 429)
)
def verify_two_factor(
    body: CodeBody, platform: ServedPlatform, caller: FreshlySignedIn, request: Request
) -> Response:
    """Turn the second factor on by the code that was sent; the fifth wrong one ends it."""

    def done(connection: Connection, user_id: str) -> None:
        profiles.set_two_factor(connection, user_id=user_id, is_on=True)

    codes.take(
        platform,
        request,
        Secret(body.challenge, body.code),
        purpose=Purpose.TWO_FACTOR,
        done=done,
        user_id=caller.user_id,
    )
    return result_reply(None)


@router.post("/two-factor/off", response_model=Envelope[None], responses=refusals(401, 403, 429))
def end_two_factor(
    body: PasswordBody, platform: ServedPlatform, caller: FreshlySignedIn, request: Request
) -> Response:
    """Turn the second factor off, for whoever knows the password."""
    user = _proven(platform, request, caller, body.password, field="password")
    with platform.database.writing() as connection:
        _confirm_password(connection, user, field="password")
        profiles.set_two_factor(connection, user_id=user.id, is_on=False)
    return result_reply(None)


def _proven(
    platform: Platform, request: Request, caller: Caller, password: str, *, field: str
) -> Proven:
    """The caller, who has shown its password; wrong ones count as at a sign-in."""
    address = codes.address_of(request)
    with platform.database.writing() as connection:
        pause = throttle.count(connection, throttle.PASSWORDS, caller.email, address)
    if pause:
        raise throttle.too_many(pause, what="to enter the password")
    with platform.database.reading() as connection:
        user = accounts.checked_password(connection, email=caller.email, password=password)
    if user is None:
        raise _invalid(field, "This is not your password")
    return user


def _confirm_password(connection: Connection, user: Proven, *, field: str) -> None:
    """Refuse when the password is no longer the one that was shown, which takes its time."""
    if accounts.proven(connection, user_id=user.id).password_hash != user.password_hash:
        raise _invalid(field, "The password was changed meanwhile")


def _refuse_twice(user: Proven) -> None:
    if user.two_factor:
        raise Refusal(
            HTTPStatus.CONFLICT,
            code="two_factor_on",
            message="Two-factor authentication is on already; nothing was changed.",
        )


def _invalid(field: str, why: str) -> Refusal:
    return Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        code="invalid_fields",
        message="Some values were refused; nothing was changed.",
        fields=[WireFieldError(field=field, message=why)],
    )
