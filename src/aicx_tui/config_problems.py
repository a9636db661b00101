"""What is wrong with config.toml, collected so that all of it is said at once."""

from __future__ import annotations

from collections.abc import Mapping

from aicx_tui.errors import FieldProblem


class Problems:
    """Collects what is wrong.

    Attributes:
        found: In the order in which it was found.
    """

    def __init__(self) -> None:
        self.found: list[FieldProblem] = []

    def add(self, where: str, message: str) -> None:
        """Note what is wrong with a place."""
        self.found.append(FieldProblem(where, message))

    def unknown(self, given: Mapping[str, object], *, known: tuple[str, ...], where: str) -> None:
        """Note the keys that nothing is known of."""
        for key in given:
            if key not in known:
                self.add(f"{where}{key}", not_among(key, known))


def not_among(given: object, known: tuple[str, ...]) -> str:
    """What is wrong with something that is none of what there is, and what may be meant."""
    from difflib import get_close_matches  # only where something is wrong

    nearest = get_close_matches(str(given), known, n=1, cutoff=0.5)
    if nearest:
        return f"is not known; is {nearest[0]} meant?"
    return f"is not known; there is {', '.join(known)}" if len(known) <= 12 else "is not known"
