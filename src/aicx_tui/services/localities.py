"""Time zones and languages to choose from, each as its own people would know it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from aicx_tui.errors import FieldProblem, UsageError

if TYPE_CHECKING:
    from babel import Locale

ENGLISH = "en"
"""What dates and numbers are written in where nobody said."""

_NOT_CHOSEN = ("Etc/", "SystemV/", "posix/", "right/")
"""Names that are there for machines."""


@dataclass(frozen=True)
class Zone:
    """A time zone.

    Attributes:
        name: By IANA, such as `Asia/Manila`.
        offset: From UTC at a moment, such as `+08:00`.
        time: The time of day there at that moment, such as `19:33`.
    """

    name: str
    offset: str
    time: str


@dataclass(frozen=True)
class Language:
    """A language.

    Attributes:
        tag: By BCP 47, such as `zh-Hant`.
        own_name: As its speakers call it.
        name: In English.
    """

    tag: str
    own_name: str
    name: str


def zone_of(name: str) -> tzinfo | None:
    """The zone of a name; None where this machine knows none of it."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def checked_zone(name: str) -> str:
    """A name that a zone has.

    Raises:
        UsageError: None has.
    """
    if zone_of(name) is None:
        from difflib import get_close_matches  # only where something is wrong

        near = get_close_matches(name, sorted(available_timezones()), n=1, cutoff=0.5)
        problem = FieldProblem("timezone", "There is no such time zone.")
        raise UsageError(
            "Nothing was changed.",
            problems=[problem],
            hint=f"Is {near[0]} meant?" if near else "Such as Asia/Manila.",
        )
    return name


def zones(now: datetime) -> Sequence[Zone]:
    """Every zone that people live in, by name."""
    listed = []
    for name in sorted(available_timezones()):
        if name == "UTC" or ("/" in name and not name.startswith(_NOT_CHOSEN)):
            local = now.astimezone(ZoneInfo(name))
            listed.append(Zone(name, offset_text(local.utcoffset()), f"{local:%H:%M}"))
    return listed


def offset_text(offset: timedelta | None) -> str:
    """An offset as ISO 8601 writes it."""
    minutes = round((offset or timedelta()).total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


@lru_cache(maxsize=1)
def languages() -> Sequence[Language]:
    """Every language that dates and numbers can be written in, also as single countries do it.

    Takes a second the first time.
    """
    from babel import Locale
    from babel.localedata import locale_identifiers

    listed = []
    for identifier in locale_identifiers():
        locale = Locale.parse(identifier)
        # The names of a country are those of its language: to load each costs time and memory.
        own_name = locale.get_display_name(babel_locale(_tag(locale.language, locale.script)))
        if own_name and not locale.variant:
            english = locale.get_display_name(ENGLISH) or own_name
            listed.append(Language(_usual_tag(locale), own_name, english))
    return sorted(listed, key=lambda language: language.name.casefold())


def _usual_tag(locale: Locale) -> str:
    """The tag of a locale, without a script that its country implies, such as `zh-TW`."""
    from babel.core import get_global
    from babel.localedata import exists

    likely, short = get_global("likely_subtags"), f"{locale.language}_{locale.territory}"
    is_implied = str(locale) == (likely.get(short) or likely.get(locale.language))
    script = None if is_implied and not exists(short) else locale.script
    return _tag(locale.language, script, locale.territory)


def _tag(*subtags: str | None) -> str:
    return "-".join(filter(None, subtags))


def canonical_tag(tag: str) -> str:
    """A BCP 47 tag in the case that is usual for it, such as `pt-BR`; else as it is."""
    from babel.core import parse_locale

    try:
        language, territory, script, *more = parse_locale(tag, sep="-")
    except ValueError:
        return tag
    return _tag(language, script, territory, *more)


def language_called(tag: str) -> str:
    """What a language is called, in its own words and in English; the tag where nobody knows."""
    identifier = babel_locale(tag)
    if identifier == ENGLISH and not tag.lower().startswith(ENGLISH):
        return tag
    from babel import Locale

    locale = Locale.parse(identifier)
    own_name, english = locale.get_display_name(), locale.get_display_name(ENGLISH)
    names = dict.fromkeys(name for name in (own_name, english) if name)
    return " · ".join(names) or tag


@lru_cache(maxsize=64)
def babel_locale(tag: str) -> str:
    """The nearest locale that Babel has for a BCP 47 tag; English where it has none."""
    from babel.core import UnknownLocaleError, get_global, parse_locale
    from babel.localedata import exists

    try:
        language, territory, script, _variant, *_ = parse_locale(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return ENGLISH
    likely = get_global("likely_subtags").get(f"{language}_{territory}", "").split("_")
    script = script or (likely[1] if len(likely) == 3 else None)
    tries = [(language, script, territory), (language, script), (language, territory), (language,)]
    for parts in tries:
        identifier = "_".join(filter(None, parts))
        if exists(identifier):
            return identifier
    return ENGLISH


def checked_language(tag: str) -> str:
    """A tag of a language that there is, in a script and for a region that there are.

    It is returned in the case that is usual for it.

    Raises:
        UsageError: It is none.
    """
    from babel import Locale
    from babel.core import parse_locale
    from babel.localedata import exists

    english = Locale(ENGLISH)
    try:
        language, territory, script, *_ = parse_locale(tag, sep="-")
        is_known = language in english.languages or exists(language)
        is_known &= not territory or territory in english.territories
        is_known &= not script or script in english.scripts
    except ValueError:
        is_known = False
    if is_known:
        return canonical_tag(tag)
    names = {name.casefold(): known for known, name in english.languages.items()}
    meant = names.get(tag.strip().casefold(), "").replace("_", "-")
    problem = FieldProblem("language", "There is no such language.")
    raise UsageError(
        "Nothing was changed.",
        problems=[problem],
        hint=f"Is {meant} meant?" if meant else "By BCP 47, such as en, pt-BR or zh-Hant.",
    )
