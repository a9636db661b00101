"""Where the console is, and the ways to elsewhere: contexts, bots, screens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from textual.app import SystemCommand
from textual.screen import Screen

from aicx_tui.errors import AicxError, BotNotChosenError, NotSignedInError
from aicx_tui.services.actions import ACTIONS, refusal
from aicx_tui.tui.cx_genie import cx_genie_commands
from aicx_tui.tui.handing_out import HandingOut
from aicx_tui.tui.screens.dialog import Dialog
from aicx_tui.tui.screens.humans import HumansScreen
from aicx_tui.tui.token_clipboard import TokenClipboard

if TYPE_CHECKING:
    from aicx_tui.services.access import Access
    from aicx_tui.services.session import Session
    from aicx_tui.settings import Context
    from aicx_tui.tui.app import AicxApp
    from aicx_tui.tui.reader import Reader
    from aicx_tui.tui.screens.place import PlaceScreen

FIRST_PLACE = "place 1"
"""Each platform that is opened gets a place of its own, which Textual calls a mode."""

ADD = "+"
"""Chosen among contexts to describe another one; no context can be called so."""


class Places:
    """Knows where the console is and takes it elsewhere.

    Args:
        app: Whose screens these are.
        access: The way to the platform where it starts; None where there is none yet.
    """

    def __init__(self, app: AicxApp, access: Access | None) -> None:
        self.access = access
        self._app = app
        self._here = FIRST_PLACE
        self._numbers = count(2)
        self._warned_of: tuple[HumansScreen, str] | None = None
        self.clipboard = TokenClipboard(app)
        self.handing_out = HandingOut(app)

    @property
    def session(self) -> Session | None:
        """The open platform, if one is open."""
        screen = self._humans
        return screen.session if screen is not None else None

    @property
    def reader(self) -> Reader | None:
        """How times are shown here; None while there is no list."""
        screen = self._humans
        return screen.reader if screen is not None else None

    @property
    def context_by_password(self) -> Context | None:
        """The context, where a session by password signs in to it; locking ends that session.

        None for the sandbox, which signs in by itself.
        """
        session = self.session
        if session is None or session.context.source == "sandbox":
            return None
        return session.context if session.is_by_password else None

    async def signs_in_again(self, refused: NotSignedInError | None) -> bool:
        """Ask for a sign-in to this context, and return whether there was one.

        Args:
            refused: Why it is asked for; None where the person wants it.
        """
        if self.access is None:
            return False
        try:
            credential = await self._app.sign_ins.ask(self.access.context, refused)
        except NotSignedInError:
            return False
        self._app.sign_ins.taken_up()  # what somebody asked for meanwhile is done by this one
        if self.session is not None:
            self.session.sign_in_as(credential)
        return True

    @property
    def holds_exit(self) -> str:
        """Why the console cannot be left now, as while a new token is kept nowhere."""
        dialogs = (screen for screen in self._app.screen_stack if isinstance(screen, Dialog))
        return next((dialog.holds_exit for dialog in dialogs if dialog.holds_exit), "")

    @property
    def at_stake(self) -> str:
        """What would be lost by going elsewhere; empty where nothing would."""
        screen = self._humans
        if screen is None:
            return ""
        own = screen.own.changes.at_stake if screen.own is not None else ""
        return screen.sending.at_stake or screen.bulking.at_stake or own

    @property
    def _humans(self) -> HumansScreen | None:
        for screen in self._app.screen_stack:
            if isinstance(screen, HumansScreen):
                return screen
        return None

    def first_screen(self) -> Screen[None]:
        """Where the console starts."""
        if self.access is not None:
            return self._app.humans_screen(self.access)
        from aicx_tui.tui.screens.welcome import WelcomeScreen  # only before the first sign-in

        return WelcomeScreen(self, self._app.keymap)

    def close(self) -> None:
        """End what was started to reach the platform."""
        if self.access is not None:
            self.access.close()

    def refusal(self, action_id: str) -> str:
        """Why an action cannot be done on this platform; empty where it can."""
        if self.access is None:
            return "No platform is chosen yet."
        if action_id == "session.sign-in" and self.access.context.source == "sandbox":
            return "The sandbox signs in by itself."
        session = self.session
        capabilities = session.platform.capabilities if session is not None else None
        if action_id == "bots.switch":
            return self._no_other_bot(session)
        role = session.role if session is not None else ""
        return refusal(ACTIONS[action_id], self.access.context, capabilities, role=role)

    def _no_other_bot(self, session: Session | None) -> str:
        if self._bots_to_choose:
            return ""
        if session is None or (session.context.kind == "console" and session.account is None):
            return "The platform has not told its bots yet."
        if session.context.kind == "open-cx":
            return "OpenCX has no bots."
        if session.account is None:
            name = session.context.name
            return f"Proto's gateway does not list bots: aicx contexts edit {name} --bot ID"
        if len(session.account.bots) < 2:
            return f"{session.account.company.name} has one bot only."
        return ""

    def commands(self) -> Iterator[SystemCommand]:
        """What the palette offers of this."""
        action = ACTIONS["contexts.switch"]
        here = self.access.context.name if self.access is not None else ""
        for name in (*self._app.setup.config.contexts, "sandbox"):
            if name != here:
                go = partial(self._app.call_later, self.switch, name)
                yield SystemCommand(f"{action.title}: {name}", action.help, go)
        if screen := self._humans:
            yield from screen.viewing.commands()
            yield from cx_genie_commands(self._app, screen)
            tags = ACTIONS["tags.list"]
            show = partial(self._app.call_later, self.show_tags)
            yield SystemCommand(tags.title, tags.help, show)
            others = ACTIONS["integrations.list"]
            show = partial(self._app.call_later, self.show_integrations)
            yield SystemCommand(others.title, others.help, show)
            own = ACTIONS["profile.show"]
            yield SystemCommand(
                own.title, own.help, partial(self._app.call_later, self.show_profile)
            )
            token = ACTIONS["token.status"]
            show = partial(self._app.call_later, self.show_token)
            yield SystemCommand(token.title, token.help, show)
        add = partial(self._app.call_later, self.add_context)
        yield SystemCommand(f"{ACTIONS['contexts.add'].title} …", ACTIONS["contexts.add"].help, add)

    # Menus

    def show_menu(self) -> None:
        """Show where one can go."""
        from aicx_tui.tui.screens.menu import Choice, MenuScreen  # only when asked for

        name = self.access.context.name if self.access is not None else ""
        choices = [
            Choice("h", "Humans", "humans", refused="" if self.access else "sign in first"),
            Choice(
                "o",
                "Outbox",
                "outbox",
                note=self._humans.sending.queue.said if self._humans else "",
                refused="" if self.access else "sign in first",
            ),
            Choice(
                "b",
                "Bulks",
                "bulks",
                note=self._humans.bulking.said if self._humans else "",
                refused="" if self.access else "sign in first",
            ),
            Choice("d", "Tag definitions", "tags", refused="" if self.access else "sign in first"),
            Choice("p", "Profile", "profile", refused="" if self.access else "sign in first"),
            Choice("t", "Token", "token", refused="" if self.access else "sign in first"),
            Choice(
                "i", "Integrations", "integrations", refused="" if self.access else "sign in first"
            ),
            Choice("c", "Contexts", "contexts", note=name),
        ]
        self._app.push_screen(MenuScreen("Go to", choices), self._gone_to)

    def _gone_to(self, place: str | None) -> None:
        if place == "contexts":
            self.choose_context()
        elif place == "outbox":
            self.show_outbox()
        elif place == "bulks":
            self.show_bulks()
        elif place == "tags":
            self.show_tags()
        elif place == "profile":
            self.show_profile()
        elif place == "token":
            self.show_token()
        elif place == "integrations":
            self.show_integrations()
        elif place == "humans" and (screen := self._humans):
            self._back_to(screen)
            screen.action_leave_search()

    def _back_to(self, screen: HumansScreen) -> None:
        """Leave what lies over the list."""
        while self._app.screen is not screen:
            self._app.pop_screen()

    def _show(self, place: type[PlaceScreen], *, over: type[PlaceScreen] | None = None) -> None:
        """Go to a place, unless one is there.

        Args:
            place: Which.
            over: What stays below where one comes from it; else the list alone does.
        """
        screen, present = self._humans, self._app.screen
        if screen is None or isinstance(present, place):
            return
        if over is None or not isinstance(present, over):
            self._back_to(screen)
        self._app.push_screen(place(screen, self._app.keymap))

    def show_outbox(self) -> None:
        """Show what is on its way to the platform."""
        from aicx_tui.tui.screens.outbox import OutboxScreen  # only when asked for

        screen = self._humans
        if screen is not None and not isinstance(self._app.screen, OutboxScreen):
            self._back_to(screen)
            self._app.push_screen(OutboxScreen(screen.sending, self._app.keymap))

    def show_bulks(self) -> None:
        """Show the bulk that goes on, or let one be chosen."""
        if screen := self._humans:
            self._back_to(screen)
            screen.bulking.choose()

    def show_tags(self) -> None:
        """Show the definitions of tags."""
        from aicx_tui.tui.screens.tags import TagsScreen  # only when asked for

        self._show(TagsScreen)

    def show_profile(self) -> None:
        """Show who one is to the platform."""
        from aicx_tui.tui.screens.profile import ProfileScreen  # only when asked for

        self._show(ProfileScreen)

    def show_token(self) -> None:
        """Show the personal access token; what it was reached from stays below."""
        from aicx_tui.tui.screens.profile import ProfileScreen  # only when asked for
        from aicx_tui.tui.screens.token import TokenScreen

        self._show(TokenScreen, over=ProfileScreen)

    def show_integrations(self) -> None:
        """Show other vendors that know the same humans."""
        from aicx_tui.tui.screens.integrations import IntegrationsScreen  # only when asked for

        self._show(IntegrationsScreen)

    def choose_context(self) -> None:
        """Choose among the contexts, or describe another."""
        from aicx_tui.tui.screens.contexts import context_rows  # only when asked for
        from aicx_tui.tui.screens.pick import PickScreen

        here = self.access.context.name if self.access is not None else ""
        rows = context_rows(self._app.setup.config, here=here, add=ADD)
        self._app.push_screen(PickScreen("Switch context", rows), self._context_chosen)

    def _context_chosen(self, name: str | None) -> None:
        if name == ADD:
            self.add_context()
        elif name:
            self.switch(name)

    def add_context(self) -> None:
        """Choose which kind of platform, then describe it."""
        from aicx_tui.tui.screens.menu import Choice, MenuScreen  # only when asked for

        choices = [
            Choice("p", "Proto AICX", "proto", note="with a personal access token"),
            Choice("s", "A server", "server", note="with e-mail and password"),
            Choice("o", "OpenCX", "open-cx", note="with an API key"),
        ]
        self._app.push_screen(MenuScreen("Add a context", choices), self.describe)

    def describe(self, kind: str | None) -> None:
        """Ask for what a context of a kind needs, sign in, and go there."""
        if kind is None:
            return
        from aicx_tui.tui.screens.new_context import FORMS  # only when asked for

        self._app.push_screen(FORMS[kind](self._app.setup), self._described)

    def _described(self, name: str | None) -> None:
        if name:
            self.switch(name)

    def choose_bot(self) -> None:
        """Choose among the bots of the company."""
        from aicx_tui.tui.screens.contexts import bot_rows  # only when asked for
        from aicx_tui.tui.screens.pick import PickScreen

        session, bots = self.session, self._bots_to_choose
        here = session.context.bot_id if session is not None else ""
        if session is not None and session.account is not None:
            bots = [(bot.id, bot.name) for bot in session.account.bots]
        if bots:
            title = "Switch bot" if here else "Choose a bot"
            self._app.push_screen(PickScreen(title, bot_rows(bots, here=here)), self._bot_chosen)

    @property
    def _bots_to_choose(self) -> Sequence[tuple[str, str]]:
        """Those of which one has to be chosen before the platform is open."""
        screen = self._humans
        error = screen.error if screen is not None else None
        return error.bots if isinstance(error, BotNotChosenError) else ()

    def _bot_chosen(self, bot_id: str | None) -> None:
        here = self.session.context.bot_id if self.session is not None else ""
        if bot_id and bot_id != here and self.access is not None and not self._would_lose():
            self._open(self.access.at_bot(bot_id))

    # Going

    def switch(self, name: str) -> None:
        """Go to another context; where that cannot be, stay and say why."""
        if self._would_lose():
            return
        try:
            access = self._app.setup.access(name, at_start=False)
        except AicxError as error:
            self._app.report(error, title=f"Not switched to {name}")
            return
        self._open(access)

    def _would_lose(self) -> bool:
        """Whether going elsewhere would lose something, which is said once."""
        screen, at_stake = self._humans, self.at_stake
        if screen is None or not at_stake or self._warned_of == (screen, at_stake):
            self._warned_of = None
            return False
        self._warned_of = (screen, at_stake)
        self._app.notify(f"{at_stake} Once more goes there.", severity="warning")
        return True

    def reopen(self) -> None:
        """Read the present platform anew, as after a sign-in."""
        if screen := self._humans:
            screen.read_anew()

    def _open(self, access: Access) -> None:
        before, self.access = self.access, access
        left, self._here = self._here, f"place {next(self._numbers)}"
        self._app.add_mode(self._here, partial(self._app.humans_screen, access))
        self._app.switch_mode(self._here)
        self._app.remove_mode(left)
        if before is not None and before is not access:
            self._app.run_worker(before.close, thread=True, group="closing")
