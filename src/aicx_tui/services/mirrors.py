"""Which mirror belongs to a context, where its key is, and when it may be opened.

A mirror is a file that only a random key opens. The key is in the system's keyring, or in a file
that was named for it; where there is neither, it is in memory only, and the file is gone with it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aicx_tui.credentials import Credentials
from aicx_tui.errors import AicxError, MirrorError, UsageError
from aicx_tui.numerals import grouped
from aicx_tui.os_keyring import SILENT_SECONDS, Slot
from aicx_tui.services.key_files import KEY_BYTES, read_key, write_key
from aicx_tui.services.local_tags import LocalTags
from aicx_tui.settings import Context

if TYPE_CHECKING:
    from pydantic import SecretStr

    from aicx_tui.services.session import Session
    from aicx_tui.storage.mirror import Mirror

REBUILT = "The local copy was damaged and is read anew."

IN_MEMORY = "The key of the local copy is in memory only, so it is read anew at the next start."

OF_ENVIRONMENT = "The local copy is for this run only: the environment describes this context."

_STANDING = {"config": IN_MEMORY, "environment": OF_ENVIRONMENT}
"""What is to be said of a mirror whose key nobody keeps, by where its context is described."""

_LAST = ".last"
"""Ends the name of a file that names the mirror that was open last of a bot."""

_CHECK = "key.check"
"""The file that tells the key of a context's mirrors from others, and nothing else of it."""


@dataclass(frozen=True)
class OpenMirror:
    """A mirror and what is to be said of it.

    Attributes:
        mirror: Open.
        name: What tells it from those of other accounts and bots.
        standing: What the header says as long as it is open; empty where there is nothing to say.
        is_kept: Whether a later run finds it.
        local_tags: What tags there are, where the platform lists none.
        timezone: Where the reader is, where no profile says it.
    """

    mirror: Mirror
    name: str
    standing: str = ""
    is_kept: bool = True
    local_tags: LocalTags | None = None
    timezone: str = ""


