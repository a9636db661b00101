"""Every key, with what it does."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from aicx_tui.services.actions import ACTIONS
from aicx_tui.tui.keys import KEYS, MOVING


class HelpScreen(ModalScreen[None]):
    """Lists the keys of the console and the commands that do the same."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "dismiss", "Back", show=False),
        Binding("down,j", "scroll('down')", "Down", show=False),
        Binding("up,k", "scroll('up')", "Up", show=False),
    ]

    def compose(self) -> ComposeResult:
        """One text in a box that scrolls."""
        with VerticalScroll(id="help") as box:
            box.border_title = "Keys"
            box.border_subtitle = "↑ ↓ scroll · Esc back"
            yield Static(_help(), markup=False)

    def action_scroll(self, direction: str) -> None:
        """Scroll by a line."""
        box = self.query_one("#help", VerticalScroll)
        box.scroll_relative(y=1 if direction == "down" else -1, animate=False)


def _help() -> Content:
    lines = [_line(keys, title, "") for keys, title in MOVING]
    lines.append(Content(""))
    for action_id, keys in KEYS.items():
        action = ACTIONS[action_id]
        lines.append(_line(keys.shown, action.title, action.help))
    lines.append(Content(""))
    lines.append(Content.styled("The same without the console", "bold"))
    verbs = dict.fromkeys(a.headless for a in ACTIONS.values() if a.headless)
    lines += [Content(f"  aicx {verb}") for verb in verbs]
    return Content("\n").join(lines)


def _line(keys: str, title: str, explanation: str) -> Content:
    return Content.assemble(
        (f"{keys:<10}", "bold $accent"), f"{title:<20} ", (explanation, "$foreground 60%")
    )
