"""A running sandbox as tests reach it: by environment, by client, by console."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from aicx_tui.api.base import Credential
from aicx_tui.api.console_api import ConsoleApi
from aicx_tui.api.http import HttpCore
from aicx_tui.api.proto_gateway import ProtoGateway
from aicx_tui.credentials import Credentials
from aicx_tui.services.access import ContextAccess
from aicx_tui.services.mirrors import Mirrors, OpenMirror
from aicx_tui.services.renewal import Ask
from aicx_tui.services.rotation_opening import Tell
from aicx_tui.services.sandbox import Announcement, SignIn
from aicx_tui.services.session import Session, open_sandbox
from aicx_tui.settings import Context, context_from


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

    def access(self, *, person: str = "admin", kind: str = "console") -> ContextAccess:
        """The console's way to it."""
        return access_by(self.environment(person=person, kind=kind))

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


def access_by(environ: Mapping[str, str]) -> ContextAccess:
    """The console's way to the platform that an environment describes."""
    credentials = Credentials({"AICX_KEYRING": "off", **environ})
    return ContextAccess(context_from(environ), credentials, mirrors_nowhere(credentials))


def mirrors_nowhere(credentials: Credentials) -> Mirrors:
    """Mirrors of a home that cannot be written: they are for one run, each in a file of no name."""
    return Mirrors(Path("/proc/nowhere"), credentials)


class AnnouncedAccess:
    """Opens a sandbox that runs already, as `--sandbox` opens the one it started."""

    waiting = "starting the sandbox"
    is_lost = False
    keeps_mirror = False
    local_tags = None

    def __init__(self, announced: Mapping[str, Any]) -> None:
        self.announced = announced
        self.ask: Ask | None = None
        self.tell: Tell | None = None
        self.context = Context(
            name="sandbox", source="sandbox", kind="console", root=str(announced["url"])
        )

    async def open(self) -> Session:
        names = ("url", "company_id", "bot_id")
        admin = SignIn(**self.announced["admin"])
        said = {name: str(self.announced[name]) for name in names}
        announcement = Announcement(**said, admin=admin)
        return await open_sandbox(announcement, bot_id=self.context.bot_id)

    async def known_mirror(self) -> OpenMirror | None:
        return None

    async def mirror_of(self, session: Session, *, known: OpenMirror | None) -> OpenMirror:
        mirrors = mirrors_nowhere(Credentials({"AICX_KEYRING": "off"}))
        return await mirrors.of(session, known=known, is_kept=False)

    async def is_mirror_shut(self) -> bool:
        return False

    def at_bot(self, bot_id: str) -> AnnouncedAccess:
        self.context = replace(self.context, bot_id=bot_id)
        return self

    async def recall(self) -> str | None:
        return None

    async def remember(self, view: str) -> None:
        """Every test starts afresh."""

    def close(self) -> None:
        """The sandbox goes on running."""
