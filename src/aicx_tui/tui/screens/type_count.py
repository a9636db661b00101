"""Asks for the number of humans before very many are changed."""

from __future__ import annotations

from typing_extensions import override

from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.numerals import grouped
from aicx_tui.text import clean
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

MANY = 500
"""Humans above which it is asked for."""

_SEPARATORS = str.maketrans("", "", ",. '_\u00a0\u202f’،⹁")
"""What languages put between groups of digits, and what people type in its place."""


class TypeCountScreen(FormScreen[bool]):
    """A form for a number; answers whether it was typed.

    Args:
        title: What would be done, of whom.
        count: How many humans that is.
        said: What would change.
    """

    SENDS = "apply"

    def __init__(self, title: str, *, count: int, said: str) -> None:
        super().__init__(
            clean(title, limit=58),
            (Field("count", "How many?", f"Type {grouped(count)} to go on."),),
            said=said,
            advice="Nothing is sent yet.",
        )
        self._count = count

    @override
    async def send(self, values: dict[str, str]) -> bool:
        if values["count"].translate(_SEPARATORS) != str(self._count):
            problem = FieldProblem("count", f"That is not {grouped(self._count)}.")
            raise UsageError("Nothing was sent.", problems=[problem])
        return True
