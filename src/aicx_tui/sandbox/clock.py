"""Moments as the platform stores and sends them."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """This moment as text."""
    return as_text(datetime.now(UTC))


def as_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds: of one width, so texts sort as moments do."""
    return moment.isoformat(timespec="microseconds")
