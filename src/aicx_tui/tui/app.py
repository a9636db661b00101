"""The console: one application, its theme, and what holds on every screen."""

from __future__ import annotations

import asyncio
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme
from textual.worker import WorkerFailed

from aicx_tui.services.actions import ACTIONS
from aicx_tui.text import clean
from aicx_tui.tui.control_filter import ControlFilter
from aicx_tui.tui.keys import KEYS, binding
from aicx_tui.tui.screens.help import HelpScreen
from aicx_tui.tui.screens.humans import HumansScreen

if TYPE_CHECKING:
    from aicx_tui.services.access import Access

CALM = Theme(
    name="aicx",
    primary="#7aa2f7",
    accent="#7dcfff",
    secondary="#9aa5ce",
    foreground="#d5daea",
    background="#16181f",
    surface="#1b1e27",
    panel="#252936",
    success="#9ece6a",
    warning="#e0af68",
    error="#f7768e",
    dark=True,
)
"""One accent on calm greys."""

ENDING_SIGNALS = ("SIGTERM", "SIGHUP")
"""Ask the console to end; it then restores the terminal like after `ctrl+q`."""


class AicxApp(App[None]):
    """The console.

    Args:
        access: The way to the platform; the console closes it at its end.
        clock: The present, injected so that pictures and tests can hold it still.
        zone: Where times are shown; None for the system's own zone.
    """

    TITLE = "aicx"
    CSS_PATH = ["styles/app.tcss", "styles/humans.tcss", "styles/dialogs.tcss"]  # noqa: RUF012  # as App declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("console.help", "help"),
        binding("console.quit", "quit", at_once=True),
    ]

    def __init__(
        self,
        access: Access,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self._access = access
        self._clock = clock
        self._zone = zone
        self.animation_level = "none"
        self.register_theme(CALM)
        self.theme = CALM.name

    def get_default_screen(self) -> Screen[None]:
        """The list of humans is where everything starts."""
        return HumansScreen(self._access, clock=self._clock, zone=self._zone)

    def on_load(self) -> None:
        """End in order when asked from outside, from before the terminal is taken over."""
        if sys.platform == "win32":
            return
        loop = asyncio.get_running_loop()
        for name in ENDING_SIGNALS:
            number = signal.Signals[name]
            loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))

    async def on_unmount(self) -> None:
        """End what was started to reach the platform."""
        await asyncio.to_thread(self._access.close)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Behind `text.clean`, a filter that no widget can forget."""
        return [*super().get_line_filters(), ControlFilter()]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Literal["information", "warning", "error"] = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a toast; never reads markup, since messages quote remote text."""
        super().notify(
            clean(message),
            title=clean(title),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: the registry's actions that have keys here and now, and the theme."""
        for active in screen.active_bindings.values():
            if active.binding.id in KEYS and active.enabled:
                action = ACTIONS[active.binding.id]
                run = partial(self.call_later, self.run_action, active.binding.action, active.node)
                yield SystemCommand(f"{action.title}  {KEYS[action.id].shown}", action.help, run)
        yield SystemCommand("Theme", "Change the colours", self.action_change_theme)

    def action_help_quit(self) -> None:
        """Answer ctrl+c, which copies where text is typed and would be easily hit elsewhere."""
        self.notify(f"{KEYS['console.quit'].shown} quits.", timeout=3)

    def action_help(self) -> None:
        """Show every key."""
        self.push_screen(HelpScreen())

    def _fatal_error(self) -> None:
        """Name the place of an unexpected error and nothing of its data.

        Overrides Textual's own, which prints the local variables of every frame: customers'
        records and tokens among them.
        """
        error: BaseException | None = self._exception
        if isinstance(error, WorkerFailed):
            error = error.error
        frames = traceback.extract_tb(error.__traceback__) if error else []
        places = "\n".join(f"  {f.filename}:{f.lineno} in {f.name}" for f in frames[-8:])
        self.panic(
            f"aicx: internal error: {type(error).__name__}. Please report it with these places:\n"
            f"{places}"
        )


def run(access: Access) -> int:
    """Run the console and return its exit code."""
    app = AicxApp(access)
    try:
        app.run()
    finally:
        access.close()
    return app.return_code or 0
