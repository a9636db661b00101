"""Several processes that serve one database on one socket, and the one that watches them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field

import orjson

from aicx_tui.sandbox.failure import StartError

READY = "ready\n"
"""What a worker says once it answers."""

_POLL_SECONDS = 0.2
_STOP_SECONDS = 5.0
"""Longer than a worker's grace for what it is answering."""

_SHORTEST_LIFE_SECONDS = 1.0
"""A worker that ends sooner is not replaced at once, lest the machine do nothing else."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is to serve, and where."""

    listener: int
    """The descriptor that it inherits."""
    database: str = field(repr=False)
    """An address, which may hold a password."""
    installation_id: str
    loopback_only: bool
    oidc: Mapping[str, object] = field(repr=False)
    """Providers of accounts elsewhere, their secrets included."""
    smtp: Sequence[str | int] | None
    """Host and port of a mail server."""


class Workers:
    """So many workers, each replaced when it ends on its own.

    Args:
        order: What they are to do.
        count: How many of them.
    """

    def __init__(self, order: Order, *, count: int) -> None:
        self._order = order
        self._count = count
        self._running: list[_Worker] = []
        self._asked_to_stop = False

    def run(self, *, when_ready: Callable[[], None]) -> None:
        """Serve until asked to stop.

        Args:
            when_ready: Called once all of them answer.

        Raises:
            StartError: One of them ended before it served anything.
        """
        try:
            for _ in range(self._count):
                self._running.append(_Worker(self._order))
            for worker in self._running:
                worker.await_ready()
            when_ready()
            while not self._asked_to_stop:
                time.sleep(_POLL_SECONDS)
                self._running = [self._alive(worker) for worker in self._running]
        finally:
            for worker in self._running:
                worker.ask_to_stop()
            for worker in self._running:
                worker.await_end()

    def stop(self) -> None:
        """End them all; they finish what they are answering."""
        self._asked_to_stop = True

    def _alive(self, worker: _Worker) -> _Worker:
        """The worker, or another in its place."""
        if not worker.has_to_be_replaced():
            return worker
        worker.ask_to_stop()
        worker.await_end()
        return _Worker(self._order)


class _Worker:
    def __init__(self, order: Order) -> None:
        self._started = time.monotonic()
        self._process = subprocess.Popen(  # our own module
            [sys.executable, "-m", "aicx_tui.sandbox.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(order.listener,),
            start_new_session=True,  # Ctrl-C is the watching process's matter
        )
        if self._process.stdin:
            with suppress(BrokenPipeError):  # it has ended already, which shows in its turn
                self._process.stdin.write(orjson.dumps(asdict(order)) + b"\n")
                self._process.stdin.flush()

    def await_ready(self) -> None:
        said = self._process.stdout.readline() if self._process.stdout else b""
        if said.decode() != READY:
            raise StartError("a worker ended while it started", hint="See what it said above.")

    def has_to_be_replaced(self) -> bool:
        ended = self._process.poll() is not None
        return ended and time.monotonic() - self._started > _SHORTEST_LIFE_SECONDS

    def ask_to_stop(self) -> None:
        if self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()

    def await_end(self) -> None:
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
