"""Where a person is in the list, and going on there at the next start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aicx_tui.services.views import View, read_view
from aicx_tui.tui.widgets.human_detail import TABS, HumanDetail
from aicx_tui.tui.widgets.human_list import HumanList

if TYPE_CHECKING:
    from aicx_tui.services.directory import Directory


class Whereabouts:
    """Tells where one is, and goes on where one was if nothing was done since.

    Args:
        humans: The list.
        detail: The human in full.
        open_detail: Moves into the details.

    Attributes:
        is_in_detail: Whether the details are in use; to be kept up to date, since the focus is
            gone when a screen goes.
    """

    def __init__(
        self, humans: HumanList, detail: HumanDetail, *, open_detail: Callable[[], None]
    ) -> None:
        self.is_in_detail = False
        self._list = humans
        self._detail = detail
        self._open_detail = open_detail
        self._wanted: View | None = None

    def written(self, directory: Directory) -> str:
        """Where one is, to be read by `return_to`."""
        pane = self._detail.tab if self.is_in_detail else "list"
        query = self._list.search.value
        return self._list.arranged.view(place=directory.name, query=query, pane=pane).written()

    def return_to(self, text: str | None, directory: Directory) -> None:
        """Search and arrange as it was, unless there is a search already."""
        view = read_view(text)
        if view is None or self._list.search.value or view.place != directory.name:
            return
        self._wanted = view
        self._list.arranged.take(view)
        self._list.search.value = view.query

    def rows_shown(self) -> None:
        """Put the cursor where it was, once that human is there and if nobody moved it."""
        view, table = self._wanted, self._list.table
        if view is None or table.cursor or not table.move_to(view.human_id):
            return
        self._wanted = None
        if view.pane != "list":
            self._detail.tab = next((n for n, _ in TABS if n == view.pane), "details")
            self._open_detail()
