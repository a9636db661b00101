"""The forms that define and delete tags, and what is said when they are done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError
from aicx_tui.models.capability import Capability
from aicx_tui.numerals import grouped
from aicx_tui.text import clean

if TYPE_CHECKING:
    from aicx_tui.models.tag import TagDefinition
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.session import Session
    from aicx_tui.services.tag_defining import Definitions
    from aicx_tui.services.tag_planning import Step
    from aicx_tui.tui.app import AicxApp

DEFINE, EDIT, DELETE = "tags.define", "tags.edit", "tags.delete"

NAME_CHARACTERS = 40
"""Of a tag's name in a title."""


def why_not(
    action_id: str,
    *,
    definitions: Definitions | None,
    session: Session | None,
    tag: TagDefinition | None,
) -> str:
    """Why a definition cannot be made or changed here now; empty where it can.

    Args:
        action_id: What is wanted.
        definitions: Where they are kept; None where that is not known yet.
        session: The platform, if it is open.
        tag: The one at the cursor.
    """
    if action_id not in (DEFINE, EDIT, DELETE):
        return ""
    if definitions is None:
        return "The platform is not open yet."
    capabilities = session.platform.capabilities if session is not None else frozenset()
    if not definitions.is_local and Capability.TAGS_DEFINE not in capabilities:
        return "This platform has no such call."
    return "There is no tag at the cursor." if tag is None and action_id != DEFINE else ""


def ask_for_definition(
    app: AicxApp,
    definitions: Definitions,
    tag: TagDefinition | None,
    *,
    ended: Callable[[], object],
    done: Callable[[TagDefinition], None],
) -> None:
    """Ask what a tag is to be, and make it so.

    Args:
        app: The console.
        definitions: Where it is kept.
        tag: What it is now; None for a new one.
        ended: Called when there may be another definition than before, in whatever way it ended.
        done: Called with what it is now.
    """
    from aicx_tui.tui.screens.tag_form import TagFormScreen  # only when asked for

    def defined(step: Step | None) -> None:
        if step is not None:
            _tell(app, step)
            done(step.after)

    app.push_screen(TagFormScreen(definitions, tag, ended=ended), defined)


def _tell(app: AicxApp, step: Step) -> None:
    name = clean(step.after.name, limit=NAME_CHARACTERS)
    if step.before is None:
        app.notify("Humans can have it from now on.", title=f"Defined {name}", timeout=4)
    elif step.changes_nothing:
        app.notify("It is like that already.", title="Nothing was changed", timeout=4)
    else:
        app.notify("Humans keep their values.", title=f"Changed {name}", timeout=4)


async def ask_whether_to_delete(
    app: AicxApp,
    directory: Directory,
    definitions: Definitions,
    tag: TagDefinition,
    *,
    ended: Callable[[], object],
    done: Callable[[], None],
) -> None:
    """Ask for a tag's name, saying how many humans have it, and delete it.

    Args:
        app: The console.
        directory: Who has it.
        definitions: Where it is kept.
        tag: Which.
        ended: Called when it may be gone, in whatever way it ended.
        done: Called when the platform took it from its humans.
    """
    from aicx_tui.tui.screens.delete_tag import DeleteTagScreen  # only when asked for

    try:
        count = await directory.count_tagged(tag.id)
    except AicxError as error:
        app.report(error, title="Nothing was deleted")
        return
    name = clean(tag.name, limit=NAME_CHARACTERS)

    def deleted(had_it: int | None) -> None:
        if had_it is None:
            return
        if definitions.is_local:
            app.notify("Humans keep their values.", title=f"Forgot {name}", timeout=8)
            return
        said = "1 human had it." if had_it == 1 else f"{grouped(had_it)} humans had it."
        app.notify(said, title=f"Deleted {name}", timeout=8)
        done()

    app.push_screen(DeleteTagScreen(tag, definitions, count=count, ended=ended), deleted)
