"""What a search compares: text without case, accents and widths; phones by their digits."""

from __future__ import annotations

import unicodedata

_NOT_DECOMPOSED = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae"})
"""Letters that Unicode does not take apart, as people type them without their keyboard."""


_PHONE_SIGNS = frozenset("+-() ./0123456789")


_KEPT = 20_000
"""Characters whose folding is kept: more than any language writes with."""

_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789"))


class _Foldings(dict[int, str]):
    """What characters fold to, each by itself: what stands beside it makes no difference."""

    def __missing__(self, character: int) -> str:
        # Decomposed first, since what it yields (`𝐀` yields `A`) may still have case to fold.
        folded = unicodedata.normalize("NFKD", chr(character)).casefold()
        decomposed = unicodedata.normalize("NFKD", folded)
        bare = "".join(c for c in decomposed if not unicodedata.combining(c))
        found = bare.translate(_NOT_DECOMPOSED)
        if len(self) < _KEPT:
            self[character] = found
        return found


_FOLDINGS = _Foldings()


def fold(text: str) -> str:
    """Reduce text to what a search compares: no case, no accents, full-width as plain."""
    return text.lower() if text.isascii() else text.translate(_FOLDINGS)


def digits(text: str) -> str:
    """The digits of a phone number, however it is written; full-width ones as plain."""
    if text.isascii():
        return text.encode().translate(None, _NO_DIGITS).decode()
    return "".join(filter(str.isdigit, fold(text)))


def phone_digits(needle: str) -> str:
    """The digits to look for in phones too; empty where the text is not written like a phone."""
    return digits(needle) if frozenset(needle) <= _PHONE_SIGNS else ""
