"""What is written down while a token is replaced, so that a killed run can be taken up.

The journal lies on the disk from before anything is asked of the platform until a working token is
where it belongs. It names no token: the key in it gives one only to whoever has a credential too.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError
from aicx_tui.settings import Context

if TYPE_CHECKING:
    from pydantic import SecretStr

TURN_SECONDS = 120.0
"""How long another process may take to replace the token; a person may be asked meanwhile."""

REPEATABLE_SECONDS = 9 * 60.0
"""How long a call is repeated under its key: a little less than platforms keep the answer."""


def fingerprint(token: SecretStr | None) -> str:
    """What tells a token from others, as platforms write it; empty for none."""
    if token is None:
        return ""
    return hashlib.sha256(token.get_secret_value().encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A token that is being replaced.

    Attributes:
        replaced: The fingerprint of the one before; empty where there was none.
        key: Under which the platform gives the same token again; empty where it takes none.
        is_pasted: Whether a person issued it elsewhere.
        saves_to: The file that takes it instead of the keyring; empty for none.
        had: The fingerprint of what that file held before; empty for nothing.
        rescued: Where a person has the new one, since nothing else took it; empty for nowhere.
        begun_at: Seconds since 1970.
    """

    replaced: str
    key: str = ""
    is_pasted: bool = False
    saves_to: str = ""
    had: str = ""
    rescued: str = ""
    begun_at: float = 0.0

    def is_fresh(self, now: float) -> bool:
        """Whether it was begun some minutes ago; a clock that was set back says no."""
        return 0 <= now - self.begun_at < REPEATABLE_SECONDS

    def is_repeatable(self, now: float) -> bool:
        """Whether the platform still knows the key."""
        return bool(self.key) and self.is_fresh(now)


class RotationJournal:
    """The journal of one context, and whose turn it is to replace the token there.

    Args:
        home: The one place for files.
        context: Whose token.
    """

    def __init__(self, home: Path, context: Context) -> None:
        port_is_chance = context.source == "sandbox"
        parts = "\x00".join((context.name, "" if port_is_chance else context.origin))
        name = hashlib.sha256(parts.encode()).hexdigest()[:24]
        self.home = home
        self._path = home / "tokens" / f"{name}.json"

    @property
    def exists(self) -> bool:
        """Whether a token is being replaced, or its replacement was cut off."""
        return self._path.exists()

    @asynccontextmanager
    async def turn(self, *, waits: Callable[[], None] | None = None) -> AsyncIterator[None]:
        """Wait until no other process replaces the token, and keep others from it.

        Args:
            waits: Is told where another is waited for.

        Raises:
            AicxError: Another takes too long, or the folder cannot be written.
        """
        from aicx_tui.services.turn import LockError, only_one

        async with AsyncExitStack() as held:
            try:
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                lock = only_one(self._path.with_suffix(".lock"), waits=True, told=waits)
                async with asyncio.timeout(TURN_SECONDS):
                    await held.enter_async_context(lock)
            except TimeoutError:
                raise AicxError(
                    "Another process is replacing the token and did not end. Nothing was done.",
                    hint="Look for a console that asks where the new token shall go; then try "
                    "again.",
                ) from None
            except LockError as error:
                raise self._unwritable(error.cause) from None
            except OSError as error:
                raise self._unwritable(error) from None
            yield

    def read(self) -> Entry | None:
        """What was written last; None where nothing is under way.

        A journal that nobody can read is of a replacement of which nothing else is known.
        """
        try:
            found = json.loads(self._path.read_bytes())
            known = {field.name for field in fields(Entry)}
            return Entry(**{name: value for name, value in found.items() if name in known})
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unwritable(error) from None
        except (ValueError, TypeError, AttributeError):
            return Entry(replaced="")

    def write(self, entry: Entry) -> None:
        """Write an entry in place of an earlier one; when this returns, it is safe on the disk.

        Raises:
            AicxError: It could not be written, and nothing may be asked of the platform.
        """
        part = self._path.with_suffix(".part")
        try:
            part.unlink(missing_ok=True)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                json.dump(asdict(entry), file)
                file.flush()
                os.fsync(descriptor)
            part.replace(self._path)
            _sync_folder(self._path.parent)
        except OSError as error:
            raise self._unwritable(error) from None

    def remove(self) -> None:
        """Nothing is under way any more."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unwritable(error) from None
        with suppress(OSError):
            _sync_folder(self._path.parent)

    async def abandon(self) -> None:
        """Remove it, where one is left over; a replacement that goes on is waited for.

        Raises:
            AicxError: It goes on for too long, or the journal cannot be removed.
        """
        if self.exists:
            async with self.turn():
                self.remove()

    def _unwritable(self, error: OSError) -> AicxError:
        return AicxError(
            f"The journal in {self._path.parent} cannot be used: {error.strerror}. Without it a "
            "token could be lost, so none was issued.",
            hint="Make room, or set AICX_HOME to a folder that can be written; then try again.",
        )


def now() -> float:
    """Seconds since 1970."""
    return time.time()


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
