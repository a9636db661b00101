"""What keys do on the token screen: dialogs over it, and what is asked of the targets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError
from aicx_tui.services.rotation_targets import has_it
from aicx_tui.services.targets import Target
from aicx_tui.storage.record import LOCAL
from aicx_tui.text import clean
from aicx_tui.tui.screens.menu import Choice, MenuScreen
from aicx_tui.tui.token_lines import KINDS
from aicx_tui.tui.widgets.human_table import HumanTable

if TYPE_CHECKING:
    from pydantic import SecretStr

    from aicx_tui.services.own_token import OwnToken
    from aicx_tui.services.rotation import Rotated
    from aicx_tui.tui.screens.token import TokenScreen

ISSUE, ROTATE, PASTE, COPY = "token.issue", "token.rotate", "token.set", "token.copy"
REVEAL, FORGET = "token.reveal", "token.forget"
ADD, CHECK, UPDATE = "token.targets-add", "token.targets-check", "token.targets-update"
CONFIRM, REMOVE = "token.targets-confirm", "token.targets-remove"

DONE_HERE = (ISSUE, ROTATE, PASTE, COPY, REVEAL, FORGET, ADD, CHECK, UPDATE, CONFIRM, REMOVE)

OF_A_TOKEN = (COPY, REVEAL, CHECK, UPDATE, CONFIRM)
"""What needs a token that signs in."""

YES = "yes"

KIND_KEYS = {
    "e": "env-file",
    "g": "github",
    "v": "vault",
    "k": "kubernetes",
    "c": "command",
    "h": "by-hand",
}


def why_not(screen: TokenScreen, action_id: str) -> str:
    """Why an action cannot be done on the token screen now; empty where it can.

    Args:
        screen: That.
        action_id: What is wanted.
    """
    if action_id in (ISSUE, ROTATE) and screen.own.context.kind != "console":
        action_id = PASTE  # the same wizard, which says where the web app issues one
    refused = screen.aicx.places.refusal(action_id)
    if refused or action_id not in DONE_HERE:
        return refused
    if action_id in (ISSUE, ROTATE, PASTE) and screen.own.context.source == "environment":
        return "The token comes from AICX_TOKEN, which aicx cannot change."
    if action_id in OF_A_TOKEN and not screen.current:
        return "No token signs in here."
    if action_id == FORGET and screen.own.context.source != "config":
        return "Nothing of it is kept beyond this run."
    if action_id in (CHECK, UPDATE) and not screen.own.targets:
        return "There are no targets."
    if action_id in (CHECK, UPDATE, ISSUE, ROTATE, PASTE) and screen.is_asking:
        return "Targets are being asked just now."
    target = screen.target
    if action_id in (CONFIRM, REMOVE) and target is None:
        return "There is no target at the cursor."
    if action_id == CONFIRM and target is not None and target.kind != "by-hand":
        return "The target at the cursor is not done by hand."
    return ""


class Tokens:
    """Asks what is to be done with the token, and has it done.

    Args:
        screen: Over which it asks.
    """

    def __init__(self, screen: TokenScreen) -> None:
        self._screen = screen

    def do(self, action_id: str) -> None:
        """Do what a key is for."""
        ways: dict[str, Callable[[], None]] = {
            ISSUE: partial(self._replace, []),
            ROTATE: partial(self._replace, self._own.targets),
            PASTE: self._paste,
            COPY: self._ask_whether_to_copy,
            REVEAL: self._ask_whether_to_show,
            FORGET: self._ask_whether_to_forget,
            ADD: self._add,
            CHECK: lambda: self._ask_targets(self._own.targets, update=False),
            UPDATE: self._update_lacking,
            CONFIRM: self._confirm,
            REMOVE: self._ask_whether_to_remove,
        }
        ways[action_id]()

    @property
    def _own(self) -> OwnToken:
        return self._screen.own

    def _push_question(self, title: str, choices: list[Choice], then: Callable[[], None]) -> None:
        def answered(answer: str | None) -> None:
            if answer == YES:
                then()

        self._screen.app.push_screen(MenuScreen(title, choices), answered)

    # The token

    def _replace(self, targets: Sequence[Target]) -> None:
        from aicx_tui.tui.screens.token_run import TokenRunScreen  # only when asked for

        if self._own.context.kind != "console":
            self._paste()
            return
        run = TokenRunScreen(self._own, self._screen.found, targets)
        self._screen.app.push_screen(run, lambda _: self._screen.action_read())

    def _paste(self) -> None:
        from aicx_tui.tui.screens.token_forms import PasteForm  # only when asked for

        form = PasteForm(self._own, known_human=self._known_human)
        self._screen.app.push_screen(form, self._pasted)

    @property
    def _known_human(self) -> str:
        """Somebody whom the platform has: the human at the cursor of the list."""
        record = self._screen.humans.query_one(HumanTable).current
        return record.id if record is not None and not record.id.startswith(LOCAL) else ""

    def _pasted(self, rotated: Rotated | None) -> None:
        from aicx_tui.tui.screens.token_run import TokenRunScreen  # only when asked for

        if rotated is None:
            self._screen.action_read()
            return
        said = f"It is in {rotated.place} and signs in from now on."
        self._screen.aicx.notify(said, title="The token is accepted", timeout=5)
        if targets := self._own.targets:
            run = TokenRunScreen(self._own, self._screen.found, targets, rotated=rotated)
            self._screen.app.push_screen(run, lambda _: self._screen.action_read())
        else:
            self._screen.action_read()

    def _with_token(self, then: Callable[[SecretStr], None]) -> None:
        """Read the token and do something with it, or say why it is not there."""

        async def read() -> None:
            try:
                token = await self._own.token()
            except AicxError as error:
                self._screen.aicx.report(error, title="The token is not there")
            else:
                then(token)

        self._screen.run_worker(read(), group="token", exclusive=True)

    def _ask_whether_to_copy(self) -> None:
        in_tmux = bool(self._screen.aicx.setup.environ.get("TMUX"))

        def copy(token: SecretStr) -> None:
            self._screen.aicx.places.clipboard.put(token)
            said = "It is cleared in 30 s, where the terminal allows."
            if in_tmux:
                said = "It is covered in 30 s; tmux delete-buffer removes it from tmux."
            self._screen.aicx.notify(said, title="The token is on the clipboard", timeout=5)

        note = "tmux keeps it in a buffer" if in_tmux else "every program here may read it"
        choices = [Choice("c", "Copy it", YES, note=note)]
        self._push_question("Copy the token?", choices, partial(self._with_token, copy))

    def _ask_whether_to_show(self) -> None:
        def show(token: SecretStr) -> None:
            from aicx_tui.tui.screens.token_once import TokenOnceScreen  # only when asked for

            self._screen.app.push_screen(TokenOnceScreen(self._own.context.name, token))

        choices = [Choice("s", "Show it", YES, note="until the dialog is closed")]
        self._push_question("Show the whole token?", choices, partial(self._with_token, show))

    def _ask_whether_to_forget(self) -> None:
        choices = [Choice("f", "Forget it", YES, note="it stays valid at the platform")]
        self._push_question("Forget the token here?", choices, self._forget)

    def _forget(self) -> None:
        async def forget() -> None:
            own, aicx = self._own, self._screen.aicx
            try:
                was_there = await own.forget()
            except AicxError as error:
                aicx.report(error, title="The token is not forgotten")
            else:
                said = "It stays valid until a new one is issued." if was_there else ""
                title = "The token is forgotten" if was_there else "None was kept"
                aicx.notify(said or "Nothing was removed.", title=title, timeout=8)
            self._screen.action_read()

        self._screen.run_worker(forget(), group="token", exclusive=True)

    # Targets

    def ask_what_to_do(self) -> None:
        """Ask what is to be done with the target at the cursor."""
        target = self._screen.target
        if target is None:
            return

        def line(key: str, title: str, action_id: str, note: str = "") -> Choice:
            return Choice(
                key, title, action_id, note=note, refused=why_not(self._screen, action_id)
            )

        choices = [
            line("c", "Check", CHECK, "look whether it has the token"),
            line("u", "Update", UPDATE, "give it the token in use"),
            line("h", "By hand", CONFIRM, "note that it was done"),
            line("#", "Remove", REMOVE),
        ]
        menu = MenuScreen(clean(target.name, limit=40), choices)
        self._screen.app.push_screen(menu, partial(self._do_with, target))

    def _do_with(self, target: Target, action_id: str | None) -> None:
        if action_id in (CHECK, UPDATE):
            self._ask_targets([target], update=action_id == UPDATE)
        elif action_id:
            self.do(action_id)

    def _update_lacking(self) -> None:
        known, current = self._own.records, self._screen.current
        lacking = [t for t in self._own.targets if not has_it(t, known.get(t.name), current)]
        if lacking:
            self._ask_targets(lacking, update=True)
        else:
            self._screen.aicx.notify("Every target has the token in use.", timeout=5)

    def _ask_targets(self, targets: Sequence[Target], *, update: bool) -> None:
        work = self._asking(self._own, targets, update=update)
        self._screen.app.run_worker(work, group="targets")  # leaving the screen does not stop it

    async def _asking(self, own: OwnToken, targets: Sequence[Target], *, update: bool) -> None:
        handing_out = self._screen.aicx.places.handing_out
        try:
            if update:
                await handing_out.give(own, targets, told=lambda _: None)
            else:
                await handing_out.look(own, targets)
        except AicxError as error:
            self._screen.aicx.report(error, title="Targets")

    def _add(self) -> None:
        choices = [Choice(key, KINDS[kind], kind) for key, kind in KIND_KEYS.items()]
        self._screen.app.push_screen(MenuScreen("Add a target", choices), self._describe)

    def _describe(self, kind: str | None) -> None:
        from aicx_tui.tui.screens.token_forms import TargetForm  # only when asked for

        if kind:
            form = TargetForm(self._screen.aicx.setup, self._own.context, kind)
            self._screen.app.push_screen(form, self._added)

    def _added(self, name: str | None) -> None:
        if name:
            self._screen.go_to(name)
            key = self._screen.keymap.shown(UPDATE)
            self._screen.aicx.notify(f"{key} gives it the token in use.", title="Added", timeout=5)

    def _confirm(self) -> None:
        target = self._screen.target
        if target is None:
            return

        async def confirm(target: Target) -> None:
            try:
                await self._own.confirm(target)
            except AicxError as error:
                self._screen.aicx.report(error, title="Not noted")
            self._screen.show()

        self._screen.run_worker(confirm(target), group="targets")

    def _ask_whether_to_remove(self) -> None:
        target = self._screen.target
        if target is None:
            return

        def remove(target: Target) -> None:
            try:
                self._own.remove(target)
            except AicxError as error:
                self._screen.aicx.report(error, title="Not removed")
            self._screen.show()

        choices = [Choice("r", "Remove", YES, note="what it has of the token stays there")]
        title = f"Remove {clean(target.name, limit=40)}?"
        self._push_question(title, choices, partial(remove, target))
