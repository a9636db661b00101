"""Textual's driver for a terminal that may go away, as when its window is closed.

Textual's thread that writes ends at the first error; whoever paints then waits for it for ever,
with everything that is under way. Here what cannot be written is dropped, and the console is told.
"""

from __future__ import annotations

from collections.abc import Callable
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, cast

from textual.drivers.linux_driver import LinuxDriver

if TYPE_CHECKING:
    from aicx_tui.tui.app import AicxApp


class LastingDriver(LinuxDriver):
    """Tells the console when its terminal is gone."""

    def __init__(self, app: AicxApp, **options: Any) -> None:  # noqa: ANN401  # as Textual gives them
        super().__init__(app, **options)
        if self._file is not None:
            self._file = cast("TextIOWrapper", Output(self._file, app.lose_terminal))


class Output:
    """What the driver writes to.

    Args:
        file: The terminal.
        lost: Told once, from the thread that writes, that it is gone.
    """

    def __init__(self, file: TextIOWrapper, lost: Callable[[], None]) -> None:
        self._file = file
        self._lost = lost
        self._is_gone = False

    def write(self, text: str) -> None:
        """Write, if anybody is there to read it."""
        self._try(self._file.write, text)

    def flush(self) -> None:
        """Send what is still kept, to the same end."""
        self._try(self._file.flush)

    def fileno(self) -> int:
        """The terminal's."""
        return self._file.fileno()

    def _try(self, work: Callable[..., object], *given: str) -> None:
        if self._is_gone:
            return
        try:
            work(*given)
        except OSError:
            self._is_gone = True
            self._lost()
