"""Which passwords a user may choose."""

from __future__ import annotations

from collections.abc import Sequence

_LEAST_SCORE = 3
"""Of 4: more than a hundred million guesses, by lists of leaked passwords and the like."""

_JUDGED = 72
"""Characters; judging takes longer and longer with them, and more make none worse."""


def problem_of(password: str, *, current: str, known: Sequence[str]) -> str | None:
    """Why this cannot be the new password; None when it can.

    Args:
        password: The new one, of sufficient length.
        current: The one that it is to replace.
        known: What everybody knows of the user.
    """
    from zxcvbn import zxcvbn  # lists of words, needed only here

    if password == current:
        return "This is the password you have"
    judged = zxcvbn(password[:_JUDGED], user_inputs=list(known))
    if judged["score"] < _LEAST_SCORE:
        return "This password is among the first that are tried. Choose a less common one"
    return None
