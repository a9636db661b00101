"""What sample humans are made of: names, cities and phone numbers by language."""

from __future__ import annotations

import random
import re
import unicodedata
from dataclasses import dataclass

from mimesis import Address, Person
from mimesis.enums import Gender, Locale

_GIVEN_NAMES = 160
_FAMILY_NAMES = 300
_CITIES = 40

_PLACES: tuple[tuple[Locale, int, str, int], ...] = (
    # Language, share of all humans, how its mobile numbers start, how many digits follow.
    (Locale.EN, 16, "+1", 10),
    (Locale.EN_GB, 8, "+447", 9),
    (Locale.EN_AU, 4, "+614", 8),
    (Locale.ES_MX, 9, "+5255", 8),
    (Locale.PT_BR, 7, "+55119", 8),
    (Locale.FR, 6, "+336", 8),
    (Locale.DE, 6, "+49151", 8),
    (Locale.IT, 4, "+3934", 8),
    (Locale.NL, 3, "+316", 8),
    (Locale.SV, 2, "+4670", 7),
    (Locale.DA, 2, "+45", 8),
    (Locale.FI, 2, "+35840", 7),
    (Locale.PL, 3, "+4850", 7),
    (Locale.CS, 2, "+42060", 7),
    (Locale.TR, 3, "+90532", 7),
    (Locale.EL, 2, "+3069", 8),
    (Locale.RU, 2, "+7916", 7),
    (Locale.UK, 2, "+38067", 7),
    (Locale.AR_EG, 3, "+2010", 8),
    (Locale.FA, 2, "+98912", 7),
    (Locale.JA, 5, "+8190", 8),
    (Locale.KO, 4, "+8210", 8),
    (Locale.ZH, 5, "+86138", 8),
)
_FAMILY_NAME_FIRST = {Locale.JA: " ", Locale.KO: "", Locale.ZH: ""}
_A_NAME = re.compile(r"[^\W\d_][^\d_,;/()]*")
_SPELLED_APART = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "đ": "d", "ı": "i"})


@dataclass(frozen=True, slots=True)
class Name:
    """Part of a name, and how an e-mail address spells it; empty where it would not."""

    written: str
    in_email: str


@dataclass(frozen=True, slots=True)
class Pool:
    """What people of one language and grammatical gender are called, and where they live."""

    given: tuple[Name, ...]
    family: tuple[Name, ...]
    cities: tuple[str, ...]
    family_first: bool
    separator: str
    phone_prefix: str
    phone_modulus: int


Pools = tuple[list[Pool], list[int]]
"""Pools, and running totals of their shares for a choice."""


def build_pools(seed: int) -> Pools:
    """Draw the pools of every language, and running totals of their shares for a choice."""
    pools: list[Pool] = []
    totals: list[int] = []
    for locale, share, prefix, digits in _PLACES:
        person, address = Person(locale, seed=seed), Address(locale, seed=seed)
        cities = tuple(dict.fromkeys(address.city() for _ in range(_CITIES)))
        for gender in (Gender.FEMALE, Gender.MALE):
            given = _names([person.first_name(gender) for _ in range(_GIVEN_NAMES)])
            family = _names([person.last_name(gender) for _ in range(_FAMILY_NAMES)])
            pools.append(
                Pool(
                    given,
                    family,
                    cities,
                    locale in _FAMILY_NAME_FIRST,
                    _FAMILY_NAME_FIRST.get(locale, " "),
                    prefix,
                    10**digits,
                )
            )
            totals.append((totals[-1] if totals else 0) + share)
    return pools, totals


def _names(drawn: list[str]) -> tuple[Name, ...]:
    names = (name for name in dict.fromkeys(drawn) if _A_NAME.fullmatch(name))
    return tuple(Name(name, _in_email(name)) for name in names)


def _in_email(name: str) -> str:
    """The name in plain Latin letters, or nothing for another script."""
    spelled = unicodedata.normalize("NFKD", name.lower().translate(_SPELLED_APART))
    letters = "".join(character for character in spelled if character.isalpha())
    return letters if letters.isascii() else ""


def handle(generator: random.Random) -> str:
    """The part of an address before the @ for a name in another script."""
    return f"{generator.choice(('user', 'hello', 'mail', 'me', 'contact'))}{_number(generator)}"


def _number(generator: random.Random) -> int:
    return int(generator.random() * 90_000) + 10_000
