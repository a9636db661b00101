"""Which tokens aicx has written to files: by their fingerprints, never the tokens."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError
from aicx_tui.services.replacing import replace_text
from aicx_tui.services.rotation_journal import fingerprint

if TYPE_CHECKING:
    from pydantic import SecretStr

MOST = 200
"""So many are kept, the latest."""


class SavedTokens:
    """What tells a file of ours from another program's.

    Args:
        home: The one place for files.
    """

    def __init__(self, home: Path) -> None:
        self._path = home / "tokens" / "saved"

    def has(self, token: SecretStr) -> bool:
        """Whether a token was written to a file here."""
        return fingerprint(token) in self._read()

    def note(self, token: SecretStr) -> None:
        """Keep that a token is written to a file; where that cannot be kept, it is not known."""
        known = [*self._read(), fingerprint(token)][-MOST:]
        with suppress(OSError, AicxError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_text(self._path, json.dumps(known) + "\n")

    def _read(self) -> list[str]:
        try:
            return [str(known) for known in json.loads(self._path.read_bytes())]
        except (OSError, ValueError, TypeError):
            return []
