"""How points in time read: relative in lists, absolute with the zone in details."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from aicx_tui.text import MISSING
from aicx_tui.tui.reader import ENGLISH, Reader

_UNITS = (365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1)
"""Seconds of a year, a month and so on, as Babel counts them."""


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

    return format_timedelta(
        timedelta(seconds=-seconds),
        add_direction=True,
        format="narrow",
        threshold=1,
        locale=language,
    )


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
        return format_datetime(local, "d MMM y, HH:mm", locale=ENGLISH) + f" {local:%Z}"
    day = format_date(local, "medium", locale=reader.language)
    return f"{day}, {format_time(local, 'short', locale=reader.language)} {local:%Z}"
