"""What is kept in a keyring, and how a call to it can end."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Self

from aicx_tui.errors import KeyringUnavailableError


class Slot(StrEnum):
    """What is kept.

    `VIEW` is where the reader was, `MIRROR` the key of what was read, `PENDING` a token that is to
    become the one that signs in, and `CANARY` what shows that the keyring takes one.
    """

    TOKEN = "token"  # noqa: S105  # the name of a place
    SESSION = "session"
    VIEW = "view"
    MIRROR = "mirror"
    PENDING = "pending"
    CANARY = "canary"


class Item(NamedTuple):
    """One secret's place. The origin is part of it, so that no other address gets the secret."""

    context: str
    slot: Slot
    origin: str

    @property
    def service(self) -> str:
        """A service of its own: Windows moves an item when another user name shares its service."""
        return f"aicx/{self.context}/{self.slot}"


class KeyringState(StrEnum):
    """How a call to the keyring ended: what that means, and what to do next."""

    meaning: str
    next_step: str

    def __new__(cls, value: str, meaning: str, next_step: str) -> Self:
        """Make a member that carries its sentences."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.meaning, member.next_step = meaning, next_step
        return member

    READY = ("ready", "The keyring answers.", "")
    OFF = (
        "off",
        "The keyring is switched off.",
        "To use it, remove AICX_KEYRING and PYTHON_KEYRING_BACKEND from the environment, and "
        "default-keyring from keyringrc.cfg.",
    )
    NONE = (
        "none",
        "There is no keyring here.",
        "On a desktop, sign in to it and try again. On a server, give the token in AICX_TOKEN.",
    )
    REFUSED = (
        "refused",
        "The keyring that is set up here may keep secrets in a readable file, so it is not used.",
        "Remove PYTHON_KEYRING_BACKEND from the environment and default-keyring from "
        "keyringrc.cfg, then try again.",
    )
    LOCKED = (
        "locked",
        "The keyring is locked.",
        "Unlock it with your keyring password, then try again. Without a desktop, give the token "
        "in AICX_TOKEN.",
    )
    DISMISSED = (
        "dismissed",
        "The window that asks for the keyring password was closed or could not be shown.",
        "Try again and type the password there. Without a desktop, give the token in AICX_TOKEN.",
    )
    SILENT = (
        "silent",
        "The keyring did not answer in time.",
        "Look for a window that asks for the keyring password, answer it, then try again. Without "
        "a desktop, give the token in AICX_TOKEN.",
    )
    GONE = (
        "gone",
        "The keyring cannot be reached.",
        "Try again. If it stays so, sign out of this computer and in again.",
    )
    TOO_BIG = (
        "too-big",
        "The secret is too long for this keyring: Windows keeps up to 1280 characters.",
        "Give the token in AICX_TOKEN instead.",
    )
    FAILED = (
        "failed",
        "The keyring reported a problem of its own.",
        "Try again. `aicx doctor` shows whether the keyring works.",
    )


_HALFWAY = (KeyringState.SILENT, KeyringState.GONE, KeyringState.FAILED)


class KeyringProblem(KeyringUnavailableError):
    """The keyring did not do what it was asked; `state` says why.

    Nothing of the keyring's own message is kept, since it may quote the secret.
    """

    def __init__(self, state: KeyringState, wanted: str) -> None:
        unknown = state in _HALFWAY and wanted != "read"
        effect = f"{'may or may not have been' if unknown else 'was not'} {wanted}"
        super().__init__(f"{state.meaning} The secret {effect}.", hint=state.next_step)
        self.state = state
