"""Secrets from a terminal, which does not show them, or from standard input, a line for each."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import SecretStr

from aicx_tui.cli.asking import apart, asked, can_ask
from aicx_tui.cli.reporting import narrate
from aicx_tui.credentials import standard_input
from aicx_tui.errors import InvalidFieldsError, NotSignedInError, RateLimitedError, UsageError
from aicx_tui.services.own_account import AskAgain
from aicx_tui.services.session import Session
from aicx_tui.services.signing_in import (
    CodeAsked,
    SignedIn,
    begin_by_password,
    resend,
    verify,
)

MAX_SECRET_BYTES = 4096

ResultT = TypeVar("ResultT")


def is_terminal() -> bool:
    """Whether somebody can type."""
    return can_ask()


def asked_for_secret(prompt: str, *, instead: str) -> SecretStr:
    """Ask on the terminal, which shows nothing of what is typed, also where it is piped to.

    Args:
        prompt: What is asked for.
        instead: Which option gives it without a terminal.

    Raises:
        UsageError: There is no terminal, or nothing that can be read was typed.
    """
    if not is_terminal():
        raise UsageError("There is no terminal to ask on.", hint=f"Use {instead}.")
    try:
        return SecretStr(getpass.getpass(prompt, stream=sys.stderr))
    except EOFError:
        raise UsageError("Nothing was typed. Nothing was sent.") from None
    except UnicodeDecodeError:
        raise UsageError("What was typed is not UTF-8. Nothing was sent.") from None


def secret_from_stdin(what: str) -> SecretStr:
    """Read one line of standard input and nothing behind it, which may be the next secret's.

    Raises:
        UsageError: It is too long, or not UTF-8.
    """
    line = _line(standard_input().fileno())
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"The {what} is not UTF-8. Nothing was sent.") from None
    if len(line) > MAX_SECRET_BYTES:
        raise UsageError(f"The {what} is longer than {MAX_SECRET_BYTES} bytes.")
    return SecretStr(text.rstrip("\r\n"))


def _line(file: int) -> bytes:
    line = bytearray()
    while len(line) <= MAX_SECRET_BYTES and not line.endswith(b"\n"):
        if not (byte := os.read(file, 1)):
            break
        line += byte
    return bytes(line)


async def signed_in_with_code(
    begun: Awaitable[SignedIn | CodeAsked], *, from_stdin: bool
) -> SignedIn:
    """Finish a sign-in by the code, where one is needed; begun once, whatever comes.

    Raises:
        UsageError: Nobody can give the code.
        ChallengeOverError: It came too late, or too many were tried.
    """
    asked_for = await begun
    if isinstance(asked_for, SignedIn):
        return asked_for
    current = asked_for

    async def send_another() -> str:
        nonlocal current
        current = await resend(current)
        return current.challenge.hint

    return await with_code(
        lambda code: verify(current, code),
        hint=current.challenge.hint,
        send_another=send_another,
        from_stdin=from_stdin,
    )


async def with_code(
    use: Callable[[str], Awaitable[ResultT]],
    *,
    hint: str,
    send_another: Callable[[], Awaitable[str]] | None,
    from_stdin: bool,
) -> ResultT:
    """Ask for the code that was sent until it is right.

    Args:
        use: Sends it.
        hint: Where the code went.
        send_another: Has another one sent and returns where to; None where that cannot be.
        from_stdin: Whether it is the next line of standard input.

    Raises:
        UsageError: Nobody can give the code.
        InvalidFieldsError: The one that was piped is wrong.
    """
    narrate(f"A code was sent to {hint}.")
    if from_stdin and not is_terminal():
        code = await apart(lambda: secret_from_stdin("code"))
        return await use(code.get_secret_value())
    if not is_terminal():
        raise NotSignedInError(
            "A code by e-mail is needed, and there is no terminal to ask on. Nothing was changed.",
            hint="Pipe it: --code-stdin reads it from a line of its own.",
        )
    more = ", or r for another" if send_another else ""
    while typed := await asked(f"Code{more}:"):
        try:
            if typed.lower() != "r" or send_another is None:
                return await use(typed)
            narrate(f"Another code was sent to {await send_another()}.")
        except (InvalidFieldsError, RateLimitedError) as error:
            narrate(error.message)
        except UsageError as error:
            narrate(" ".join(problem.message for problem in error.problems) or error.message)
    raise NotSignedInError("No code was typed. Nothing was changed.")


def signs_in_anew(password: SecretStr | None, *, code_from_stdin: bool) -> AskAgain:
    """Signs in anew for a command that the platform wants that for.

    Args:
        password: What was piped; None to ask on the terminal.
        code_from_stdin: Whether the code is the next line of standard input.
    """

    async def sign_in_anew(session: Session, begun: CodeAsked | None) -> SignedIn:
        async def begin() -> SignedIn | CodeAsked:
            if begun is not None:
                return begun
            account = session.account
            email = account.email if account is not None else session.context.account
            given = password or await _asked_apart(f"Password of {email}: ")
            return await begin_by_password(session.context, email=email, password=given)

        return await signed_in_with_code(begin(), from_stdin=code_from_stdin)

    return sign_in_anew


async def _asked_apart(prompt: str) -> SecretStr:
    if not is_terminal():
        raise UsageError(
            "The platform wants the password again, and there is no terminal to ask on. "
            "Nothing was changed.",
            hint="Use --password-stdin.",
        )
    narrate("The platform wants a sign-in of the last minutes for this.")
    return await apart(lambda: asked_for_secret(prompt, instead="--password-stdin"))
