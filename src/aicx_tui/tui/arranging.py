"""The order and the columns of the list, and the dialogs that ask for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aicx_tui.services.columns import read_columns, written
from aicx_tui.services.views import View
from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.tui.widgets.human_table import HumanTable

if TYPE_CHECKING:
    from aicx_tui.services.columns import Columns
    from aicx_tui.tui.widgets.human_columns import Tags


class Arrangement:
    """How the list is arranged; the columns are kept by the table that shows them.

    Args:
        table: The list.
        tags: The definitions of tags by id, asked for with each dialog.
        ordered: Called after another order was chosen.

    Attributes:
        sort: The order.
    """

    def __init__(
        self, table: HumanTable, *, tags: Callable[[], Tags], ordered: Callable[[], None]
    ) -> None:
        self.sort = Sort()
        self._table = table
        self._tags = tags
        self._ordered = ordered

    def view(self, *, place: str, query: str, pane: str) -> View:
        """The list as it is, to go on there later."""
        human = self._table.current
        return View(
            place=place,
            query=query,
            sort=self.sort.key,
            descending=self.sort.descending,
            tag_id=self.sort.tag_id,
            human_id=human.id if human is not None else "",
            pane=pane,
            columns=tuple(written(self._table.columns)),
        )

    def take(self, view: View) -> None:
        """Arrange the list as it was."""
        self.sort = view.order
        self._table.columns = read_columns(view.columns)

    @property
    def columns(self) -> Columns:
        """The columns that were chosen."""
        return self._table.columns

    def arrange(self, sort: Sort, columns: Columns) -> None:
        """Take an order and columns, for whoever lists anew."""
        self.sort = sort
        self._table.columns = columns

    def order_by(self, sort: Sort) -> None:
        """Take another order."""
        self.sort = sort
        self._ordered()

    def ask_for_order(self) -> None:
        """Show what the list can be ordered by."""
        from aicx_tui.tui.human_menus import MenuScreen, sort_choices  # only when asked for

        choices = sort_choices(self.sort, tags=self._tags())
        self._table.app.push_screen(MenuScreen("Sort by", choices), self._key_chosen)

    def _key_chosen(self, key: str | None) -> None:
        if key == SortKey.TAG:
            self._ask_for_tag()
        elif key:
            self.order_by(self.sort.chosen(SortKey(key)))

    def _ask_for_tag(self) -> None:
        from aicx_tui.tui.human_menus import PickScreen, tag_rows  # only when asked for

        rows = tag_rows(self.sort, tags=self._tags())
        self._table.app.push_screen(PickScreen("Sort by tag", rows), self._tag_chosen)

    def _tag_chosen(self, tag_id: str | None) -> None:
        if tag_id:
            self.order_by(self.sort.chosen(SortKey.TAG, tag_id=tag_id))

    def ask_for_columns(self) -> None:
        """Show every column there is."""
        from aicx_tui.tui.screens.columns import ColumnsScreen  # only when asked for

        table = self._table
        dialog = ColumnsScreen(table.columns, tags=self._tags(), widths_of=table.widths_of)
        self._table.app.push_screen(dialog, self._columns_chosen)

    def _columns_chosen(self, columns: Columns | None) -> None:
        if columns:
            self._table.columns = columns
