"""Ending a command from outside so that it can tidy up."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_as_by_ctrl_c() -> Iterator[None]:
    """While this lasts, SIGTERM does what Ctrl-C does, which is to cancel the running task."""
    interrupt = signal.getsignal(signal.SIGINT)
    if not callable(interrupt):  # a job in the background ignores Ctrl-C
        interrupt = signal.default_int_handler
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
