"""The replacing of a token while it goes on: its steps, its targets, and what may go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from aicx_tui.credentials import Found
from aicx_tui.errors import AicxError, KeyringUnavailableError, NotSignedInError
from aicx_tui.services.own_token import OwnToken
from aicx_tui.services.rotation import Outcome, Rotated
from aicx_tui.services.rotation_keeping import Step
from aicx_tui.services.saved_tokens import SavedTokens
from aicx_tui.services.targets import Target, TargetResult
from aicx_tui.services.token_places import FilePlace
from aicx_tui.text import clean
from aicx_tui.tui.rescuing import Rescuing
from aicx_tui.tui.rotation_lines import (
    error_lines,
    question,
    report_line,
    rotated_line,
    step_lines,
    target_lines,
)
from aicx_tui.tui.run_phases import ALLOWED, KEPT_NOWHERE, OVER, WAITING, Phase
from aicx_tui.tui.screens.run_dialog import RunDialog
from aicx_tui.tui.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from aicx_tui.tui.app import AicxApp

REPLACING = "replacing"
"""The worker that replaces the token."""


class TokenRunScreen(RunDialog):
    """Asks first, replaces the token, gives it to targets, and reports.

    Args:
        own: The token.
        held: What signs in as far as is known.
        targets: The places that get it, in their order.
        rotated: How it was replaced, where that is done already.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", priority=True, show=False),
        Binding("enter", "close", "Close", priority=True, show=False),
        Binding("i", "go_on", "Go on", show=False),
        Binding("r", "again", "Again", show=False),
        Binding("u", "unlock", "Unlock", show=False),
        Binding("s", "show", "Show once", show=False),
        Binding("f", "file", "File", show=False),
    ]

    def __init__(
        self,
        own: OwnToken,
        held: Found | None,
        targets: Sequence[Target],
        *,
        rotated: Rotated | None = None,
    ) -> None:
        super().__init__()
        self._own = own
        self._held = held
        self._targets = tuple(targets)
        self._rotated = rotated
        self._phase = Phase.ASKS
        self._steps: list[Step] = []
        self._results: dict[str, TargetResult] = {}
        self._is_waiting = False
        self._died_at: datetime | None = None
        self._error: AicxError | None = None
        self._place: FilePlace | None = None
        self._over = asyncio.Event()
        self._rescuing = Rescuing(self, own.context)
        self._text = Static("", markup=False)
        self._state = Static("", id="state", markup=False)
        self._box = Vertical(VerticalScroll(self._text, id="steps"), self._state, id="run")

    @property
    def aicx(self) -> AicxApp:
        """The console this screen belongs to."""
        return cast("AicxApp", self.app)

    def compose(self) -> ComposeResult:
        """What happens, and what is to be said of it."""
        yield self._box
        yield TooSmall()

    def on_mount(self) -> None:
        """Ask first."""
        self._over.set()
        self.show()

    def on_resize(self) -> None:
        """Leave room for what is said below; the steps scroll instead."""
        self.query_one("#steps").styles.max_height = max(self.size.height - 11, 3)

    # What would be lost

    @property
    def holds_exit(self) -> str:
        """Why the console cannot be left now; empty where it can."""
        if self._rescuing.is_waiting:
            return f"{KEPT_NOWHERE} Keep it first: r, u, s or f."
        if self._phase is Phase.REPLACES and not self._is_waiting:
            return "The token is being replaced just now, which takes some seconds."
        return ""

    async def on_unmount(self) -> None:
        """Where the console is ended from outside, see the replacing through first."""
        if self._rescuing.is_waiting:
            self._rescuing.give_up()
        if self._is_waiting:
            self.workers.cancel_group(self, REPLACING)  # nothing has begun
        await self._over.wait()

    # What is shown

    def show(self) -> None:
        """Show how far it is."""
        self._box.border_title = Content(self._title)
        self._box.border_subtitle = Content(self._phase.value)
        self._text.update(Content("\n").join(self._lines()))
        said = self._said()
        self._state.display = bool(said.plain)
        self._state.update(said)
        self.refresh_bindings()

    @property
    def _title(self) -> str:
        name = clean(self._own.context.name, limit=30)
        verb = "Give out the token" if self._was_replaced_before else "Replace the token"
        return f"{verb} of {name}"

    @property
    def _was_replaced_before(self) -> bool:
        return self._rotated is not None and self._rotated.outcome is Outcome.ACCEPTED

    def _lines(self) -> list[Content]:
        lines = []
        if self._phase is Phase.ASKS:
            context, is_replaced = self._own.context.name, self._rotated is not None
            lines.append(question(context, self._targets, is_replaced=is_replaced))
        elif self._rotated is None or self._rotated.outcome is Outcome.ISSUED:
            is_running = self._phase is Phase.REPLACES
            lines += step_lines(self._steps, is_running=is_running)
        if lines and self._targets and self._phase is not Phase.ASKS:
            lines.append(Content(""))
        is_running = self._phase is Phase.UPDATES
        lines += target_lines(self._targets, self._results, is_running=is_running)
        return lines

    def _said(self) -> Content:
        said = []
        if self._died_at is not None:
            local = self._died_at.astimezone(self.aicx.reader.zone)
            said.append(Content.styled(f"The old token stopped working at {local:%X}.", "$quiet"))
        if self._rotated is not None and self._phase is not Phase.ASKS:
            said.append(rotated_line(self._rotated))
            if left := self._own.still_has_the_old_one(self._held):
                warned = f"{left} still holds the one before: replace it there."
                said.append(Content.assemble(("! ", "bold $warning"), clean(warned)))
        if self._phase is Phase.WAITS:
            said.append(Content.styled(WAITING, "bold"))
        elif self._phase is Phase.STRANDED:
            said += self._rescuing.lines(KEPT_NOWHERE)
        elif self._error is not None:
            said.append(error_lines(self._error))
            signs_in = not self.aicx.places.refusal("session.sign-in")
            if isinstance(self._error, NotSignedInError) and signs_in:
                keys = self.aicx.keymap.shown("session.sign-in")
                said.append(Content.styled(f"{keys} signs in, once this is closed.", "$quiet"))
        elif self._phase in (Phase.LEFT, Phase.DONE):
            results = tuple(self._results.values())
            said.append(report_line(results, confirms=self._confirms))
        return Content("\n").join(said)

    @property
    def _confirms(self) -> str:
        return self.aicx.keymap.shown("token.targets-confirm")

    # Replacing

    def action_go_on(self) -> None:
        """Do it."""
        if self._rotated is None:
            self._begin()
        else:
            self._update()

    def _begin(self) -> None:
        self._phase, self._error = Phase.REPLACES, None
        self._steps.clear()
        self.show()
        self._replace()

    @work(group=REPLACING)
    async def _replace(self) -> None:
        self._over.clear()  # not before: one that never begins would never be over
        try:
            rotated = await self._own.replace(
                self._held,
                told=self._tell_step,
                rescue=self._rescuing.rescue,
                waits=self._tell_waiting,
                place=self._place,
            )
        except AicxError as error:
            self.post_message(self.Failed(error))
        else:
            self.post_message(self.Replaced(rotated))
        finally:
            self._over.set()

    def _tell_waiting(self, is_waiting: bool) -> None:
        self._is_waiting = is_waiting
        self.post_message(self.Waited())

    def on_run_dialog_waited(self) -> None:
        """Say that another run is waited for, or that this one begins."""
        if self._phase in (Phase.REPLACES, Phase.WAITS):
            self._phase = Phase.WAITS if self._is_waiting else Phase.REPLACES
            self.show()

    def _tell_step(self, step: Step) -> None:
        self.post_message(self.Went(step))

    def on_run_dialog_went(self, message: RunDialog.Went) -> None:
        """Show a step."""
        self._phase = Phase.REPLACES
        if message.step is Step.ISSUED:
            self._died_at = self.aicx.clock()
        self._steps.append(message.step)
        self.show()

    def on_run_dialog_is_stranded(self) -> None:
        """Ask where the new token shall go."""
        self._phase = Phase.STRANDED
        self._died_at = self._died_at or self.aicx.clock()
        self.show()

    def on_run_dialog_failed(self, message: RunDialog.Failed) -> None:
        """Say why."""
        is_unkept = isinstance(message.error, KeyringUnavailableError) and not self._steps
        self._phase = Phase.UNKEPT if is_unkept else Phase.FAILED
        self._error = message.error
        self.show()

    def on_run_dialog_replaced(self, message: RunDialog.Replaced) -> None:
        """Go on with the targets."""
        self._rotated = message.rotated
        if self._targets:
            self._update()
        else:
            self._phase = Phase.DONE
            self.show()

    # Targets

    @property
    def _is_adopted(self) -> bool:
        """Whether another issued it, who may have given it to some of them."""
        return self._rotated is not None and self._rotated.outcome is Outcome.ADOPTED

    @property
    def _open(self) -> list[Target]:
        """Those that have not got it."""
        known = self._results
        return [t for t in self._targets if t.name not in known or known[t.name].is_open]

    def _update(self) -> None:
        self._phase, self._error = Phase.UPDATES, None
        asked = self._open
        for target in asked:
            self._results.pop(target.name, None)
        self.show()
        self.app.run_worker(self._give(asked), group="targets")  # closing this does not stop it

    async def _give(self, targets: Sequence[Target]) -> None:
        try:
            results = await self.aicx.places.handing_out.give(
                self._own, targets, told=self._tell_target, lacking=self._is_adopted
            )
        except AicxError as error:
            self.post_message(self.NotGiven(error))
        else:
            self.post_message(self.AllGiven())
            if self.is_answered:  # it went on in the background
                self.aicx.notify(
                    report_line(results, confirms=self._confirms).plain, title="Targets"
                )

    def _tell_target(self, result: TargetResult) -> None:
        self.post_message(self.Given(result))

    def on_run_dialog_given(self, message: RunDialog.Given) -> None:
        """Show what became of a target."""
        self._results[message.result.target.name] = message.result
        self.show()

    def on_run_dialog_all_given(self) -> None:
        """Report."""
        kinds = {target.kind for target in self._open}
        self._phase = Phase.LEFT if kinds - {"by-hand"} else Phase.DONE
        self.show()

    def on_run_dialog_not_given(self, message: RunDialog.NotGiven) -> None:
        """Say why."""
        self._phase, self._error = Phase.LEFT, message.error
        self.show()

    # What keys do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let keys be there where they mean something."""
        if action in ALLOWED:
            return self._phase in ALLOWED[action]
        return True

    def action_again(self) -> None:
        """Try what did not work again."""
        if self._phase is Phase.STRANDED:
            self._rescuing.try_again()
        elif self._phase is Phase.LEFT:
            self._update()
        else:
            self._begin()

    def action_unlock(self) -> None:
        """Let the keyring ask for its password."""
        self._rescuing.unlock()

    def action_show(self) -> None:
        """Show the token, for somebody to note it."""
        self._rescuing.show_once()

    def action_file(self) -> None:
        """Ask for a file that takes the token."""
        if self._phase is Phase.STRANDED:
            self._rescuing.ask_for_file()
            return
        from aicx_tui.tui.screens.token_forms import FileForm  # only when asked for

        def chosen(place: FilePlace | None) -> None:
            if place is not None:
                self._place = place
                self._begin()

        form = FileForm("Keep the new token in a file", file_at=self.file_at)
        self.app.push_screen(form, chosen)

    def file_at(self, path: Path) -> FilePlace:
        """What a file that a person names is as a place for the token."""
        held = self._held.secret if self._held is not None else None
        return FilePlace(path, saved=SavedTokens(self.aicx.setup.home), held=held)

    def action_close(self) -> None:
        """Go back."""
        self.answer(True)

    def action_back(self) -> None:
        """Go back, where nothing would be lost by it."""
        if self.holds_exit:
            self.aicx.notify(self.holds_exit, severity="warning")
            return
        if self._is_waiting:
            self.workers.cancel_group(self, REPLACING)  # nothing has begun
        self.answer(self._phase in OVER)
