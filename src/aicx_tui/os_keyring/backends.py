"""The keyrings that may hold a secret: which one it is, what it does, and what its failures mean.

Everything here may wait without any time limit, so only the clerk's thread calls it.
"""

from __future__ import annotations

import importlib
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from aicx_tui.os_keyring.states import Item, KeyringState

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend
    from pydantic import SecretStr

WINDOWS_BYTES = 5 * 512
"""The most Windows keeps in one item (CRED_MAX_CREDENTIAL_BLOB_SIZE): 1280 UTF-16 characters."""

MOST_COPIES = 8
"""Other programs may store the same item in their own way; more of them than this is a fault."""

_WINDOWS = "keyring.backends.Windows.WinVaultKeyring"
_MACOS = "keyring.backends.macOS.Keyring"
BACKENDS: Mapping[str, str] = {
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.libsecret.Keyring": "Secret Service",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet",
    _MACOS: "macOS Keychain",
    _WINDOWS: "Windows Credential Locker",
}
"""The backends that may hold a secret, and what a person calls them."""


class UnusableError(Exception):
    """This module's own reasons not to use a keyring."""

    def __init__(self, state: KeyringState) -> None:
        super().__init__(state)
        self.state = state


def called(backend: KeyringBackend | None) -> str:
    """What a person calls a backend; empty for none."""
    return BACKENDS.get(_full_name(backend), "") if backend else ""


def _full_name(backend: KeyringBackend) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def chosen(environ: Mapping[str, str]) -> KeyringBackend:
    """The listed backend that fits best here, or the listed one that somebody set up."""
    found: list[tuple[float, type[KeyringBackend]]] = []
    state = KeyringState.NONE
    for name in _candidates(environ):
        module, _, kind = name.rpartition(".")
        try:
            backend: type[KeyringBackend] = getattr(importlib.import_module(module), kind)
            found.append((backend.priority, backend))
        except Exception as error:  # noqa: BLE001  # there are many ways to be unfit for a computer
            if any(isinstance(cause, OSError) for cause in _causes(error)):
                state = state_of(error)
            release(error)
    if not found:
        raise UnusableError(state)
    return max(found, key=lambda pair: pair[0])[1]()


def _candidates(environ: Mapping[str, str]) -> list[str]:
    if environ.get("AICX_KEYRING", "").strip().lower() == "off":
        raise UnusableError(KeyringState.OFF)
    name = environ.get("PYTHON_KEYRING_BACKEND", "").strip() or _configured()
    if name.startswith(("keyring.backends.null.", "keyring.backends.fail.")):
        raise UnusableError(KeyringState.OFF)
    if name and name not in BACKENDS:
        raise UnusableError(KeyringState.REFUSED)
    if name:
        return [name]
    if only := {"darwin": _MACOS, "win32": _WINDOWS}.get(sys.platform):
        return [only]
    return [name for name in BACKENDS if name not in (_MACOS, _WINDOWS)]


def _configured() -> str:
    """What `keyringrc.cfg` names; one that cannot be read asks for nobody knows what."""
    import configparser

    from keyring.util import platform_

    config = configparser.RawConfigParser()
    try:
        config.read(platform_.config_root() / "keyringrc.cfg", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        raise UnusableError(KeyringState.REFUSED) from None
    return config.get("backend", "default-keyring", fallback="").strip()


def read(backend: KeyringBackend, item: Item) -> SecretStr | None:
    """Read an item; `None` if there is none."""
    from pydantic import SecretStr

    text = backend.get_password(item.service, item.origin)
    return None if text is None else SecretStr(text)


def write(backend: KeyringBackend, item: Item, secret: SecretStr) -> None:
    """Store an item and read it back."""
    text = secret.get_secret_value()
    if _full_name(backend) == _WINDOWS and len(text.encode("utf-16-le")) > WINDOWS_BYTES:
        raise UnusableError(KeyringState.TOO_BIG)
    backend.set_password(item.service, item.origin, text)
    if backend.get_password(item.service, item.origin) != text:
        # A copy that another program stored comes first.
        remove(backend, item)
        backend.set_password(item.service, item.origin, text)
        if backend.get_password(item.service, item.origin) != text:
            raise UnusableError(KeyringState.FAILED)


def remove(backend: KeyringBackend, item: Item) -> bool:
    """Remove an item with every copy of it, and return whether there was any."""
    from keyring.errors import PasswordDeleteError

    for removed in range(MOST_COPIES):
        try:
            backend.delete_password(item.service, item.origin)
        except PasswordDeleteError:
            if backend.get_password(item.service, item.origin) is None:
                return removed > 0
            raise
    raise UnusableError(KeyringState.FAILED)


def time_a_look(backend: KeyringBackend) -> float:
    """Return the seconds that looking for an item that is not there takes."""
    begun = time.perf_counter()
    backend.get_password("aicx probe", "nobody")  # no slash: it can be nobody's item
    return time.perf_counter() - begun


_BY_NAME = {
    "KeyringLocked": KeyringState.LOCKED,
    "LockedException": KeyringState.LOCKED,
    "PromptDismissedException": KeyringState.DISMISSED,
    "SecretServiceNotAvailableException": KeyringState.GONE,
    "DBusErrorResponse": KeyringState.GONE,
    "DBusException": KeyringState.GONE,
    "TimeoutError": KeyringState.SILENT,
}
"""What the backends' libraries raise, by name, since they are not installed everywhere."""


def state_of(error: BaseException) -> KeyringState:
    """Return what an error of a backend means."""
    for cause in _causes(error):
        if isinstance(cause, UnusableError):
            return cause.state
        if cause.args == ("Cancelled by user",):  # KWallet's only sign of it
            return KeyringState.DISMISSED
        if getattr(cause, "winerror", 0) == 1783:  # RPC_X_BAD_STUB_DATA: Windows' "too long"
            return KeyringState.TOO_BIG
        if known := _BY_NAME.get(type(cause).__name__):
            return known
        if isinstance(cause, OSError):
            return KeyringState.GONE
    return KeyringState.FAILED


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what led to it."""
    cause: BaseException | None = error
    while cause:
        yield cause
        cause = cause.__cause__ or cause.__context__


def release(error: BaseException) -> None:
    """Close the D-Bus connections a failed call leaves open, and forget what its frames held.

    `keyring` closes none when a keyring is locked, and each is part of a cycle: they would stay
    open until a full garbage collection, and to start one here would halt the console.
    """
    for cause in _causes(error):
        for frame, _ in traceback.walk_tb(cause.__traceback__):
            for held in tuple(frame.f_locals.values()):
                if type(held).__name__ == "DBusConnection":
                    held.close()
        traceback.clear_frames(cause.__traceback__)
        cause.__traceback__ = None
