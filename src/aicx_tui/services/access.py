"""How a run gets to its platform: from the environment, or by starting the sandbox.

Light until `open` is awaited, so that the console can paint first and connect then.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from aicx_tui.services.sandbox import SandboxProcess
from aicx_tui.settings import connection_from

if TYPE_CHECKING:
    from aicx_tui.services.session import Session


class Access(Protocol):
    """A way to a platform."""

    waiting: str
    """What is being waited for meanwhile, as a person reads it."""

    @property
    def is_lost(self) -> bool:
        """Whether what was opened is gone for good and has to be opened anew."""
        ...

    async def open(self) -> Session:
        """Open the platform; may be called again after a failure."""
        ...

    def close(self) -> None:
        """End what was started to get there."""
        ...


class EnvironmentAccess:
    """The platform that `AICX_URL` and its companions name.

    Raises:
        UsageError: A variable is missing or cannot be used.
        NotSignedInError: There is no token.
    """

    waiting = "connecting"
    is_lost = False

    def __init__(self, environ: MutableMapping[str, str]) -> None:
        from aicx_tui.credentials import token_from  # it needs pydantic

        self._connection = connection_from(environ)
        self._token = token_from(environ)

    async def open(self) -> Session:
        """Open the platform with the token."""
        await _load_session()
        from aicx_tui.api.base import Credential
        from aicx_tui.services.session import open_session

        return await open_session(self._connection, credential=Credential.token(self._token))

    def close(self) -> None:
        """Nothing was started."""


class SandboxAccess:
    """The embedded platform; its process starts at once."""

    waiting = "starting the sandbox"

    def __init__(self, *, home: Path, ephemeral: bool) -> None:
        self._home = home
        self._ephemeral = ephemeral
        self._process = self._start()

    def _start(self) -> SandboxProcess:
        return SandboxProcess.start(home=self._home, ephemeral=self._ephemeral)

    @property
    def is_lost(self) -> bool:
        """Whether the sandbox has ended, as when somebody stopped it."""
        return not self._process.is_running

    async def open(self) -> Session:
        """Wait for the sandbox and sign in; start it anew where it has ended."""
        if self.is_lost:
            self._process.stop()
            self._process = self._start()
        announcement, _ = await asyncio.gather(self._process.ready(), _load_session())
        from aicx_tui.services.session import open_sandbox

        return await open_sandbox(announcement)

    def close(self) -> None:
        """End the sandbox."""
        self._process.stop()


async def _load_session() -> None:
    """Import the API client layer apart from the event loop, which goes on answering keys."""
    await asyncio.to_thread(import_module, "aicx_tui.services.session")
