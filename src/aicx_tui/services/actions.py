"""The one registry of what can be done.

The console gives actions their keys (`tui.keys`), the command line gives them their verbs
(`cli.grammar`); neither invents one. Light on purpose: `aicx --help` reads it.
"""

from __future__ import annotations

from typing import NamedTuple

from aicx_tui.models.capability import Capability


class Action(NamedTuple):
    """Something a person can do, whatever with.

    Attributes:
        id: Stable name, `noun.verb`; keymaps refer to it.
        title: What menus and help call it.
        help: One sentence on what it does.
        needs: What the platform must be able to do, if anything.
        mutates: Whether it changes data on the platform.
        headless: The command that does the same, such as `humans get`; empty if there is none.
        only_console: Why there is no such command; empty if there is one.
    """

    id: str
    title: str
    help: str
    needs: Capability | None = None
    mutates: bool = False
    headless: str = ""
    only_console: str = ""


_CURSOR = "moves within what is on the screen"
_CLIPBOARD = "a shell has its own ways to the clipboard; print the field and pipe it there"

_ALL = (
    Action(
        "humans.list",
        "List humans",
        "List humans, all or those that match a query.",
        needs=Capability.HUMANS_FEED,
        headless="humans list",
    ),
    Action(
        "humans.search",
        "Search",
        "Words in name, e-mail, phone, uid or id.",
        headless="humans list",
    ),
    Action(
        "humans.get",
        "Go to a human by id",
        "Read one human by its id.",
        needs=Capability.HUMANS_GET,
        headless="humans get",
    ),
    Action(
        "humans.create",
        "Create a human",
        "Create a human; only the full name is required.",
        needs=Capability.HUMANS_CREATE,
        mutates=True,
        headless="humans create",
    ),
    Action(
        "humans.update",
        "Change a human",
        "Change the given fields of a human and leave the others as they are.",
        needs=Capability.HUMANS_UPDATE,
        mutates=True,
        headless="humans update",
    ),
    Action(
        "humans.refresh",
        "Refresh",
        "Read what changed on the platform.",
        headless="humans list",
    ),
    Action(
        "humans.sort",
        "Sort",
        "The same order again turns it round.",
        only_console="a command prints the platform's order; pipe it through sort",
    ),
    Action("humans.open", "Open", "Move into the human's details.", headless="humans get"),
    Action("humans.copy", "Copy", "Copy a field of the human.", only_console=_CLIPBOARD),
    Action("humans.copy-id", "Copy id", "Copy the human's id.", only_console=_CLIPBOARD),
    Action("humans.copy-uid", "Copy uid", "Copy the human's uid.", only_console=_CLIPBOARD),
    Action("humans.copy-email", "Copy e-mail", "Copy the e-mail address.", only_console=_CLIPBOARD),
    Action("humans.previous", "Previous human", "Show the human above.", only_console=_CURSOR),
    Action("humans.next", "Next human", "Show the human below.", only_console=_CURSOR),
    Action(
        "humans.tab",
        "Details or JSON",
        "The platform's own object, and back.",
        headless="humans get",
    ),
    Action(
        "tags.list",
        "List tags",
        "List the definitions of the bot's tags.",
        needs=Capability.TAGS_LIST,
        headless="tags list",
    ),
    Action(
        "tags.assign",
        "Assign tags",
        "Give humans the values of tags; other tags stay as they are.",
        needs=Capability.TAGS_ASSIGN,
        mutates=True,
        headless="tags assign",
    ),
    Action(
        "sandbox.run",
        "Run the sandbox",
        "Run the embedded platform alone, as an emulator of Proto's API.",
        headless="sandbox",
    ),
    Action("console.help", "Help", "Show every key.", only_console="commands have --help"),
    Action("console.palette", "Palette", "Find an action by name.", only_console=_CURSOR),
    Action("console.back", "Back", "Go one step back; nothing is lost.", only_console=_CURSOR),
    Action("console.quit", "Quit", "Leave the console.", only_console="a command ends on its own"),
)

ACTIONS: dict[str, Action] = {action.id: action for action in _ALL}
"""Every action by its id, in the order in which help shows them."""
