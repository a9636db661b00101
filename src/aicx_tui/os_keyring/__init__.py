"""Keeps secrets in the system's own keyring; only this package imports `keyring`.

The backend comes from a list and is asked directly, since `keyring`'s own choice takes a plain
text file wherever `keyrings.alt` is installed.
"""

from aicx_tui.os_keyring.adapter import PROMPT_SECONDS, SILENT_SECONDS, OsKeyring
from aicx_tui.os_keyring.states import Item, KeyringProblem, KeyringState, Slot

__all__ = [
    "PROMPT_SECONDS",
    "SILENT_SECONDS",
    "Item",
    "KeyringProblem",
    "KeyringState",
    "OsKeyring",
    "Slot",
]
