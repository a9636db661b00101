"""Everything that can go wrong, as one tree.

Each error says what happened and what was and was not done (`message`), and what to do
next (`hint`). A headless command exits with its `exit_code`; the console shows both lines.

    AicxError                    1  failed
    ├── UsageError               2  the command, the environment or a value given is wrong
    │   ├── QueryError              a search that cannot be read
    │   └── BotNotChosenError       the account has several bots, and none is named
    ├── NotSignedInError         3  no token, or the platform does not accept it
    │   └── ChallengeOverError          a code came too late or was guessed too often
    ├── NotFoundError            4  no such human, tag, company or bot
    ├── ConflictError            5  the record changed meanwhile
    ├── RefusedError             6  the platform understood and said no
    │   ├── ForbiddenError          this role may not
    │   ├── InvalidFieldsError      values refused, field by field
    │   ├── RateLimitedError        too many requests
    │   ├── CursorTooOldError       the feed no longer reaches back that far
    │   └── UnsupportedError        this platform has no such call
    ├── UnavailableError         7  no usable answer
    │   ├── UnreachableError        no connection
    │   ├── TlsError                the certificate is not trusted
    │   ├── TimedOutError           the answer took too long
    │   ├── PlatformFailedError     the platform itself failed (5xx)
    │   └── NotTheApiError          something answered, but not the platform's API
    ├── OutcomeUnknownError      8  a change was sent and its reply never came
    ├── PartlyFailedError        9  some of several changes were refused
    ├── StoppedError           130  a person ended it in between
    ├── SandboxError             1  the embedded platform did not start
    ├── KeyringUnavailableError  1  the system's keyring did not take or give a secret
    └── MirrorError              1  the local copy cannot be kept
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

INTERRUPTED_EXIT_CODE = 130
"""What a shell expects of a program ended by Ctrl-C."""


class FieldProblem(NamedTuple):
    """Why one field was refused, in the platform's words."""

    field: str
    message: str


class AicxError(Exception):
    """The root: nothing else leaves a service.

    Args:
        message: What happened, and what was and was not done. Never holds a secret.
        hint: The next step, as a sentence; empty when there is none to give.
        problems: What is wrong with which field, where the platform says so.
    """

    exit_code = 1
    code = ""
    """The platform's own code for it, where it says one."""

    def __init__(
        self, message: str, *, hint: str = "", problems: Sequence[FieldProblem] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.problems = tuple(problems)


class UsageError(AicxError):
    """The command line, the environment or a value given is wrong; nothing was sent."""

    exit_code = 2


class QueryError(UsageError):
    """A search cannot be read; nothing was looked for.

    Args:
        message: What is wrong and what to write instead.
        start: Where in the search it is wrong, in characters.
        end: Where that ends.
    """

    def __init__(self, message: str, *, start: int, end: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.start = start
        self.end = end


class BotNotChosenError(UsageError):
    """The account has several bots and none is named; nothing was asked of any.

    Args:
        message: As for every error.
        bots: Their ids and names, in the platform's order.
    """

    def __init__(self, message: str, *, bots: Sequence[tuple[str, str]], hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.bots = tuple(bots)


class NotSignedInError(AicxError):
    """There is no token, or the platform does not accept the one it was given."""

    exit_code = 3


class ChallengeOverError(NotSignedInError):
    """A code cannot be given any more; what it was for has to begin anew."""


class NotFoundError(AicxError):
    """The platform knows no such human, tag, company or bot."""

    exit_code = 4


class ConflictError(AicxError):
    """The record is no longer as it was when it was read; nothing was changed."""

    exit_code = 5


class OutdatedError(ConflictError):
    """There is a newer version of the record than the one that was named; nothing was changed."""


class RefusedError(AicxError):
    """The platform understood the request and said no; nothing was changed."""

    exit_code = 6


class ForbiddenError(RefusedError):
    """The account's role may not do this."""


class InvalidFieldsError(RefusedError):
    """The platform refused values; `problems` says which, where it says so."""


class RateLimitedError(RefusedError):
    """The platform asks for a pause.

    Args:
        message: As for every error.
        retry_after: Seconds until the platform wants to be asked again.
    """

    def __init__(self, message: str, *, retry_after: float, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class CursorTooOldError(RefusedError):
    """The feed no longer reaches back to this cursor; everything has to be read again."""


class UnsupportedError(RefusedError):
    """This platform has no such call; nothing was sent."""


class UnavailableError(AicxError):
    """No usable answer came; a reading call may be repeated."""

    exit_code = 7


class UnreachableError(UnavailableError):
    """No connection to the platform."""


class TlsError(UnavailableError):
    """The platform's certificate is not trusted; nothing was sent."""


class TimedOutError(UnavailableError):
    """The answer took longer than the deadline."""


class PlatformFailedError(UnavailableError):
    """The platform answered that it failed (5xx)."""


class NotTheApiError(UnavailableError):
    """Something answered, but not in the way the platform's API does."""


class OutcomeUnknownError(AicxError):
    """A change was sent and no readable reply came: it may or may not have been made.

    Attributes:
        reason: What happened, as a sentence, without what that leaves open.
        is_over: Whether the platform itself said that it failed, so that nothing comes later.
    """

    exit_code = 8
    reason = "The change was sent and no reply came."
    is_over = False


class PartlyFailedError(AicxError):
    """Some of several changes were made and some were refused."""

    exit_code = 9


class StoppedError(AicxError):
    """A person, or the system on its way down, ended it in between; the message says how far."""

    exit_code = INTERRUPTED_EXIT_CODE


class SandboxError(AicxError):
    """The embedded platform did not start or stopped on its own."""


class KeyringUnavailableError(AicxError):
    """The system's keyring did not do what it was asked; the message says what that leaves."""


class MirrorError(AicxError):
    """The local copy of the humans cannot be opened, read or written; the platform is as it was."""
