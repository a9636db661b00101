"""The calls by which one signs in to a platform that serves the console contract."""

from __future__ import annotations

from pydantic import SecretStr, TypeAdapter

from aicx_tui.api.base import Credential
from aicx_tui.api.http import HttpCore
from aicx_tui.models.account import Session
from aicx_tui.models.signing import Challenge, DeviceFlow, FlowAnswer
from aicx_tui.models.wire import Envelope

_BASE = "/console/v1/sign-in"
_ANSWER = TypeAdapter(Envelope[Session] | Envelope[Challenge])


async def sign_in(http: HttpCore, *, email: str, password: SecretStr) -> Session | Challenge:
    """Sign in by e-mail and password; from then on the core sends the session, if one came.

    Raises:
        NotSignedInError: Unknown account or wrong password; the platform does not say which.
        RateLimitedError: Too many attempts.
    """
    body = {"email": email, "password": password.get_secret_value()}
    reply = await http.post(_BASE, body)
    answer = reply.parse_by(_ANSWER).result
    return _used(http, answer) if isinstance(answer, Session) else answer


async def verify_code(http: HttpCore, *, challenge: SecretStr, code: SecretStr) -> Session:
    """Answer a challenge by the code that was sent.

    Raises:
        InvalidFieldsError: The code is wrong; the challenge lives on (`code_wrong`).
        NotSignedInError: The challenge is over: `challenge_expired`, `challenge_ended` after too
            many codes, `challenge_unknown`. A new sign-in is needed.
    """
    body = {"challenge": challenge.get_secret_value(), "code": code.get_secret_value()}
    reply = await http.post(f"{_BASE}/verify", body)
    return _used(http, reply.parse(Envelope[Session]).result)


async def resend_code(http: HttpCore, *, challenge: SecretStr) -> Challenge:
    """Have another code sent; the one before is of no use any more.

    Raises:
        RateLimitedError: The last one went out less than 30 seconds ago.
        NotSignedInError: The challenge is over.
    """
    reply = await http.post(f"{_BASE}/resend", {"challenge": challenge.get_secret_value()})
    return reply.parse(Envelope[Challenge]).result


async def start_grant(http: HttpCore, *, provider: str) -> DeviceFlow:
    """Begin a sign-in by an account elsewhere.

    Raises:
        NotFoundError: The platform has no such provider.
    """
    reply = await http.post(f"{_BASE}/oidc/start", {"provider": provider})
    return reply.parse(Envelope[DeviceFlow]).result


async def poll_grant(http: HttpCore, *, flow: SecretStr) -> FlowAnswer:
    """Ask how far it is; from a session on the core sends that.

    Raises:
        NotSignedInError: It was granted, but no account here is linked to it
            (`identity_unknown`), or the provider's answer cannot be trusted.
    """
    reply = await http.post(f"{_BASE}/oidc/poll", {"flow": flow.get_secret_value()})
    answer = reply.parse(Envelope[FlowAnswer]).result
    if answer.session is not None:
        _used(http, answer.session)
    return answer


def _used(http: HttpCore, session: Session) -> Session:
    http.credential = Credential.session(session.session)
    return session
