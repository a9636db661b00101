"""Times in a search: days, months and years in the reader's zone, and ages such as `7d`.

    2025-01-31  2025-01  2025  today  yesterday    somewhere in that day, month or year
    >x  >=x  <x  <=x                               after it, from it on, before it, up to its end
    a..b  a..  ..b                                 from the first day of a to the last of b
    7d  <7d  <=7d                                  less than 7 days ago; the end is open
    >7d  >=7d                                      longer ago than 7 days

Units of an age are h, d, w, m (months) and y. A day here is 24 hours back from now; months and
years go by the calendar.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from aicx_tui.errors import QueryError
from aicx_tui.storage.query.words import Value, shortened

YEARS = range(1900, 3000)

_EXAMPLES = "Write 2025-01-31, 2025-01, 2025, today, yesterday or an age such as 7d."
_OPERATOR = re.compile(r"[<>]=?")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_AGE = re.compile(r"(\d{1,5})([hdwmy])", re.ASCII)
_LENGTHS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_MONTHS = {"m": 1, "y": 12}


class Span(NamedTuple):
    """From a moment to another that is no longer in it, in UTC; None for an open side."""

    start: datetime | None
    end: datetime | None


class _Days(NamedTuple):
    first: date
    after: date


def read_span(value: Value, *, now: datetime, zone: tzinfo) -> Span:
    """Read what stands after `created:` or `updated:`.

    Args:
        value: What was typed.
        now: The present, aware.
        zone: Where days begin and end.

    Raises:
        QueryError: It is no date, age or range.
    """
    text = unicodedata.normalize("NFKC", value.text).strip().lower()
    if ".." in text:
        return _range(text, value, now=now, zone=zone)
    match = _OPERATOR.match(text)
    operator, rest = (match[0], text[match.end() :]) if match else ("", text)
    if age := _AGE.fullmatch(rest):
        moment = _ago(int(age[1]), age[2], value, now.astimezone(zone))
        return Span(None, moment) if operator.startswith(">") else Span(moment, None)
    days = _days(rest, value, today=now.astimezone(zone).date())
    first, after = _begin(days.first, zone), _begin(days.after, zone)
    return {
        "": Span(first, after),
        ">": Span(after, None),
        ">=": Span(first, None),
        "<": Span(None, first),
        "<=": Span(None, after),
    }[operator]


def _range(text: str, value: Value, *, now: datetime, zone: tzinfo) -> Span:
    today = now.astimezone(zone).date()
    written = text.partition("..")
    if not written[0] and not written[2]:
        raise _refuse("A range wants a day on one side at least: 2025-01-01..2025-01-31.", value)
    if any(_AGE.fullmatch(side) for side in written):
        raise _refuse(
            "A range goes from day to day, not by ages. Write 2025-01-01..2025-01-31.", value
        )
    begin = _days(written[0], value, today=today) if written[0] else None
    end = _days(written[2], value, today=today) if written[2] else None
    if begin and end and end.after <= begin.first:
        raise _refuse("This range ends before it begins. Turn the two days round.", value)
    return Span(
        _begin(begin.first, zone) if begin else None, _begin(end.after, zone) if end else None
    )


def _days(text: str, value: Value, *, today: date) -> _Days:
    if text in ("today", "yesterday"):
        day = today if text == "today" else today - timedelta(days=1)
        return _Days(day, day + timedelta(days=1))
    if not text:
        raise _refuse(f"A date is missing here. {_EXAMPLES}", value)
    match = _DATE.fullmatch(text)
    if not match:
        raise _refuse(f"{shortened(value.text)} is no date. {_EXAMPLES}", value)
    year, month, day_of_month = (int(part) if part else 0 for part in match.groups())
    if year not in YEARS:
        raise _refuse(f"The year {match[1]} is out of reach. Write one from 1900 to 2999.", value)
    try:
        first = date(year, month if match[2] else 1, day_of_month if match[3] else 1)
    except ValueError:
        raise _refuse(f"{text} is not in the calendar. {_EXAMPLES}", value) from None
    if match[3]:
        return _Days(first, first + timedelta(days=1))
    return _Days(first, _months_later(first, 1 if match[2] else 12))


def _ago(count: int, unit: str, value: Value, now: datetime) -> datetime:
    """A moment before now; subtracted in UTC, where no hour is missing or comes twice."""
    try:
        if unit in _LENGTHS:
            return now.astimezone(UTC) - count * _LENGTHS[unit]
        day = _months_later(now.date(), -count * _MONTHS[unit])
        return now.replace(year=day.year, month=day.month, day=day.day).astimezone(UTC)
    except (OverflowError, ValueError):
        raise _refuse(
            f"{shortened(value.text)} is longer ago than any record. Write an age such as 1y.",
            value,
        ) from None


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year < 1:
        raise OverflowError
    length = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, length))


def _begin(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)


def _refuse(message: str, value: Value) -> QueryError:
    return QueryError(message, start=value.start, end=value.end)
