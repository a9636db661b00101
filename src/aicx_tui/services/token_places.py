"""Where a new token goes: the keyring, a file that was chosen for it, or memory.

A place takes it as pending first. What signs in is replaced only once the platform has accepted
the pending one, so that a token of no use is never stored as a good one.
"""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from aicx_tui.credentials import MEMORY, Credentials, checked_token, token_from_file
from aicx_tui.errors import AicxError, KeyringUnavailableError, UsageError
from aicx_tui.os_keyring import Slot
from aicx_tui.services.rotation_journal import fingerprint
from aicx_tui.services.whole_file import WholeFile
from aicx_tui.settings import Context

CANARY_CHARACTERS = 64
"""At least so long is what is written to see whether a token would be taken."""


class TokenPlace(Protocol):
    """Somewhere that keeps a token beyond this run.

    Every call raises an `AicxError` where the place does not do it.
    """

    @property
    def name(self) -> str:
        """What a person calls it."""
        ...

    @property
    def file(self) -> str:
        """Its path, where it is a file; else empty."""
        ...

    async def prove(self, *, characters: int) -> None:
        """Show that it takes a token of so many characters, and gives it back."""
        ...

    async def put(self, token: SecretStr) -> None:
        """Keep a token as pending, and read it back."""
        ...

    async def pending(self, *, replaced: str) -> SecretStr | None:
        """The token that was put there, if any.

        Args:
            replaced: The fingerprint of the one before.
        """
        ...

    async def promote(self, token: SecretStr) -> None:
        """Keep it as the one that signs in."""
        ...

    async def drop_pending(self) -> None:
        """Forget what was put there; it has been promoted, or is of no use."""
        ...


class KeyringPlace:
    """The system's keyring.

    Args:
        context: Whose token.
        credentials: Whose keyring.
        patience: Seconds that the keyring may take.
    """

    file = ""

    def __init__(self, context: Context, credentials: Credentials, *, patience: float) -> None:
        self._context = context
        self._credentials = credentials
        self._patience = patience

    @property
    def name(self) -> str:
        """The keyring's own."""
        return self._credentials.keyring.name or "the keyring"

    async def prove(self, *, characters: int) -> None:
        """Write a canary, which reads it back, and remove it."""
        length = max(characters, CANARY_CHARACTERS)
        canary = SecretStr(secrets.token_hex(length)[:length])
        await self._write(Slot.CANARY, canary)
        await self._remove(Slot.CANARY)

    async def put(self, token: SecretStr) -> None:
        """Write it to a slot of its own."""
        await self._write(Slot.PENDING, token)

    async def pending(self, *, replaced: str = "") -> SecretStr | None:
        """Read that slot."""
        return await self._read(Slot.PENDING)

    async def current(self) -> SecretStr | None:
        """Read the one that signs in."""
        return await self._read(Slot.TOKEN)

    async def promote(self, token: SecretStr) -> None:
        """Write it over the one that signs in."""
        await self._write(Slot.TOKEN, token)

    async def drop_pending(self) -> None:
        """Empty the slot."""
        await self._remove(Slot.PENDING)

    async def _read(self, slot: Slot) -> SecretStr | None:
        read = await self._credentials.read(self._context, slot, patience=self._patience)
        self._check()
        return read

    async def _write(self, slot: Slot, secret: SecretStr) -> None:
        await self._credentials.write(self._context, slot, secret, patience=self._patience)
        self._check()

    async def _remove(self, slot: Slot) -> None:
        await self._credentials.remove(self._context, [slot], patience=self._patience)
        self._check()

    def _check(self) -> None:
        if problem := self._credentials.problem:
            raise KeyringUnavailableError(problem.message, hint=problem.hint)


class FilePlace:
    """A file for its owner only, that holds a token and nothing else.

    Args:
        path: Where; a file that is there already is replaced if it holds a token.

    Raises:
        UsageError: There is something else, or no folder for it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.expanduser().absolute()
        if self._path.exists():
            self._refuse_other_content()
        WholeFile(self._path, replaces=True)

    @property
    def name(self) -> str:
        """Its path, in words."""
        return f"the file {self._path}"

    @property
    def file(self) -> str:
        """Its path."""
        return str(self._path)

    async def prove(self, *, characters: int) -> None:
        """Write as much beside it, and remove that."""
        with WholeFile(self._path, replaces=True) as file:
            file.write("-" * characters + "\n")

    async def put(self, token: SecretStr) -> None:
        """Write it; the one before is dead by now."""
        with WholeFile(self._path, replaces=True) as file:
            file.write(token.get_secret_value() + "\n")
            await file.publish()

    async def pending(self, *, replaced: str) -> SecretStr | None:
        """Read it, unless it is the one before."""
        if not self._path.exists():
            return None
        found = token_from_file(self.file)
        return None if fingerprint(found) == replaced else found

    async def promote(self, token: SecretStr) -> None:
        """It is where it belongs."""

    async def drop_pending(self) -> None:
        """It stays."""

    def _refuse_other_content(self) -> None:
        try:
            content = self._path.read_bytes()[:8192].decode("ascii")
            if text := content.strip():
                checked_token(text, source="the file")
        except (OSError, UnicodeDecodeError, UsageError):
            raise UsageError(
                f"{self._path} is there already and holds no token, so it was left as it is. "
                "Nothing was issued.",
                hint="Name a file that is not there yet.",
            ) from None


class MemoryPlace:
    """This run's memory, for the sandbox: its own password signs in the next time.

    Args:
        context: Whose token.
        credentials: The secrets of this run.
    """

    file = ""
    name = MEMORY

    def __init__(self, context: Context, credentials: Credentials) -> None:
        self._context = context
        self._credentials = credentials
        self._pending: SecretStr | None = None

    async def prove(self, *, characters: int) -> None:
        """There is always room."""

    async def put(self, token: SecretStr) -> None:
        """Hold it."""
        self._pending = token

    async def pending(self, *, replaced: str) -> SecretStr | None:
        """What is held."""
        return self._pending

    async def promote(self, token: SecretStr) -> None:
        """Let it sign in for as long as this run lasts."""
        self._credentials.remember(self._context, Slot.TOKEN, token)

    async def drop_pending(self) -> None:
        """Hold it no more."""
        self._pending = None


def file_place(path: str) -> TokenPlace | None:
    """The place that a path names; None where it names none that can be used."""
    try:
        return FilePlace(Path(path)) if path else None
    except AicxError:
        return None
