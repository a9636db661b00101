"""Signing in by an account elsewhere: the platform asks its provider, a person grants it there."""

from __future__ import annotations

from collections.abc import Collection

from aicx_tui.api.console_api import read_capabilities
from aicx_tui.api.sign_in import poll_grant, start_grant
from aicx_tui.errors import NotSignedInError, UnsupportedError
from aicx_tui.models.signing import DeviceFlow
from aicx_tui.services.granting import granted, provider_called
from aicx_tui.services.session import open_core
from aicx_tui.services.signing_in import CodeAsked, SignedIn, check_takes_password, what_came
from aicx_tui.settings import Context
from aicx_tui.text import clean

IDENTITY_UNKNOWN = "identity_unknown"
"""The code of a refusal of somebody whose account elsewhere is linked to none here."""


def check_has(
    provider: str,
    providers: Collection[str],
    context: Context,
    *,
    otherwise: str = "Sign in by password or with a token.",
) -> None:
    """Refuse a provider that the platform does not know.

    Args:
        provider: Whose account, such as `google`.
        providers: Those that the platform knows.
        context: Where.
        otherwise: The next step where it knows none.

    Raises:
        UnsupportedError: It does not; nothing was sent.
    """
    if provider in providers:
        return
    known = " and ".join(clean(provider_called(name), limit=40) for name in providers)
    raise UnsupportedError(
        f"{context.host} knows no accounts of {provider_called(provider)}. Nothing was sent.",
        hint=f"It knows those of {known}." if known else otherwise,
    )


async def read_providers(context: Context) -> tuple[str, ...]:
    """The accounts elsewhere that may sign in, such as `google`.

    Raises:
        AicxError: The platform could not be asked.
    """
    if context.kind != "console":
        return ()
    http = open_core(context, None)
    try:
        return (await read_capabilities(http)).oidc
    finally:
        await http.aclose()


class GrantedSignIn:
    """A sign-in by an account elsewhere, from its beginning to the grant.

    Args:
        context: Where.
        provider: Whose account, such as `google`.
    """

    def __init__(self, context: Context, provider: str) -> None:
        check_takes_password(context)
        self._context = context
        self._provider = provider
        self._http = open_core(context, None)

    async def start(self) -> DeviceFlow:
        """Begin it; the code has to be typed at the provider's address.

        Raises:
            UnsupportedError: The platform has no such provider.
        """
        check_has(self._provider, (await read_capabilities(self._http)).oidc, self._context)
        return await start_grant(self._http, provider=self._provider)

    async def finish(self, flow: DeviceFlow) -> SignedIn | CodeAsked:
        """Wait until it is granted.

        Raises:
            NotSignedInError: It was refused, came too late, or the account is linked to nobody.
        """
        try:
            answer = await granted(flow, poll=lambda: poll_grant(self._http, flow=flow.flow))
        except NotSignedInError as error:
            if error.code == IDENTITY_UNKNOWN:
                error.hint = f"By command: aicx profile link {self._provider}, once signed in."
            elif error.code:  # else it was said here
                error.hint = "Begin again, or sign in by password."
            raise
        given = answer.session or answer.challenge
        if given is None:
            raise NotSignedInError(
                f"{self._context.host} says that it is done, and gives no session.",
                hint="Sign in again.",
            )
        return await what_came(self._context, self._http, given)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._http.aclose()
