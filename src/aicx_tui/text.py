"""How remote text becomes text on a terminal.

Names, tags and error messages come from customers and servers. Written raw, they could move
the cursor, set the clipboard or run actions (Textual passes ESC, OSC and C1 bytes through).
The models keep them raw; every one of them passes `clean` at the display edge.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

MAX_DISPLAY_CHARACTERS = 10_000
"""Longer values are cut at the display edge; the model keeps them whole."""

MAX_COMBINING_MARKS = 4
"""Marks kept on one character; real scripts need no more, floods use hundreds."""

MISSING = "–"
"""Shown where a record has no value."""

ELLIPSIS = "…"
"""Where a text was cut."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_CONTROL_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
_KEPT_FORMAT_CHARACTERS = frozenset("\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}\u200e\u200f")
"""Emoji sequences, Persian and Indic words, and marks inside real Arabic and Hebrew names."""

_REPLACED_FORMAT_CHARACTERS = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
"""Bidirectional overrides and isolates reorder what surrounds them; tags hide text."""

_BETWEEN_LETTERS = re.compile(
    "(?<![\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d|"
    "\u200d(?![\u2190-\u2bff\U0001f000-\U0001faff])"
)
"""A joiner that joins no emoji: Rich takes no room for what follows it, and terminals do."""

_REPLACED_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str, *, multiline: bool = False, limit: int = MAX_DISPLAY_CHARACTERS) -> str:
    """Make remote text safe to write to a terminal, keeping every real script readable.

    Args:
        text: Any string, also one with control characters or lone surrogates.
        multiline: Keep line feeds; otherwise they show as `⏎`.
        limit: Characters after which the text is cut.

    Returns:
        Text without control, bidirectional-override or unassigned characters.
    """
    if text.isascii() and text.isprintable() and len(text) <= limit:
        return text
    return _clean(text, multiline, limit)


@lru_cache(maxsize=2048)
def _clean(text: str, multiline: bool, limit: int) -> str:
    shown: list[str] = []
    marks = 0
    for character in text[:limit]:
        category = unicodedata.category(character)
        if category.startswith("M"):
            marks += 1
            if marks <= MAX_COMBINING_MARKS:
                shown.append(character)
            continue
        if character not in _KEPT_FORMAT_CHARACTERS:
            marks = 0
        shown.append(_shown(character, category, multiline))
    if len(text) > limit:
        shown.append(ELLIPSIS)
    return "".join(shown)


def _shown(character: str, category: str, multiline: bool) -> str:
    if character == "\n":
        return "\n" if multiline else "⏎"
    if character == "\t":
        return " "
    if picture := _CONTROL_PICTURES.get(ord(character)):
        return chr(picture)
    if category in _REPLACED_CATEGORIES or _REPLACED_FORMAT_CHARACTERS.match(character):
        return REPLACEMENT
    if category == "Cf" and character not in _KEPT_FORMAT_CHARACTERS:
        return ""
    return character


@lru_cache(maxsize=16_384)
def fit(text: str, width: int) -> str:
    """Clean a text and bring it to exactly a width, cut with an ellipsis where it is longer.

    Args:
        text: Remote text, raw.
        width: Terminal cells; wide characters and emoji count as they show.
    """
    shown = clean(text)
    if shown.isascii():
        if len(shown) <= width:
            return shown.ljust(width)
        return shown[: width - 1] + ELLIPSIS if width else ""
    shown = _BETWEEN_LETTERS.sub("", shown)
    if cell_len(shown) <= width:
        return set_cell_size(shown, width)
    return set_cell_size(set_cell_size(shown, max(width - 1, 0)) + ELLIPSIS, width)


_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Cn"})

_UNSEEN_ALTHOUGH = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]|"
    "[\U000e0100-\U000e01ef]"
)
"""Fillers, joiners and an empty pattern of Braille, by category letters, marks and symbols."""


def is_blank(text: str | None) -> bool:
    """Whether a text has nothing in it that anybody could see."""
    return all(
        unicodedata.category(character) in _UNSEEN or _UNSEEN_ALTHOUGH.match(character)
        for character in text or ""
    )


def has_half_character(text: str) -> bool:
    """Whether the text holds half a surrogate pair, which JSON can name and UTF-8 cannot hold."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def has_control_character(text: str) -> bool:
    """Whether the text holds a C0 or C1 control character, which no field may.

    Line feeds count too; a caller that allows several lines takes them out first.
    """
    return any(unicodedata.category(character) == "Cc" for character in text)
