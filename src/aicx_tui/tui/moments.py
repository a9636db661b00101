"""How points in time read: relative in lists, absolute with the zone in details."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from aicx_tui.text import MISSING

LOCALE = "en"
"""The console's language; dates follow the profile's once there is one."""


def ago(moment: datetime | None, *, now: datetime) -> str:
    """The distance to a moment in one unit, such as `2h ago`."""
    if moment is None:
        return MISSING
    from babel.dates import format_timedelta  # loaded once there are rows, not at start

    distance = min(moment - now, timedelta())
    if distance > timedelta(seconds=-1):
        return "now"
    return format_timedelta(
        distance, add_direction=True, format="narrow", threshold=1, locale=LOCALE
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
