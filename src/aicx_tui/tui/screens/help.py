"""Every key, with what it does: typing finds one and Enter runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aicx_tui.services.actions import ACTIONS
from aicx_tui.tui.keys import KEYS, MOVING
from aicx_tui.tui.screens.pick import PickScreen, Row

if TYPE_CHECKING:
    from aicx_tui.tui.app import AicxApp


def help_screen(app: AicxApp) -> PickScreen:
    """The keys of the screen that is shown, those first that act there, and why others cannot."""
    live = app.live_actions()
    rows = [
        Row(value="", title=binding.description.capitalize(), key=app.get_key_display(binding))
        for _, binding, _, _ in app.screen.active_bindings.values()
        if binding.show and binding.id not in KEYS
    ]
    for action_id in sorted(KEYS, key=lambda action_id: action_id not in live):
        action = ACTIONS[action_id]
        refused = "" if action_id in live and live[action_id].enabled else app.refusal(action_id)
        if not refused and action_id not in live:
            refused = "It acts elsewhere."
        rows.append(
            Row(
                value=action_id,
                title=action.title,
                key=app.keymap.shown(action_id),
                note=action.help,
                more=_without_the_console(action.headless, action.only_console),
                refused=refused,
            )
        )
    rows += [Row(value="", title=title, key=keys) for keys, title in MOVING]
    return PickScreen("Keys", rows, said=" ".join(app.keymap.problems))


def _without_the_console(headless: str, only_console: str) -> str:
    if headless:
        return f"The same without the console: aicx {headless}"
    return f"In the console only: {only_console}."
