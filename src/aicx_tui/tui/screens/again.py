"""Asks for the password once more, before something that needs a new sign-in."""

from __future__ import annotations

from pydantic import SecretStr
from typing_extensions import override

from aicx_tui.errors import FieldProblem, InvalidFieldsError, NotSignedInError
from aicx_tui.models.signing import Challenge
from aicx_tui.services.signing_in import CodeAsked, SignedIn, begin_by_password, resend, verify
from aicx_tui.settings import Context
from aicx_tui.text import clean
from aicx_tui.tui.screens.code_form import CodeFormScreen
from aicx_tui.tui.widgets.form import Field


class AgainScreen(CodeFormScreen[SignedIn]):
    """Asks who is signed in for the password, and for the code where the account has that on.

    Args:
        context: Where.
        email: Of whose account.
        begun: A sign-in that waits for its code already; None where the password is needed.
    """

    SENDS = "go on"
    GIVEN_UP = "Given up; nothing was changed."

    def __init__(self, context: Context, *, email: str, begun: CodeAsked | None) -> None:
        super().__init__(
            "Confirm that it is you",
            (Field("password", "Password", is_secret=True),),
            said=f"{clean(email, limit=80)}\nThis needs a sign-in of the last minutes.",
            challenge=begun.challenge if begun is not None else None,
        )
        self._target = context
        self._email = email

    @override
    async def begin(self, values: dict[str, str]) -> SignedIn | Challenge:
        password = SecretStr(values["password"])
        try:
            begun = await begin_by_password(self._target, email=self._email, password=password)
        except NotSignedInError:
            problem = FieldProblem("password", "This is not your password.")
            raise InvalidFieldsError("Nothing was changed.", problems=[problem]) from None
        return begun.challenge if isinstance(begun, CodeAsked) else begun

    @override
    async def verify(self, challenge: Challenge, code: str) -> SignedIn:
        return await verify(CodeAsked(self._target, challenge), code)

    @override
    async def resend(self, challenge: Challenge) -> Challenge:
        return (await resend(CodeAsked(self._target, challenge))).challenge
