"""Asks for a human's name before that human is deleted for good."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from typing_extensions import override

from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.models.human import Human
from aicx_tui.storage.changes import Change
from aicx_tui.text import MISSING, clean
from aicx_tui.tui.screens.queueing_form import QueueingForm, Tried
from aicx_tui.tui.widgets.form import Field

Queue = Callable[[], Awaitable[Change]]
"""Queues the deletion."""


class DeleteHumanScreen(QueueingForm):
    """A form for the name; answers with the deletion once that is in the outbox.

    A name that no keyboard types may be answered by the id.

    Args:
        human: Whom to delete.
        queue: Queues it.
        tried: Waits a moment for what the platform says to it.
    """

    SENDS = "delete"
    IS_SENT_BY_ENTER = False
    BUSY = "Deleting …"
    AT_STAKE = "A human is being deleted."

    def __init__(self, human: Human, *, queue: Queue, tried: Tried) -> None:
        name = clean(human.fullname or MISSING)
        super().__init__(
            f"Delete {name}",
            (Field("name", "Its name", "As above, or its id."),),
            said=f"{name}\n{clean(human.id)}\n{clean(human.email or MISSING)}",
            tried=tried,
            advice="This deletes one human, for good. Type its name, then press ctrl+s.",
        )
        self._human = human
        self._queue = queue

    @override
    async def queue(self, values: dict[str, str]) -> Change:
        human = self._human
        names = {as_typed(human.fullname or ""), human.id} - {""}
        if as_typed(values["name"]) not in names:
            problem = FieldProblem("name", "This is not its name, nor its id.")
            raise UsageError("Nobody was deleted.", problems=[problem])
        return await self._queue()


def as_typed(name: str) -> str:
    """A name by what can be seen of it; blanks count once."""
    return " ".join(clean(name, multiline=True).split())
