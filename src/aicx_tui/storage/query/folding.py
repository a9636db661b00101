"""What a search compares: text without case, accents and widths; phones by their digits."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_NOT_DECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae"})
"""Letters that Unicode does not take apart, as people type them without their keyboard."""


_PHONE_SIGNS = frozenset("+-() ./0123456789")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Reduce text to what a search compares: no case, no accents, full-width as plain."""
    if text.isascii():
        return text.lower()
    # Decomposed first, since what it yields (`𝐀` yields `A`) may still have case to fold.
    folded = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare.translate(_NOT_DECOMPOSED)


def digits(text: str) -> str:
    """The digits of a phone number, however it is written; full-width ones as plain."""
    return "".join(filter(str.isdigit, text if text.isascii() else fold(text)))


def phone_digits(needle: str) -> str:
    """The digits to look for in phones too; empty where the text is not written like a phone."""
    return digits(needle) if frozenset(needle) <= _PHONE_SIGNS else ""
