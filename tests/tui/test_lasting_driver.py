"""A terminal that goes away while it is written to."""

from __future__ import annotations

import os
import pty
from io import FileIO, TextIOWrapper
from threading import Event

from textual.drivers._writer_thread import MAX_QUEUED_WRITES, WriterThread

from aicx_tui.tui.lasting_driver import Output


def test_what_is_painted_for_a_terminal_that_is_gone_is_dropped_and_nobody_waits() -> None:
    ours, theirs = pty.openpty()
    lost = Event()
    with TextIOWrapper(FileIO(theirs, "w"), write_through=True) as terminal:
        writer = WriterThread(Output(terminal, lost.set))  # type: ignore[arg-type]
        writer.start()
        os.close(ours)
        for _ in range(3 * MAX_QUEUED_WRITES):
            writer.write("\x1b[H" + "painted " * 2_000)
        assert lost.wait(60)
        writer.stop()
        assert not writer.is_alive()
