"""What may be decided about a change, why others may not, and whether any may be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError, FieldProblem, RefusedError
from aicx_tui.storage.changes import Change, Kind, Problem, State
from aicx_tui.tui.change_words import word

if TYPE_CHECKING:
    from aicx_tui.services.session import Session

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


def refused(problem: Problem) -> AicxError:
    """The error for a change that the platform refused."""
    fields = [FieldProblem(name, said) for name, said in problem.fields.items()]
    return RefusedError(problem.message, hint=problem.hint, problems=fields)


def may_send(session: Session) -> bool:
    """Whether changes may be sent, and it is known whose they would be where that can be told."""
    from aicx_tui.models.capability import Capability
    from aicx_tui.services.actions import ACTIONS, refusal

    is_told = Capability.SIGN_IN in session.platform.capabilities
    is_known = session.account is not None or not is_told
    refused = refusal(ACTIONS["outbox.send"], session.context, role=session.role)
    return is_known and not refused
