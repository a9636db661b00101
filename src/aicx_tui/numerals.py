"""Numbers as the reader's language groups their digits: `2,000`, `2.000`, `2 000`.

A run has one reader, so the language is the module's own: most numbers stand in sentences that are
made far from who knows it.
"""

from __future__ import annotations

from functools import lru_cache

ENGLISH = "en"
"""What numbers are written in where nobody said otherwise; it needs no table of languages."""

_language = ENGLISH


def follow(language: str) -> None:
    """Write numbers in a language from now on.

    Args:
        language: As Babel names it.
    """
    global _language  # of the run, as above
    _language = language


def grouped(number: int) -> str:
    """A whole number, its digits in groups."""
    return f"{number:,}" if _language == ENGLISH else _in(_language, number)


@lru_cache(maxsize=1024)
def _in(language: str, number: int) -> str:
    from babel.numbers import format_decimal  # not for those who read English

    return format_decimal(number, locale=language)
