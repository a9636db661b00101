"""What somebody most likely meant by a word that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from aicx_tui.storage.query.folding import fold

_LEAST_ALIKE = 0.6
_MOST_COMPARED = 300
"""Words compared letter by letter; each takes some 20 µs, and a person is typing."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that begins like it or is most like it; empty where none is."""
    by_folded = {fold(name): name for name in known if name}
    folded = fold(word)
    beginning = sorted(name for name in by_folded if folded and name.startswith(folded))
    alike = beginning or difflib.get_close_matches(
        folded, list(by_folded)[:_MOST_COMPARED], 1, _LEAST_ALIKE
    )
    return by_folded[alike[0]] if alike else ""
