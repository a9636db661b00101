"""Which decisions about a change its state allows, and why others are not."""

from __future__ import annotations

from aicx_tui.storage.changes import Change, Kind, State
from aicx_tui.tui.change_words import word

RETRY, EDIT, DISCARD = "outbox.retry", "outbox.edit", "outbox.discard"


def why_not(action_id: str, change: Change | None) -> str:
    """Why something cannot be decided about a change; empty where it can."""
    if change is None:
        return "There is no change at the cursor."
    if change.state is State.SENDING:
        return "It is being sent: wait for the answer."
    if action_id == DISCARD:
        return ""
    if change.state is State.CONFLICT:
        return "It is in conflict: Enter decides whose values stay."
    if action_id == RETRY and change.state is State.PENDING:
        return "It goes out by itself."
    if action_id == EDIT and change.kind is Kind.DELETE:
        return "A deletion holds no values."
    if action_id == EDIT and change.state is State.UNKNOWN:
        return f"It is {word(change.state)}: it may be there as it was sent."
    return ""
