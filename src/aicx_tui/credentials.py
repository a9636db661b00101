"""Where the personal access token comes from, and what may be one."""

from __future__ import annotations

from collections.abc import MutableMapping

from pydantic import SecretStr

from aicx_tui.errors import NotSignedInError, UsageError
from aicx_tui.settings import WHERE_TO_FIND

MAX_TOKEN_CHARACTERS = 4096


def token_from(environ: MutableMapping[str, str]) -> SecretStr:
    """Take the token out of the environment, so that child processes do not inherit it.

    Raises:
        NotSignedInError: `AICX_TOKEN` is not set.
        UsageError: It cannot be a token.
    """
    text = environ.pop("AICX_TOKEN", "")
    if not text:
        raise NotSignedInError("AICX_TOKEN is not set.", hint=WHERE_TO_FIND["AICX_TOKEN"])
    return checked_token(text, source="AICX_TOKEN")


def checked_token(text: str, *, source: str) -> SecretStr:
    """Return a token that can travel in a header.

    A newline or a non-ASCII character would otherwise surface later in an error message that
    quotes the token.

    Raises:
        UsageError: It holds white space, control or non-ASCII characters, or is too long.
    """
    if not text:
        problem = "is empty"
    elif text != text.strip():
        problem = "starts or ends with white space (often a newline from a file)"
    elif any(character.isspace() for character in text):
        problem = "has white space in it"
    elif not text.isascii():
        problem = "has a non-ASCII character in it"
    elif not text.isprintable():
        problem = "has a control character in it"
    elif len(text) > MAX_TOKEN_CHARACTERS:
        problem = f"is longer than {MAX_TOKEN_CHARACTERS} characters"
    else:
        return SecretStr(text)
    raise UsageError(
        f"The token from {source} {problem}. It was not sent anywhere.",
        hint="Copy it again from Profile > API, without quotes or line ends.",
    )
