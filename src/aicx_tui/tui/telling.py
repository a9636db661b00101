"""Tells of changes that need somebody: a few one by one, what is more summed up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError, OutcomeUnknownError
from aicx_tui.numerals import grouped

if TYPE_CHECKING:
    from aicx_tui.services.field_words import Tags
    from aicx_tui.storage.changes import Change
    from aicx_tui.tui.app import AicxApp


def title_after(error: AicxError, *, otherwise: str) -> str:
    """What stands over the words of an error, which must not say more than they do."""
    return "Not known to be changed" if isinstance(error, OutcomeUnknownError) else otherwise


MOST_TOASTS = 3
"""Changes of one run that are told one by one."""


class Telling:
    """The toasts of one run."""

    def __init__(self) -> None:
        self._told = 0

    def tell(self, change: Change, app: AicxApp, tags: Tags) -> None:
        """Tell of a change that needs somebody, unless enough are told already."""
        from aicx_tui.tui.change_words import reason, word  # it loads the models

        self._told += 1
        if self._told <= MOST_TOASTS:
            app.notify(
                f"{reason(change, tags)} {app.keymap.shown('outbox.list')} shows it.",
                title=f"{change.name}: {word(change.state)}",
                severity="warning",
                timeout=12,
            )

    def sum_up(self, app: AicxApp) -> None:
        """Say how many were not told of; a new run begins."""
        more, self._told = self._told - MOST_TOASTS, 0
        if more > 0:
            changes = "1 more change needs" if more == 1 else f"{grouped(more)} more changes need"
            shown = app.keymap.shown("outbox.list")
            app.notify(f"{changes} you. {shown} shows all.", severity="warning")
