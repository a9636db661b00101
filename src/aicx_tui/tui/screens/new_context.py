"""Describing a platform for the first time: the fields, the sign-in, the context."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, count
from typing import TYPE_CHECKING, TypeVar, cast

from pydantic import SecretStr
from typing_extensions import override

from aicx_tui.addresses import OPEN_CX_URL, PROTO_URL, checked_id, platform_root
from aicx_tui.config_file import checked_name
from aicx_tui.credentials import checked_token
from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.models.signing import Challenge
from aicx_tui.services.contexts import add_context, settings_of
from aicx_tui.services.signing_in import (
    CodeAsked,
    SignedIn,
    begin_by_password,
    resend,
    sign_in_by_token,
    verify,
)
from aicx_tui.settings import Context, PlatformKind
from aicx_tui.tui.screens.code_form import CodeFormScreen
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.screens.sign_in import ADVICE, API_KEY, TOKEN, keep_patiently
from aicx_tui.tui.widgets.form import Field

if TYPE_CHECKING:
    from aicx_tui.services.setup import Setup

PRODUCTION = Field(
    "production",
    "Production",
    "Real customers: the header says so.",
    is_choice=True,
)


CheckedT = TypeVar("CheckedT")


class ProtoForm(FormScreen[str]):
    """Asks for what Proto's gateway needs and answers with the new context's name."""

    def __init__(self, setup: Setup) -> None:
        fields = (
            Field("name", "Name", "What you call it.", value=_free_name("proto", setup)),
            Field("company", "Company id", "Company icon, bottom left > General Settings"),
            Field("bot", "Bot id", "BUILD > SETTINGS > API"),
            TOKEN,
            Field("url", "Address", value=PROTO_URL),
            PRODUCTION._replace(value="yes"),
        )
        super().__init__("Sign in to Proto AICX", fields, advice=ADVICE)
        self._setup = setup

    @override
    async def send(self, values: dict[str, str]) -> str:
        checks = _Checks()
        context = _described("gateway", values, self._setup, checks)
        token = checks.of("token", lambda: checked_token(values["token"].strip(), source="here"))
        checks.raise_problems()
        return await _add(self, await sign_in_by_token(context, token), self._setup)


class ServerForm(CodeFormScreen[str]):
    """Asks for a server of the console contract and answers with the new context's name."""

    def __init__(self, setup: Setup) -> None:
        fields = (
            Field("name", "Name", "What you call it.", value=_free_name("server", setup)),
            Field("url", "Address", "The server's root.", placeholder="https://aicx.example.com"),
            Field("email", "E-mail"),
            Field("password", "Password", is_secret=True),
            PRODUCTION,
        )
        super().__init__("Add a server", fields)
        self._setup = setup
        self._described: Context | None = None

    @override
    async def begin(self, values: dict[str, str]) -> str | Challenge:
        checks = _Checks()
        self._described = _described("console", values, self._setup, checks)
        checks.raise_problems()
        begun = await begin_by_password(
            self._described, email=values["email"], password=SecretStr(values["password"])
        )
        if isinstance(begun, CodeAsked):
            return begun.challenge
        return await _add(self, begun, self._setup)

    @override
    async def verify(self, challenge: Challenge, code: str) -> str:
        return await _add(self, await verify(self._asked(challenge), code), self._setup)

    @override
    async def resend(self, challenge: Challenge) -> Challenge:
        return (await resend(self._asked(challenge))).challenge

    def _asked(self, challenge: Challenge) -> CodeAsked:
        assert self._described is not None  # noqa: S101  # a challenge comes after it
        return CodeAsked(self._described, challenge)


class OpenCxForm(FormScreen[str]):
    """Asks for OpenCX's API key and answers with the new context's name."""

    def __init__(self, setup: Setup) -> None:
        fields = (
            Field("name", "Name", "What you call it.", value=_free_name("open-cx", setup)),
            API_KEY,
            Field("url", "Address", value=OPEN_CX_URL),
            PRODUCTION._replace(value="yes"),
        )
        advice = "The key stays in the keyring; it never stands in a page."
        super().__init__("Sign in to OpenCX", fields, advice=advice)
        self._setup = setup

    @override
    async def send(self, values: dict[str, str]) -> str:
        checks = _Checks()
        context = _described("open-cx", values, self._setup, checks)
        key = checks.of("token", lambda: checked_token(values["token"].strip(), source="here"))
        checks.raise_problems()
        return await _add(self, await sign_in_by_token(context, key), self._setup)


FORMS: dict[str, Callable[[Setup], FormScreen[str]]] = {
    "proto": ProtoForm,
    "server": ServerForm,
    "open-cx": OpenCxForm,
}
"""What a kind of platform is described by."""


class _Checks:
    """Checks values and collects what is wrong, so that all of it is said at once."""

    def __init__(self) -> None:
        self._problems: list[FieldProblem] = []

    def of(self, key: str, check: Callable[[], CheckedT]) -> CheckedT:
        """The checked value; where it is wrong, anything that `raise_problems` comes before."""
        try:
            return check()
        except UsageError as error:
            self._problems.append(FieldProblem(key, error.message))
            return cast(CheckedT, "")

    def raise_problems(self) -> None:
        """Raise all that is wrong, if anything is."""
        if self._problems:
            raise UsageError("Nothing was sent yet.", problems=self._problems)


def _described(
    kind: PlatformKind, values: dict[str, str], setup: Setup, checks: _Checks
) -> Context:
    """The context that was typed."""

    def new_name() -> str:
        name = checked_name(values["name"])
        if name in setup.config.contexts:
            raise UsageError(f"There is a context {name} already.")
        return name

    return Context(
        name=checks.of("name", new_name),
        kind=kind,
        root=checks.of("url", lambda: platform_root(values["url"], what="This")),
        company_id=_id("company", values, checks),
        bot_id=_id("bot", values, checks),
        account=values.get("email", ""),
        production=bool(values["production"]),
    )


def _id(key: str, values: dict[str, str], checks: _Checks) -> str:
    if key not in values:
        return ""  # the sign-in tells it
    return checks.of(key, lambda: checked_id(values[key], what="This"))


async def _add(form: FormScreen[str], signed_in: SignedIn, setup: Setup) -> str:
    """Write the context down, keep its secret, and return its name."""
    context = signed_in.context
    setup.config = add_context(setup.config.path, context.name, settings_of(context))
    await keep_patiently(form, signed_in, setup)
    return context.name


def _free_name(wanted: str, setup: Setup) -> str:
    """A name that no context has: the wanted one, or with a number behind it."""
    names = chain((wanted,), (f"{wanted}-{number}" for number in count(2)))
    return next(name for name in names if name not in setup.config.contexts)
