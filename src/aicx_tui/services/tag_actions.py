"""What can be done with tags; `services.actions` has all there is."""

from __future__ import annotations

from aicx_tui.models.capability import Capability
from aicx_tui.services.action import Action

OF_TAGS = (
    Action(
        "tags.list",
        "Tag definitions",
        "List the definitions of the bot's tags.",
        headless="tags list",
    ),
    Action(
        "tags.define",
        "Define a tag",
        "Define a tag, or change its kind, choices or colour; humans keep their values.",
        mutates=True,
        headless="tags define",
        is_for_admins=True,
    ),
    Action(
        "tags.edit",
        "Change a tag",
        "Change a tag's name, kind, choices or colour; humans keep their values.",
        mutates=True,
        only_console="a command changes a tag by tags define, and its name by tags rename",
        is_for_admins=True,
    ),
    Action(
        "tags.rename",
        "Rename a tag",
        "Call a tag something else; humans keep their values.",
        mutates=True,
        headless="tags rename",
        is_for_admins=True,
    ),
    Action(
        "tags.delete",
        "Delete a tag",
        "Delete a tag, and take it from every human that has it.",
        mutates=True,
        headless="tags delete",
        is_for_admins=True,
    ),
    Action(
        "tags.import",
        "Import tags",
        "Define the tags that a CSV or JSON file lists, all checked before any is changed.",
        mutates=True,
        headless="tags import",
        is_for_admins=True,
    ),
    Action(
        "tags.assign",
        "Assign tags",
        "Give humans the values of tags; other tags stay as they are.",
        needs=Capability.TAGS_ASSIGN,
        mutates=True,
        headless="tags assign",
    ),
)
