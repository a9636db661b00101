"""A search taken apart: words, quoted texts, `field:value` terms and the signs between them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from aicx_tui.errors import QueryError
from aicx_tui.storage.query.folding import fold
from aicx_tui.storage.query.nearest import nearest
from aicx_tui.storage.query.tree import Field, TimeField

FIELDS: dict[str, Field] = {
    "name": Field.NAME,
    "fullname": Field.NAME,
    "email": Field.EMAIL,
    "mail": Field.EMAIL,
    "e-mail": Field.EMAIL,
    "phone": Field.PHONE,
    "phone_number": Field.PHONE,
    "tel": Field.PHONE,
    "uid": Field.UID,
    "id": Field.ID,
    "picture": Field.PICTURE,
    "profile_pic_id": Field.PICTURE,
    "notes": Field.NOTES,
    "note": Field.NOTES,
}
"""How people write a field."""

PREFIXES = (*FIELDS, *TimeField, "tag", "has", "no", "sort")
"""What can stand before a colon."""

_USUAL = (*Field, *TimeField, "tag", "has", "no", "sort")

OR = "OR"

_PREFIX = re.compile(r"((?:[^\W\d]|-)+):")
_DASHES = re.compile(r"-+(?=[\s)]|\Z)")
_SORT_BY_TAG = re.compile(r"(-?tag):", re.IGNORECASE)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_PLAIN = re.compile(r"[^\W_](?:[\w.@+/-]*\w)?")


@dataclass(frozen=True, slots=True)
class Value:
    """A piece of a search as it is meant, without its quotes, and where it stands."""

    text: str
    start: int
    end: int
    is_quoted: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether nothing was written, not even empty quotes."""
        return not self.text and not self.is_quoted


@dataclass(frozen=True, slots=True)
class Sign:
    """A bracket, an `OR`, or the minus before what is left out."""

    sign: Literal["(", ")", "-", "OR"]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Term:
    """A word, a quoted text or `field:value`.

    Attributes:
        prefix: What stands before the colon, one of `PREFIXES`; empty where there is none.
        value: The word, the text or the value; the name in `tag:Name`, the key in `sort:key`.
        second: The value in `tag:Name=Value`, the name in `sort:tag:Name`; None without one.
        start: Where it begins, in characters of the search.
        end: Where it ends.
    """

    prefix: str
    value: Value
    second: Value | None
    start: int
    end: int


Token = Sign | Term


def take_apart(text: str) -> list[Token]:
    """Split a search into its tokens.

    Raises:
        QueryError: A quote is not closed, or a word before a colon is no field.
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        tokens.append(_token(text, position))
        position = tokens[-1].end
    return tokens


def quoted(text: str) -> str:
    """A text as it is written in a search, in quotes unless it is a plain word."""
    if _PLAIN.fullmatch(text) and text != OR:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def shortened(text: str) -> str:
    """A piece of a search as a message repeats it."""
    return text if len(text) <= 40 else text[:39] + "…"


def _token(text: str, start: int) -> Token:
    match text[start]:
        case "(" | ")" as sign:
            return Sign(sign, start, start + 1)
        case "-" if not _DASHES.match(text, start):
            return Sign("-", start, start + 1)
    if prefix := _prefix(text, start):
        return _with_prefix(text, start, prefix)
    value = _value(text, start)
    if value.text == OR and not value.is_quoted:
        return Sign("OR", value.start, value.end)
    return Term("", value, None, start, value.end)


def _prefix(text: str, start: int) -> str:
    """The known word before a colon; empty where the colon belongs to a plain word."""
    match = _PREFIX.match(text, start)
    if not match:
        return ""
    written = match[1]
    if fold(written) in PREFIXES:
        return written
    if not written.isalpha() or text.startswith("//", match.end()):
        return ""
    similar = nearest(fold(written), PREFIXES)
    instead = f"Did you mean {similar}:?" if similar else f"There are {', '.join(_USUAL)}."
    raise QueryError(
        f"There is no field {shortened(written)}. {instead} "
        "To look for the text itself, put it in quotes.",
        start=start,
        end=match.end(),
    )


def _with_prefix(text: str, start: int, written: str) -> Term:
    prefix, position = fold(written), start + len(written) + 1
    second: Value | None = None
    if prefix == "tag":
        value = _value(text, position, stops="=")
        if text.startswith("=", value.end):
            second = _value(text, value.end + 1)
    elif prefix == "sort" and (key := _SORT_BY_TAG.match(text, position)):
        value = Value(key[1], position, key.end(1))
        second = _value(text, key.end())
    else:
        value = _value(text, position)
    return Term(prefix, value, second, start, (second or value).end)


def _value(text: str, start: int, *, stops: str = "") -> Value:
    if not text.startswith('"', start):
        end = _end_of_word(text, start, stops)
        return Value(text[start:end], start, end)
    match = _QUOTED.match(text, start)
    if not match:
        raise QueryError(
            'This quote is not closed. Write another " where the text ends, or \\" for a quote '
            "within it.",
            start=start,
            end=start + 1,
        )
    return Value(_ESCAPED.sub(r"\1", match[1]), start, match.end(), is_quoted=True)


def _end_of_word(text: str, start: int, stops: str) -> int:
    """Where a bare word ends; brackets that it opens itself, as in `+36(30)`, belong to it."""
    depth = 0
    for position in range(start, len(text)):
        character = text[position]
        if character.isspace() or character in stops:
            return position
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth < 0:
                return position
    return len(text)
