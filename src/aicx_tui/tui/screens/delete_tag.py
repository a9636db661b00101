"""Asks for a tag's name before its definition is deleted for good."""

from __future__ import annotations

from collections.abc import Callable

from typing_extensions import override

from aicx_tui.errors import FieldProblem, UsageError
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.tag_defining import Definitions
from aicx_tui.text import clean
from aicx_tui.tui.screens.delete_human import as_typed
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.tag_rows import having
from aicx_tui.tui.widgets.form import Field


class DeleteTagScreen(FormScreen[int]):
    """A form for the name; answers how many humans had the tag.

    A name that no keyboard types may be answered by the id.

    Args:
        tag: Which to delete.
        definitions: Where it is kept.
        count: How many humans have it, counted up to `COUNTED`.
        ended: Called when the platform may have deleted it.
    """

    SENDS = "delete"
    IS_SENT_BY_ENTER = False
    BUSY = "Deleting …"
    AT_STAKE = "A tag is being deleted."
    GIVEN_UP = "Not waited for: the list shows whether it was deleted."

    def __init__(
        self,
        tag: TagDefinition,
        definitions: Definitions,
        *,
        count: int,
        ended: Callable[[], object],
    ) -> None:
        name = clean(tag.name, limit=40)
        has_it = _who_has_it(count, is_kept=definitions.is_local)
        does = "forgets the tag's name here" if definitions.is_local else "deletes the tag for good"
        super().__init__(
            f"Forget {name}" if definitions.is_local else f"Delete {name}",
            (Field("name", "Its name", "As above, or its id."),),
            said="\n".join((clean(tag.name, limit=200), clean(tag.id), has_it)),
            advice=f"This {does}. Type its name, then press ctrl+s.",
        )
        self._tag = tag
        self._definitions = definitions
        self._ended = ended

    @override
    async def send(self, values: dict[str, str]) -> int:
        tag = self._tag
        if as_typed(values["name"]) not in {as_typed(tag.name), tag.id} - {""}:
            problem = FieldProblem("name", "This is not its name, nor its id.")
            raise UsageError("Nothing was deleted.", problems=[problem])
        try:
            return await self._definitions.delete(tag)
        finally:
            self._ended()


def _who_has_it(count: int, *, is_kept: bool) -> str:
    """How many have it, and what becomes of its values."""
    if not count:
        return "Nobody has it."
    if count == 1:
        return f"1 human has it and {'keeps' if is_kept else 'loses'} its value."
    return f"{having(count)} have it and {'keep' if is_kept else 'lose'} their values."
