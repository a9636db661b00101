"""A line to type into whose other keys act in the order in which they are pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual import events
from textual.widgets import Input


class KeyedInput(Input):
    """An input that handles some keys itself.

    A binding acts when its key has gone up to the app, so what is typed right behind it would be
    in the line already: `merEnterGold` would look for a tag called “merGold”.

    Args:
        keys: What a key does, by its name; it answers whether it did anything, else the key is
            what it always is.
        typed: Called with the text in the very turn of the key.

    Attributes:
        is_shut: Whether nothing can be typed.
    """

    is_shut = False

    def __init__(
        self,
        keys: Mapping[str, Callable[[], bool]],
        *,
        typed: Callable[[str], None],
        id: str,  # noqa: A002  # as every widget calls it
    ) -> None:
        self._acts = keys
        self._typed = typed
        super().__init__(compact=True, select_on_focus=False, id=id)

    def watch_value(self, value: str) -> None:
        """Tell what is there now."""
        if self.is_attached:
            self._typed(value)

    def on_key(self, event: events.Key) -> None:
        """Do what the key is for here."""
        act = self._acts.get(event.key)
        if (self.is_shut and event.is_printable) or (act is not None and act()):
            event.stop()
            event.prevent_default()

    def put(self, text: str) -> None:
        """Let the line hold a text, selected, so that typing replaces it."""
        self.value = text
        self.action_select_all()
