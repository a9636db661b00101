"""What somebody may want to write on with, while a search is typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from aicx_tui.storage.query.folding import fold
from aicx_tui.storage.query.tag_names import tag_ids
from aicx_tui.storage.query.terms import SORTS, TAGS
from aicx_tui.storage.query.tree import MAX_CHARACTERS, Field, TimeField
from aicx_tui.storage.query.words import quoted

MOST = 8
"""Suggestions at once."""

_FEWEST_FOR_TAGS = 2
"""Characters of a plain word after which tags are suggested too."""

_PREFIXES = tuple(f"{p}:" for p in ("tag", "has", "no", *TimeField, "sort", *Field))
_HAVABLE = (*Field, TAGS)
_KEYS = tuple(dict.fromkeys(SORTS.values()))
_DATES = ("today", "yesterday", "24h", "7d", "30d", "1y", ">7d", ">30d", ">1y")
_BETWEEN = re.compile(r"(?:\s|\(|\)|-(?!\s))*")
_WORD = re.compile(r'(?:"(?:[^"\\]|\\.)*"?|[^\s:=)]+|[:=])*', re.DOTALL)
_UNQUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"?', re.DOTALL)


def word_at(text: str, cursor: int) -> tuple[int, int]:
    """Where the word at the cursor begins and ends: what a suggestion takes the place of.

    Signs before it, as in `-(word`, do not belong to it. Between words it is empty.
    """
    position = 0
    while True:
        start = _end(_BETWEEN, text, position)
        if cursor < start:
            return cursor, cursor
        end = _end(_WORD, text, start)
        if cursor <= end or end == len(text):
            return start, end
        position = max(end, position + 1)


def suggest(
    text: str,
    cursor: int,
    *,
    tags: Mapping[str, str],
    values: Callable[[str], Sequence[str]],
) -> tuple[str, ...]:
    """Texts to put in the place of `word_at` the cursor, best first, at most `MOST`.

    Args:
        text: The search as typed so far; it need not be one that can be read.
        cursor: Where the next character goes, counted from 0.
        tags: Names of tags by id.
        values: The values to offer for a tag, by its id.
    """
    if len(text) > MAX_CHARACTERS:
        return ()
    start, end = word_at(text, cursor)
    word, typed = text[start:end], text[start:cursor]
    seen = dict.fromkeys(_all(typed, tags, values))
    return tuple(found for found in seen if fold(found) != fold(word))[:MOST]


def _all(
    typed: str, tags: Mapping[str, str], values: Callable[[str], Sequence[str]]
) -> Iterable[str]:
    written, colon, rest = typed.partition(":")
    if not colon or written.startswith('"'):
        yield from (p for p in _PREFIXES if p.startswith(fold(typed)))
        if len(typed) >= _FEWEST_FOR_TAGS:
            yield from _tags("tag:", typed, tags)
        return
    match fold(written):
        case "has" | "no":
            yield from _fitting(typed[: len(written) + 1], rest, _HAVABLE)
        case "created" | "updated":
            yield from _fitting(typed[: len(written) + 1], rest, _DATES)
        case "sort":
            yield from _orders(rest, tags)
        case "tag":
            yield from _tags(f"{written}:", rest, tags)
            yield from _tag_values(written, rest, tags, values)


def _orders(typed: str, tags: Mapping[str, str]) -> Iterable[str]:
    minus = "-" if typed.startswith("-") else ""
    key = typed.removeprefix("-")
    if key.startswith("tag:"):
        yield from _tags(f"sort:{minus}tag:", key.removeprefix("tag:"), tags)
        return
    times = [f"-{time}" for time in TimeField] if not minus else []
    yield from _fitting("sort:", typed, [*times, *(minus + key for key in _KEYS), f"{minus}tag:"])


def _tags(prefix: str, typed: str, tags: Mapping[str, str]) -> Iterable[str]:
    names = (name for name in tags.values() if name)
    return (prefix + quoted(name) for name in _alike(_bare(typed), names))


def _tag_values(
    written: str, rest: str, tags: Mapping[str, str], values: Callable[[str], Sequence[str]]
) -> Iterable[str]:
    """The values of a tag that is named in full, whether or not its `=` is there yet."""
    match = re.fullmatch(r'("(?:[^"\\]|\\.)*"|[^="]+)(=?)(.*)', rest, re.DOTALL)
    if not match:
        return
    for tag_id in tag_ids(_bare(match[1]), tags)[:1]:
        for value in _alike(_bare(match[3]), values(tag_id)):
            yield f"{written}:{match[1]}={quoted(value)}"


def _fitting(prefix: str, typed: str, choices: Iterable[str]) -> Iterable[str]:
    return (prefix + choice for choice in choices if choice.startswith(fold(typed)))


def _alike(typed: str, choices: Iterable[str]) -> Iterable[str]:
    """First what begins as was typed, then what has it within."""
    folded = fold(typed)
    within = [(choice, fold(choice)) for choice in choices]
    yield from (choice for choice, key in within if key.startswith(folded))
    yield from (choice for choice, key in within if folded in key and not key.startswith(folded))


def _bare(typed: str) -> str:
    match = _UNQUOTED.fullmatch(typed)
    return re.sub(r'\\(["\\])', r"\1", match[1]) if match else typed


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
