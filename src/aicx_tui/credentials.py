"""Where a secret comes from, in which order, and where it is kept.

A token given for this run comes first: from a file or standard input, then from `AICX_TOKEN`.
Then comes what was signed in with during this run where there is no keyring, then the system's
keyring. Nothing is ever written to a file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from aicx_tui.errors import KeyringUnavailableError, UsageError
from aicx_tui.os_keyring import PROMPT_SECONDS, SILENT_SECONDS, Item, OsKeyring, Slot
from aicx_tui.settings import Context, token_origin

if TYPE_CHECKING:
    from pydantic import SecretStr

MAX_TOKEN_CHARACTERS = 4096

SIGN_IN_SLOTS = (Slot.TOKEN, Slot.SESSION)
"""What a sign-in leaves: one of the two."""

MEMORY = "memory, until this run ends"
"""Where a secret is that no keyring took."""


@dataclass(frozen=True)
class Found:
    """A secret, what it is, and where it came from.

    Attributes:
        slot: Whether it is a token or a session.
        secret: The raw value.
        source: Where it came from, as a person reads it.
    """

    slot: Slot
    secret: SecretStr
    source: str


class Credentials:
    """The secrets of this run.

    Args:
        environ: `AICX_TOKEN` is taken out of it, so that no child process inherits it.
        token: A token read from a file or standard input, and which of them.

    Raises:
        UsageError: A token that was given cannot be one.
    """

    def __init__(
        self, environ: MutableMapping[str, str], *, token: tuple[SecretStr, str] | None = None
    ) -> None:
        if environ.get("AICX_KEYRING", "").strip().lower() not in ("", "off"):
            raise UsageError(
                "AICX_KEYRING is neither off nor empty, so it says nothing.",
                hint="Set it to off to keep secrets in memory only; else remove it.",
            )
        self.keyring = OsKeyring(environ)
        self.problem: KeyringUnavailableError | None = None
        self._given = token
        self._from_environment = _token_from(environ)
        self._origin = token_origin(environ) if self._from_environment else ""
        self._remembered: dict[Item, SecretStr] = {}

    def refuse_foreign_token(self, context: Context) -> None:
        """Refuse a context that `AICX_TOKEN` does not belong to.

        Raises:
            UsageError: The token belongs to another origin; it was not sent.
        """
        if self._from_environment and not self._given and context.origin != self._origin:
            raise UsageError(
                f"AICX_TOKEN belongs to {self._origin} and was not sent to {context.origin}, where "
                f"{context.name} is.",
                hint=f"Set AICX_URL={context.root} if the token is for it; else unset AICX_TOKEN.",
            )

    async def find(self, context: Context, *, patience: float = SILENT_SECONDS) -> Found | None:
        """The secret to sign in to a context with, or None where there is none.

        A keyring that cannot be read is no error here: `problem` then says why.
        """
        return (
            self._remembered_for(context)
            or self._for_this_run(context)
            or await self._in_keyring(context, patience)
        )

    def given(self, context: Context) -> SecretStr | None:
        """The token that this run was given for a context and that signs in; None for others."""
        found = None if self._remembered_for(context) else self._for_this_run(context)
        return found.secret if found else None

    async def find_kept(self, context: Context, *, patience: float) -> Found | None:
        """What an earlier sign-in left, whatever was given for this run alone."""
        return self._remembered_for(context) or await self._in_keyring(context, patience)

    async def find_beside(self, context: Context, *, patience: float) -> Found | None:
        """The secret of a context beside the one that this run is aimed at.

        A token that was given for this run alone is not for it.
        """
        if self._from_environment and context.origin == self._origin:
            return Found(Slot.TOKEN, self._from_environment, "AICX_TOKEN")
        return await self.find_kept(context, patience=patience)

    def _remembered_for(self, context: Context) -> Found | None:
        for slot in SIGN_IN_SLOTS:
            if secret := self._remembered.get(_item(context, slot)):
                return Found(slot, secret, MEMORY)
        return None

    def _for_this_run(self, context: Context) -> Found | None:
        if self._given:
            return Found(Slot.TOKEN, *self._given)
        if self._from_environment and context.origin == self._origin:
            return Found(Slot.TOKEN, self._from_environment, "AICX_TOKEN")
        return None

    async def _in_keyring(self, context: Context, patience: float) -> Found | None:
        if context.source != "config":
            return None
        for slot in SIGN_IN_SLOTS:
            if secret := await self.read(context, slot, patience=patience):
                return Found(slot, secret, self.keyring.name)
            if self.problem:  # a keyring that does not answer is not waited for twice
                break
        return None

    async def keep(
        self, context: Context, slot: Slot, secret: SecretStr, *, patience: float
    ) -> str:
        """Keep what a sign-in gave, in place of an earlier one, and return where it is now.

        The earlier one goes last: where the keyring takes nothing, nothing is lost. One that
        could not be removed is left in `problem`.
        """
        self.remember(context, slot, secret)
        if context.source != "config" or not await self.write(
            context, slot, secret, patience=patience
        ):
            return MEMORY
        if not self._for_this_run(context):  # else that would come before what is kept now
            self._remembered.pop(_item(context, slot))
        earlier = [other for other in SIGN_IN_SLOTS if other is not slot]
        await self.remove(context, earlier, patience=patience)
        return self.keyring.name

    def remember(self, context: Context, slot: Slot, secret: SecretStr) -> None:
        """Keep what a sign-in gave in memory, until this run ends."""
        for other in SIGN_IN_SLOTS:
            self._remembered.pop(_item(context, other), None)
        self._remembered[_item(context, slot)] = secret

    async def forget(self, context: Context, *, patience: float, keep: Sequence[Slot] = ()) -> bool:
        """Forget what signs in to a context, where a person was in it, and the key of its mirror.

        Args:
            context: Which one.
            patience: Seconds.
            keep: What is not forgotten of that.

        Returns:
            Whether anybody was signed in. The keyring's own trouble is left in `problem`.
        """
        items = [_item(context, slot) for slot in SIGN_IN_SLOTS]
        remembered = [self._remembered.pop(item, None) for item in items]
        forgotten = [slot for slot in Slot if slot not in keep]
        removed = await self.remove(context, forgotten, patience=patience)
        return any(remembered) or not removed.isdisjoint(SIGN_IN_SLOTS)

    async def forget_session(self, context: Context, *, patience: float) -> None:
        """Forget a session by password; a token and where a person was stay."""
        self._remembered.pop(_item(context, Slot.SESSION), None)
        await self.remove(context, [Slot.SESSION], patience=patience)

    async def remove(
        self, context: Context, slots: Sequence[Slot], *, patience: float
    ) -> set[Slot]:
        """Remove secrets from the keyring, and return those that were there."""
        self.problem = None
        removed: set[Slot] = set()
        if context.source != "config":
            return removed
        try:
            for slot in slots:
                if await self.keyring.delete(_item(context, slot), patience=patience):
                    removed.add(slot)
        except KeyringUnavailableError as problem:
            self.problem = problem
        return removed

    async def read(self, context: Context, slot: Slot, *, patience: float) -> SecretStr | None:
        """Read one secret from the keyring; its own trouble is left in `problem`."""
        try:
            secret = await self.keyring.get(_item(context, slot), patience=patience)
        except KeyringUnavailableError as problem:
            self.problem = problem
            return None
        self.problem = None
        return secret

    async def write(
        self, context: Context, slot: Slot, secret: SecretStr, *, patience: float
    ) -> bool:
        """Write one secret to the keyring and return whether it took it."""
        try:
            await self.keyring.set(_item(context, slot), secret, patience=patience)
        except KeyringUnavailableError as problem:
            self.problem = problem
            return False
        self.problem = None
        return True


def patience(environ: Mapping[str, str]) -> float:
    """Seconds that the keyring may take: longer where it can show a window to unlock it."""
    has_display = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    return PROMPT_SECONDS if has_display or sys.platform != "linux" else SILENT_SECONDS


def _item(context: Context, slot: Slot) -> Item:
    return Item(context=context.name, slot=slot, origin=context.origin)


def _token_from(environ: MutableMapping[str, str]) -> SecretStr | None:
    text = environ.pop("AICX_TOKEN", "")
    return checked_token(text, source="AICX_TOKEN") if text else None


def token_from_file(name: str) -> SecretStr:
    """Read a token from a file; one line end behind it is no part of it.

    Raises:
        UsageError: The file cannot be read, or what is in it cannot be a token.
    """
    try:
        with Path(name).expanduser().open("rb") as file:
            return _read_token(file, source=f"the file {name}")
    except (OSError, RuntimeError) as error:  # the latter for `~nobody`
        reason = getattr(error, "strerror", None) or "there is no such home folder"
        raise UsageError(
            f"The file of the token cannot be read: {reason}. Nothing was sent.",
            hint="Give a file that holds the token and nothing else.",
        ) from None


def token_from_stdin() -> SecretStr:
    """Read a token from standard input, up to its end."""
    return _read_token(standard_input(), source="standard input")


def token_from_descriptor(number: int) -> SecretStr:
    """Read a token from a descriptor that this process was started with, up to its end."""
    try:
        with os.fdopen(os.dup(number), "rb") as file:
            return _read_token(file, source=f"descriptor {number}")
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "it is no descriptor"
        raise UsageError(
            f"The descriptor {number} cannot be read: {reason}. Nothing was sent.",
            hint="Open it in the shell: aicx token set --fd 3 3< FILE",
        ) from None


def standard_input() -> IO[bytes]:
    """Standard input as bytes.

    Raises:
        UsageError: It is closed.
    """
    if sys.stdin is None:
        raise UsageError("Standard input is closed. Nothing was sent.")
    return sys.stdin.buffer


def _read_token(file: IO[bytes], *, source: str) -> SecretStr:
    """Read what may be a token, and no more: a wrong file may have no end."""
    try:
        text = file.read(4 * MAX_TOKEN_CHARACTERS).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            f"The token from {source} is not text. It was not sent anywhere.",
            hint="Give the token and nothing else.",
        ) from None
    return checked_token(text.removesuffix("\n").removesuffix("\r"), source=source)


def checked_token(text: str, *, source: str) -> SecretStr:
    """Return a token that can travel in a header.

    A newline or a non-ASCII character would otherwise surface later in an error message that
    quotes the token.

    Raises:
        UsageError: It holds white space, control or non-ASCII characters, or is too long.
    """
    if not text:
        problem = "is empty"
    elif text != text.strip():
        problem = "starts or ends with white space (often a newline from a file)"
    elif any(character.isspace() for character in text):
        problem = "has white space in it"
    elif not text.isascii():
        problem = "has a non-ASCII character in it"
    elif not text.isprintable():
        problem = "has a control character in it"
    elif len(text) > MAX_TOKEN_CHARACTERS:
        problem = f"is longer than {MAX_TOKEN_CHARACTERS} characters"
    else:
        from pydantic import SecretStr  # loaded once there is a secret, not at start

        return SecretStr(text)
    raise UsageError(
        f"The token from {source} {problem}. It was not sent anywhere.",
        hint="Copy it again from Profile > API, without quotes or line ends.",
    )
