"""The quiet line below: the keys that matter here and now."""

from __future__ import annotations

from collections.abc import Mapping

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from aicx_tui.tui.keymap import Keymap
from aicx_tui.tui.keys import KEYS


class KeyBar(Widget):
    """Shows the bindings that are active, as many as fit, and the one for help at the end.

    Args:
        keymap: The keys that hold in this run.
    """

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap

    def on_mount(self) -> None:
        """Follow what is active."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)

    def _bindings_updated(self, _: Screen[object]) -> None:
        self.refresh()

    def render(self) -> Content:
        """Keys and what they do, the ones that cannot act now dim."""
        entries = {
            active.binding.id or active.binding.action: self._entry(
                active.binding, enabled=active.enabled
            )
            for active in self.screen.active_bindings.values()
            if active.binding.show
        }
        last = entries.pop("console.help", Content(""))
        room = self.size.width - last.cell_length - 2
        line = Content("")
        for entry in _in_order(entries):
            if line.cell_length + entry.cell_length + 2 > room:
                break
            line = Content.assemble(line, entry, "  ")
        gap = max(self.size.width - line.cell_length - last.cell_length, 0)
        return Content.assemble(line, " " * gap, last)

    def _entry(self, binding: Binding, *, enabled: bool) -> Content:
        shown = self._keymap.shown(binding.id or "") or binding.key_display or binding.key
        if not enabled:
            return Content.styled(f"{shown} {binding.description}", "$faint")
        return Content.assemble((shown, "bold $accent"), " ", (binding.description, "$quiet"))


def _in_order(entries: Mapping[str, Content]) -> list[Content]:
    """Entries of a screen's own first, then those of the registry in its order."""
    order = list(KEYS)
    known = sorted((key for key in entries if key in KEYS), key=order.index)
    own = [entry for key, entry in entries.items() if key not in KEYS]
    return [*own, *(entries[key] for key in known)]
