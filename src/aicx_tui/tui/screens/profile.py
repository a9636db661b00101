"""The signed-in user: the profile, the aliases, and what a token is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from aicx_tui.errors import AicxError, BotNotChosenError
from aicx_tui.models.capability import Capability
from aicx_tui.text import clean
from aicx_tui.tui.changing_aliases import ChangingAliases
from aicx_tui.tui.changing_profile import ChangingProfile, shown_lines
from aicx_tui.tui.keys import binding
from aicx_tui.tui.profile_lines import (
    FURTHER,
    Line,
    alias_line,
    cannot,
    no_aliases,
    token_lines,
)
from aicx_tui.tui.screens.place import PlaceScreen
from aicx_tui.tui.widgets.avatar import Avatar
from aicx_tui.tui.widgets.word_tabs import WordTabs

if TYPE_CHECKING:
    from aicx_tui.models.profile import Alias
    from aicx_tui.tui.keymap import Keymap
    from aicx_tui.tui.own_profile import OwnProfile
    from aicx_tui.tui.screens.humans import HumansScreen

GENERAL, ALIASES, API = range(3)
TABS = ("GENERAL", "ALIASES", "API")

OF_ALIASES = {
    "create": "aliases.create",
    "edit": "aliases.edit",
    "make_default": "aliases.default",
    "delete": "aliases.delete",
}


class ProfileList(OptionList):
    """The rows; Enter changes one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "change", key_display="Enter"),
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]


