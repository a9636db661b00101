"""The actions on targets: where else the token of a context is used."""

from __future__ import annotations

from aicx_tui.services.action import Action

OF_TARGETS = (
    Action(
        "token.targets-list",
        "Targets",
        "List where else the token is used, and when each was seen to have it.",
        headless="token targets list",
    ),
    Action(
        "token.targets-add",
        "Add a target",
        "Name another place that uses the token; config.toml keeps no secret of it.",
        headless="token targets add",
    ),
    Action(
        "token.targets-remove",
        "Remove a target",
        "Remove a target from config.toml; what it has of the token stays there.",
        headless="token targets remove",
    ),
    Action(
        "token.targets-check",
        "Check targets",
        "Look whether targets have the token in use; nothing is changed.",
        headless="token targets check",
    ),
    Action(
        "token.targets-update",
        "Update targets",
        "Give targets the token in use, in their order, and look whether they have it.",
        headless="token targets update",
    ),
    Action(
        "token.targets-confirm",
        "Confirm a target",
        "Note that a person gave a target the token by hand.",
        headless="token targets confirm",
    ),
)
