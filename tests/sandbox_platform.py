"""A running sandbox as tests reach it: by environment, by client, by console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.api.http import HttpCore
from aicx_tui.api.proto_gateway import ProtoGateway
from aicx_tui.services.access import EnvironmentAccess
from aicx_tui.services.sandbox import Announcement, SignIn
from aicx_tui.services.session import Session, open_sandbox


@dataclass(frozen=True)
class SandboxPlatform:
    """What a sandbox announced."""

    announced: Mapping[str, Any]

    @property
    def url(self) -> str:
        return str(self.announced["url"])

    def token(self, person: str = "admin") -> str:
        return str(self.announced[person]["token"])

    def environment(self, *, person: str = "admin", kind: str = "console") -> dict[str, str]:
        """The variables that point a command at it."""
        return {
            "AICX_URL": self.url,
            "AICX_PLATFORM": kind,
            "AICX_COMPANY_ID": str(self.announced["company_id"]),
            "AICX_BOT_ID": str(self.announced["bot_id"]),
            "AICX_TOKEN": self.token(person),
        }

    def access(self, *, person: str = "admin", kind: str = "console") -> EnvironmentAccess:
        """The console's way to it."""
        return EnvironmentAccess(self.environment(person=person, kind=kind))

    def own_access(self) -> AnnouncedAccess:
        """The console's way to it where it is the console's own sandbox."""
        return AnnouncedAccess(self.announced)

    def core(self, *, person: str = "admin") -> HttpCore:
        """A client of its origin."""
        return HttpCore(self.url, credential=Credential.token(SecretStr(self.token(person))))

    def gateway(self, *, person: str = "admin") -> ProtoGateway:
        """A client of the four documented calls."""
        return ProtoGateway(self.core(person=person), **self._ids)

    async def console(self, *, person: str = "admin") -> ConsoleApi:
        """A client of the console contract."""
        return await ConsoleApi.open(self.core(person=person), **self._ids)

    @property
    def _ids(self) -> dict[str, str]:
        return {
            "company_id": str(self.announced["company_id"]),
            "bot_id": str(self.announced["bot_id"]),
        }


@dataclass(frozen=True)
class AnnouncedAccess:
    """Opens a sandbox that runs already, as `--sandbox` opens the one it started."""

    announced: Mapping[str, Any]
    waiting = "starting the sandbox"
    is_lost = False

    async def open(self) -> Session:
        names = ("url", "company_id", "bot_id")
        admin = SignIn(**self.announced["admin"])
        said = {name: str(self.announced[name]) for name in names}
        return await open_sandbox(Announcement(**said, admin=admin))

    def close(self) -> None:
        """The sandbox goes on running."""
