"""The one registry of what can be done.

The console gives actions their keys (`tui.keys`), the command line gives them their verbs
(`cli.grammar`); neither invents one. Light on purpose: `aicx --help` reads it.
"""

from __future__ import annotations

from aicx_tui.models.capability import Capability
from aicx_tui.services.action import ADMIN, CLIPBOARD, CURSOR, MARKS, READING_ROLES
from aicx_tui.services.action import Action as Action
from aicx_tui.services.bulk_actions import OF_BULKS
from aicx_tui.services.cx_genie_actions import OF_CX_GENIE
from aicx_tui.services.integration_actions import OF_INTEGRATIONS
from aicx_tui.services.open_cx_actions import OF_OPEN_CX
from aicx_tui.services.outbox_actions import OF_THE_OUTBOX
from aicx_tui.services.profile_actions import OF_THE_PROFILE
from aicx_tui.services.snippet_actions import OF_SNIPPETS
from aicx_tui.services.tag_actions import OF_TAGS
from aicx_tui.services.target_actions import OF_TARGETS
from aicx_tui.services.token_actions import OF_THE_TOKEN
from aicx_tui.settings import Context

_ALL = (
    Action(
        "humans.list",
        "List humans",
        "List humans, all or those that match a search.",
        headless="humans list",
    ),
    Action(
        "humans.search",
        "Search",
        "Words in name, e-mail, phone, uid or id; tag:Name=Value, has:phone, updated:7d, -not …",
        headless="humans list",
    ),
    Action(
        "humans.get",
        "Go to humans by id",
        "Read one or several humans by their ids.",
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
        "humans.delete",
        "Delete a human",
        "Delete the human for good, once its name was typed.",
        needs=Capability.HUMANS_DELETE,
        mutates=True,
        headless="humans delete",
    ),
    Action(
        "humans.reveal",
        "Reveal the access token",
        "Read the human's access token and show it until the dialog is closed.",
        needs=Capability.HUMANS_GET,
        headless="humans get",
    ),
    Action(
        "humans.sync",
        "Sync",
        "Bring the local copy of the humans up to date.",
        headless="sync",
    ),
    Action(
        "humans.refresh",
        "Refresh",
        "Read what changed on the platform.",
        headless="sync",
    ),
    Action(
        "humans.sort",
        "Sort",
        "The same order again turns it round.",
        only_console="a command prints the platform's order; pipe it through sort",
    ),
    Action(
        "humans.export",
        "Export",
        "Write humans to a file: CSV for spreadsheets, JSON Lines for machines.",
        needs=Capability.HUMANS_FEED,
        headless="humans list",
    ),
    Action(
        "humans.import",
        "Import",
        "Create a human for each row of a CSV or JSON Lines file; what was done is never repeated.",
        needs=Capability.HUMANS_CREATE,
        mutates=True,
        headless="humans import",
    ),
    Action(
        "humans.import-by-id",
        "Import by id",
        "Read the humans whose ids a file lists.",
        needs=Capability.HUMANS_GET,
        headless="humans import",
    ),
    Action(
        "humans.columns",
        "Columns",
        "Choose the columns, their order and widths.",
        only_console="a command prints every field",
    ),
    Action(
        "humans.mark",
        "Mark",
        "Mark the human at the cursor, or unmark it, and go down.",
        only_console=MARKS,
    ),
    Action(
        "humans.mark-range",
        "Mark a range",
        "Begin one; the same key marks it, Esc gives it up.",
        only_console=MARKS,
    ),
    Action(
        "humans.mark-all",
        "Mark all that match",
        "Once more unmarks them; others stay as they are.",
        only_console=MARKS,
    ),
    Action(
        "humans.mark-list",
        "Mark from a list",
        "Paste ids, e-mails, uids or phones.",
        only_console=MARKS,
    ),
    Action(
        "humans.mark-invert",
        "Invert the marks",
        "Among those that match.",
        only_console=MARKS,
    ),
    Action(
        "humans.mark-clear",
        "Clear the marks",
        "Of everyone; Esc does it too while nothing is searched.",
        only_console=MARKS,
    ),
    Action("humans.open", "Open", "Move into the human's details.", headless="humans get"),
    Action("humans.copy", "Copy", "Copy a field of the human.", only_console=CLIPBOARD),
    Action("humans.copy-id", "Copy id", "Copy the human's id.", only_console=CLIPBOARD),
    Action("humans.copy-uid", "Copy uid", "Copy the human's uid.", only_console=CLIPBOARD),
    Action("humans.copy-email", "Copy e-mail", "Copy the e-mail address.", only_console=CLIPBOARD),
    Action("humans.previous", "Previous human", "Show the human above.", only_console=CURSOR),
    Action("humans.next", "Next human", "Show the human below.", only_console=CURSOR),
    Action(
        "humans.tab",
        "Next tab",
        "Details, history of changes, the platform's own JSON.",
        headless="humans get",
    ),
    Action(
        "humans.tab-back",
        "Previous tab",
        "JSON, history of changes, details.",
        headless="humans get",
    ),
    *OF_TAGS,
    *OF_BULKS,
    *OF_THE_TOKEN,
    *OF_TARGETS,
    *OF_THE_OUTBOX,
    *OF_THE_PROFILE,
    *OF_SNIPPETS,
    *OF_OPEN_CX,
    *OF_INTEGRATIONS,
    *OF_CX_GENIE,
    Action(
        "contexts.list",
        "List contexts",
        "List the contexts, and which one is used.",
        headless="contexts list",
    ),
    Action(
        "contexts.add",
        "Add a context",
        "Describe another platform in config.toml.",
        headless="contexts add",
    ),
    Action(
        "contexts.use",
        "Use a context",
        "Use a context from now on, wherever none is named.",
        headless="contexts use",
    ),
    Action(
        "contexts.switch",
        "Switch context",
        "Go to another platform, in this console only.",
        only_console="a command names its own: --context",
    ),
    Action(
        "contexts.show",
        "Show a context",
        "Print the settings of a context, and where its secret comes from.",
        headless="contexts show",
    ),
    Action(
        "contexts.edit",
        "Change a context",
        "Change settings of a context; comments in config.toml stay.",
        headless="contexts edit",
    ),
    Action(
        "contexts.remove",
        "Remove a context",
        "Remove a context from config.toml and its secrets from the keyring.",
        headless="contexts remove",
    ),
    Action(
        "views.save",
        "Save the view",
        "Keep the search, its order and the columns under a name in config.toml.",
        headless="views save",
    ),
    Action(
        "views.show",
        "Show a view",
        "1 is everybody; saved views are 2 to 9, 0 lists them.",
        headless="humans list",
    ),
    Action(
        "views.list",
        "List views",
        "List the saved views of the context, with their keys.",
        headless="views list",
    ),
    Action(
        "views.remove",
        "Remove a view",
        "Remove a saved view from config.toml.",
        headless="views remove",
    ),
    Action(
        "bots.switch",
        "Switch bot",
        "Go to the humans of another bot of the company.",
        needs=Capability.SIGN_IN,
        headless="contexts edit",
    ),
    Action(
        "config.schema",
        "Schema of config.toml",
        "Print the JSON Schema of config.toml.",
        headless="config schema",
    ),
    Action(
        "config.path",
        "Place of config.toml",
        "Print where config.toml is, or would be.",
        headless="config path",
    ),
    Action(
        "session.sign-in",
        "Sign in",
        "Sign in to the context: with a token, by password, or with a linked account.",
        headless="login",
    ),
    Action(
        "session.sign-out",
        "Sign out",
        "End the session and remove its secret from the keyring.",
        headless="logout",
    ),
    Action(
        "session.who",
        "Who is signed in",
        "Print who is signed in, where, and where the secret comes from.",
        headless="whoami",
    ),
    Action(
        "doctor.run",
        "Doctor",
        "Check terminal, keyring, configuration, clock, and each context.",
        headless="doctor",
    ),
    Action(
        "completion.print",
        "Shell completion",
        "Print what makes bash, zsh or fish complete aicx's words.",
        headless="completion",
    ),
    Action(
        "sandbox.run",
        "Run the sandbox",
        "Run the embedded platform alone, as an emulator of Proto's API.",
        headless="sandbox",
    ),
    Action("console.go", "Go", "Go to another place.", only_console=CURSOR),
    Action(
        "console.theme",
        "Theme",
        "Choose the colours; config.toml keeps the choice.",
        only_console="a command prints no colours",
    ),
    Action(
        "console.lock",
        "Lock",
        "Cover the screen until somebody comes back.",
        only_console="a command leaves nothing on the screen to cover",
    ),
    Action("console.help", "Help", "Show every key.", only_console="commands have --help"),
    Action("console.palette", "Palette", "Find an action by name.", only_console=CURSOR),
    Action(
        "console.back",
        "Back",
        "One step: out of the details, a range, the search, and last the marks.",
        only_console=CURSOR,
    ),
    Action("console.quit", "Quit", "Leave the console.", only_console="a command ends on its own"),
)

ACTIONS: dict[str, Action] = {action.id: action for action in _ALL}
"""Every action by its id, in the order in which help shows them."""


def refusal(
    action: Action,
    context: Context,
    capabilities: frozenset[Capability] | None = None,
    *,
    role: str = "",
) -> str:
    """Why an action cannot be done in a context; empty where it can.

    The guards of console and commands alike are here and nowhere else.

    Args:
        action: What is wanted.
        context: Where.
        capabilities: What the platform can do; None where that is not known yet.
        role: Of who is signed in; empty where that is not known.
    """
    if action.mutates and context.read_only:
        return f"The context {context.name} is read-only."
    if action.mutates and not action.is_own and role in READING_ROLES:
        return f"Your role here is {role}, which may read only."
    if action.is_for_admins and role not in ("", ADMIN):
        return f"Your role here is {role}; only an admin may do this."
    if action.needs and capabilities is not None and action.needs not in capabilities:
        return "This platform has no such call."
    return ""
