"""Why a sandbox does not start."""

from __future__ import annotations


class StartError(Exception):
    """The sandbox cannot start.

    Args:
        message: What happened.
        hint: The next step, as a sentence.
    """

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
