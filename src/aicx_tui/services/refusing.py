"""Stops a command whose action cannot be done here, before anything is queued or sent."""

from __future__ import annotations

from aicx_tui.errors import ForbiddenError, RefusedError, UnsupportedError
from aicx_tui.models.capability import Capability
from aicx_tui.services.action import Action
from aicx_tui.services.actions import refusal
from aicx_tui.settings import Context


def refuse_if_read_only(action: Action, context: Context) -> None:
    """Stop a command before anything is opened.

    Raises:
        RefusedError: The context is read-only and the action changes data.
    """
    if reason := refusal(action, context):
        raise RefusedError(
            f"{reason} Nothing was sent.",
            hint=f"Allow it with: aicx contexts edit {context.name} --no-read-only",
        )


def refuse_what_cannot_be(
    action: Action,
    context: Context,
    capabilities: frozenset[Capability] | None,
    *,
    role: str,
) -> None:
    """Stop a command before it queues or sends anything.

    Raises:
        ForbiddenError: The role may not.
        UnsupportedError: The platform cannot.
        RefusedError: The context is read-only.
    """
    refuse_if_read_only(action, context)
    if reason := refusal(action, context, role=role):
        raise ForbiddenError(
            f"{reason} Nothing was sent.", hint="Ask an admin, or sign in with another account."
        )
    if reason := refusal(action, context, capabilities):
        raise UnsupportedError(
            f"{reason} Nothing was sent.",
            hint="A server with the console contract may have it: a context of kind console.",
        )
