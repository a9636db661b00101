"""A thread that a database connection lives on, so that nobody else ever waits for a disk."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


class _Job(NamedTuple):
    future: Future[Any]
    work: Callable[[], Any]
    slot: str


def _as_it_is(error: BaseException) -> BaseException:
    return error


class DataThread:
    """Does jobs one after the other; some give up those before them.

    Args:
        name: What a debugger calls it.
        interrupt: Stops what the connection is doing; called from other threads.
        told: What an error of a job is told as.
    """

    def __init__(
        self,
        name: str,
        *,
        interrupt: Callable[[], None],
        told: Callable[[BaseException], BaseException] = _as_it_is,
    ) -> None:
        self._interrupt = interrupt
        self._told = told
        self._changed = threading.Condition()
        self._jobs: deque[_Job] = deque()
        self._running: _Job | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def ask(self, work: Callable[[], T]) -> Future[T]:
        """Do something after what was asked before."""
        return self._add(_Job(Future(), work, ""))

    def ask_latest(self, slot: str, work: Callable[[], T]) -> Future[T]:
        """Do something in place of what was asked for the same slot, which is given up."""
        with self._changed:
            self.give_up(slot)
            return self._add(_Job(Future(), work, slot))

    def give_up(self, slot: str) -> None:
        """Do nothing more for a slot; what is being done for it is interrupted."""
        with self._changed:
            for job in [job for job in self._jobs if job.slot == slot]:
                self._jobs.remove(job)
                job.future.cancel()
            if self._running is not None and self._running.slot == slot:
                self._interrupt()

    def close(self, last: Callable[[], None]) -> None:
        """Give up what is queued, do a last thing, and return when it is done."""
        with self._changed:
            if self._is_closed:
                return
            for job in self._jobs:
                job.future.cancel()
            self._jobs.clear()
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
                job.future.set_exception(self._told(error))
            else:
                job.future.set_result(result)

    def _next(self) -> _Job | None:
        """The next job; None where the last one was done."""
        with self._changed:
            self._running = None
            while not self._jobs:
                if self._is_closed:
                    return None
                self._changed.wait()
            self._running = self._jobs.popleft()
            return self._running
