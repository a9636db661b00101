"""What every headless command is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aicx_tui.services.session import Session

Command = Callable[[Session], Awaitable[None]]
"""Does its work on an open platform and prints the result."""
