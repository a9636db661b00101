"""Asks for a human's name before that human is deleted for good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from typing_extensions import override

from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.models.human import Human
from aicx_tui.text import MISSING, clean
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

Delete = Callable[[str], Awaitable[bool]]
"""Deletes the human with an id, and answers whether the platform confirmed it yet."""


class DeleteHumanScreen(FormScreen[bool]):
    """A form for the name; answers whether the human is deleted already, or is to be.

    A name that no keyboard types may be answered by the id.

    Args:
        human: Whom to delete.
        delete: Does it.
    """

    SENDS = "delete"
    IS_SENT_BY_ENTER = False
    BUSY = "Deleting …"
    AT_STAKE = "A human is being deleted."
    GIVEN_UP = "Not waited for: look into the outbox whether it is deleted."

    def __init__(self, human: Human, *, delete: Delete) -> None:
        name = clean(human.fullname or MISSING)
        super().__init__(
            f"Delete {name}",
            (Field("name", "Its name", "As above, or its id."),),
            said=f"{name}\n{clean(human.id)}\n{clean(human.email or MISSING)}",
            advice="This deletes one human, for good. Type its name, then press ctrl+s.",
        )
        self._human = human
        self._delete = delete

    @override
    async def send(self, values: dict[str, str]) -> bool:
        human = self._human
        names = {as_typed(human.fullname or ""), human.id} - {""}
        if as_typed(values["name"]) not in names:
            problem = FieldProblem("name", "This is not its name, nor its id.")
            raise UsageError("Nobody was deleted.", problems=[problem])
        return await self._delete(human.id)


def as_typed(name: str) -> str:
    """A name by what can be seen of it; blanks count once."""
    return " ".join(clean(name, multiline=True).split())
