"""Reads and changes one key in the text of an environment file; all else stays as it is.

Such files are read by shells, by dotenv libraries and by container engines, each with rules of
its own for quotation marks. So a value keeps the marks that it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from aicx_tui.errors import UsageError

_ASSIGNMENT = re.compile(
    r"""^(?P<head>[ \t]*(?:export[ \t]+)?(?P<key>[A-Za-z_][\w.-]*)[ \t]*=[ \t]*)
        (?P<value>"(?:\\.|[^"\\])*"|'[^']*'|[^\r\n]*?)
        (?P<tail>(?:[ \t]+\#[^\r\n]*)?[ \t]*)(?=\r?$)""",
    re.MULTILINE | re.DOTALL | re.VERBOSE,
)
"""One assignment; a value in quotation marks may have several lines."""

_PLAIN = re.compile(r"[\w./+=:@%,-]+", re.ASCII)
"""What means the same with and without quotation marks, wherever it is read."""

_ESCAPED = re.compile(r'[\\"$`]')


def value_in(text: str, key: str) -> str | None:
    """The value of a key, without its quotation marks; None where it has none.

    Of several the last one counts, as it does for those who read such files.
    """
    values = [found["value"] for found in _assignments(text, key)]
    return _unquoted(values[-1]) if values else None


def with_value(text: str, key: str, value: str) -> str:
    """The text with another value of a key, everywhere; a new one goes at the end.

    Raises:
        UsageError: The value cannot be written with the quotation marks that are there.
    """
    parts: list[str] = []
    place = 0
    for found in _assignments(text, key):
        parts += [text[place : found.start("value")], _quoted(value, found["value"][:1])]
        place = found.end("value")
    if parts:
        return "".join(parts) + text[place:]
    end = "\r\n" if "\r\n" in text else "\n"
    between = end if text and not text.endswith("\n") else ""
    return f"{text}{between}{key}={_quoted(value, '')}{end}"


def _assignments(text: str, key: str) -> Iterator[re.Match[str]]:
    return (found for found in _ASSIGNMENT.finditer(text) if found["key"] == key)


def _quoted(value: str, mark: str) -> str:
    if mark not in ("'", '"'):
        mark = "" if _PLAIN.fullmatch(value) else "'"
    if mark == "'" and "'" in value:
        raise UsageError(
            "The token has an apostrophe in it, which cannot stand between apostrophes. "
            "Nothing was written.",
            hint='Write the value between ".',
        )
    if mark == '"':
        value = _ESCAPED.sub(r"\\\g<0>", value)
    return f"{mark}{value}{mark}"


def _unquoted(value: str) -> str:
    mark = value[:1]
    if len(value) < 2 or mark not in ("'", '"') or value[-1] != mark:
        return value
    inner = value[1:-1]
    return re.sub(r'\\([\\"$`])', r"\1", inner) if mark == '"' else inner
