"""A program in a real terminal, and the moments at which it shows something."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.processes import end_all_of
from benchmarks.programs import surroundings

ROWS, COLUMNS = 40, 120
PATIENCE = 20.0
"""Seconds after which what was expected will not come any more."""

READ_BYTES = 65_536

ENTERS_ALTERNATE_SCREEN = b"\x1b[?1049h"

ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",  # synchronized output: known, as in most terminals
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",  # in-band resizing: not known
}
"""What Textual asks a terminal at its start, and what a common one answers."""

_ESCAPES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[^\[\]])")


class NothingShown(Exception):
    """The program ended or fell silent before it showed what was expected."""


def readable(raw: bytes) -> bytes:
    """What a program wrote without its escape sequences: the text that a person could read."""
    return _ESCAPES.sub(b"", raw)


class Terminal:
    """A running program, started by `terminal()`.

    Attributes:
        started: When it was started, just before the fork, by `perf_counter`.
        pid: The program's process; no shell or script stands between.
        shown: What it wrote since the last keys, raw.
    """

    def __init__(self, command: Sequence[str], *, home: Path, given: Mapping[str, str]) -> None:
        environment = {**surroundings(home), **given}
        self.shown = b""
        self._questions = dict(ANSWERS)
        self.started = perf_counter()
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            _become(command, environment)

    def types(self, keys: bytes) -> float:
        """Forget what was shown, send keys, and return when they were sent."""
        self.rests(0)
        self.shown = b""
        sent = perf_counter()
        os.write(self._descriptor, keys)
        return sent

    def shows(self, expected: Callable[[bytes], object]) -> float:
        """Read until something is shown, and return when it arrived.

        Nothing is looked at while more can be read: a program waits for a slow terminal.

        Args:
            expected: Whether what was written since the last keys, raw, has it. Asked about
                ever longer beginnings of it, so it must not remember.

        Raises:
            NothingShown: The program ended, or did not show it in time.
        """
        end = perf_counter() + PATIENCE
        while (arrived := self._read(end - perf_counter())) is not None:
            arrivals = [(arrived, len(self.shown))]
            while (arrived := self._read(0)) is not None:
                arrivals.append((arrived, len(self.shown)))
            for moment, length in arrivals:
                if expected(self.shown[:length]):
                    return moment
        raise NothingShown(f"It did not show what was expected within {PATIENCE:.0f} s.")

    def rests(self, seconds: float) -> None:
        """Read until nothing has come for a time."""
        while self._read(seconds) is not None:
            pass

    def passes(self, seconds: float) -> None:
        """Read for a time, however much comes."""
        end = perf_counter() + seconds
        while (left := end - perf_counter()) > 0:
            self._read(left)

    def ends(self) -> None:
        """End the program at once."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._descriptor)

    def _read(self, seconds: float) -> float | None:
        """Read once; return when something arrived, or None where nothing did in time."""
        if not select.select([self._descriptor], [], [], max(seconds, 0))[0]:
            return None
        try:
            data = os.read(self._descriptor, READ_BYTES)
        except OSError:  # Linux says so when the last process of the terminal is gone
            data = b""
        arrived = perf_counter()
        if not data:
            last = readable(self.shown).decode(errors="replace").strip().splitlines()
            raise NothingShown(f"It ended: {last[0] if last else 'without a word'}")
        self.shown += data
        for question in [q for q in self._questions if q in self.shown]:
            os.write(self._descriptor, self._questions.pop(question))
        return arrived


@contextmanager
def terminal(command: Sequence[str], given: Mapping[str, str] | None = None) -> Iterator[Terminal]:
    """Run a program in a terminal and a home of its own; after it, no process of it is left.

    Args:
        command: The program and its arguments.
        given: Variables of its environment beside the usual ones.
    """
    with TemporaryDirectory(prefix="aicx-benchmark-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        running = Terminal(command, home=home, given=given or {})
        try:
            yield running
        finally:
            running.ends()
            end_all_of(home)


def _become(command: Sequence[str], environment: dict[str, str]) -> None:
    """Become the program, in the child of a fork; does not return."""
    try:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.execve(command[0], list(command), environment)  # noqa: S606  # our own command lines
    finally:
        os._exit(127)
