"""What is offered for the value of a tag, by its kind, while it is typed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from aicx_tui.numerals import ENGLISH
from aicx_tui.tui.tag_finding import likeness

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition

_FLAGS = ("yes", "no")

_ASKS = {
    "text": "Any text.",
    "number": "A number, such as 12 or 3.5.",
    "date": "A day, such as 2026-11-22, or today.",
}


def choices_of(tag: TagDefinition) -> tuple[str, ...]:
    """The values to choose from; none where the value is typed."""
    if tag.kind == "flag":
        return _FLAGS
    return tag.choices if tag.kind == "choice" else ()


def offered(tag: TagDefinition, text: str) -> list[str]:
    """The values to choose from that are meant by what was typed, the likeliest first."""
    scored = [(likeness(text, choice), choice) for choice in choices_of(tag)]
    likely = [(score, choice) for score, choice in scored if score > 0]
    likely.sort(key=lambda pair: -pair[0])
    return [choice for _, choice in likely]


def asks_for(tag: TagDefinition, text: str, *, today: date) -> str:
    """What is said under the value: what such a value is, or which day of the week it means."""
    if tag.kind == "date" and (day := day_of(text, today=today)) is not None:
        from babel.dates import format_date  # only where a day is typed

        return format_date(day, "EEEE, d MMMM y", locale=ENGLISH) + " · ↑ ↓ another day"
    if choices_of(tag):
        return ""
    return _ASKS.get(tag.kind, _ASKS["text"])


def day_of(text: str, *, today: date) -> date | None:
    """The day that was typed; None where it is none."""
    if text.strip().casefold() == "today":
        return today
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def day_beside(text: str, days: int, *, today: date) -> str:
    """The day some days later, or earlier; today where no day was typed yet."""
    day = day_of(text, today=today)
    if day is None:
        return today.isoformat()
    try:
        return (day + timedelta(days=days)).isoformat()
    except OverflowError:
        return day.isoformat()
