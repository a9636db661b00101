"""What can be done about other vendors as a whole."""

from __future__ import annotations

from aicx_tui.services.action import Action

OF_INTEGRATIONS = (
    Action(
        "integrations.list",
        "Integrations",
        "List what is set up of other vendors, with what they last answered.",
        headless="integrations list",
    ),
)
