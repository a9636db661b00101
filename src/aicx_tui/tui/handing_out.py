"""Gives targets the token, or looks into them, whatever screen is shown meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.signal import Signal

if TYPE_CHECKING:
    from aicx_tui.services.own_token import OwnToken
    from aicx_tui.services.targets import Target, TargetResult, Told
    from aicx_tui.settings import Context
    from aicx_tui.tui.app import AicxApp


@dataclass(frozen=True)
class Heard:
    """Something is known of targets that are asked.

    Attributes:
        context: Whose targets.
        result: What became of one; None where others begin to be asked, or none is any more.
    """

    context: str
    result: TargetResult | None = None


class HandingOut:
    """Knows which targets are asked just now.

    Args:
        app: Whose screens hear of it.
    """

    def __init__(self, app: AicxApp) -> None:
        self._app = app
        self.heard: Signal[Heard] = Signal(app, "targets")
        self._asked: dict[str, set[str]] = {}
        self._given = 0

    def asked(self, context: str) -> set[str]:
        """The targets of a context that are asked, and those that still are to be."""
        return self._asked.get(context, set())

    @property
    def at_stake(self) -> str:
        """What would be cut off if the console ended now; a look is nothing to lose."""
        if not self._given:
            return ""
        return "Targets are being given the new token; those left over keep the one before."

    async def give(
        self, own: OwnToken, targets: Sequence[Target], *, told: Told, lacking: bool = False
    ) -> tuple[TargetResult, ...]:
        """Give them the token in use.

        Args:
            own: That.
            targets: Which.
            told: Hears of each.
            lacking: Whether those are left alone that have it.

        Raises:
            AicxError: There is none, or another process issues one and does not end.
        """
        self._given += 1
        self._begin(own, targets)
        try:
            return await own.hand_out(targets, told=self._telling(own, told), lacking=lacking)
        finally:
            self._given -= 1
            self._end(own)

    async def look(self, own: OwnToken, targets: Sequence[Target]) -> None:
        """Look whether they have it.

        Raises:
            NotSignedInError: There is none.
        """
        self._begin(own, targets)
        try:
            await own.check(targets, told=self._telling(own, lambda _: None))
        finally:
            self._end(own)

    def _begin(self, own: OwnToken, targets: Sequence[Target]) -> None:
        self._asked[own.context.name] = {target.name for target in targets}
        self.heard.publish(Heard(own.context.name))

    def _end(self, own: OwnToken) -> None:
        self._asked.pop(own.context.name, None)
        self.heard.publish(Heard(own.context.name))

    def _telling(self, own: OwnToken, told: Told) -> Told:
        def tell(result: TargetResult) -> None:
            self.asked(own.context.name).discard(result.target.name)
            self.heard.publish(Heard(own.context.name, result))
            told(result)

        return tell

    def say_what_was_left(self, context: Context) -> None:
        """Say which targets of a context an earlier run was cut off before."""
        setup = self._app.setup
        if context.name not in setup.config.targets or self.asked(context.name):
            return
        from aicx_tui.services.rotation_targets import left_over  # only where there are targets

        if said := left_over(setup, context):
            keys = self._app.keymap
            go, give = keys.shown("console.go"), keys.shown("token.targets-update")
            said = f"{said} {give} on the token screen ({go} t) gives it to them."
            self._app.notify(said, title="Token", timeout=20)
