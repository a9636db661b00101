"""Creating, editing and deleting a human in the console, and revealing its access token."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human, HumanChanges, HumanDraft
from aicx_tui.services.drafts import Drafts
from aicx_tui.services.duplicates import others_with
from aicx_tui.services.editing import create_human, update_human
from aicx_tui.text import MISSING, clean
from aicx_tui.tui.moments import absolute

if TYPE_CHECKING:
    from aicx_tui.services.directory import Directory
    from aicx_tui.services.session import Session
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.widgets.human_list import HumanList

MIRROR_SECONDS = 0.25
"""How long the console waits for the local copy before a form opens: what is typed behind the key
is meant for that form, so nothing else may happen in between."""


async def save_human(
    session: Session, human_id: str | None, written: HumanDraft | HumanChanges
) -> str:
    """Send what was typed and return the human's id.

    Args:
        session: Where.
        human_id: Whose; None to create one.
        written: What was typed.

    Raises:
        AicxError: It was not saved, or not surely.
    """
    if isinstance(written, HumanDraft) or human_id is None:
        return await create_human(session.platform, HumanDraft.model_validate(written))
    return await update_human(session.platform, human_id, written)


def ask_for_change(
    app: AicxApp,
    action_id: str,
    session: Session,
    humans: HumanList,
    *,
    shown: Human | None,
    changed: Callable[[], object],
) -> None:
    """Open what an action of the registry asks for.

    Args:
        app: The console.
        action_id: Which.
        session: The platform.
        humans: The list, with the human at its cursor.
        shown: The human in the details, which is mostly the same.
        changed: Reads what changed.
    """
    if action_id == "humans.create":
        _open_form(app, session, humans, None, changed=changed)
        return
    try:
        human = _at_cursor(humans, shown)
    except (AicxError, TookTooLong):
        app.notify("The local copy is busy. Try again.", severity="warning", timeout=5)
        return
    if human is None:
        return
    if action_id == "humans.update":
        _open_form(app, session, humans, human, changed=changed)
    elif action_id == "humans.delete":
        _ask_to_delete(app, session, human, changed=changed)
    else:
        _reveal(app, session, human)


def _at_cursor(humans: HumanList, shown: Human | None) -> Human | None:
    record, directory = humans.table.current, humans.directory
    if record is None or directory is None:
        return None
    if shown is not None and shown.id == record.id:
        return shown
    asked = directory.mirror.document(record.id, place=humans.place_of(record.id))
    text = asked.result(MIRROR_SECONDS)
    return None if text is None else Human.model_validate_json(text)


def _open_form(
    app: AicxApp,
    session: Session,
    humans: HumanList,
    human: Human | None,
    *,
    changed: Callable[[], object],
) -> None:
    from aicx_tui.tui.screens.human_form import HumanFormScreen

    directory, platform = humans.directory, session.platform
    if directory is None:
        return
    human_id = human.id if human is not None else None

    async def read() -> Human:
        return (await platform.get_human(human_id or "")).human

    async def look_up(fields: Mapping[str, str]) -> Mapping[str, Sequence[Human]]:
        return await others_with(directory, fields, but=human_id or "")

    def closed(saved_id: str | None) -> None:
        if saved_id is not None:
            humans.run_worker(_show(humans, directory, saved_id, changed), group="saved")

    can_read = human is not None and Capability.HUMANS_GET in platform.capabilities
    form = HumanFormScreen(
        human,
        save=partial(save_human, session, human_id),
        read=read if can_read else None,
        look_up=look_up,
        drafts=Drafts(directory.mirror, is_kept=directory.is_kept, clock=directory.clock),
        when=lambda moment: absolute(moment, zone=app.zone),
        country=session.context.country,
        can_write_notes=Capability.HUMANS_NOTES in platform.capabilities,
    )
    app.push_screen(form, closed)


async def _show(
    humans: HumanList, directory: Directory, human_id: str, changed: Callable[[], object]
) -> None:
    """Show a human as it was saved, with the cursor on it."""
    with suppress(AicxError):  # it is saved; the next refresh brings it
        await directory.fetch(human_id)
    if humans.is_attached:  # the console may be on its way out
        humans.list_humans()
        humans.table.seek(human_id)
        changed()


def _ask_to_delete(
    app: AicxApp, session: Session, human: Human, *, changed: Callable[[], object]
) -> None:
    from aicx_tui.tui.screens.delete_human import DeleteHumanScreen

    def closed(deleted_id: str | None) -> None:
        if deleted_id is not None:
            app.notify(clean(human.fullname or MISSING), title="Deleted", timeout=5)
            changed()

    app.push_screen(DeleteHumanScreen(human, delete=session.platform.delete_human), closed)


def _reveal(app: AicxApp, session: Session, human: Human) -> None:
    from aicx_tui.tui.screens.reveal import RevealScreen

    async def read() -> Human:
        return (await session.platform.get_human(human.id)).human

    app.push_screen(RevealScreen(human, read=read))
