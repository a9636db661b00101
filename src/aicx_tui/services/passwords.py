"""How soon a password would be guessed, by zxcvbn, and what no platform takes for one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import SecretStr

from aicx_tui.errors import FieldProblem, UsageError

MIN_CHARACTERS = 12
"""As the console contract has it."""

MEASURED_CHARACTERS = 72
"""zxcvbn takes longer the longer a password is, and a long one is strong anyway."""

WORDS = ("very weak", "weak", "fair", "strong", "very strong")


@dataclass(frozen=True)
class Strength:
    """What zxcvbn makes of a password.

    Attributes:
        score: From 0 to 4.
        advice: What would make it better; empty where nothing has to.
    """

    score: int
    advice: str

    @property
    def word(self) -> str:
        """The score as a word."""
        return WORDS[self.score]


async def strength_of(password: SecretStr, *, about: Sequence[str]) -> Strength:
    """Measure a password.

    Args:
        password: As it was typed.
        about: What others know of the person, such as the name.
    """
    return await asyncio.to_thread(_measured, password, about)


def _measured(password: SecretStr, about: Sequence[str]) -> Strength:
    from zxcvbn import zxcvbn  # its lists of words are loaded once somebody types a password

    text = password.get_secret_value()[:MEASURED_CHARACTERS]
    found = zxcvbn(text, user_inputs=[word for word in about if word])
    said = found["feedback"]
    advice = [said["warning"], *said["suggestions"]]
    return Strength(found["score"], " ".join(part.rstrip(".") + "." for part in advice if part))


def check_new(new: SecretStr, *, again: SecretStr | None = None) -> None:
    """Refuse what no platform would take, before it is sent.

    Args:
        new: The password.
        again: The same, typed once more; None where nobody could mistype it.

    Raises:
        UsageError: It is too short, or not twice the same.
    """
    problems = []
    if len(new.get_secret_value()) < MIN_CHARACTERS:
        problems.append(FieldProblem("new", f"It needs {MIN_CHARACTERS} characters or more."))
    elif again is not None and again.get_secret_value() != new.get_secret_value():
        problems.append(FieldProblem("again", "This is not the same as above."))
    if problems:
        raise UsageError("Nothing was sent.", problems=problems)
