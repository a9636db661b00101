"""Signing in to a context, at first or anew, over whatever is shown."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import SecretStr
from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from typing_extensions import override

from aicx_tui.credentials import checked_token
from aicx_tui.errors import AicxError, FieldProblem, NotSignedInError, UsageError
from aicx_tui.models.signing import Challenge
from aicx_tui.services.granting import provider_called
from aicx_tui.services.signing_in import (
    CodeAsked,
    SignedIn,
    begin_by_password,
    keep,
    learn,
    resend,
    sign_in_by_token,
    verify,
)
from aicx_tui.services.signing_in_elsewhere import GrantedSignIn, read_providers
from aicx_tui.settings import Context
from aicx_tui.text import clean
from aicx_tui.tui.screens.code_form import CodeFormScreen, code_asked
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

API_KEY = TOKEN._replace(label="API key", hint="In OpenCX's dashboard: Settings > Access")


class SignInScreen(CodeFormScreen[SignedIn]):
    """Asks for a token, or for e-mail and password, and the code where the account has that on.

    Args:
        context: Where to sign in.
        setup: Where the secret is kept.
        refused: Why it is asked for now; None where the person wants it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+o", "sign_in_elsewhere", "Google, Microsoft", priority=True, show=False)
    ]

    @dataclass
    class ProvidersRead(Message):
        """It is known which accounts elsewhere may sign in."""

        names: tuple[str, ...]

    def __init__(self, context: Context, setup: Setup, *, refused: NotSignedInError | None) -> None:
        by_password = context.kind == "console"
        super().__init__(
            f"Sign in to {context.name}{' · production' if context.production else ''}",
            _password_fields(context) if by_password else (_token_field(context),),
            said=_reason(refused, context),
            advice=ADVICE if context.kind == "gateway" else "",
        )
        self._target = context
        self._setup = setup
        self._providers: tuple[str, ...] = ()

    @override
    def on_mount(self) -> None:
        super().on_mount()
        self._read_providers()

    @override
    def missing(self) -> list[str]:
        values = self._form.values
        if self._challenge is not None or values.get("token") or "email" not in values:
            return super().missing()
        return [field for field in ("email", "password") if not values[field]]

    @override
    async def begin(self, values: dict[str, str]) -> SignedIn | Challenge:
        if values.get("token") and values.get("password"):
            problem = FieldProblem("token", "Clear this, or the password above.")
            raise UsageError("Both a password and a token are given.", problems=[problem])
        if token := values.get("token"):
            secret = checked_token(token.strip(), source="this field")
            return await self._kept(await sign_in_by_token(self._target, secret))
        password = SecretStr(values["password"])
        begun = await begin_by_password(self._target, email=values["email"], password=password)
        return begun.challenge if isinstance(begun, CodeAsked) else await self._kept(begun)

    @override
    async def verify(self, challenge: Challenge, code: str) -> SignedIn:
        return await self._kept(await verify(CodeAsked(self._target, challenge), code))

    @override
    async def resend(self, challenge: Challenge) -> Challenge:
        return (await resend(CodeAsked(self._target, challenge))).challenge

    async def _kept(self, signed_in: SignedIn) -> SignedIn:
        await learn(signed_in, self._target, self._setup)
        await keep_patiently(self, signed_in, self._setup)
        return signed_in

    # By an account elsewhere

    @work(group="providers")
    async def _read_providers(self) -> None:
        with suppress(AicxError):  # the sign-in itself says what is wrong
            self.post_message(self.ProvidersRead(await read_providers(self._target)))

    @on(ProvidersRead)
    def _offer(self, message: ProvidersRead) -> None:
        self._providers = message.names
        if message.names and self._challenge is None and not self._is_busy:
            names = " or ".join(clean(provider_called(name)) for name in message.names)
            self._tell(Content.styled(f"ctrl+o signs in with {names} instead.", "$quiet"))

    def action_sign_in_elsewhere(self) -> None:
        """Choose whose account, and wait until it is granted there."""
        if not self._providers or self._is_busy or self._challenge is not None:
            return
        if len(self._providers) == 1:
            self._go_elsewhere(self._providers[0])
            return
        from aicx_tui.tui.screens.menu import Choice, MenuScreen  # only where there are several

        choices = [Choice(name[:1], provider_called(name), name) for name in self._providers]
        self.app.push_screen(MenuScreen("Sign in with", choices), self._go_elsewhere)

    def _go_elsewhere(self, provider: str | None) -> None:
        if provider:
            from aicx_tui.tui.screens.grant import GrantScreen  # only when asked for

            grant = GrantedSignIn(self._target, provider)
            title = f"Sign in with {provider_called(provider)}"
            self.app.push_screen(GrantScreen(title, grant), self._came_back)

    def _came_back(self, begun: SignedIn | CodeAsked | None) -> None:
        if isinstance(begun, CodeAsked):
            self._challenge = begun.challenge
            self.call_later(self.ask_for, code_asked(begun.challenge))
        elif begun is not None:
            self._is_busy = True
            self._keep(begun)

    @work(exclusive=True, group="sending")
    async def _keep(self, signed_in: SignedIn) -> None:
        try:
            self.post_message(self.Done(await self._kept(signed_in)))
        except AicxError as error:
            self.post_message(self.Refused(error))


async def keep_patiently(screen: FormScreen[AnswerT], signed_in: SignedIn, setup: Setup) -> None:
    """Keep a sign-in in the keyring, or in memory where a person does not wait for it."""
    kept = await screen.patiently(
        keep(signed_in, setup.credentials),
        said="Keeping it in the keyring; unlock it if it asks. Esc keeps it in memory only.",
    )
    if not kept:
        setup.credentials.remember(signed_in.context, signed_in.slot, signed_in.secret)


def _token_field(context: Context) -> Field:
    return API_KEY if context.kind == "open-cx" else TOKEN


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
