"""What can be done about chat widgets: embed codes for one human."""

from __future__ import annotations

from aicx_tui.services.action import Action

OF_SNIPPETS = (
    Action(
        "snippets.show",
        "Webchat snippet",
        "The embed code by which a chat widget knows the human: preview, copy, save.",
        headless="snippet webchat",
    ),
    Action(
        "snippets.webchat",
        "Snippet for Proto Webchat",
        "Print the embed code by which Proto's webchat knows the human.",
        headless="snippet webchat",
    ),
    Action(
        "snippets.open-cx",
        "Snippet for OpenCX",
        "Print the embed code by which OpenCX's widget knows the human.",
        headless="snippet open-cx",
    ),
    Action(
        "snippets.cx-genie",
        "Snippet for CX Genie",
        "Print the embed code by which CX Genie's widget knows the human.",
        headless="snippet cx-genie",
    ),
    Action(
        "snippets.cx-genie-mobile",
        "Snippet for CX Genie mobile",
        "Print the Flutter code by which CX Genie's package knows the human.",
        headless="snippet cx-genie-mobile",
    ),
)
