"""Sending codes by mail and taking them back, for whatever they were asked for."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import NoReturn

from fastapi import Request
from sqlalchemy import Connection

from aicx_tui.models.wire import WireFieldError
from aicx_tui.sandbox import accounts, challenges, throttle
from aicx_tui.sandbox.access import Platform, unauthorized
from aicx_tui.sandbox.accounts import Proven
from aicx_tui.sandbox.challenges import Ending, Pause, Purpose, Secret, Waiting
from aicx_tui.sandbox.mail import Mail
from aicx_tui.sandbox.replies import Refusal

_WHY_OVER = {
    Ending.UNKNOWN: ("challenge_unknown", "No code is waited for here, or it was used."),
    Ending.EXPIRED: ("challenge_expired", "The code is older than 10 minutes."),
    Ending.TOO_MANY_CODES: ("challenge_ended", "Five wrong codes were entered."),
}
_SUBJECT = "Your code for AICX"
_REASONS = {
    Purpose.SIGN_IN: "It was asked for by a sign-in to your account. If that was not you, somebody "
    "has your password, or an account elsewhere that is linked to yours: sign in, change the one "
    "and look at the others.",
    Purpose.TWO_FACTOR: "It turns two-factor authentication on for your account. If you did not "
    "ask for it, somebody is signed in as you: change your password.",
}


def send(
    platform: Platform,
    user: Proven,
    *,
    purpose: Purpose,
    confirm: Callable[[Connection], None],
) -> dict[str, object]:
    """Send a code, and answer with the challenge that waits for it.

    Args:
        platform: What it is for.
        user: To whom.
        purpose: What for.
        confirm: Called in the transaction that lets the challenge wait; raises when it must not.

    Raises:
        Refusal: The mail could not be sent, or too many were; nothing waits then.
    """
    secret = Secret.new()
    with platform.database.writing() as connection:
        pause = throttle.pause_before(connection, throttle.WRONG_CODES, user.id)
        pause = pause or throttle.count(connection, throttle.MAILS, user.id)
    _refuse_to_hurry(pause)
    platform.post.deliver(_mail(user.email, secret, purpose))
    with platform.database.writing() as connection:
        confirm(connection)
        expires_at = challenges.add(connection, secret, user_id=user.id, purpose=purpose)
    return _document(secret, user.email, expires_at)


def resend(platform: Platform, challenge: str, *, purpose: Purpose) -> dict[str, object]:
    """Send another code in place of the one before.

    Raises:
        Refusal: The challenge is over, the last mail is too fresh, or none can be sent; then the
            code before stays good.
    """
    with platform.database.writing() as connection:
        waiting = _still_waiting(challenges.find(connection, challenge, purpose=purpose), purpose)
        email = accounts.proven(connection, user_id=waiting.user_id).email
        pause = throttle.pause_before(connection, throttle.WRONG_CODES, waiting.user_id)
        pause = pause or challenges.claim_resend(connection, challenge, waiting)
        _refuse_to_hurry(pause or throttle.count(connection, throttle.MAILS, waiting.user_id))
    secret = Secret.new(challenge)
    try:
        platform.post.deliver(_mail(email, secret, purpose))
    except Refusal:
        with platform.database.writing() as connection:
            challenges.give_back_resend(connection, challenge, waiting)
        raise
    with platform.database.writing() as connection:
        # It may have come to its end while the mail was on its way.
        _still_waiting(challenges.find(connection, challenge, purpose=purpose), purpose)
        expires_at = challenges.replace_code(connection, secret)
    return _document(secret, email, expires_at)


def take(
    platform: Platform,
    request: Request,
    secret: Secret,
    *,
    purpose: Purpose,
    done: Callable[[Connection, str], dict[str, object] | None],
    user_id: str | None = None,
) -> dict[str, object] | None:
    """Take a code back, and do in the same transaction what it was asked for.

    Args:
        platform: What it is for.
        request: For the client's address.
        secret: The challenge and the code that came for it.
        purpose: What the code must have been asked for.
        done: Does it, for the user with this id; its answer is the reply.
        user_id: Who must have asked for it; None where the code is to prove that.

    Raises:
        Refusal: The code is wrong, or the challenge is over.
    """
    with platform.database.writing() as connection:
        waiting = challenges.find(connection, secret.challenge, purpose=purpose, user_id=user_id)
        if isinstance(waiting, Ending):
            verdict: bool | Ending | Pause = waiting
        else:
            verdict = challenges.judge(connection, waiting, secret, address=address_of(request))
            if verdict is True:
                return done(connection, waiting.user_id)
    # Only now, when what was counted is committed.
    match verdict:
        case Pause(seconds):
            raise throttle.too_many(seconds, what="to enter a code")
        case Ending():
            _is_over(verdict, purpose)
        case _:
            raise _wrong_code()


def address_of(request: Request) -> str:
    """The client's address, as far as attempts are counted by it."""
    return request.client.host if request.client else ""


def _still_waiting(found: Waiting | Ending, purpose: Purpose) -> Waiting:
    if isinstance(found, Ending):
        _is_over(found, purpose)
    return found


def _is_over(ending: Ending, purpose: Purpose) -> NoReturn:
    """Refuse: the sign-in is to be begun anew, or what a user who is signed in asked for."""
    code, why = _WHY_OVER[ending]
    if purpose is Purpose.SIGN_IN:
        raise unauthorized(code, f"{why} Sign in again.")
    raise Refusal(
        HTTPStatus.NOT_FOUND,
        code=code,
        message=f"{why} Nothing was changed. Ask for another code.",
    )


def _wrong_code() -> Refusal:
    return Refusal(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        code="code_wrong",
        message="The code is wrong; nothing was changed. Enter the one from the latest mail.",
        fields=[WireFieldError(field="code", message="The code is wrong")],
    )


def _refuse_to_hurry(pause: int) -> None:
    if pause:
        raise throttle.too_many(pause, what="to get a code")


def _mail(to: str, secret: Secret, purpose: Purpose) -> Mail:
    return Mail(
        to=to,
        subject=_SUBJECT,
        body=f"{secret.code}\n\nThis code is good for 10 minutes, and once.\n{_REASONS[purpose]}\n",
    )


def _document(secret: Secret, email: str, expires_at: str) -> dict[str, object]:
    name, _, domain = email.partition("@")
    return {
        "challenge": secret.challenge,
        "channel": "email",
        "hint": f"{name[:1]}…@{domain}",
        "expires_at": expires_at,
    }
