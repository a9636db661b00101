"""The personal access token: where it is, whether it works, and the places that have it too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option
from typing_extensions import override

from aicx_tui.credentials import MEMORY, Found
from aicx_tui.services.own_token import OwnToken
from aicx_tui.services.rotation_journal import fingerprint
from aicx_tui.services.targets import Target
from aicx_tui.services.token_facts import TokenFacts
from aicx_tui.text import clean
from aicx_tui.tui.handing_out import Heard
from aicx_tui.tui.keys import binding
from aicx_tui.tui.screens.place import PlaceScreen
from aicx_tui.tui.token_lines import (
    heading,
    known_lines,
    no_targets,
    standing_lines,
    target_line,
    told_lines,
)
from aicx_tui.tui.tokens import DONE_HERE, Tokens, why_not

if TYPE_CHECKING:
    from aicx_tui.services.target_records import Record
    from aicx_tui.tui.keymap import Keymap
    from aicx_tui.tui.screens.humans import HumansScreen


class TargetList(OptionList):
    """The places that have the token; Enter says what can be done with one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "target", key_display="Enter"),
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer Enter where there is something to choose."""
        return bool(self.option_count) if action == "select" else True


class TokenScreen(PlaceScreen):
    """Shows what is known of the token, and replaces it.

    Args:
        humans: The list of humans that one came from.
        keymap: The keys that hold in this run.
    """

    AUTO_FOCUS = "#targets"

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("token.verify", "read", at_once=True),
        binding("humans.refresh", "read"),
        *(binding(action_id, f"do('{action_id}')", at_once=True) for action_id in DONE_HERE),
    ]

    @dataclass
    class Found(Message):
        """It is known what is kept here."""

        found: Found | None

    @dataclass
    class Told(Message):
        """The platform told what it knows."""

        facts: TokenFacts

    def __init__(self, humans: HumansScreen, keymap: Keymap) -> None:
        super().__init__(humans, keymap)
        self.found: Found | None = None
        self.facts: TokenFacts | None = None
        self._is_reading = False
        self._said: dict[tuple[str, str], str] = {}
        self._records: Mapping[str, Record] = {}
        self._wanted = ""
        self.tokens = Tokens(self)
        self._lines = Static("", id="facts", markup=False)
        self._heading = Static(heading(), id="heading", markup=False)
        self._rows = TargetList(id="targets", markup=False, compact=True)
        self._more = Static("", id="more", markup=False)
        self._box = Vertical(self._lines, self._heading, self._rows, self._more, id="token")

    @property
    def own(self) -> OwnToken:
        """What signs in here."""
        context = self.humans.session.context if self.humans.session else self.header.context
        return OwnToken(context, self.aicx.setup, session=self.humans.session)

    @override
    def body(self) -> ComposeResult:
        self._box.border_title = "Personal access token"
        yield self._box

    def on_mount(self) -> None:
        """Show what is known, and ask for the rest."""
        self.aicx.places.handing_out.heard.subscribe(self, self._heard)
        self.action_read()

    def on_screen_resume(self) -> None:
        """Show what a dialog that lay over this has changed."""
        if self.facts is not None and not self.facts.is_accepted and not self._is_reading:
            self.action_read()  # somebody may have signed in meanwhile
        else:
            self.show()

    # What is shown

    def show(self) -> None:
        """Show what is known."""
        self.paint_header()
        now, reader = self.aicx.clock(), self.aicx.reader
        days = self.aicx.setup.config.token_days
        lines = list(known_lines(self.found, is_reading=self._is_reading))
        is_asking = self._is_reading and self.found is not None
        if self.facts is not None or is_asking:
            facts = None if self._is_reading else self.facts
            lines += told_lines(facts, now=now, after_days=days, reader=reader)
        if self.facts is not None and not self._is_reading:
            context, keys = self.own.context, self.keymap.shown(self._replacing)
            lines += standing_lines(self.facts, context, now=now, after_days=days, keys=keys)
        self._lines.update(Content("\n").join(lines))
        self._show_targets()
        self.refresh_bindings()

    @property
    def _replacing(self) -> str:
        facts = self.facts
        if facts and facts.rescued and not (facts.found and facts.found.source == MEMORY):
            return "token.set"  # only who kept it by hand has it
        return "token.rotate" if self.own.context.kind == "console" else "token.set"

    def _show_targets(self) -> None:
        own = self.own
        targets, self._records = own.targets, own.records
        held, place = self._wanted or self._held, self._rows.highlighted or 0
        self._rows.set_options([Option(self._row(target), id=target.name) for target in targets])
        names = [target.name for target in targets]
        if names:
            self._rows.highlighted = (
                names.index(held) if held in names else min(place, len(names) - 1)
            )
        self._wanted = ""
        self.set_class(not names, "-empty")
        self.give_keys(self._rows)
        if not names:
            self._more.update(no_targets(key=self.keymap.shown("token.targets-add")))
        else:
            self._say_more()

    def _row(self, target: Target) -> Content:
        return target_line(
            target,
            self._records.get(target.name),
            current=self._in_use,
            is_asked=target.name in self._asked,
            now=self.aicx.clock(),
            reader=self.aicx.reader,
        )

    def _say_more(self) -> None:
        """Say what became of the target at the cursor, where there is something to say."""
        target = self.target
        if target is None:
            return
        record, current = self._records.get(target.name), self.current
        said = self._said.get((target.name, current), "")
        if not said and record is not None and record.fingerprint == current:
            said = record.message  # that of another token tells nothing of this one
        if target.kind == "by-hand" and not said:
            said = target.settings.get("instructions", "")
        self._more.update(Content.styled(clean(said, limit=400), "$quiet"))

    @property
    def current(self) -> str:
        """The fingerprint of the token in use; empty where there is none."""
        facts = self.facts
        if facts is not None and facts.token is not None:
            return fingerprint(facts.token)
        return fingerprint(self.found.secret) if self.found and not facts else ""

    @property
    def _in_use(self) -> str | None:
        """The fingerprint of the token that works, kept here or not; None while not known."""
        if self.current:
            return self.current
        facts = self.facts
        if facts is None or (facts.found is None and facts.problem is not None):
            return None
        return facts.live.fingerprint if facts.live else ""

    @property
    def _held(self) -> str:
        at = self._rows.highlighted
        if at is None or at >= self._rows.option_count:
            return ""
        return self._rows.get_option_at_index(at).id or ""

    @property
    def target(self) -> Target | None:
        """The target at the cursor."""
        return next((target for target in self.own.targets if target.name == self._held), None)

    @on(OptionList.OptionHighlighted)
    def _cursor_moved(self) -> None:
        self._say_more()
        self.refresh_bindings()

    # Reading

    def action_read(self) -> None:
        """Look what is kept, and ask the platform whether it accepts it."""
        self._is_reading = True
        self.show()
        self._read(self.own)

    @work(exclusive=True, group="reading")
    async def _read(self, own: OwnToken) -> None:
        self.post_message(self.Found(await own.held()))
        self.post_message(self.Told(await own.facts()))

    @on(Found)
    def _was_found(self, message: Found) -> None:
        self.found = message.found
        self.show()

    @on(Told)
    def _was_told(self, message: Told) -> None:
        self._is_reading, self.facts, self.found = False, message.facts, message.facts.found
        self.show()

    # Targets

    @property
    def is_asking(self) -> bool:
        """Whether targets are being looked into or updated."""
        return bool(self._asked)

    @property
    def _asked(self) -> set[str]:
        return self.aicx.places.handing_out.asked(self.own.context.name)

    def go_to(self, name: str) -> None:
        """Let the cursor go to a target."""
        self._wanted = name
        self.show()

    def _heard(self, heard: Heard) -> None:
        """Show what is heard of targets, whoever asks them."""
        if heard.context != self.own.context.name:
            return
        if (result := heard.result) is not None:
            said = f"{result.message} {result.hint}".strip()
            self._said[result.target.name, self.current] = said
        self.show()

    # What keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Dim what cannot be done here."""
        if action == "do":
            return None if self.refusal(str(parameters[0])) else True
        return True

    def refusal(self, action_id: str) -> str:
        """Why an action cannot be done here now; empty where it can."""
        return why_not(self, action_id)

    def action_do(self, action_id: str) -> None:
        """Do something with the token or a target."""
        self.tokens.do(action_id)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.tokens.ask_what_to_do()
