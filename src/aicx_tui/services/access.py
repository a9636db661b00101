"""The ways to a platform: of a context with its credential, or by starting the sandbox.

Light until `open` is awaited, so that the console can paint first and connect then.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from aicx_tui.errors import NotSignedInError
from aicx_tui.os_keyring import SILENT_SECONDS, Slot
from aicx_tui.services.sandbox import SandboxProcess
from aicx_tui.settings import Context

if TYPE_CHECKING:
    from aicx_tui.credentials import Credentials
    from aicx_tui.services.local_tags import LocalTags
    from aicx_tui.services.mirrors import Mirrors, OpenMirror
    from aicx_tui.services.renewal import Ask
    from aicx_tui.services.rotation_opening import Tell
    from aicx_tui.services.session import Session

FAREWELL_SECONDS = 1.0
"""How long the keyring may take to keep where a person was; nobody waits longer to quit."""


class Access(Protocol):
    """A way to a platform.

    Attributes:
        context: Which one; the sandbox's address is known only when it is open.
        waiting: What is being waited for meanwhile, as a person reads it.
        ask: Asks a person to sign in again; None where nobody can be asked.
        tell: Tells a person what was found of a rotation that was cut off; None for nobody.
    """

    context: Context
    waiting: str
    ask: Ask | None
    tell: Tell | None

    @property
    def is_lost(self) -> bool:
        """Whether what was opened is gone for good and has to be opened anew."""
        ...

    async def open(self) -> Session:
        """Open the platform; may be called again after a failure.

        Raises:
            NotSignedInError: There is nothing to sign in with.
            AicxError: The platform cannot be reached or does not answer as its kind does.
        """
        ...

    @property
    def keeps_mirror(self) -> bool:
        """Whether what is read may be there in later runs."""
        ...

    async def known_mirror(self) -> OpenMirror | None:
        """The mirror that was open last, if it can be opened before the platform is."""
        ...

    async def mirror_of(self, session: Session, *, known: OpenMirror | None) -> OpenMirror:
        """The mirror of an open platform, which may be the one that is known already."""
        ...

    async def is_mirror_shut(self) -> bool:
        """Whether there is one whose key is not at hand, so that nobody sees what waits in it."""
        ...

    def at_bot(self, bot_id: str) -> Access:
        """The way to another bot of the company, which may be this one from now on."""
        ...

    async def recall(self) -> str | None:
        """What `remember` was given last, where that was kept."""
        ...

    async def remember(self, view: str) -> None:
        """Keep where a person was, in a place as safe as what it says of customers."""
        ...

    @property
    def local_tags(self) -> LocalTags | None:
        """The definitions of tags that this machine keeps for the context, where it may."""
        ...

    def close(self) -> None:
        """End what was started to get there."""
        ...


class ContextAccess:
    """The platform of a context, with the credential found for it."""

    waiting = "connecting"
    is_lost = False

    def __init__(self, context: Context, credentials: Credentials, mirrors: Mirrors) -> None:
        self.context = context
        self.ask: Ask | None = None
        self.tell: Tell | None = None
        self._credentials = credentials
        self._mirrors = mirrors
        self._keeps_views = False

    async def open(self) -> Session:
        """Open the platform with the credential that is found for the context."""
        await _load_session()
        await self._settle()
        found = await self._credentials.find(self.context)
        if found is None:
            raise self._nobody()
        self._keeps_views = found.source == self._credentials.keyring.name
        from aicx_tui.services.renewal import Renewal, credential_of
        from aicx_tui.services.session import open_session

        session = await open_session(
            self.context,
            credential=credential_of(found, self.context),
            renew=Renewal(self.context, self._credentials, ask=self.ask, settle=self._settle),
            source=found.source,
        )
        session.local_tags = self.local_tags
        return session

    @property
    def local_tags(self) -> LocalTags:
        """Those of the context."""
        return self._mirrors.local_tags(self.context)

    async def _settle(self) -> None:
        """Wait for whoever replaces the token just now, and finish what was cut off."""
        from aicx_tui.services.rotation_opening import take_up_if_cut_off

        tell = self.tell or (lambda _: None)
        await take_up_if_cut_off(self.context, self._credentials, self._mirrors.home, tell=tell)

    def _nobody(self) -> NotSignedInError:
        name = self.context.name
        if self.context.source == "environment":
            from aicx_tui.settings import WHERE_TO_FIND  # said by nothing else here

            return NotSignedInError("AICX_TOKEN is not set.", hint=WHERE_TO_FIND["AICX_TOKEN"])
        if problem := self._credentials.problem:
            return NotSignedInError(
                f"The sign-in to {name} is not known. {problem.message}", hint=problem.hint
            )
        return NotSignedInError(
            f"Nobody is signed in to {name}.", hint=f"Sign in: aicx login --context {name}."
        )

    @property
    def keeps_mirror(self) -> bool:
        """Unless the environment describes the context and no key file is given."""
        return self._mirrors.keeps(self.context)

    async def known_mirror(self) -> OpenMirror | None:
        """Open it with the key that the keyring or the key file has."""
        given = self._credentials.given(self.context)
        known = await self._mirrors.known(self.context, given=given)
        self._keeps_views = self._keeps_views or known is not None
        return known

    async def mirror_of(self, session: Session, *, known: OpenMirror | None) -> OpenMirror:
        """Open that of the account, which may be another than last time."""
        given = self._credentials.given(self.context)
        return await self._mirrors.of(session, known=known, given=given)

    async def is_mirror_shut(self) -> bool:
        """Look for one, and for its key."""
        return await self._mirrors.is_shut(self.context)

    def at_bot(self, bot_id: str) -> ContextAccess:
        """The same context with another bot, for this run."""
        there = ContextAccess(
            replace(self.context, bot_id=bot_id), self._credentials, self._mirrors
        )
        there._keeps_views = self._keeps_views
        there.ask, there.tell = self.ask, self.tell
        return there

    async def recall(self) -> str | None:
        """Read it from the keyring, where the secret came from there too."""
        if not self._keeps_views:
            return None
        view = await self._credentials.read(self.context, Slot.VIEW, patience=SILENT_SECONDS)
        return view.get_secret_value() if view else None

    async def remember(self, view: str) -> None:
        """Write it to the keyring: a search may name customers, so no file is good enough."""
        if self._keeps_views:
            from pydantic import SecretStr  # loaded long before anybody quits

            kept = SecretStr(view)
            await self._credentials.write(self.context, Slot.VIEW, kept, patience=FAREWELL_SECONDS)

    def close(self) -> None:
        """Nothing was started."""


class SandboxAccess:
    """The embedded platform; its process starts at once."""

    waiting = "starting the sandbox"
    local_tags = None

    def __init__(
        self, *, home: Path, mirrors: Mirrors, ephemeral: bool = False, bot_id: str = ""
    ) -> None:
        self.context = Context(
            name="sandbox", source="sandbox", kind="console", root="http://127.0.0.1", bot_id=bot_id
        )
        self.ask: Ask | None = None
        self.tell: Tell | None = None
        self._home = home
        self._mirrors = mirrors
        self._ephemeral = ephemeral
        self._view = home / "sandbox" / "view.json"
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

        session = await open_sandbox(announcement, bot_id=self.context.bot_id)
        self.context = session.context
        return session

    @property
    def keeps_mirror(self) -> bool:
        """As the sandbox itself is kept."""
        return not self._ephemeral

    async def known_mirror(self) -> OpenMirror | None:
        """There is none: the sandbox is open sooner than a mirror of it could be trusted."""
        return None

    async def mirror_of(self, session: Session, *, known: OpenMirror | None) -> OpenMirror:
        """Open that of the sandbox's data, for this run only where that is."""
        return await self._mirrors.of(session, known=known, is_kept=not self._ephemeral)

    async def is_mirror_shut(self) -> bool:
        """Its key lies beside it."""
        return False

    def at_bot(self, bot_id: str) -> SandboxAccess:
        """The same process, opened at another bot from now on."""
        self.context = replace(self.context, bot_id=bot_id)
        return self

    async def recall(self) -> str | None:
        """Read it from the file beside the sandbox's data."""
        try:
            return await asyncio.to_thread(self._view.read_text, "utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    async def remember(self, view: str) -> None:
        """Write it beside the sandbox's data, which is made up."""
        if not self._ephemeral:
            with suppress(OSError):  # where one was is no loss worth a word
                await asyncio.to_thread(self._view.write_text, view, "utf-8")

    def close(self) -> None:
        """End the sandbox."""
        self._process.stop()


async def _load_session() -> None:
    """Import the API client layer apart from the event loop, which goes on answering keys."""
    await asyncio.to_thread(import_module, "aicx_tui.services.session")
