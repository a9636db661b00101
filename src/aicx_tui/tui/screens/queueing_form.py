"""A form whose values go into the outbox: once they are there, nothing sends them twice."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from typing_extensions import override

from aicx_tui.storage.changes import Change
from aicx_tui.tui.screens.form import FormScreen
from aicx_tui.tui.widgets.form import Field

if TYPE_CHECKING:
    from aicx_tui.tui.app import AicxApp

Tried = Callable[[Change, Callable[[], Awaitable[None]]], Awaitable[Change]]
"""Waits a moment for what becomes of a change; where the platform refuses it at once, calls the
second before it is discarded, and raises why."""


class QueueingForm(FormScreen[Change]):
    """Queues a change, waits a moment for the platform's answer, and answers with the change.

    Escape does not wait: the change is in the outbox, and the form has nothing left to lose.

    Args:
        title: The verb and what it is about.
        fields: What it asks for.
        tried: Waits for the platform.
        said: Something to know first, above the fields.
        advice: Something to know, below the fields.
    """

    def __init__(
        self,
        title: str,
        fields: tuple[Field, ...],
        *,
        tried: Tried,
        said: str = "",
        advice: str = "",
    ) -> None:
        super().__init__(title, fields, said=said, advice=advice)
        self._tried = tried
        self._queued: Change | None = None
        self._is_left = False

    @abstractmethod
    async def queue(self, values: dict[str, str]) -> Change:
        """Queue what the form is for.

        Args:
            values: What was typed, by field.

        Raises:
            AicxError: Nothing was queued.
        """

    async def take_back(self) -> None:
        """Keep what was typed: the platform refused it, and the change is about to go."""
        self._queued = None

    @override
    async def send(self, values: dict[str, str]) -> Change:
        self._queued = await self.queue(values)
        if self._is_left:
            self._say_queued(self._queued)
            return self._queued
        return await self._tried(self._queued, self.take_back)

    def on_form_screen_refused(self, message: FormScreen.Refused) -> None:
        """Stay, whatever key was pressed meanwhile."""
        self._is_left = False

    @property
    @override
    def awaits_platform(self) -> bool:
        return False  # the outbox does

    @override
    def action_back(self) -> None:
        """Go back; what is on its way into the outbox gets there first."""
        if not self._is_busy:
            super().action_back()
        elif self._queued is None:
            self._is_left = True
        else:
            self.workers.cancel_group(self, "sending")
            self._form.clear_secrets()
            self._say_queued(self._queued)
            self.answer(self._queued)

    @override
    async def at_stake(self) -> str:
        return self.AT_STAKE if self._is_busy and self._queued is None else ""

    def _say_queued(self, change: Change) -> None:
        app = cast("AicxApp", self.app)
        shown = app.keymap.shown("outbox.list")
        said = f"It is in the outbox and goes out by itself. {shown} shows it."
        app.notify(said, title=change.name, timeout=5)
