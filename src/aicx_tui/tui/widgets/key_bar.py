"""The quiet line below: the keys that matter here and now."""

from __future__ import annotations

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget


class KeyBar(Widget):
    """Shows the bindings that are active, as many as fit, and the one for help at the end."""

    def on_mount(self) -> None:
        """Follow what is active."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)

    def _bindings_updated(self, _: Screen[object]) -> None:
        self.refresh()

    def render(self) -> Content:
        """Keys and what they do, the ones that cannot act now dim."""
        entries = {
            active.binding.id or active.binding.action: _entry(
                active.binding, enabled=active.enabled
            )
            for active in self.screen.active_bindings.values()
            if active.binding.show
        }
        last = entries.pop("console.help", Content(""))
        room = self.size.width - last.cell_length - 2
        line = Content("")
        for entry in entries.values():
            if line.cell_length + entry.cell_length + 2 > room:
                break
            line = Content.assemble(line, entry, "  ")
        gap = max(self.size.width - line.cell_length - last.cell_length, 0)
        return Content.assemble(line, " " * gap, last)


def _entry(binding: Binding, *, enabled: bool) -> Content:
    key = binding.key_display or binding.key
    if not enabled:
        return Content.styled(f"{key} {binding.description}", "$foreground 35%")
    return Content.assemble((key, "bold $accent"), " ", (binding.description, "$foreground 60%"))
