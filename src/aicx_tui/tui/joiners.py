"""Joiners that are typed: Persian words and emoji need them, and Textual takes them for no text."""

from __future__ import annotations

from textual import events

JOINERS = frozenset("\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}")


def with_joiners(event: events.Event) -> events.Event:
    """The event; a joiner's key as if it were pasted, which goes where typed text goes."""
    if isinstance(event, events.Key) and event.character in JOINERS:
        return events.Paste(event.character)
    return event
