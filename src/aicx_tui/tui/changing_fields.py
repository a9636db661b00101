"""One field or more of several humans, in the value editor."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from aicx_tui.errors import UsageError
from aicx_tui.models.human import HumanChanges
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.bulk_wish import FIELDS
from aicx_tui.services.editing import check_changes
from aicx_tui.services.field_words import field_name
from aicx_tui.services.tagging import Whom
from aicx_tui.tui.change_words import in_order
from aicx_tui.tui.editing_many import edit_many, marked
from aicx_tui.tui.editing_values import Editing

if TYPE_CHECKING:
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.bulking import Bulking
    from aicx_tui.tui.widgets.human_list import HumanList


def ask_for_fields(app: AicxApp, humans: HumanList, *, bulking: Bulking) -> None:
    """Open the editor for the marked humans.

    Args:
        app: The console.
        humans: The list, with its marks.
        bulking: What makes and runs the bulk.
    """
    directory = humans.directory
    if directory is None:
        return
    entries = {name: TagDefinition(id=name, name=field_name(name, {})) for name in in_order(FIELDS)}

    async def recent() -> Sequence[str]:
        return ()

    editing = partial(
        Editing,
        thing="field",
        recent=recent,
        checked=_checked,
        why_not_remove=lambda field: _why_not_clear(field.id),
        today=directory.clock().astimezone(app.reader.zone).date(),
    )
    whom = Whom(ids=marked(humans))
    edit_many(app, bulking, editing, whom=whom, entries=entries)


def _checked(field: TagDefinition, text: str) -> str:
    """A value as the platform keeps it.

    Raises:
        UsageError: The field cannot have it.
    """
    if not text.strip():
        raise UsageError("A value is missing.", hint=_why_not_clear(field.id) or "^x clears it.")
    check_changes(HumanChanges.model_validate({field.id: text.strip()}))
    return text.strip()


def _why_not_clear(name: str) -> str:
    return "A human needs a name." if name == "fullname" else ""
