"""List and details side by side or one below the other; the details follow the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Container
from textual.timer import Timer

from aicx_tui.errors import AicxError
from aicx_tui.tui.widgets.human_list import HumanList
from aicx_tui.tui.widgets.marking import MarkingTable

if TYPE_CHECKING:
    from aicx_tui.services.directory import Directory
    from aicx_tui.tui.widgets.human_detail import HumanDetail

REST_SECONDS = 0.06
"""How long the cursor rests before the details follow, so that moving never waits for them."""


class Panes(Container):
    """The two panes.

    Args:
        humans: The list.
        detail: The human at its cursor in full.
    """

    BLANK = True  # wholly covered by the two: else painting them would draw it below

    def __init__(self, humans: HumanList, detail: HumanDetail) -> None:
        super().__init__(id="panes")
        self._list = humans
        self._detail = detail
        self._rest: Timer | None = None

    def compose(self) -> ComposeResult:
        """The two."""
        yield self._list
        yield self._detail

    @on(MarkingTable.Highlighted)
    def _cursor_moved(self) -> None:
        if self._rest:
            self._rest.stop()
        self._rest = self.set_timer(REST_SECONDS, self.follow)

    def follow(self) -> None:
        """Show the human at the cursor in full."""
        record, directory = self._list.table.current, self._list.directory
        if record is None or directory is None:
            self._detail.human = None
        else:
            self._show(directory, record.id, self._list.place_of(record.id))

    @work(exclusive=True, group="detail")
    async def _show(self, directory: Directory, human_id: str, place: int | None) -> None:
        try:
            self._detail.human = await directory.human(human_id, place=place)
        except AicxError as error:
            self.post_message(HumanList.Failed(error))
