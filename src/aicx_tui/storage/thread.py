"""One thread that a database connection lives on, so that nobody else ever waits for a disk."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class _Job(NamedTuple):
    future: Future[Any]
    work: Callable[[], Any]
    slot: str


class DataThread:
    """Does jobs one after the other, and long ones in steps while there is nothing else to do.

    Args:
        name: What a debugger calls it.
        interrupt: Stops what the connection is doing; called from other threads.
    """

    def __init__(self, name: str, *, interrupt: Callable[[], None]) -> None:
        self._interrupt = interrupt
        self._changed = threading.Condition()
        self._jobs: deque[_Job] = deque()
        self._steps: list[Iterator[object]] = []
        self._running: _Job | None = None
        self._is_closed = False
        self._was_interrupted = False
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def ask(self, work: Callable[[], T]) -> Future[T]:
        """Do something after what was asked before."""
        return self._add(_Job(Future(), work, ""))

    def ask_latest(self, slot: str, work: Callable[[], T]) -> Future[T]:
        """Do something in place of what was asked for the same slot, which is given up."""
        with self._changed:
            for job in [job for job in self._jobs if job.slot == slot]:
                self._jobs.remove(job)
                job.future.cancel()
            if self._running is not None and self._running.slot == slot:
                self._was_interrupted = True
                self._interrupt()
            return self._add(_Job(Future(), work, slot))

    def spread(self, steps: Iterator[object]) -> None:
        """Go through an iterator, a step whenever nothing was asked; it takes care of errors."""
        with self._changed:
            self._steps.append(steps)
            self._changed.notify()

    def give_up(self, steps: Iterator[object]) -> None:
        """Go no further through an iterator."""
        with self._changed, suppress(ValueError):
            self._steps.remove(steps)

    def close(self, last: Callable[[], None]) -> None:
        """Give up what is queued, do a last thing, and return when it is done."""
        with self._changed:
            if self._is_closed:
                return
            for job in self._jobs:
                job.future.cancel()
            self._jobs.clear()
            self._steps.clear()
            self._interrupt()
            done = self._add(_Job(Future(), last, ""))
            self._is_closed = True
        with suppress(TimeoutError, CancelledError):
            done.result(timeout=5)

    def _add(self, job: _Job) -> Future[Any]:
        with self._changed:
            if self._is_closed:
                job.future.cancel()
            else:
                self._jobs.append(job)
                self._changed.notify()
        return job.future

    def _serve(self) -> None:
        while (job := self._next()) is not None:
            if not job.future.set_running_or_notify_cancel():
                continue
            try:
                result = job.work()
            except BaseException as error:  # noqa: BLE001  # it is told to who asked
                job.future.set_exception(error)
            else:
                job.future.set_result(result)

    def _end_interrupted_steps(self) -> None:
        """End what an interrupt met in the middle: as long as it is open, the interrupt goes on."""
        if self._was_interrupted:
            for steps in self._steps:
                if isinstance(steps, Generator):
                    steps.close()
            self._steps.clear()
            self._was_interrupted = False

    def _next(self) -> _Job | None:
        """The next job; takes steps of what is spread meanwhile."""
        while True:
            with self._changed:
                self._running = None
                self._end_interrupted_steps()
                while not self._jobs and not self._steps:
                    if self._is_closed:
                        return None
                    self._changed.wait()
                if self._jobs:
                    self._running = self._jobs.popleft()
                    return self._running
                steps = self._steps[0]
            if next(steps, self) is self:
                self.give_up(steps)
