"""Going to a human by its id, which is read from the platform first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError
from aicx_tui.storage.record import LOCAL

if TYPE_CHECKING:
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.widgets.human_list import HumanList


def ask_where_to_go(app: AicxApp, humans: HumanList, *, open_detail: Callable[[], None]) -> None:
    """Ask for ids, read those humans, and put the cursor on the first.

    Args:
        app: The console.
        humans: The list.
        open_detail: Moves into the details.
    """
    from aicx_tui.tui.screens.go_to import GoToScreen  # only when asked for

    async def fetch(human_ids: Sequence[str]) -> AsyncIterator[tuple[str, AicxError | None]]:
        """Read humans and show them below the dialog as they come."""
        if humans.directory is None:
            raise AicxError("The platform is not open yet.", hint="Wait a moment.")
        for human_id in human_ids:
            if human_id.startswith(LOCAL):
                yield human_id, AicxError(f"{human_id} is not yet at the platform.")
        asked = [human_id for human_id in human_ids if not human_id.startswith(LOCAL)]
        async for read in humans.directory.fetch_each(asked):
            yield read
        humans.list_humans()

    def went(human_id: str | None) -> None:
        if human_id is None:
            return
        if not humans.table.move_to(human_id):
            humans.search.value = ""
            humans.list_humans()
            humans.table.seek(human_id)
        open_detail()

    app.push_screen(GoToScreen(fetch), went)
