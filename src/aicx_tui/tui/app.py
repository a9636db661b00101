"""The console: one application, its theme, and what holds on every screen."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import ActiveBinding, BindingType
from textual.driver import Driver
from textual.errors import NoWidget
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from typing_extensions import override

from aicx_tui.errors import AicxError
from aicx_tui.services.actions import ACTIONS
from aicx_tui.text import clean
from aicx_tui.tui.asking_terminal import ask_terminal
from aicx_tui.tui.control_filter import ControlFilter
from aicx_tui.tui.crashing import crash_report
from aicx_tui.tui.joiners import with_joiners
from aicx_tui.tui.keymap import Keymap
from aicx_tui.tui.keys import KEYS, binding
from aicx_tui.tui.places import FIRST_PLACE, Places
from aicx_tui.tui.reader import Reader
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.screens.humans import HumansScreen
from aicx_tui.tui.signing_in import SignIns
from aicx_tui.tui.themes import THEMES, fitting
from aicx_tui.tui.widgets.search_input import is_typed_into
from aicx_tui.tui.widgets.too_small import HORIZONTAL, VERTICAL

if TYPE_CHECKING:
    from aicx_tui.services.access import Access
    from aicx_tui.services.setup import Setup

ENDING_SIGNALS = ("SIGTERM", "SIGHUP")
"""Ask the console to end; it then restores the terminal like after `ctrl+q`."""

MINUTE = 60.0

OVER_DIALOG_SECONDS = 5.0
"""How long a toast stays over a dialog."""

NOT_OVER_DIALOGS = frozenset(
    {"help", "go", "outbox", "switch_bot", "sign_in", "command_palette", "show_theme"}
)
"""Actions of the whole console that wait until a dialog is answered."""


class AicxApp(App[None]):
    """The console.

    Args:
        setup: What this run stands on.
        access: The way to the first platform, which the console closes; None asks for one.
        clock: The present, injected so that pictures and tests can hold it still.
        zone: Where times are shown; None for where the profile says, else the system's own zone.

    Attributes:
        pressed: Keys and clicks so far.
    """

    TITLE = "aicx"
    DEFAULT_MODE = FIRST_PLACE
    HORIZONTAL_BREAKPOINTS = HORIZONTAL
    VERTICAL_BREAKPOINTS = VERTICAL
    CSS_PATH = [f"styles/{name}.tcss" for name in ("app", "humans", "dialogs", "places")]  # noqa: RUF012  # as App declares it
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("console.go", "go", at_once=True),
        binding("console.help", "help", at_once=True),
        binding("console.palette", "command_palette", at_once=True),
        binding("session.sign-in", "sign_in", at_once=True),
        binding("outbox.list", "outbox", at_once=True),
        binding("bots.switch", "switch_bot", at_once=True),
        binding("console.lock", "lock", at_once=True),
        binding("console.quit", "quit", at_once=True),
    ]

    def __init__(
        self,
        setup: Setup,
        access: Access | None,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.setup = setup
        self.keymap = Keymap(setup.config.keys)
        self.places = Places(self, access)
        self.sign_ins = SignIns(self)
        self.clock = clock
        self._zone = zone
        self.pressed = 0
        self._idle: Timer | None = None
        self._is_ready = False
        self._ends_with: int | None = None
        self._offered: dict[str, ActiveBinding] = {}
        self._warned_of: tuple[Screen[object], str] | None = None
        self.animation_level = "none"
        self.set_keymap(self.keymap.overrides)
        for theme in THEMES:
            self.register_theme(theme)
        colours = self.console.color_system
        self._start_with(fitting(setup.config.theme, colours=colours, no_color=self.no_color))

    def _start_with(self, theme: str) -> None:
        """Take a theme, not by assignment: that would parse every style a second time."""
        self.set_reactive(App.theme, theme)
        dark = self.current_theme.dark
        self.set_class(dark, "-dark-mode", update=False)
        self.set_class(not dark, "-light-mode", update=False)
        self.stylesheet.set_variables(self.get_css_variables())
        self._refresh_truecolor_filter(self.ansi_theme)  # it was made for another theme

    def get_default_screen(self) -> Screen[None]:
        """The list of humans, or the way to a first one; as a mode it would be styled twice."""
        return self.places.first_screen()

    def humans_screen(self, access: Access) -> HumansScreen:
        """The list of humans of a platform."""
        access.ask = self.sign_ins.ask
        access.tell = lambda said: self.notify(said, title="Token", timeout=20)
        return HumansScreen(
            access, self.setup.credentials, clock=self.clock, reader=self._reader_at(access)
        )

    @property
    def reader(self) -> Reader:
        """Where the reader of the present screens is."""
        return self.places.reader or Reader(self._zone)

    def _reader_at(self, access: Access) -> Reader:
        reader = Reader(self._zone, is_fixed=self._zone is not None)
        if access.context.timezone or access.context.language:
            reader.follow(timezone=access.context.timezone, language=access.context.language)
        return reader

    def on_load(self) -> None:
        """End in order when asked from outside, from before the terminal is taken over."""
        if sys.platform == "win32":
            return
        loop = asyncio.get_running_loop()
        for name in ENDING_SIGNALS:
            number = signal.Signals[name]
            loop.add_signal_handler(number, self._end_with, 128 + number)

    @override
    def get_driver_class(self) -> type[Driver]:
        """Textual's own, but for one that outlasts its terminal."""
        driver = super().get_driver_class()
        if driver.__name__ == "LinuxDriver":
            from aicx_tui.tui.lasting_driver import LastingDriver  # there is none on Windows

            return LastingDriver
        return driver

    def lose_terminal(self) -> None:
        """End in order, for nobody sees anything any more; called from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # it has ended meanwhile
                self._loop.call_soon_threadsafe(self._end_with, 128 + signal.SIGHUP)

    def _end_with(self, return_code: int) -> None:
        """End now, or as soon as the first screen is there: before, Textual cannot."""
        self._ends_with = return_code
        if self._is_ready:
            self.exit(return_code=return_code)

    def on_ready(self) -> None:
        """Begin what waits for the first screen: the garbage, the lock, an early signal."""
        self._is_ready = True
        self.add_mode(FIRST_PLACE, self.places.first_screen)  # so that it can be left
        if self._ends_with is not None:
            self.exit(return_code=self._ends_with)
        self.screen.call_after_refresh(_collect_from_now_on)
        if self.keymap.problems:
            said = " ".join(self.keymap.problems)
            self.notify(said, title="Keys in config.toml", severity="warning", timeout=12)
        if problem := self.setup.config_problem:
            self.report(problem, title="config.toml is left aside")
        if minutes := self.setup.config.lock_after:
            self._idle = self.set_timer(minutes * MINUTE, self.action_lock)

    async def on_event(self, event: events.Event) -> None:
        """Every key and click puts the lock off, and is counted."""
        if not event.is_forwarded:
            self.pressed += isinstance(event, (events.Key, events.MouseDown, events.Paste))
        if self._idle is not None and isinstance(event, events.InputEvent):
            self._idle.reset()
        if self._warned_of and isinstance(event, events.InputEvent) and not await self._at_stake():
            self._warned_of = None  # what begins after that is warned of anew
        if not (isinstance(event, events.MouseDown) and self._is_gone_at(event.x, event.y)):
            await super().on_event(with_joiners(event))

    def _is_gone_at(self, x: int, y: int) -> bool:
        """Whether a widget is clicked that is just being removed; Textual would ask its parent."""
        with suppress(NoWidget):
            widget, _ = self.screen.get_widget_at(x, y)
            return widget.parent is None and not isinstance(widget, Screen)
        return False

    async def on_unmount(self) -> None:
        """End what was started to reach the platform."""
        self.places.clipboard.clear()
        await asyncio.to_thread(self.places.close)

    # What holds on every screen

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Behind `text.clean`, a filter that no widget can forget; and no greys for NO_COLOR."""
        filters = [f for f in super().get_line_filters() if not isinstance(f, Monochrome)]
        return [*filters, *([NoColor()] if self.no_color else []), ControlFilter()]

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Literal["information", "warning", "error"] = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a toast, a short while only over a dialog, which it covers in part.

        It never reads markup, since messages quote remote text.
        """
        if isinstance(self.screen, ModalScreen):
            timeout = min(timeout or OVER_DIALOG_SECONDS, OVER_DIALOG_SECONDS)
        super().notify(
            clean(message),
            title=clean(title),
            severity=severity,
            timeout=timeout,
            markup=False,
        )

    def report(self, error: AicxError, *, title: str) -> None:
        """Show what went wrong and the next step, for as long as reading takes."""
        parts = (error.message, *(f"{p.field}: {p.message}" for p in error.problems), error.hint)
        said = " ".join(part for part in parts if part)
        self.notify(said, title=title, severity="warning", timeout=12)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys to dialogs and to what is typed; dim what cannot act now."""
        if action not in NOT_OVER_DIALOGS:
            return super().check_action(action, parameters)
        if isinstance(self.screen, ModalScreen) or is_typed_into(self.focused):
            return False
        if action == "outbox":
            return None if self.refusal("outbox.list") else True
        if action == "switch_bot":
            return None if self.places.refusal("bots.switch") else True
        if action == "sign_in":
            return None if self.places.refusal("session.sign-in") else True
        return True

    def refusal(self, action_id: str) -> str:
        """Why an action cannot be done here and now; empty where it can."""
        local = getattr(self.screen, "refusal", None)
        return self.places.refusal(action_id) or (local(action_id) if local else "")

    def live_actions(self) -> dict[str, ActiveBinding]:
        """The actions of the registry that have a key on this screen, by id."""
        return {
            active.binding.id: active
            for active in self.screen.active_bindings.values()
            if active.binding.id in KEYS
        }

    def run_live(self, active: ActiveBinding) -> None:
        """Run an action as if its key had been pressed, once the dialog over it is gone."""
        self.call_later(self.run_action, active.binding.action, active.node)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: the registry's actions that can act here and now, contexts and themes."""
        del screen  # it has the palette over it by now, which takes all keys
        for action_id, active in self._offered.items():
            if active.enabled:
                action = ACTIONS[action_id]
                title = f"{action.title}  {self.keymap.shown(action_id)}"
                yield SystemCommand(title, action.help, partial(self.run_live, active))
        yield from self.places.commands()
        for theme in THEMES:
            show = partial(self.show_theme, theme.name)
            yield SystemCommand(f"Theme: {theme.name}", ACTIONS["console.theme"].help, show)

    # What keys do

    async def action_quit(self) -> None:
        """Quit; where that would lose something, say so once."""
        if held := self.places.holds_exit:
            return self.notify(held, severity="warning")
        screen, at_stake = self.screen, await self._at_stake()
        if at_stake and (screen, at_stake) != self._warned_of:
            self._warned_of = (screen, at_stake)
            keys = self.keymap.shown("console.quit")
            self.notify(f"{at_stake} {keys} again quits.", severity="warning")
            return
        self.exit()

    async def _at_stake(self) -> str:
        """What would be lost by quitting now; empty where nothing would."""
        screen = self.screen
        of_dialog = await screen.at_stake() if isinstance(screen, Dialog) else ""
        return of_dialog or self.places.at_stake or self.places.handing_out.at_stake

    def action_help_quit(self) -> None:
        """Answer ctrl+c, which copies where text is typed and would be easily hit elsewhere."""
        self.notify(f"{self.keymap.shown('console.quit')} quits.", timeout=3)

    def action_help(self) -> None:
        """Show every key of this screen; typing finds one and Enter runs it."""
        from aicx_tui.tui.screens.help import help_screen  # needed only when asked for

        live = self.live_actions()

        def chosen(action_id: str | None) -> None:
            if action_id:
                self.run_live(live[action_id])

        self.push_screen(help_screen(self), chosen)

    def action_command_palette(self) -> None:
        """Find an action by name among those that can act now."""
        self._offered = self.live_actions()
        super().action_command_palette()

    def action_go(self) -> None:
        """Show where one can go; the next key goes there."""
        self.places.show_menu()

    def action_outbox(self) -> None:
        """Show what is on its way to the platform."""
        self.places.show_outbox()

    def action_switch_bot(self) -> None:
        """Choose another bot of the company."""
        self.places.choose_bot()

    def action_lock(self) -> None:
        """Cover the screen until somebody comes back."""
        from aicx_tui.tui.screens.lock import LockScreen  # needed only when nobody is there

        if not isinstance(self.screen, LockScreen):
            self.push_screen(LockScreen(self.places, self.setup.credentials))

    @work(group="sign-in", exclusive=True)
    async def action_sign_in(self) -> None:
        """Sign in to this context, anew if somebody is signed in."""
        if await self.places.signs_in_again(self.sign_ins.taken_up()):
            self.places.reopen()

    def show_theme(self, name: str) -> None:
        """Take other colours, and keep the choice."""
        from aicx_tui.services.contexts import keep_theme  # needed only when one is chosen

        self.theme = name
        try:
            self.setup.config = keep_theme(self.setup.config.path, name)
        except AicxError as error:
            self.report(error, title="The colours are for this run only")

    def _fatal_error(self) -> None:
        """Name the place of an unexpected error and nothing of its data.

        Overrides Textual's own, which prints the local variables of every frame: customers'
        records and tokens among them.
        """
        self.panic(crash_report(self._exception))


def _collect_from_now_on() -> None:
    """Take what was loaded so far for permanent, so that no later collection walks through it."""
    if not gc.isenabled():  # not in tests, whose garbage must stay collectable
        gc.freeze()
        gc.enable()


def run(setup: Setup, access: Access | None) -> int:
    """Run the console and return its exit code."""
    ask_terminal(setup.config.images)
    app = AicxApp(setup, access)
    try:
        app.run()
    finally:
        app.places.close()
    return app.return_code or 0
