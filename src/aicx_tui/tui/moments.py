"""How points in time read: relative in lists, absolute with the zone in details."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import lru_cache

from aicx_tui.text import MISSING

LOCALE = "en"
"""The console's language; dates follow the profile's once there is one."""

_UNITS = (365 * 86_400, 30 * 86_400, 7 * 86_400, 86_400, 3_600, 60, 1)
"""Seconds of a year, a month and so on, as Babel counts them."""


def ago(moment: datetime | None, *, now: datetime) -> str:
    """The distance to a moment in one unit, such as `2h ago`."""
    if moment is None:
        return MISSING
    seconds = (now - moment).total_seconds()
    if seconds < 1:
        return "now"
    unit = next(unit for unit in _UNITS if seconds >= unit)
    return _ago(round(seconds / unit) * unit)


@lru_cache(maxsize=512)
def _ago(seconds: int) -> str:
    from babel.dates import format_timedelta  # loaded once there are rows, not at start

    return format_timedelta(
        timedelta(seconds=-seconds),
        add_direction=True,
        format="narrow",
        threshold=1,
        locale=LOCALE,
    )


def absolute(moment: datetime | None, *, zone: tzinfo | None) -> str:
    """A moment to the minute with its zone, such as `19 Oct 2020, 11:33 GMT+8`.

    Args:
        moment: Any aware point in time.
        zone: Where the reader is; None for the system's own zone.
    """
    if moment is None:
        return MISSING
    from babel.dates import format_datetime  # loaded once there are rows, not at start

    try:
        local = moment.astimezone(zone)
    except (OverflowError, ValueError):  # the first or last day there is, in a distant zone
        return moment.isoformat()
    return format_datetime(local, "d MMM y, HH:mm", locale=LOCALE) + f" {local:%Z}"
