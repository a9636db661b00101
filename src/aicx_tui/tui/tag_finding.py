"""Finding tags by what is typed of their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textual.fuzzy import FuzzySearch

from aicx_tui.text import clean

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition

_SCORE = FuzzySearch().score


def found(tags: Mapping[str, TagDefinition], text: str, *, recent: Sequence[str]) -> list[str]:
    """The keys of the tags that are meant, the likeliest first.

    Args:
        tags: All there are.
        text: What was typed; nothing finds all.
        recent: The keys of those that were used here, the latest first; among equals they come
            first, and the others in their order.
    """
    places = {key: place for place, key in enumerate(recent)}
    ordered = sorted(tags, key=lambda key: places.get(key, len(places)))
    scored = [(likeness(text, clean(tags[key].name)), key) for key in ordered]
    likely = [(score, key) for score, key in scored if score > 0]
    likely.sort(key=lambda pair: -pair[0])
    return [key for _, key in likely]


def likeness(text: str, name: str) -> float:
    """How well what was typed fits a name; 0 where its letters are not in there in this order.

    It takes one way to place the letters. Textual's own matching takes every way there is, which
    a name of three hundred equal letters makes more than anybody can wait for.
    """
    wanted, name = text.casefold().strip(), name.casefold()
    if not wanted:
        return 1.0
    start = name.find(wanted)
    if start >= 0:
        is_whole = name == wanted
        places: Sequence[int] = range(start, start + len(wanted))
        return _SCORE(name, places) * (2.0 if is_whole else 1.5)
    placed = _placed(wanted, name)
    return _SCORE(name, placed) if placed else 0.0


def _placed(wanted: str, name: str) -> list[int]:
    """Where each letter is found behind the one before; nothing where one is missing."""
    places: list[int] = []
    for letter in filter(str.strip, wanted):
        place = name.find(letter, places[-1] + 1 if places else 0)
        if place < 0:
            return []
        places.append(place)
    return places
