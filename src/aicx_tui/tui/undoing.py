"""Taking back in the console what was done last, and doing it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError
from aicx_tui.services.undoing import Undoing
from aicx_tui.storage.bulks import Bulk
from aicx_tui.storage.changes import State
from aicx_tui.text import clean
from aicx_tui.tui.change_words import in_a_line

if TYPE_CHECKING:
    from aicx_tui.services.session import Session
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.bulking import Bulking
    from aicx_tui.tui.sending import Sending
    from aicx_tui.tui.widgets.human_list import HumanList


async def take_step(
    app: AicxApp,
    session: Session,
    humans: HumanList,
    *,
    is_back: bool,
    sending: Sending,
    bulking: Bulking,
) -> None:
    """Take back what was done last, or do it again, and show whose it is.

    Args:
        app: The console.
        session: The platform, which may not be able to take everything back.
        humans: The list.
        is_back: Whether to take back.
        sending: What sends a change.
        bulking: What runs a bulk.
    """
    if sending.outbox is None:
        return
    try:
        undoing = Undoing(sending.outbox, bulking.bulks, session.platform.capabilities)
        taken = await (undoing.undo() if is_back else undoing.redo())
    except AicxError as error:
        app.report(error, title="Not undone" if is_back else "Not redone")
        return
    if isinstance(taken, Bulk):
        await bulking.begin(taken)
        bulking.show(taken)
        return
    sending.go_on()
    humans.table.seek(taken.human_id)
    said = clean(in_a_line(taken, humans.tags()))
    if taken.state is State.WITHDRAWN:
        said = "It was not sent yet, so it is simply taken back."
    title = f"{'Undone' if is_back else 'Redone'}: {clean(taken.name)}"
    app.notify(said, title=title, timeout=5)
