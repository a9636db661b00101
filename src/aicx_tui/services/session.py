"""An open platform, and the ways to open one."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

from aicx_tui.api.base import Credential, Platform
from aicx_tui.api.console_api import ConsoleApi, sign_in
from aicx_tui.api.http import HttpCore, Limits
from aicx_tui.api.proto_gateway import ProtoGateway
from aicx_tui.errors import AicxError, NotSignedInError
from aicx_tui.models.account import Account
from aicx_tui.models.capability import Capability
from aicx_tui.services.directory import Directory
from aicx_tui.services.sandbox import Announcement
from aicx_tui.settings import Connection


@dataclass
class Session:
    """A platform that is ready to be asked, and what is known of who asks."""

    connection: Connection
    platform: Platform
    account: Account | None = None
    directory: Directory = field(init=False)
    _signs_out: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        self.directory = Directory(self.platform)

    async def identify(self) -> None:
        """Ask who is signed in, once, where the platform can say."""
        if self.account is None and Capability.SIGN_IN in self.platform.capabilities:
            self.account = await self.platform.get_account()

    async def aclose(self) -> None:
        """End the session that was opened for this run, if any, and the connections."""
        try:
            if self._signs_out:
                await self.platform.sign_out()
        except AicxError:
            pass  # it ends on its own after some hours
        finally:
            await self.platform.aclose()


async def open_session(connection: Connection, *, credential: Credential) -> Session:
    """Open a platform with a credential that is at hand.

    Raises:
        AicxError: The platform did not answer as its kind does.
    """
    http = _core(connection, credential)
    try:
        return Session(connection, await _platform(connection, http))
    except BaseException:
        await http.aclose()
        raise


async def open_sandbox(sandbox: Announcement) -> Session:
    """Open the sandbox as its admin: by token, or by password where the token was changed.

    Raises:
        NotSignedInError: Both were changed.
    """
    connection = Connection(
        kind="console",
        root=sandbox.url,
        company_id=sandbox.company_id,
        bot_id=sandbox.bot_id,
        name="sandbox",
    )
    if sandbox.admin.token:
        return await open_session(
            connection, credential=Credential.token(SecretStr(sandbox.admin.token))
        )
    if not sandbox.admin.password:
        raise NotSignedInError(
            "The sandbox's password and token were both changed, so it cannot be opened by itself.",
            hint="Start an untouched one with --ephemeral, or set AICX_URL and AICX_TOKEN.",
        )
    http = _core(connection, None)
    try:
        password = SecretStr(sandbox.admin.password)
        await sign_in(http, email=sandbox.admin.email, password=password)
        platform = await _platform(connection, http)
    except BaseException:
        await http.aclose()
        raise
    return Session(connection, platform, _signs_out=True)


def _core(connection: Connection, credential: Credential | None) -> HttpCore:
    return HttpCore(
        connection.root,
        credential=credential,
        proxy=connection.proxy,
        ca_file=connection.ca_file,
        limits=Limits(total=connection.timeout, read=min(connection.timeout, Limits.read)),
    )


async def _platform(connection: Connection, http: HttpCore) -> Platform:
    if connection.kind == "console":
        return await ConsoleApi.open(
            http, company_id=connection.company_id, bot_id=connection.bot_id
        )
    return ProtoGateway(http, company_id=connection.company_id, bot_id=connection.bot_id)
