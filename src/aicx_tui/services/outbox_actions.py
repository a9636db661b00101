"""The actions on changes that wait, and on the history."""

from __future__ import annotations

from aicx_tui.services.action import Action

OF_THE_OUTBOX = (
    Action(
        "outbox.list",
        "Outbox",
        "What is on its way to the platform, and what needs somebody.",
        headless="outbox list",
    ),
    Action(
        "outbox.show",
        "Show a change",
        "Show what a change does and what is in its way; ids may be shortened.",
        headless="outbox show",
    ),
    Action(
        "outbox.retry",
        "Try again",
        "Send changes that stopped once more, as they are.",
        mutates=True,
        headless="outbox retry",
    ),
    Action(
        "outbox.edit",
        "Edit a change",
        "Give a change that waits other values; it is sent later.",
        mutates=True,
        headless="outbox edit",
    ),
    Action(
        "outbox.resolve",
        "Resolve a conflict",
        "Say for each field whose value stays, yours or theirs; then the change is sent.",
        mutates=True,
        headless="outbox resolve",
    ),
    Action(
        "outbox.discard",
        "Discard changes",
        "Let go of changes that wait; the history keeps that they were there.",
        headless="outbox discard",
    ),
    Action(
        "outbox.send",
        "Send changes",
        "Send what waits, now.",
        mutates=True,
        headless="outbox send",
    ),
    Action(
        "outbox.undo",
        "Undo",
        "Take the last change back, by another one; what others changed since stays.",
        mutates=True,
        headless="undo",
    ),
    Action(
        "outbox.redo",
        "Redo",
        "Do again what was undone last.",
        mutates=True,
        headless="redo",
    ),
    Action(
        "audit.list",
        "History",
        "What was changed from here, by whom, and what became of it; the latest is last.",
        headless="audit",
    ),
)
