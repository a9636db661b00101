"""The calls about the user's personal access token, of a platform with the console contract."""

from __future__ import annotations

from collections.abc import Collection

from aicx_tui.api.base import unsupported
from aicx_tui.api.http import HttpCore
from aicx_tui.models.capability import Capability
from aicx_tui.models.token import IssuedToken, TokenInfo
from aicx_tui.models.wire import Envelope

_PATH = "/console/v1/profile/token"


class ConsoleToken:
    """Tells of the one live token, and replaces it.

    Args:
        http: As whom: a session, or the token that is to be replaced.
        capabilities: What the platform can do.
    """

    def __init__(self, http: HttpCore, *, capabilities: Collection[Capability]) -> None:
        self._http = http
        self._capabilities = capabilities

    async def get(self) -> TokenInfo | None:
        """Read when the token was issued and used; None while there is none."""
        self._need()
        reply = await self._http.get(_PATH)
        return reply.parse(Envelope[TokenInfo | None]).result

    async def issue(self, *, key: str) -> IssuedToken:
        """Issue a token; the one before is dead from then on.

        The core goes on sending what it sent, although that may have been the dead one: under the
        same key, the call repeated with it within 10 minutes gives the same token.

        Args:
            key: 256 random bits, as `secrets.token_urlsafe(32)` writes them; whoever has them and
                a credential of the user has the token.

        Raises:
            ConflictError: The token issued under this key has been replaced since
                (`token_superseded`).
            NotSignedInError: The credential is dead, and no call under this key killed it.
        """
        self._need()
        reply = await self._http.post(_PATH, {}, key=key)
        return reply.parse(Envelope[IssuedToken]).result

    def _need(self) -> None:
        if Capability.TOKEN_ISSUE not in self._capabilities:
            unsupported(Capability.TOKEN_ISSUE)
