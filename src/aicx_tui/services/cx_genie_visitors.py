"""The users of a file: a token on each line, or JSON Lines that say what goes with it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from pydantic import SecretStr

from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.numerals import grouped
from aicx_tui.services.cx_genie_checking import TOKEN_FIELD, Visitor
from aicx_tui.text import has_half_character

MOST_USERS = 10_000
"""Of one file; each is a call to somebody's server."""

PROBLEMS_KEPT = 20

_PLAIN = "a token on each line, or one JSON object with access_token on each"


def visitors_in(content: bytes, *, fields: Mapping[str, str]) -> list[Visitor]:
    """Read a file of users' tokens.

    Args:
        content: Of the file; empty lines do not count.
        fields: What goes with every token, unless its line says otherwise.

    Raises:
        UsageError: It is not such a file; `problems` names lines and none of what they hold.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            "The file of tokens is not UTF-8. Nothing was sent.", hint=f"Give {_PLAIN}."
        ) from None
    problems: list[FieldProblem] = []
    visitors: list[Visitor] = []
    for number, line in _lines(text):
        try:
            visitors.append(_visitor(line, fields))
        except ValueError as error:
            problems.append(FieldProblem(f"line {number}", str(error)))
    if problems:
        raise UsageError(
            "The file of tokens cannot be used. Nothing was sent.",
            problems=problems[:PROBLEMS_KEPT],
            hint=f"Give {_PLAIN}.",
        )
    if not visitors:
        raise UsageError("There is no token. Nothing was sent.", hint=f"Give {_PLAIN}.")
    if len(visitors) > MOST_USERS:
        raise UsageError(
            f"{grouped(len(visitors))} tokens are more than {grouped(MOST_USERS)}. "
            "Nothing was sent.",
            hint="Give them in several files.",
        )
    return visitors


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if bare := line.strip():
            yield number, bare


def _visitor(line: str, fields: Mapping[str, str]) -> Visitor:
    """The user of one line.

    Raises:
        ValueError: It is none; the message never quotes the line.
    """
    if not line.startswith("{"):
        if any(character.isspace() for character in line):
            raise ValueError("a token has no white space in it")
        return Visitor(SecretStr(line), fields)
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    token = said.pop(TOKEN_FIELD, None)
    if not isinstance(token, str) or not token.strip():
        raise ValueError(f"{TOKEN_FIELD} is missing")
    if any(not isinstance(value, str) for value in said.values()):
        raise ValueError("each field has to be a text")
    if has_half_character(token) or any(map(has_half_character, (*said, *said.values()))):
        raise ValueError("half a character cannot be sent")
    return Visitor(SecretStr(token), {**fields, **said})
