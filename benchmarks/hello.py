"""The bare Textual program that everything is compared with; it echoes keys."""

from __future__ import annotations

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """One text, which counts the keys that were pressed."""

    keys = 0

    def compose(self) -> ComposeResult:
        """Nothing but a text."""
        yield Static("Hello, world")

    def on_key(self, event: events.Key) -> None:
        """Echo the key."""
        self.keys += 1
        self.query_one(Static).update(f"key {self.keys} {event.key}")


if __name__ == "__main__":
    Hello().run()
