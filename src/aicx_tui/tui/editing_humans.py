"""Creating, editing and deleting a human in the console, and revealing its access token."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import TimeoutError as TookTooLong
from functools import partial
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human, HumanChanges, HumanDraft
from aicx_tui.services.drafts import NEW, Drafts
from aicx_tui.services.duplicates import others_with
from aicx_tui.storage import outbox_reading
from aicx_tui.storage.record import LOCAL
from aicx_tui.text import MISSING, clean
from aicx_tui.tui.moments import absolute

if TYPE_CHECKING:
    from aicx_tui.services.session import Session
    from aicx_tui.storage.changes import Change
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.sending import Sending
    from aicx_tui.tui.widgets.human_list import HumanList

MIRROR_SECONDS = 0.25
"""How long the console waits for the local copy before a form opens: what is typed behind the key
is meant for that form, so nothing else may happen in between."""


async def queue_human(
    sending: Sending, human_id: str, written: HumanDraft | HumanChanges, upon: Human | None
) -> Change:
    """Queue what was typed; its draft goes in the same moment.

    Args:
        sending: What sends it.
        human_id: Whose; empty to create one.
        written: What was typed.
        upon: The human that it was typed upon.

    Raises:
        AicxError: It was not queued, and its draft is still there.
    """
    if isinstance(written, HumanDraft):
        return await sending.queue_create(written, draft_of=NEW)
    return await sending.queue_update(human_id, written, upon=upon, draft_of=human_id)


def ask_for_change(
    app: AicxApp,
    action_id: str,
    session: Session,
    humans: HumanList,
    *,
    shown: Human | None,
    sending: Sending,
) -> None:
    """Open what an action of the registry asks for.

    Args:
        app: The console.
        action_id: Which.
        session: The platform.
        humans: The list, with the human at its cursor.
        shown: The human in the details, which is mostly the same.
        sending: What queues and sends changes.
    """
    if action_id == "humans.create":
        _open_form(app, session, humans, None, sending=sending)
        return
    human = human_at_cursor(app, humans, shown)
    if human is None:
        return
    if action_id == "humans.update":
        _open_form(app, session, humans, human, sending=sending)
    elif action_id == "humans.delete":
        _ask_to_delete(app, human, sending=sending)
    else:
        _reveal(app, session, human)


def human_at_cursor(app: AicxApp, humans: HumanList, shown: Human | None) -> Human | None:
    """The human at the cursor; None where there is none, or that cannot be told, which is said."""
    try:
        return at_cursor(humans, shown)
    except (AicxError, TookTooLong):
        app.notify("The local copy is busy. Try again.", severity="warning", timeout=5)
        return None


def at_cursor(humans: HumanList, shown: Human | None) -> Human | None:
    """The human at the cursor, as the local copy has it now; None where that has none."""
    record, directory = humans.table.current, humans.directory
    if record is None or directory is None:
        return None
    if shown is not None and shown.id == record.id:
        return shown
    mirror = directory.mirror
    text = mirror.document(record.id, place=humans.place_of(record.id)).result(MIRROR_SECONDS)
    if text is None and record.id.startswith(LOCAL):  # it was created since the list was read
        now = mirror.read(lambda c: outbox_reading.id_now(c, record.id)).result(MIRROR_SECONDS)
        text = mirror.document(now).result(MIRROR_SECONDS)
    return None if text is None else Human.model_validate_json(text)


def _open_form(
    app: AicxApp,
    session: Session,
    humans: HumanList,
    human: Human | None,
    *,
    sending: Sending,
) -> None:
    from aicx_tui.tui.screens.human_form import HumanFormScreen

    directory, platform = humans.directory, session.platform
    if directory is None:
        return
    human_id = human.id if human is not None else ""

    async def read() -> Human:
        return (await platform.get_human(human_id)).human

    async def look_up(fields: Mapping[str, str]) -> Mapping[str, Sequence[Human]]:
        return await others_with(directory, fields, but=human_id)

    def closed(change: Change | None) -> None:
        if change is not None:
            humans.table.seek(change.human_id)

    is_there = human is not None and not human_id.startswith(LOCAL)
    can_read = is_there and Capability.HUMANS_GET in platform.capabilities
    form = HumanFormScreen(
        human,
        queue=partial(queue_human, sending, human_id),
        tried=sending.tried,
        read=read if can_read else None,
        look_up=look_up,
        drafts=Drafts(directory.mirror, is_kept=directory.is_kept, clock=directory.clock),
        when=lambda moment: absolute(moment, reader=app.reader),
        country=session.context.country,
        can_write_notes=Capability.HUMANS_NOTES in platform.capabilities,
        fields=platform.fields,
    )
    app.push_screen(form, closed)


def _ask_to_delete(app: AicxApp, human: Human, *, sending: Sending) -> None:
    from aicx_tui.storage.changes import State
    from aicx_tui.tui.screens.delete_human import DeleteHumanScreen

    def closed(change: Change | None) -> None:
        if change is not None:
            title = "Deleted" if change.state is State.DONE else "To be deleted"
            app.notify(clean(human.fullname or MISSING), title=title, timeout=5)

    queue = partial(sending.queue_delete, human.id, upon=human)
    app.push_screen(DeleteHumanScreen(human, queue=queue, tried=sending.tried), closed)


def _reveal(app: AicxApp, session: Session, human: Human) -> None:
    from aicx_tui.tui.screens.reveal import RevealScreen

    async def read() -> Human:
        return (await session.platform.get_human(human.id)).human

    app.push_screen(RevealScreen(human, read=read))
