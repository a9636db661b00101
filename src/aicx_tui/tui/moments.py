"""How points in time read: relative in lists, absolute with the zone in details."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from rich.cells import cell_len

from aicx_tui.numerals import ENGLISH
from aicx_tui.text import MISSING
from aicx_tui.tui.reader import Reader

_UNITS = (365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1)
"""Seconds of a year, a month and so on, as Babel counts them."""

_LONGEST = (12, 11, 3, 6, 23, 59, 59)
"""The most of each unit that is said, in lists of people."""

_FORMS: tuple[Literal["narrow", "short", "long"], ...] = ("narrow", "short", "long")

MOST_CELLS = 15
"""What a distance may take in a list; languages that need more are not shortened, but English."""


def ago(moment: datetime | None, *, now: datetime, language: str = ENGLISH) -> str:
    """The distance to a moment in one unit, such as `2h ago`.

    Args:
        moment: Any aware point in time.
        now: The present.
        language: As Babel names it; sentences of the console itself are English.
    """
    if moment is None:
        return MISSING
    seconds = (now - moment).total_seconds()
    if seconds < 1 and language == ENGLISH:
        return "now"
    seconds = max(seconds, 1)
    unit = next(unit for unit in _UNITS if seconds >= unit)
    return _ago(round(seconds / unit) * unit, language)


@lru_cache(maxsize=512)
def _ago(seconds: int, language: str) -> str:
    from babel.dates import format_timedelta  # loaded once there are rows, not at start

    since = timedelta(seconds=-seconds)
    for form in _FORMS:
        with suppress(KeyError):  # some languages have no past of some units in some forms
            return format_timedelta(
                since, add_direction=True, format=form, threshold=1, locale=language
            )
    return _ago(seconds, ENGLISH)


@lru_cache(maxsize=64)
def in_lists(language: str) -> tuple[str, int]:
    """The language that distances in a list are written in, and the cells that they need.

    Args:
        language: Of the reader, as Babel names it.
    """
    if language == ENGLISH:
        return ENGLISH, 0  # what columns are made for
    pairs = zip(_LONGEST, _UNITS, strict=True)
    cells = max(cell_len(_ago(most * unit, language)) for most, unit in pairs)
    return (language, cells) if cells <= MOST_CELLS else in_lists(ENGLISH)


def absolute(moment: datetime | None, *, reader: Reader) -> str:
    """A moment to the minute with its zone, such as `19 Oct 2020, 11:33 GMT+8`.

    Args:
        moment: Any aware point in time.
        reader: Where the reader is, and how dates are written there.
    """
    if moment is None:
        return MISSING
    from babel.dates import (  # loaded once there are rows, not at start
        format_date,
        format_datetime,
        format_time,
    )

    try:
        local = moment.astimezone(reader.zone)
    except (OverflowError, ValueError):  # the first or last day there is, in a distant zone
        return moment.isoformat()
    if reader.language == ENGLISH:
        return format_datetime(local, "d MMM y, HH:mm", locale=ENGLISH) + f" {_zone(local)}"
    day = format_date(local, "medium", locale=reader.language)
    return f"{day}, {format_time(local, 'short', locale=reader.language)} {_zone(local)}"


def _zone(local: datetime) -> str:
    """The distance to UTC, such as `GMT+8`: abbreviations as `PST` mean several zones."""
    if local.tzname() == "UTC":
        return "UTC"
    minutes = round((local.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    said = f"{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")
    return f"GMT{said if minutes else ''}"
