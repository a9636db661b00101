"""The keys of the screen of humans, and when they act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.tui.keys import binding
from aicx_tui.tui.viewing import view_bindings

if TYPE_CHECKING:
    from aicx_tui.storage.record import Record
    from aicx_tui.tui.list_state import ListFacts

BINDINGS = (
    binding("humans.search", "search", at_once=True),
    binding("humans.open", "open", at_once=True),
    binding("tags.assign", "tags", at_once=True),
    binding("bulk.list", "bulks", at_once=True),
    binding("humans.update", "change('humans.update')", at_once=True),
    binding("humans.create", "change('humans.create')", at_once=True),
    binding("humans.delete", "change('humans.delete')", at_once=True),
    binding("humans.reveal", "change('humans.reveal')", at_once=True),
    binding("outbox.undo", "change('outbox.undo')", at_once=True),
    binding("outbox.redo", "change('outbox.redo')", at_once=True),
    binding("humans.sort", "sort", at_once=True),
    binding("humans.columns", "columns", at_once=True),
    binding("humans.copy", "copy", at_once=True),
    binding("snippets.show", "snippet", at_once=True),
    binding("humans.refresh", "refresh_humans"),
    binding("humans.get", "go_to", at_once=True),
    binding("humans.export", "export", at_once=True),
    binding("humans.import", "import", at_once=True),
    binding("views.save", "save_view", at_once=True),
    *view_bindings(),
    binding("console.back", "back", at_once=True),
    binding("humans.previous", "step(-1)"),
    binding("humans.next", "step(1)"),
)
"""What moves the focus or opens a dialog acts at once: what is typed behind it is meant for it."""

TYPED_IN_SEARCH = frozenset(
    {"search", "open", "sort", "columns", "copy", "refresh_humans", "go_to", "step"}
    | {"save_view", "show_view", "export", "import", "change", "tags", "bulks", "snippet"}
)
"""Actions whose keys are text while the search has the focus."""

ACTION_IDS = {
    "open": "humans.open",
    "copy": "humans.copy",
    "step": "humans.next",
    "go_to": "humans.get",
    "refresh_humans": "humans.refresh",
    "export": "humans.export",
    "import": "humans.import",
    "tags": "tags.assign",
    "bulks": "bulk.list",
    "snippet": "snippets.show",
}
"""Actions that are not always possible, by the name of their method."""

_OF_A_HUMAN = frozenset(
    {"humans.open", "humans.copy", "humans.next", "humans.previous"}
    | {"humans.update", "humans.delete", "humans.reveal", "snippets.show"}
)
"""Actions that need a human at the cursor."""

_OF_THE_MARKS = frozenset({"tags.assign", "humans.update"})
"""Actions that need a human at the cursor only where nobody is marked."""

_OF_A_SESSION = frozenset(
    {"humans.import", "humans.create", "humans.update", "humans.delete", "humans.reveal"}
    | {"tags.assign", "outbox.undo", "outbox.redo"}
)
"""Actions that need the platform to be open."""


def action_of(action: str, parameters: tuple[object, ...]) -> str:
    """The registry's id of an action that is not always possible; empty for others."""
    return str(parameters[0]) if action == "change" else ACTION_IDS.get(action, "")


def why_not(
    action_id: str, *, facts: ListFacts, is_open: bool, human: Record | None, marked: int
) -> str:
    """Why an action cannot be done in the list now; empty where it can.

    Args:
        action_id: Which one.
        facts: How the list is.
        is_open: Whether the platform is open.
        human: Who is at the cursor.
        marked: How many are marked.
    """
    is_for_marks = bool(marked) and action_id in _OF_THE_MARKS
    if action_id in (_OF_A_HUMAN | _OF_THE_MARKS) and human is None and not is_for_marks:
        return "There is no human at the cursor."
    is_shut = not is_open if action_id in _OF_A_SESSION else facts.directory is None
    if is_shut and (action_id in _OF_A_SESSION or action_id == "humans.get"):
        return "The platform is not open yet."
    if action_id == "humans.export" and not (facts.shown or marked):
        return "There is nobody to export."
    if action_id == "humans.refresh" and facts.reading:
        return "It is being read already."
    if action_id in ("outbox.list", "bulk.list") and facts.directory is None:
        return "The local copy is not open yet."
    return ""
