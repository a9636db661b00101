"""Finding humans by words: the same in the console and on the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aicx_tui.storage.query.folding import digits, fold

if TYPE_CHECKING:
    from aicx_tui.models.human import Human

_PHONE_SIGNS = frozenset("+-() ./0123456789")
_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Entry:
    """A human with what a search compares, made once when it is read."""

    human: Human
    haystack: str
    phone: str

    @classmethod
    def of(cls, human: Human) -> Entry:
        """Prepare a human for being found."""
        fields = (human.fullname, human.email, human.phone_number, human.uid, human.id)
        haystack = _SEPARATOR.join(fold(field) for field in fields if field)
        return cls(human, haystack, digits(human.phone_number or ""))


@dataclass(frozen=True)
class Query:
    """Words that must all occur; an empty query matches everyone.

    Attributes:
        terms: The words, folded.
        phone: The digits, where all that was typed looks like a phone number.
    """

    terms: tuple[str, ...] = ()
    phone: str = ""

    @classmethod
    def parse(cls, text: str) -> Query:
        """Read what a person typed; there is nothing that cannot be read."""
        looks_like_phone = set(text) <= _PHONE_SIGNS
        return cls(tuple(fold(text).split()), digits(text) if looks_like_phone else "")

    def matches(self, entry: Entry) -> bool:
        """Whether the human has every word, or the phone number."""
        if self.phone and self.phone in entry.phone:
            return True
        return all(term in entry.haystack for term in self.terms)

    def scarcest_term(self, entries: Iterable[Entry]) -> tuple[str, int]:
        """The word that excludes most, and how many humans have it."""
        hits = dict.fromkeys(self.terms, 0)
        for entry in entries:
            for term in hits:
                hits[term] += term in entry.haystack
        return min(hits.items(), key=lambda item: item[1], default=("", 0))
