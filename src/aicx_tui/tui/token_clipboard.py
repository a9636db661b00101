"""The token on the clipboard, for half a minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr

    from aicx_tui.tui.app import AicxApp

CLEARED_SECONDS = 30.0

COVER = "-"
"""What is put over a token where nothing clears it: tmux takes no empty text."""


class TokenClipboard:
    """Puts the token on the terminal's clipboard, and takes it off again.

    Nobody knows whether the terminal does either: most can, and some are told not to.

    Args:
        app: Whose terminal.
    """

    def __init__(self, app: AicxApp) -> None:
        self._app = app
        self._put: SecretStr | None = None

    def put(self, token: SecretStr) -> None:
        """Put it there; it is cleared later, whatever screen is shown then."""
        self._put = token
        self._app.copy_to_clipboard(token.get_secret_value())
        self._app.set_timer(CLEARED_SECONDS, self.clear)

    def clear(self) -> None:
        """Clear it, unless something else was copied since."""
        put, self._put = self._put, None
        if put is not None and self._app.clipboard == put.get_secret_value():
            self._app.copy_to_clipboard(COVER if self._app.setup.environ.get("TMUX") else "")
