"""Who may call what: credentials, roles, and whether company and bot are the caller's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, NoReturn, cast

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import Connection, select

from aicx_tui.sandbox import accounts
from aicx_tui.sandbox.accounts import Caller
from aicx_tui.sandbox.database import Database
from aicx_tui.sandbox.mail import Post
from aicx_tui.sandbox.providers import Provider
from aicx_tui.sandbox.replies import Refusal
from aicx_tui.sandbox.tables import bots
from aicx_tui.sandbox.tokens import TokenUses

_TOKEN = APIKeyHeader(name="X-SINITIC-TOKEN", scheme_name="Personal access token", auto_error=False)
_SESSION = HTTPBearer(scheme_name="Session", auto_error=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """A personal access token or a session; a token goes before a session."""

    token: str | None
    session: str | None


@dataclass(frozen=True, slots=True)
class Platform:
    """What every call works on."""

    database: Database
    installation_id: str
    post: Post
    token_uses: TokenUses
    providers: Mapping[str, Provider] = field(default_factory=dict)
    """Of accounts elsewhere, by their names."""

    def caller(self, connection: Connection, credentials: Credentials) -> Caller:
        """Who presents this token, whose use is written down, or this session.

        Raises:
            Refusal: Nobody.
        """
        caller = authenticate(connection, credentials)
        if credentials.token:
            self.token_uses.note(credentials.token)
        return caller


@dataclass(frozen=True, slots=True)
class BotCaller:
    """A caller together with the bot it addressed."""

    caller: Caller
    bot: int

    def require_editor(self) -> None:
        """Refuse a role that may only read."""
        if self.caller.role == "viewer":
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                code="role_forbidden",
                message="A viewer may only read. Ask an admin for the role agent.",
            )

    def require_admin(self, to: str) -> None:
        """Refuse everybody but an admin; `to` says what only an admin may do."""
        if self.caller.role != "admin":
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                code="role_forbidden",
                message=f"Only an admin may {to}. Ask one, or ask for that role.",
            )


async def platform_of(request: Request) -> Platform:
    """The platform that the application serves."""
    return cast(Platform, request.app.state.platform)


ServedPlatform = Annotated[Platform, Depends(platform_of)]


async def credentials_of(
    token: Annotated[str | None, Security(_TOKEN)],
    session: Annotated[HTTPAuthorizationCredentials | None, Security(_SESSION)],
) -> Credentials:
    """What came along to tell who calls."""
    return Credentials(token, session.credentials if session else None)


PresentedCredentials = Annotated[Credentials, Depends(credentials_of)]


def signed_in(platform: ServedPlatform, credentials: PresentedCredentials) -> Caller:
    """The caller of an address that belongs to no bot."""
    with platform.database.reading() as connection:
        return platform.caller(connection, credentials)


def gateway_bot(
    company_id: str, bot_id: str, platform: ServedPlatform, credentials: PresentedCredentials
) -> BotCaller:
    """The caller and the bot of a gateway address."""
    with platform.database.reading() as connection:
        caller = platform.caller(connection, credentials)
        if company_id != caller.company_id:
            raise Refusal(
                HTTPStatus.NOT_FOUND,
                code="company_not_found",
                message="The caller belongs to no such company. Check the company id.",
            )
        return _at_bot(connection, caller, bot_id)


def console_bot(
    bot_id: str, platform: ServedPlatform, credentials: PresentedCredentials
) -> BotCaller:
    """The caller and the bot of a console address."""
    with platform.database.reading() as connection:
        return _at_bot(connection, platform.caller(connection, credentials), bot_id)


def freshly_signed_in(platform: ServedPlatform, credentials: PresentedCredentials) -> Caller:
    """The caller of an address that asks for a sign-in of a moment ago."""
    caller = signed_in(platform, credentials)
    if not caller.is_fresh:
        raise not_fresh()
    return caller


def not_fresh() -> Refusal:
    """The refusal of a sign-in that is too old, or none."""
    return Refusal(
        HTTPStatus.FORBIDDEN,
        code="fresh_session_required",
        message="This needs a sign-in of the last 15 minutes, and no token will do; nothing "
        "was changed. Sign in again.",
    )


SignedIn = Annotated[Caller, Depends(signed_in)]
FreshlySignedIn = Annotated[Caller, Depends(freshly_signed_in)]
GatewayBot = Annotated[BotCaller, Depends(gateway_bot)]
ConsoleBot = Annotated[BotCaller, Depends(console_bot)]


def authenticate(connection: Connection, credentials: Credentials) -> Caller:
    """Who presents this token or session.

    Raises:
        Refusal: Nobody.
    """
    if credentials.token:
        return accounts.by_token(connection, credentials.token) or unauthorized(
            "token_unknown", "This token is not valid, or a newer one replaced it. Issue one."
        )
    if not credentials.session:
        unauthorized(
            "token_missing", "Send X-SINITIC-TOKEN: <token> or Authorization: Bearer <session>."
        )
    try:
        caller = accounts.by_session(connection, credentials.session)
    except accounts.SessionExpiredError:
        unauthorized("session_expired", "The session has ended. Sign in again.")
    return caller or unauthorized("session_unknown", "This session is not valid. Sign in again.")


def unauthorized(code: str, message: str) -> NoReturn:
    """Refuse somebody who has not shown who it is."""
    raise Refusal(
        HTTPStatus.UNAUTHORIZED, code=code, message=message, headers={"WWW-Authenticate": "Bearer"}
    )


def _at_bot(connection: Connection, caller: Caller, bot_id: str) -> BotCaller:
    statement = select(bots.c.number).where(
        bots.c.id == bot_id, bots.c.company_id == caller.company_id
    )
    number = connection.execute(statement).scalar_one_or_none()
    if number is None:
        raise Refusal(
            HTTPStatus.NOT_FOUND,
            code="bot_not_found",
            message="The company has no such bot. Check the bot id.",
        )
    return BotCaller(caller, number)
