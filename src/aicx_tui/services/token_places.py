"""Where a new token goes: the keyring, a file that was chosen for it, or memory.

A place takes it as pending first. What signs in is replaced only once the platform has accepted
the pending one, so that a token of no use is never stored as a good one.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from aicx_tui.credentials import MEMORY, Credentials, token_from_file
from aicx_tui.errors import AicxError, KeyringUnavailableError, UsageError
from aicx_tui.os_keyring import Slot
from aicx_tui.services.rotation_journal import fingerprint
from aicx_tui.services.saved_tokens import SavedTokens
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

    @property
    def had(self) -> str:
        """The fingerprint of what a file holds before; else empty."""
        ...

    async def prove(self, *, characters: int) -> None:
        """Show that it takes a token of so many characters, and gives it back."""
        ...

    async def put(self, token: SecretStr) -> None:
        """Keep a token as pending, and read it back."""
        ...

    async def pending(self, *, before: Collection[str]) -> SecretStr | None:
        """The token that was put there, if any.

        Args:
            before: The fingerprints of what may have been there.
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

    file = had = ""

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

    async def pending(self, *, before: Collection[str] = ()) -> SecretStr | None:
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
        path: Where; a file that is there already is replaced if it holds one of ours.
        saved: Which tokens were written to files before.
        held: The token that is replaced.

    Raises:
        UsageError: There is something else, or no folder for it.
    """

    def __init__(self, path: Path, *, saved: SavedTokens, held: SecretStr | None) -> None:
        self._path = path.expanduser().absolute()
        self._saved = saved
        self._refuse_other_content(held)
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
        self._saved.note(token)
        with WholeFile(self._path, replaces=True) as file:
            file.write(token.get_secret_value() + "\n")
            await file.publish()

    @property
    def had(self) -> str:
        """The fingerprint of what is in it; empty for nothing."""
        return fingerprint(_token_in(self._path))

    async def pending(self, *, before: Collection[str]) -> SecretStr | None:
        """Read it, unless that was there before."""
        found = _token_in(self._path)
        return None if fingerprint(found) in before else found

    async def promote(self, token: SecretStr) -> None:
        """It is where it belongs."""

    async def drop_pending(self) -> None:
        """It stays."""

    def _refuse_other_content(self, held: SecretStr | None) -> None:
        try:
            found = _token_in(self._path)
            is_ours = found is None or found == held or self._saved.has(found)
        except UsageError:
            is_ours = False
        if not is_ours:
            raise UsageError(
                f"{self._path} is there already and holds no token that aicx knows, so it was left "
                "as it is.",
                hint="Name a file that is not there yet.",
            )


class MemoryPlace:
    """This run's memory, for the sandbox: its own password signs in the next time.

    Args:
        context: Whose token.
        credentials: The secrets of this run.
    """

    file = had = ""
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

    async def pending(self, *, before: Collection[str]) -> SecretStr | None:
        """What is held."""
        return self._pending

    async def promote(self, token: SecretStr) -> None:
        """Let it sign in for as long as this run lasts."""
        self._credentials.remember(self._context, Slot.TOKEN, token)

    async def drop_pending(self) -> None:
        """Hold it no more."""
        self._pending = None


def file_place(path: str, home: Path) -> TokenPlace | None:
    """The place that a path names; None where it names none that can be used.

    Args:
        path: A file that was accepted when a replacement began.
        home: The one place for files.
    """
    try:
        if not path:
            return None
        return FilePlace(Path(path), saved=SavedTokens(home), held=_token_in(Path(path)))
    except AicxError:
        return None


def _token_in(path: Path) -> SecretStr | None:
    """What a file holds; None where there is none, or nothing in it.

    Raises:
        UsageError: It cannot be read, or holds what cannot be a token.
    """
    if not path.exists() or (path.is_file() and not path.stat().st_size):
        return None
    return token_from_file(str(path))