class Mirrors:
    """The mirrors of this user.

    Args:
        home: The one place for files.
        credentials: Where keys are kept.
        key_file: A file for the key instead of the keyring.
        lock_days: Days after which a context that its platform has not accepted again keeps its
            mirror shut.
        clock: The present.

    Attributes:
        home: As given.
    """

    def __init__(
        self,
        home: Path,
        credentials: Credentials,
        *,
        key_file: Path | None = None,
        lock_days: float = 7,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.home = home
        self._folder = home / "mirrors"
        self._credentials = credentials
        self._key_file = key_file
        self._sandbox_key = home / "sandbox" / "mirror.key"
        self._lock = timedelta(days=lock_days)
        self._clock = clock
        self._rebuilt: set[Path] = set()

    def keeps(self, context: Context) -> bool:
        """Whether a key is kept beyond this run: not for what the environment describes."""
        return self._key_file_of(context) is not None or context.source == "config"

    def local_tags(self, context: Context) -> LocalTags:
        """The definitions of tags that are kept beside the mirrors."""
        return LocalTags(self.home, context)

    async def known(self, context: Context, *, given: SecretStr | None = None) -> OpenMirror | None:
        """The mirror that was open last in a context, before its platform was asked for anything.

        Args:
            context: Whose.
            given: A token that was given for this run: only the mirror that it has opened is meant.

        Returns:
            None where there is none, its key cannot be had, or it is locked or unusable.
        """
        folder = self._folder_of(context)
        if not folder.is_dir() or (key := await self._kept_key(context)) is None:
            return None
        try:
            last = folder / _last(context, key, given)
            name = await asyncio.to_thread(last.read_text, "ascii")
        except (OSError, UnicodeDecodeError):
            return None
        path = folder / Path(name.strip()).name
        if not path.is_file() or self._is_of_another(context, key):
            return None
        with suppress(MirrorError):  # `of` says of it what is to be said
            mirror = await _open(path, key)
            if not mirror.was_damaged and not await self._is_locked(mirror):
                return self._with_own(OpenMirror(mirror, path.name), context)
            if mirror.was_damaged:
                self._rebuilt.add(path)
            await asyncio.to_thread(mirror.close)
        return None

    async def of(
        self,
        session: Session,
        *,
        known: OpenMirror | None = None,
        is_kept: bool = True,
        given: SecretStr | None = None,
    ) -> OpenMirror:
        """The mirror of an open platform, made where there is none.

        Args:
            session: Whose.
            known: One that is open already, and may be the same.
            is_kept: Whether it is to be there in later runs.
            given: The token that opened the platform, where it was given for this run.

        Raises:
            MirrorError: Nothing can be written, not even for this run.
            UsageError: The key file cannot be used, or does not fit what is there.
        """
        if known is not None and known.name == _name_for(session):
            return known
        opened = await self._opened(session, is_kept=is_kept, given=given)
        return self._with_own(opened, session.context)

    def _with_own(self, opened: OpenMirror, context: Context) -> OpenMirror:
        """A mirror with what this machine keeps for its context."""
        return replace(opened, local_tags=self.local_tags(context), timezone=context.timezone)

    async def _opened(
        self, session: Session, *, is_kept: bool, given: SecretStr | None
    ) -> OpenMirror:
        context = session.context
        name = _name_for(session)
        folder = self._folder_of(context)
        path = folder / name
        try:
            key = await self._key(context) if is_kept else None
            if key is None:
                mirror = await asyncio.to_thread(_in_memory_only, self._folder)
                standing = _STANDING.get(context.source, "")
                return OpenMirror(mirror, name, standing, is_kept=False)
            mirror = await _open(path, key)
            last = folder / _last(context, key, given)
            await asyncio.to_thread(last.write_text, name, "ascii")
            await asyncio.to_thread((folder / _CHECK).write_text, _mark(key), "ascii")
        except (MirrorError, OSError) as problem:
            said = problem.message if isinstance(problem, AicxError) else str(problem)
            return OpenMirror(
                await asyncio.to_thread(_in_memory_only, self._folder),
                name,
                f"{said} It is kept for this run only.",
                is_kept=False,
            )
        is_rebuilt = mirror.was_damaged or path in self._rebuilt
        return OpenMirror(mirror, name, REBUILT if is_rebuilt else "")

    async def refuse_while_changes_wait(
        self, context: Context, *, else_: str = "Or add --discard."
    ) -> None:
        """Look into the mirrors of a context, of all its accounts and bots, before they go.

        Args:
            context: Whose.
            else_: What can be done instead of sending what waits.

        Raises:
            UsageError: Changes wait in them.
            MirrorError: One cannot be looked into.
        """
        paths = sorted(self._folder_of(context).glob("*.db"))
        if not paths:
            return
        from aicx_tui.storage.waiting import waiting_in  # it loads the database

        key = await self._kept_key(context)
        try:
            if key is None or self._is_of_another(context, key):
                raise MirrorError("Its key is not at hand.")
            waiting = [await asyncio.to_thread(waiting_in, path, key) for path in paths]
        except MirrorError as error:
            raise MirrorError(
                f"The local copy of {context.name} cannot be looked into, and changes may wait in "
                f"it. {error.message} Nothing was done.",
                hint=f"Give its key: --mirror-key-file. {else_}",
            ) from None
        if count := sum(waiting):
            changes = "1 change waits" if count == 1 else f"{grouped(count)} changes wait"
            raise UsageError(
                f"{changes} in the outbox of {context.name} and would be lost. Nothing was done.",
                hint=f"Send first: aicx --context {context.name} outbox send. {else_}",
            )

    async def is_shut(self, context: Context) -> bool:
        """Whether there is a mirror of a context whose key is not at hand."""
        if not any(self._folder_of(context).glob("*.db")):
            return False
        key = await self._kept_key(context)
        return key is None or self._is_of_another(context, key)

    def forget_last(self, context: Context) -> None:
        """Forget which mirror was open last, since somebody else may have signed in."""
        for path in self._folder_of(context).glob(f"*{_LAST}"):
            path.unlink(missing_ok=True)

    def remove(self, context: Context) -> None:
        """Remove what was read of a context, and what waits in it."""
        import shutil

        shutil.rmtree(self._folder_of(context), ignore_errors=True)

    async def _is_locked(self, mirror: Mirror) -> bool:
        """Whether the platform has not accepted the context for too long, by any clock seen."""
        facts = await asyncio.wrap_future(mirror.facts())
        accepted = float(facts.get("accepted_at", 0))
        latest = float(facts.get("latest_clock", 0))
        now = max(self._clock().timestamp(), latest)
        if now > latest:  # so that a clock that is set back later opens nothing
            await asyncio.wrap_future(mirror.keep({"latest_clock": now}))
        return now - accepted > self._lock.total_seconds()

    def _folder_of(self, context: Context) -> Path:
        place = "sandbox" if context.source == "sandbox" else context.origin
        return self._folder / _digest(context.name, place)

    async def _key(self, context: Context) -> bytes | None:
        """The key of a context's mirrors, made where there is none; None where none can be kept.

        Raises:
            UsageError: The key file holds another key than that of the mirrors that are there.
            MirrorError: The keyring does.
        """
        key = await self._kept_key(context)
        if self.keeps(context) and self._is_of_another(context, key):
            raise self._another_key(context)
        if key is not None or not self.keeps(context):
            return key
        import secrets

        from pydantic import SecretStr  # the API client layer has loaded it

        made = secrets.token_bytes(KEY_BYTES)
        if file := self._key_file_of(context):
            return await asyncio.to_thread(write_key, file, made)
        async with self._only_one_that_makes_a_key():
            if (key := await self._kept_key(context)) is not None:
                return key
            kept = await self._credentials.write(
                context, Slot.MIRROR, SecretStr(made.hex()), patience=SILENT_SECONDS
            )
            return made if kept else None

    @asynccontextmanager
    async def _only_one_that_makes_a_key(self) -> AsyncIterator[None]:
        """Two consoles that start at once would each keep a key, and open with one of them."""
        from filelock import FileLock  # once there is a key to make, not at start

        lock = FileLock(self._folder / "key.lock", thread_local=False)
        with suppress(OSError):  # where nothing can be written there is no mirror to open either
            self._folder.mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread(lock.acquire, SILENT_SECONDS)
        try:
            yield
        finally:
            lock.release()

    async def _kept_key(self, context: Context) -> bytes | None:
        if file := self._key_file_of(context):
            return await asyncio.to_thread(read_key, file)
        if not self.keeps(context):
            return None
        kept = await self._credentials.read(context, Slot.MIRROR, patience=SILENT_SECONDS)
        with suppress(ValueError):
            return bytes.fromhex(kept.get_secret_value()) if kept else None
        return None

    def _is_of_another(self, context: Context, key: bytes | None) -> bool:
        """Whether the mirrors of a context were written with another key than this, or none."""
        if context.source == "sandbox":  # its data is made up, so nothing is lost with them
            return False
        folder = self._folder_of(context)
        try:
            written_with = (folder / _CHECK).read_text("ascii")
        except (OSError, UnicodeDecodeError):
            return False
        is_fitting = key is not None and written_with == _mark(key)
        return not is_fitting and any(folder.glob("*.db"))

    def _another_key(self, context: Context) -> AicxError:
        removal = f"or remove the copy: aicx logout --context {context.name} --discard."
        what = f"the local copy of {context.name} was written with another key. It stays as it is."
        if file := self._key_file_of(context):
            return UsageError(
                f"The key file {file} does not fit: {what}",
                hint=f"Name the file with that key, or none if it is in the keyring; {removal}",
            )
        return MirrorError(
            f"The key in the keyring does not fit: {what}",
            hint=f"Name the file with that key by --mirror-key-file; {removal}",
        )

    def _key_file_of(self, context: Context) -> Path | None:
        """The sandbox's data is made up and readable anyway, so its key lies beside it."""
        return self._sandbox_key if context.source == "sandbox" else self._key_file


async def _open(path: Path, key: bytes) -> Mirror:
    from aicx_tui.storage.mirror import Mirror  # it loads the database

    return await asyncio.to_thread(Mirror, path, key)


def _in_memory_only(folder: Path) -> Mirror:
    """A mirror whose key nobody keeps; its file has no name any more where the system allows it.

    Encrypted in a file it needs no more memory than any other, and a crash leaves nothing.
    """
    import secrets
    import shutil
    import tempfile

    from aicx_tui.storage.database import remove
    from aicx_tui.storage.mirror import Mirror

    try:
        folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix="run-", dir=folder))
    except OSError:
        place = Path(tempfile.mkdtemp(prefix="aicx-"))
    mirror = Mirror(place / "mirror.db", secrets.token_bytes(KEY_BYTES))
    if os.name == "posix":
        remove(mirror.path)
        place.rmdir()
    else:
        mirror.at_close = lambda: shutil.rmtree(place, ignore_errors=True)
    return mirror


def _name_for(session: Session) -> str:
    """The name of the file for a platform, bot and account."""
    context = session.context
    installation = session.platform.installation or f"{context.origin}{context.root}"
    account = session.account.user_id if session.account else context.account
    return _digest(installation, context.company_id, context.bot_id, account) + ".db"


def _last(context: Context, key: bytes, given: SecretStr | None) -> str:
    """The name of the file that names a mirror; one for each token that was given for a run."""
    by = (key.hex(), given.get_secret_value()) if given is not None else ()
    return _digest(context.kind, context.bot_id, *by) + _LAST


def _mark(key: bytes) -> str:
    """What tells a key from others and says nothing of it: it is random and long."""
    return _digest("mirror key", key.hex())


def _digest(*parts: str) -> str:
    import hashlib  # 25 ms that the first paint does not wait for

    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:24]
