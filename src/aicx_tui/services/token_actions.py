"""What can be done with the personal access token; `services.actions` has all there is."""

from __future__ import annotations

from aicx_tui.models.capability import Capability
from aicx_tui.services.action import Action

OF_THE_TOKEN = (
    Action(
        "token.status",
        "Access token",
        "Show the token masked, where it is kept, and when it was issued and last used.",
        headless="token status",
    ),
    Action(
        "token.verify",
        "Verify the token",
        "Ask the platform whether it accepts the token that is kept.",
        headless="token verify",
    ),
    Action(
        "token.issue",
        "Issue a token",
        "Issue a new token and keep it; the one before stops working at once.",
        needs=Capability.TOKEN_ISSUE,
        mutates=True,
        is_own=True,
        headless="token issue",
    ),
    Action(
        "token.rotate",
        "Rotate the token",
        "Issue a new token, keep it, verify it, and give it to the places that use it.",
        needs=Capability.TOKEN_ISSUE,
        mutates=True,
        is_own=True,
        headless="token rotate",
    ),
    Action(
        "token.set",
        "Paste a token",
        "Take a token issued in the web app; the one before is dropped once this one is verified.",
        headless="token set",
    ),
    Action(
        "token.copy",
        "Copy the token",
        "Put the token on the clipboard after a question; it is cleared after half a minute.",
        only_console="a command prints no token; token rotate --save-to FILE writes one to a file",
    ),
    Action(
        "token.reveal",
        "Show the token once",
        "Show the whole token until the dialog is closed.",
        only_console="a command prints no token; token rotate --save-to FILE writes one to a file",
    ),
    Action(
        "token.forget",
        "Forget the token",
        "Remove the token from the keyring; it stays valid at the platform.",
        headless="token forget",
    ),
)
