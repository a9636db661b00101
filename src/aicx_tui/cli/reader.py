"""Whom a command prints for: the zone and the language of the profile, as far as they are known."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from aicx_tui import numerals
from aicx_tui.services.localities import babel_locale, zone_of

if TYPE_CHECKING:
    from aicx_tui.services.directory import Directory


def zone_at(directory: Directory | None, now: datetime) -> tzinfo:
    """Where days begin and times are printed: as the profile says, else where this machine is.

    Args:
        directory: What knows the profile; None before it is open.
        now: The present, with the zone of this machine.
    """
    told = directory.timezone if directory is not None else ""
    zone = (zone_of(told) if told else None) or now.tzinfo
    assert zone is not None  # noqa: S101  # an aware time has one
    return zone


def write_numbers_in(language: str) -> None:
    """Group digits as a language does, given by BCP 47; an empty one changes nothing."""
    if language:
        numerals.follow(babel_locale(language))
