"""Embed codes in the console: which widget, the code, and what is done with it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from aicx_tui.errors import AicxError, MirrorError
from aicx_tui.models.capability import Capability
from aicx_tui.services.actions import ACTIONS
from aicx_tui.services.contexts import edit_context
from aicx_tui.services.one_human import token_of
from aicx_tui.services.snippet_kinds import KINDS, SnippetKind
from aicx_tui.services.snippet_sharing import sharing_note
from aicx_tui.services.snippets import Choices, Snippet, snippet, why_none
from aicx_tui.text import MISSING, clean, is_blank
from aicx_tui.tui.screens.menu import Choice, MenuScreen
from aicx_tui.tui.screens.snippet import OPTIONS, SAVE, SnippetScreen
from aicx_tui.tui.screens.snippet_forms import SaveSnippet, SnippetOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydantic import SecretStr

    from aicx_tui.models.human import Human
    from aicx_tui.tui.screens.list_dialogs import ListDialogs


VOUCH = "open-cx.authenticate"


class EmbeddingHuman:
    """Asks what is needed for the code of one human, and shows it.

    Args:
        screen: The list, whose context knows the channels.
        human: Who is to be known in the widget.
    """

    def __init__(self, screen: ListDialogs, human: Human) -> None:
        self._screen = screen
        self._human = human

    def choose(self) -> None:
        """Ask for which widget."""
        context = self._screen.context
        choices = [
            Choice(
                facts.key,
                facts.title,
                kind,
                note=getattr(context, facts.setting),
                refused=why_none(kind, self._human),
            )
            for kind, facts in KINDS.items()
        ]
        name = clean(self._human.fullname or MISSING, limit=40)
        action = ACTIONS[VOUCH]
        choices.append(Choice("a", action.title, VOUCH, note="a token for its widget"))
        menu = MenuScreen(f"Webchat snippet for {name}", choices)
        self._screen.app.push_screen(menu, self._chosen)

    def _chosen(self, name: str | None) -> None:
        if name == VOUCH:
            from aicx_tui.tui.vouching_humans import VouchingHuman  # it needs this one

            VouchingHuman(self._screen, self._human).begin()
        for kind in KINDS:
            if kind == name:
                self._show_kind(kind)

    def _show_kind(self, kind: SnippetKind) -> None:
        choices = Choices(channel=getattr(self._screen.context, KINDS[kind].setting))
        self.show_or_ask(kind, choices)

    def show_or_ask(self, kind: SnippetKind, choices: Choices) -> None:
        """Show the code, once what it cannot be without is there."""
        if choices.channel and not self._lacks_token(kind, choices):
            self.show(kind, choices)
        else:
            self._ask(kind, choices, partial(self._answered, kind))

    def _lacks_token(self, kind: SnippetKind, choices: Choices) -> bool:
        """Whether only a token could tell this human from others, and none is there."""
        told_by = {"cx-genie": self._human.uid, "open-cx": self._human.email}
        is_told = kind != "cx-genie-mobile" and not is_blank(told_by.get(kind, self._human.id))
        return choices.token is None and not is_told

    def _ask(
        self, kind: SnippetKind, choices: Choices, answered: Callable[[Choices | None], None]
    ) -> None:
        source = self._screen.context.source
        kept = (
            "config.toml, for this context" if source == "config" else "this console, until it ends"
        )
        options = SnippetOptions(
            kind,
            choices,
            check=lambda chosen: snippet(kind, self._human, chosen),
            read_token=self._read_token if self._can_read else None,
            advice=f"The {KINDS[kind].label.lower()} is remembered in {kept}.",
        )
        self._screen.app.push_screen(options, answered)

    def _answered(self, kind: SnippetKind, choices: Choices | None) -> None:
        if choices is not None:
            self._remember(KINDS[kind].setting, choices.channel)
            self.show(kind, choices)

    def _remember(self, setting: str, channel: str) -> None:
        screen, context = self._screen, self._screen.context
        if getattr(context, setting) == channel:
            return
        told: dict[str, Any] = {setting: channel}
        screen.know_context(replace(context, **told))
        if context.source != "config":
            return
        setup = screen.aicx.setup
        try:
            setup.config = edit_context(setup.config.path, context.name, told)
        except AicxError as error:
            screen.aicx.report(error, title="The channel is for this run only")

    def show(self, kind: SnippetKind, choices: Choices) -> None:
        """Show the code, or why there is none."""
        if (made := self._made(kind, choices)) is not None:
            name = clean(self._human.fullname or MISSING, limit=40)
            title = f"{KINDS[kind].title} for {name}"
            screen = SnippetScreen(title, made, choices, wanted=self._wanted)
            self._screen.app.push_screen(screen)
            self._look_for_others(screen)

    def _look_for_others(self, screen: SnippetScreen) -> None:
        self._screen.run_worker(self._tell_of_others(screen), group="sharing", exclusive=True)

    async def _tell_of_others(self, screen: SnippetScreen) -> None:
        directory, made, choices = self._screen.directory, screen.snippet, screen.choices
        if directory is None:
            return
        with suppress(MirrorError):  # the list says that; the code is right all the same
            note = await sharing_note(directory, self._human, made.kind, choices)
            if note and screen.snippet is made and not screen.is_answered:
                screen.show(replace(made, notes=(note, *made.notes)), choices)

    def _made(self, kind: SnippetKind, choices: Choices) -> Snippet | None:
        try:
            return snippet(kind, self._human, choices)
        except AicxError as error:
            self._screen.aicx.report(error, title="No snippet")
            return None

    def _wanted(self, screen: SnippetScreen, wanted: str) -> None:
        kind = screen.snippet.kind
        if wanted == OPTIONS:
            self._ask(kind, screen.choices, partial(self._chosen_anew, screen))
        elif wanted == SAVE:
            saves = SaveSnippet(screen.snippet)
            self._screen.app.push_screen(saves, partial(self._saved, screen))

    def _chosen_anew(self, screen: SnippetScreen, choices: Choices | None) -> None:
        if choices is None:
            return
        kind = screen.snippet.kind
        self._remember(KINDS[kind].setting, choices.channel)
        if (made := self._made(kind, choices)) is not None:
            screen.show(made, choices)
            self._look_for_others(screen)

    def _saved(self, screen: SnippetScreen, path: Path | None) -> None:
        if path is not None:
            screen.answer(None)
            self._screen.aicx.notify(f"In {path}.", title="Saved", timeout=5)

    @property
    def _can_read(self) -> bool:
        session = self._screen.session
        return session is not None and Capability.HUMANS_GET in session.platform.capabilities

    async def _read_token(self) -> SecretStr:
        session = self._screen.session
        if session is None:
            raise AicxError("The platform is not open yet.", hint="Wait a moment.")
        return token_of((await session.platform.get_human(self._human.id)).human)
