"""What can be done with OpenCX beside its contacts."""

from __future__ import annotations

from aicx_tui.services.action import Action

OF_OPEN_CX = (
    Action(
        "open-cx.authenticate",
        "Authenticate with OpenCX",
        "Vouch for the human to OpenCX, and get the token by which its widget knows it.",
        headless="open-cx authenticate",
    ),
    Action(
        "open-cx.check",
        "Check OpenCX's API key",
        "Find out whether OpenCX accepts the API key; nothing is changed.",
        headless="open-cx check",
    ),
)
