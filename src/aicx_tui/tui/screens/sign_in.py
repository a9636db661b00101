"""Signing in to a context, at first or anew, over whatever is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import SecretStr
from typing_extensions import override

from aicx_tui.credentials import checked_token
from aicx_tui.errors import AicxError, NotSignedInError
from aicx_tui.services.signing_in import (
    SignedIn,
    keep,
    learn,
    sign_in_by_password,
    sign_in_by_token,
)
from aicx_tui.settings import Context
from aicx_tui.text import clean
from aicx_tui.tui.screens.dialog import AnswerT
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

if TYPE_CHECKING:
    from aicx_tui.services.setup import Setup

TOKEN = Field(
    "token",
    "Token",
    "Profile > API",
    is_secret=True,
)
ADVICE = (
    "These stand in Proto's web app. Best is the token of an admin account that is not tied to a "
    "person."
)


class SignInScreen(FormScreen[SignedIn]):
    """Asks for a token, or for e-mail and password where the platform takes them.

    Args:
        context: Where to sign in.
        setup: Where the secret is kept.
        refused: Why it is asked for now; None where the person wants it.
    """

    def __init__(self, context: Context, setup: Setup, *, refused: NotSignedInError | None) -> None:
        by_password = context.kind == "console"
        super().__init__(
            f"Sign in to {context.name}{' · production' if context.production else ''}",
            _password_fields(context) if by_password else (TOKEN,),
            said=_reason(refused, context),
            advice="" if by_password else ADVICE,
        )
        self._target = context
        self._setup = setup

    @override
    async def send(self, values: dict[str, str]) -> SignedIn:
        signed_in = await self._sign_in(values)
        learn(signed_in, self._target, self._setup)
        await keep_patiently(self, signed_in, self._setup)
        return signed_in

    async def _sign_in(self, values: dict[str, str]) -> SignedIn:
        if token := values.get("token"):
            secret = checked_token(token.strip(), source="this field")
            return await sign_in_by_token(self._target, secret)
        context = replace(self._target, account=values["email"])
        password = SecretStr(values["password"])
        return await sign_in_by_password(context, email=values["email"], password=password)


async def keep_patiently(screen: FormScreen[AnswerT], signed_in: SignedIn, setup: Setup) -> None:
    """Keep a sign-in in the keyring, or in memory where a person does not wait for it."""
    kept = await screen.patiently(
        keep(signed_in, setup.credentials),
        said="Keeping it in the keyring; unlock it if it asks. Esc keeps it in memory only.",
    )
    if not kept:
        setup.credentials.remember(signed_in.context, signed_in.slot, signed_in.secret)


def _password_fields(context: Context) -> tuple[Field, ...]:
    return (
        Field("email", "E-mail", value=context.account, is_required=False),
        Field("password", "Password", is_secret=True, is_required=False),
        TOKEN._replace(hint="Or a token instead, from Profile > API", is_required=False),
    )


def _reason(refused: AicxError | None, context: Context) -> str:
    if refused is None:
        return f"{context.host}"
    return f"{clean(refused.message)} What you were doing goes on once you are in."
