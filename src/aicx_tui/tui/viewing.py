"""Saved views in the console: their tabs, showing one, saving what is shown, removing one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.app import SystemCommand
from textual.binding import Binding

from aicx_tui.errors import AicxError
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.columns import read_columns
from aicx_tui.text import clean
from aicx_tui.tui.widgets.view_tabs import Tab, ViewTabs

if TYPE_CHECKING:
    from aicx_tui.services.setup import Setup
    from aicx_tui.settings import SavedView
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.widgets.human_list import HumanList

DIGITS = tuple(range(1, 10))


def view_bindings() -> list[Binding]:
    """A binding for each digit; the last, which help and palette run, lists the views."""
    return [
        Binding(str(digit), f"show_view({digit})", show=False, id="views.show")
        for digit in (*DIGITS, 0)
    ]


class Viewing:
    """The saved views of a context, over the list that shows them.

    Nothing is loaded for them while none is saved: that would hold up the first paint.

    Args:
        tabs: Shows them.
        humans: The list that a view's search, order and columns go to.
        context: The name of the context.
    """

    def __init__(
        self,
        tabs: ViewTabs,
        humans: HumanList,
        *,
        context: Callable[[], str],
    ) -> None:
        self._tabs = tabs
        self._context = context
        self._list = humans
        self._search = humans.search
        self._arranged = humans.arranged
        self._searching = humans.searching
        self._latest = 1
        self._painted: tuple[SavedView, ...] = ()
        self._searched: list[str] = [""]

    @property
    def _app(self) -> AicxApp:
        return cast("AicxApp", self._tabs.app)

    @property
    def _setup(self) -> Setup:
        return self._app.setup

    @property
    def _views(self) -> tuple[SavedView, ...]:
        return self._setup.config.views.get(self._context(), ())

    def look(self) -> None:
        """Show the tabs of what a command has saved or removed since.

        Not under a dialog: it may offer views by their keys.
        """
        if self._tabs.screen.is_current:
            self._setup.look_at_config()
            self.paint()

    def paint(self) -> None:
        """Show the tabs, and which of them the search is that of."""
        if (views := self._views) != self._painted:
            self._read(views)
        if self._painted:
            self._tabs.active = self._active

    def _read(self, views: tuple[SavedView, ...]) -> None:
        """Make the tabs; whether the searches can be read is looked at behind the next paint."""
        from aicx_tui.services.saved_views import ALL, taken_apart

        self._painted = views
        self._searched = [taken_apart(view.query)[0] for view in (ALL, *views)]
        tabs = [Tab(key, view.name) for key, view in enumerate((ALL, *views), 1)]
        self._tabs.tabs = tuple(tabs) if views else ()
        self._tabs.call_after_refresh(self._check)

    def _check(self) -> None:
        """Say which searches cannot be read."""
        from aicx_tui.services.saved_views import unreadable

        problems = {view.name: problem for view, problem in unreadable(self._painted)}
        self._tabs.tabs = tuple(
            tab._replace(is_readable=tab.name not in problems) for tab in self._tabs.tabs
        )
        for name, problem in problems.items():
            self._app.notify(
                f"{name} cannot be searched for. {problem}",
                title="Views in config.toml",
                severity="warning",
                timeout=12,
            )

    @property
    def _active(self) -> int:
        """The key of the view whose search this is, the latest shown first; 0 for none."""
        said = self._search.value.strip()
        keys = [key for key, query in enumerate(self._searched, 1) if query == said]
        return self._latest if self._latest in keys else next(iter(keys), 0)

    # What keys do

    def show(self, key: int) -> None:
        """Show a view by its key; 0 asks which."""
        from aicx_tui.services.saved_views import ALL, taken_apart

        views = (ALL, *self._views)
        if key == 0:
            self._ask(views)
        elif key > len(views):
            save = self._app.keymap.shown("views.save")
            last = f"The last is {len(views)}" if len(views) > 1 else "None is saved"
            said = f"There is no view {key}. {last}; {save} saves what is shown."
            self._app.notify(said, timeout=4)
        else:
            view = views[key - 1]
            text, order = taken_apart(view.query)
            sort = self._searching.order_of(order)
            self._latest = key
            self._arranged.arrange(sort, read_columns(view.columns))
            if self._search.value == text:
                self._list.list_humans()
            else:
                self._search.value = text
            self.paint()

    def _ask(self, views: tuple[SavedView, ...]) -> None:
        from aicx_tui.tui.screens.pick import PickScreen, Row  # only when asked for

        rows = [
            Row(str(key), view.name, key=str(key), note=view.query or "everybody")
            for key, view in enumerate(views, 1)
        ]
        self._app.push_screen(PickScreen("Show a view", rows), self._picked)

    def _picked(self, key: str | None) -> None:
        if key:
            self.show(int(key))

    def save(self) -> None:
        """Ask for a name and save what is shown."""
        from aicx_tui.services.saved_views import view_of  # only when asked for
        from aicx_tui.tui.screens.save_view import SaveViewScreen

        if self._searching.problem is not None:
            said = f"The search cannot be read, so it was not saved. {self._searching.problem}"
            self._app.notify(said, title="Not saved", severity="warning")
            return
        active, arranged = self._active, self._arranged
        shown = partial(
            view_of,
            query=self._search.value,
            sort=arranged.sort,
            columns=arranged.columns,
            tags={tag.id: tag.name for tag in self._list.tags().values()},
        )
        name = self._painted[active - 2].name if active >= 2 else ""
        form = SaveViewScreen(self._setup, self._context(), name=name, shown=shown)
        self._app.push_screen(form, self._saved)

    def _saved(self, name: str | None) -> None:
        if name is None:
            return
        names = [view.name.casefold() for view in self._views]
        self._latest = names.index(name.casefold()) + 2
        self.paint()
        self._app.notify(f"{self._latest} shows it.", title=f"Saved {clean(name)}", timeout=4)

    def remove(self, name: str) -> None:
        """Remove a view; its search is said, so that it can be saved again."""
        from aicx_tui.services.saved_views import remove_view, view_called

        context = self._context()
        try:
            view = view_called(self._setup.config, context, name)
            self._setup.config = remove_view(self._setup.config.path, context, name)
        except AicxError as error:
            self._app.report(error, title=f"{name} was not removed")
            return
        self.paint()
        said = f"Its search was: {view.query or 'everybody'}"
        self._app.notify(said, title=f"Removed {name}", timeout=8)

    def commands(self) -> Iterator[SystemCommand]:
        """What the palette offers of this."""
        if self._views:  # by no name here: the palette would read markup in one
            action = ACTIONS["views.remove"]
            ask = partial(self._app.call_later, self._ask_what_to_remove)
            yield SystemCommand(f"{action.title} …", action.help, ask)

    def _ask_what_to_remove(self) -> None:
        from aicx_tui.tui.screens.pick import PickScreen, Row  # only when asked for

        rows = [Row(view.name, view.name, note=view.query) for view in self._views]
        self._app.push_screen(PickScreen("Remove a view", rows), self._remove)

    def _remove(self, name: str | None) -> None:
        if name:
            self.remove(name)
