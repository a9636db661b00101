"""Processes of the program that do not pay for its imports each time.

A server has imported everything and forks. What it makes is a process of its own with the
environment, files and arguments it is given, and it is killed and ended like any other; how the
program starts from nothing is left to the tests that spawn an interpreter.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from multiprocessing import connection, get_context
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import DupFd
from threading import Lock
from typing import Any

PRELOADED = (
    "aicx_tui.__main__",
    "aicx_tui.cli.commands",
    "aicx_tui.cli.grammar",
    "aicx_tui.cli.reporting",
    "aicx_tui.cli.changing",
    "aicx_tui.cli.contexts",
    "aicx_tui.cli.cx_genie",
    "aicx_tui.cli.cx_genie_syncing",
    "aicx_tui.cli.doctor",
    "aicx_tui.cli.history",
    "aicx_tui.cli.humans",
    "aicx_tui.cli.importing",
    "aicx_tui.cli.outbox_deciding",
    "aicx_tui.cli.session",
    "aicx_tui.cli.bulks",
    "aicx_tui.cli.bulk_making",
    "aicx_tui.cli.tag_definitions",
    "aicx_tui.cli.token",
    "aicx_tui.cli.token_rotating",
    "aicx_tui.cli.views",
    "aicx_tui.endpoint.command",
    "aicx_tui.sandbox.__main__",
    "aicx_tui.sandbox.mail_reading",
    "aicx_tui.sandbox.sample",
    "aicx_tui.sandbox.server",
    "anyio._backends._asyncio",
    "httpcore",
)
"""What is imported once."""

_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload([*PRELOADED])

_ONE_AT_A_TIME = Lock()
"""How a process ended is read once, and who starts another one reads it of all: of two threads that
do so at the same time, the later would be told that it ended with 255."""


class Forked:
    """A process, with what `subprocess.Popen` has of it.

    Args:
        module: The one whose `main` it runs, as `python -m` would.
        words: Behind the module's name.
        env: Its environment, all of it.
        files: The numbers of what it has as standard input, output and error.
    """

    def __init__(
        self, module: str, words: Sequence[str], *, env: Mapping[str, str], files: Sequence[int]
    ) -> None:
        handed = [_Handed(number) for number in files]
        self._process: BaseProcess = _CONTEXT.Process(
            target=_become, args=(module, [*words], dict(env), os.getcwd(), handed)
        )
        with _ONE_AT_A_TIME:
            self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        with _ONE_AT_A_TIME:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, and return its exit code."""
        connection.wait([self._process.sentinel], timeout)
        if (code := self.poll()) is None:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class _Handed:
    """A file's number, which becomes that of a copy in the process that it is handed to."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> tuple[Callable[..., int], tuple[object, ...]]:
        return _taken, (DupFd(self._number),)


def _taken(handed: Any) -> int:  # noqa: ANN401  # of no type that has a name
    return int(handed.detach())


def _become(
    module: str, words: list[str], env: dict[str, str], folder: str, files: list[int]
) -> None:
    """Run in the new process."""
    for number, handed in enumerate(files):
        os.dup2(handed, number)
        os.close(handed)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.argv = [module, *words]
    sys.exit(import_module(module).main())
