"""Finding what is searched for while it is typed: rows and echo share one paint where they can."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from aicx_tui.errors import AicxError

if TYPE_CHECKING:
    from aicx_tui.services.directory import Directory
    from aicx_tui.storage.query.sorting import Sort
    from aicx_tui.storage.query.tree import Node
    from aicx_tui.storage.results import Results

GRACE_SECONDS = 0.008
"""How long a key waits for its rows: mostly they come sooner, and a second paint is two frames."""


class Finder:
    """Asks a directory for the latest search only, and reports by messages.

    Args:
        post: Takes the messages, from any thread.
    """

    @dataclass
    class Found(Message):
        """The latest search has its first rows."""

        results: Results
        from_top: bool

    @dataclass
    class Grew(Message):
        """More is known of the rows that are shown: more of them, or what was asked for."""

        results: Results

    @dataclass
    class Failed(Message):
        """The mirror could not be searched."""

        error: AicxError

    def __init__(self, *, post: Callable[[Message], object]) -> None:
        self._post = post
        self._latest: Future[Results] | None = None

    def find(
        self, directory: Directory, where: Node, sort: Sort, *, from_top: bool
    ) -> Results | None:
        """Find humans; what does not come at once comes as a message.

        Raises:
            AicxError: The mirror could not be searched.
        """
        coming = directory.search(where, sort, on_change=self._grew)
        self._latest = coming
        try:
            return coming.result(GRACE_SECONDS)
        except CancelledError:
            return None
        except NotYet:
            coming.add_done_callback(lambda found: self._arrived(found, from_top=from_top))
            return None

    def _arrived(self, found: Future[Results], *, from_top: bool) -> None:
        """On the data thread: tell it, unless another search is on its way since."""
        if found is not self._latest or found.cancelled():
            return
        error = found.exception()
        if error is None:
            self._post(self.Found(found.result(), from_top))
        elif isinstance(error, AicxError):
            self._post(self.Failed(error))

    def _grew(self, results: Results) -> None:
        self._post(self.Grew(results))
