"""Asks what to call the view that is shown, and saves it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widgets import Input
from typing_extensions import override

from aicx_tui.errors import UsageError
from aicx_tui.services.saved_views import save_view, saved_views
from aicx_tui.text import clean
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

if TYPE_CHECKING:
    from aicx_tui.services.setup import Setup
    from aicx_tui.settings import SavedView


class SaveViewScreen(FormScreen[str]):
    """A form with one field; answers with the name under which the view is saved.

    Args:
        setup: Whose config.toml keeps it.
        context: Whose view it is.
        name: What to call it, to begin with.
        shown: Makes the view of a name.
    """

    SENDS = "save"
    BUSY = "Writing config.toml …"

    def __init__(
        self, setup: Setup, context: str, *, name: str, shown: Callable[[str], SavedView]
    ) -> None:
        view = shown("x")
        said = f"Search: {clean(view.query) or 'everybody'}\n"
        said += f"Columns: {clean(', '.join(view.columns)) or 'the usual ones'}"
        super().__init__(
            "Save the view",
            (Field("name", "Name", "What its tab says.", value=name),),
            said=said,
            advice="config.toml keeps it, with the search as it is.",
        )
        self._setup = setup
        self._of_context = context
        self._shown = shown
        self._warned_of = ""

    def on_mount(self) -> None:
        """Let what is typed take the place of the name."""
        super().on_mount()
        self.query_one(Input).action_select_all()

    @override
    async def send(self, values: dict[str, str]) -> str:
        name = values["name"]
        view = self._shown(name)
        names = [v.name.casefold() for v in saved_views(self._setup.config, self._of_context)]
        if name.casefold() in names and name.casefold() != self._warned_of:
            self._warned_of = name.casefold()
            raise UsageError(
                f"There is a view {name} already.", hint="Enter again replaces it; Esc goes back."
            )
        path = self._setup.config.path
        self._setup.config = await asyncio.to_thread(save_view, path, self._of_context, view)
        return name
