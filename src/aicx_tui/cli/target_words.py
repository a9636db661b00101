"""How commands tell what became of a target."""

from __future__ import annotations

from pydantic import JsonValue

from aicx_tui.cli.reporting import narrate
from aicx_tui.services.targets import Outcome, TargetResult


def tell_target(result: TargetResult) -> None:
    """Tell a person."""
    said = " ".join(part for part in (result.message, result.hint) if part)
    narrate(f"{result.target.name}: {result.outcome.value}{f'. {said}' if said else ''}")


def tell_rehearsed(result: TargetResult) -> None:
    """Tell a person what would be done."""
    if result.outcome is Outcome.NOT_TRIED:
        narrate(f"{result.target.name}: {result.message}")
    else:
        tell_target(result)


def document_of(result: TargetResult) -> dict[str, JsonValue]:
    """Tell a machine."""
    return {
        "name": result.target.name,
        "kind": result.target.kind,
        "outcome": result.outcome.value,
        "message": result.message,
        "hint": result.hint,
    }