class ProfileScreen(PlaceScreen):
    """Shows who one is to the platform, in three tabs, and lets it be changed.

    Args:
        humans: The list of humans that one came from.
        keymap: The keys that hold in this run.
    """

    AUTO_FOCUS = "#own"

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("profile.tab", "tab(1)", at_once=True),
        binding("profile.tab-back", "tab(-1)", at_once=True),
        binding("profile.set", "change", at_once=True),
        binding("aliases.create", "create", at_once=True),
        binding("aliases.edit", "edit", at_once=True),
        binding("aliases.default", "make_default", at_once=True),
        binding("aliases.delete", "delete", at_once=True),
        binding("humans.refresh", "read_anew"),
    ]

    class Read(Message):
        """It is known how everything is."""

    @dataclass
    class Refused(Message):
        """It is not."""

        error: AicxError

    def __init__(self, humans: HumansScreen, keymap: Keymap) -> None:
        super().__init__(humans, keymap)
        self._is_reading = False
        self._is_asked_of: OwnProfile | None = None
        self._error: AicxError | None = None
        self._lines: list[Line] = []
        self._wanted = ""
        self._tabs = WordTabs(TABS)
        self._rows = ProfileList(id="own", markup=False, compact=True)
        self._picture = Avatar()
        self._notice = Static("", id="notice", markup=False)
        self._box = Vertical(Horizontal(self._rows, self._picture), self._notice, id="profile")
        self._changing = ChangingProfile(self)
        self._changing_aliases = ChangingAliases(self)

    @property
    def own(self) -> OwnProfile | None:
        """What is known of the user; None while the platform is not open."""
        return self.humans.own

    @override
    def body(self) -> ComposeResult:
        yield self._tabs
        yield self._box

    def on_mount(self) -> None:
        """Show what is known, and read what is so now."""
        self.show()
        self._open()
        for attribute in ("state", "person", "standing"):
            self.watch(self.humans.header, attribute, self._humans_went_on)

    # What is shown

    def show(self) -> None:
        """Show what is known."""
        self.paint_header()
        show = (self._show_general, self._show_aliases, self._show_token)[self._tabs.active]
        show()
        self.refresh_bindings()

    def _show_general(self) -> None:
        self._lines = shown_lines(self)
        rows = [Option(line.content(), id=line.id) for line in self._lines]
        own = self.own
        is_known = own is not None and (own.account is None or own.profile is not None)
        self._list(rows, self._general_notice(), is_known=is_known)
        self._picture.show(own)

    def _general_notice(self) -> Content:
        if self._lines and self.own is not None and self.own.account is None:
            return Content.assemble(
                ("These two are kept on this machine, for this context.\n\n", "$quiet"),
                cannot(Capability.PROFILE_EDIT, self.humans.context),
            )
        return self._state()

    def _show_aliases(self) -> None:
        own = self.own
        self._picture.hide()
        if own is not None and not own.can(Capability.PROFILE_ALIASES):
            self._list([], cannot(Capability.PROFILE_ALIASES, self.humans.context), is_known=True)
            return
        aliases = own.aliases if own is not None else None
        to_be = own.changes.to_be if own is not None else lambda _: ""
        rows = [
            Option(alias_line(alias, to_be=to_be(alias.id)), id=alias.id) for alias in aliases or ()
        ]
        name = own.profile.name if own is not None and own.profile is not None else ""
        empty = no_aliases(own_name=name, key=self.keymap.shown("aliases.create"))
        is_known = aliases is not None
        notice = Content("") if rows else empty if is_known else self._state()
        self._list(rows, notice, is_known=is_known)

    def _show_token(self) -> None:
        self._picture.hide()
        rows = [Option(FURTHER, id="token")]
        said = token_lines(self.humans.session, self.header.context)
        self._list(rows, said, is_known=True)

    def _list(self, rows: list[Option], notice: Content, *, is_known: bool) -> None:
        """Show rows, the cursor where it was, and what is to be said below or in their place."""
        held, place = self._wanted or self.held, self._rows.highlighted or 0
        self._rows.set_options(rows)
        ids = [row.id for row in rows]
        if rows:
            self._rows.highlighted = ids.index(held) if held in ids else min(place, len(ids) - 1)
        if self._wanted in ids:
            self._wanted = ""
        self._notice.update(notice)
        has_rows = bool(rows)
        self.set_class(not has_rows, "-noticed")
        self.give_keys(self._rows)
        self.set_class(has_rows and bool(notice.plain), "-noted")
        self._box.border_subtitle = Content(self._how_it_stands() if is_known else "")

    def _how_it_stands(self) -> str:
        if self._error is not None and self._tabs.active != API:
            key = self.keymap.shown("humans.refresh")
            return f"! not up to date: {key} tries again"
        return "◐ reading" if self._is_reading else ""

    def _state(self) -> Content:
        """Why there is nothing to show yet."""
        if self.own is not None and self.own.profile is not None:
            return Content("")
        is_shut = self.own is None and not self._waits_for_bot
        error = self._error or (self.humans.error if is_shut else None)
        if error is not None:
            key = self.keymap.shown("humans.refresh")
            lines = [Content.assemble(("! ", "bold $error"), clean(error.message))]
            lines += [Content.styled(clean(error.hint), "$quiet")] if error.hint else []
            lines.append(Content.styled(f"{key} tries again.", "$quiet"))
            return Content("\n").join(lines)
        waiting = "The platform is not open yet." if is_shut else "Reading …"
        return Content.assemble(("◐ ", "$accent"), waiting)

    # Reading

    def _humans_went_on(self) -> None:
        """Repeat what the list's header says, and read once its platform is open."""
        self.paint_header()
        if self.own is None or self._is_asked_of is not self.own:
            self._open()
            self.read()
            self.show()

    def _open(self) -> None:
        """Open the own account alone where everything else waits for a bot to be chosen."""
        if self._waits_for_bot and not self._is_reading:
            self._is_reading, self._error = True, None
            self._open_own()

    @property
    def _waits_for_bot(self) -> bool:
        return self.own is None and isinstance(self.humans.error, BotNotChosenError)

    @work(exclusive=True, group="opening")
    async def _open_own(self) -> None:
        try:
            await self.humans.open_own()
        except AicxError as error:
            self.post_message(self.Refused(error))
        else:
            self.read()

    def read(self) -> None:
        """Read how everything is now."""
        self._is_asked_of = self.own
        if self.own is not None and self.own.account is not None:
            self._is_reading = True
            self.show()
            self._read(self.own)

    @work(exclusive=True, group="reading")
    async def _read(self, own: OwnProfile) -> None:
        try:
            await own.read()
        except AicxError as error:
            self.post_message(self.Refused(error))
        else:
            self.post_message(self.Read())

    @on(Read)
    def _was_read(self) -> None:
        self._is_reading, self._error = False, None
        self.humans.profile_changed()
        self.show()

    @on(Refused)
    def _not_read(self, message: Refused) -> None:
        self._is_reading, self._error = False, message.error
        self.show()

    # The cursor

    @property
    def held(self) -> str:
        """The id of the row at the cursor; empty where there is none."""
        at = self._rows.highlighted
        if at is None or at >= self._rows.option_count:
            return ""
        return self._rows.get_option_at_index(at).id or ""

    @property
    def line(self) -> Line | None:
        """The line of GENERAL at the cursor."""
        return next((line for line in self._lines if line.id == self.held), None)

    @property
    def alias(self) -> Alias | None:
        """The alias at the cursor."""
        aliases = self.own.aliases if self.own is not None else None
        return next((alias for alias in aliases or () if alias.id == self.held), None)

    def go_to(self, row_id: str) -> None:
        """Let the cursor go to a row once it is listed."""
        self._wanted = row_id

    @on(OptionList.OptionHighlighted)
    def _cursor_moved(self) -> None:
        self.refresh_bindings()

    # What keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let keys be there where they mean something, and dim what cannot be done."""
        is_of_aliases = action in OF_ALIASES
        if is_of_aliases and self._tabs.active != ALIASES:
            return False
        if action == "change" and self._tabs.active != GENERAL:
            return False
        if is_of_aliases:
            return None if self.why_not(OF_ALIASES[action]) else True
        if action == "change":
            return None if self._why_not_changed() else True
        return True

    def why_not(self, action_id: str) -> str:
        """Why an action cannot be done here now; empty where it can."""
        return self.aicx.places.refusal(action_id) or self.refusal(action_id)

    def _why_not_changed(self) -> str:
        line = self.line
        if line is None or not line.action_id:
            return "There is nothing to change here."
        is_local = self.own is not None and self.own.account is None
        return "" if is_local else self.aicx.places.refusal(line.action_id)

    def refusal(self, action_id: str) -> str:
        """Why an action cannot be done in this tab now; empty where it can."""
        if action_id == "profile.set":
            return self._why_not_changed()
        if action_id not in OF_ALIASES.values():
            return ""
        if self.own is None or self.own.aliases is None:
            return "The aliases are not read yet."
        if action_id != "aliases.create" and self.alias is None:
            return "There is no alias at the cursor."
        if action_id == "aliases.default" and self.alias is not None and self.alias.default:
            return "It is the default already."
        return ""

    def action_tab(self, steps: int) -> None:
        """Show the next tab, or the one before."""
        self._tabs.turn(steps)
        self.show()
        self._rows.focus()

    @on(WordTabs.Chosen)
    def _tab_clicked(self, message: WordTabs.Chosen) -> None:
        self._tabs.active = message.index
        self.show()

    def action_read_anew(self) -> None:
        """Read how everything is now; where the platform is not open, open it."""
        if self._waits_for_bot:
            self._open()
        elif self.own is None:
            self.humans.read_anew()
        else:
            self.read()

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._tabs.active == API:
            self.aicx.places.show_token()
        elif self._tabs.active == GENERAL:
            self.action_change()
        else:
            self.action_edit()

    def action_change(self) -> None:
        """Change what is at the cursor."""
        if (line := self.line) is not None:
            if reason := self._why_not_changed():
                self.aicx.notify(reason, severity="warning")
            else:
                self._changing.change(line)

    def action_create(self) -> None:
        """Ask for a new alias."""
        self._changing_aliases.ask_for(None)

    def action_edit(self) -> None:
        """Ask what the alias at the cursor is to be."""
        if self.alias is not None and not self.why_not("aliases.edit"):
            self._changing_aliases.ask_for(self.alias)

    def action_make_default(self) -> None:
        """Begin new conversations under the alias at the cursor."""
        if self.alias is not None:
            self._changing_aliases.make_default(self.alias)

    def action_delete(self) -> None:
        """Ask whether the alias at the cursor is to go."""
        if self.alias is not None:
            self._changing_aliases.ask_whether_to_delete(self.alias)
