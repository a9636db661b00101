"""Codes that are sent by e-mail: as they are typed, and when it is too late for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from aicx_tui.errors import (
    ChallengeOverError,
    FieldProblem,
    InvalidFieldsError,
    NotFoundError,
    NotSignedInError,
    UsageError,
)

RESEND_SECONDS = 30.0
"""How long a platform sends no other code."""

CODE = "code"

_BLANKS = re.compile(r"[\s\-\u200b-\u200f\ufeff]+")
_DIGITS = re.compile(r"[0-9]{6}")

_OVER = {
    "challenge_expired": "This code is too old.",
    "challenge_ended": "Too many wrong codes were tried, so this one is good no more.",
    "challenge_unknown": "The platform knows of no code that was asked for here.",
}


def checked_code(text: str) -> SecretStr:
    """A code as it was typed or pasted, blanks and dashes in it aside.

    Raises:
        UsageError: It is not six digits; it was not sent.
    """
    code = _BLANKS.sub("", text)
    if not _DIGITS.fullmatch(code):
        problem = FieldProblem(CODE, "A code has six digits.")
        raise UsageError("Nothing was sent.", problems=[problem])
    return SecretStr(code)


@contextmanager
def over_told_apart() -> Iterator[None]:
    """Say what is wrong with a code in words of our own.

    Raises:
        ChallengeOverError: It is too late for this code, or too many were tried.
        InvalidFieldsError: The code is wrong.
    """
    try:
        yield
    except (NotSignedInError, NotFoundError) as error:
        if said := _OVER.get(error.code):
            over = ChallengeOverError(
                f"{said} Nothing was changed.", hint="Begin again: another code is sent then."
            )
            over.code = error.code
            raise over from None
        raise
    except InvalidFieldsError as error:
        if error.code == "code_wrong":
            error.message = "That is not the code that was sent last."
            error.hint = "Look at the latest e-mail; after five wrong codes it is good no more."
            error.problems = (FieldProblem(CODE, "This is not the code."),)
        raise
