"""Taking back in the console what was done last, and doing it again."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError
from aicx_tui.services.undoing import Undoing
from aicx_tui.storage.changes import Change, State
from aicx_tui.text import clean
from aicx_tui.tui.change_words import in_a_line

if TYPE_CHECKING:
    from aicx_tui.services.outbox import Outbox
    from aicx_tui.services.session import Session
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.sending import Sending
    from aicx_tui.tui.widgets.human_list import HumanList


async def take_step(
    app: AicxApp, session: Session, humans: HumanList, *, is_back: bool, sending: Sending
) -> None:
    """Take the last change back, or do it again, and show whose it is.

    Args:
        app: The console.
        session: The platform, which may not be able to take everything back.
        humans: The list.
        is_back: Whether to take back.
        sending: What sends the change.
    """

    def step(outbox: Outbox) -> Awaitable[Change]:
        undoing = Undoing(outbox, session.platform.capabilities)
        return undoing.undo() if is_back else undoing.redo()

    try:
        change = await sending.decide(step)
    except AicxError as error:
        app.report(error, title="Not undone" if is_back else "Not redone")
        return
    humans.table.seek(change.human_id)
    said = clean(in_a_line(change, humans.tags()))
    if change.state is State.WITHDRAWN:
        said = "It was not sent yet, so it is simply taken back."
    title = f"{'Undone' if is_back else 'Redone'}: {clean(change.name)}"
    app.notify(said, title=title, timeout=5)
