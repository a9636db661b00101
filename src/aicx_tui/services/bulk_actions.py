"""The actions on many humans at once."""

from __future__ import annotations

from aicx_tui.models.capability import Capability
from aicx_tui.services.action import Action

OF_BULKS = (
    Action(
        "tags.unassign",
        "Remove tags",
        "Take tags away from humans; other tags stay as they are.",
        needs=Capability.TAGS_UNASSIGN,
        mutates=True,
        headless="tags unassign",
    ),
    Action(
        "humans.set-field",
        "Set a field",
        "Give many humans the same value in a field, each upon what the platform has.",
        needs=Capability.HUMANS_GET,
        mutates=True,
        headless="humans set-field",
    ),
    Action(
        "bulk.list",
        "Bulks",
        "Changes of many humans: what runs, what rests, what was done in the last week.",
        headless="bulk list",
    ),
    Action(
        "bulk.show",
        "Show a bulk",
        "Show what a bulk does and how far it is; ids may be shortened.",
        headless="bulk show",
    ),
    Action(
        "bulk.pause",
        "Pause a bulk",
        "Let a bulk rest after what is under way, in whatever process it runs.",
        headless="bulk pause",
    ),
    Action(
        "bulk.resume",
        "Resume a bulk",
        "Go on with a bulk where it stopped, and see it through.",
        mutates=True,
        headless="bulk resume",
    ),
    Action(
        "bulk.cancel",
        "Cancel a bulk",
        "Send nothing more of a bulk; what was done stays.",
        headless="bulk cancel",
    ),
    Action(
        "bulk.report",
        "Report of a bulk",
        "Print what became of each human, those first of all that failed or were left alone.",
        headless="bulk report",
    ),
)
