"""One thread that a database connection lives on, so that nobody else ever waits for a disk."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")


def _as_it_is(error: BaseException) -> BaseException:
    return error


class _Job(NamedTuple):
    future: Future[Any]
    work: Callable[[], Any]
    slot: str


class _Spread(NamedTuple):
    steps: Generator[object, None, None]
    slot: str


class DataThread:
    """Does jobs one after the other, and long ones in steps while there is nothing else to do.

    Args:
        name: What a debugger calls it.
        interrupt: Stops what the connection is doing; called from other threads.
        told: What an error of a job or of a step is told as.
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
        self._spread: list[_Spread] = []
        self._given_up: list[_Spread] = []
        self._running = ""
        self._is_closed = False
        self._thread = threading.Thread(target=self._serve, name=name, daemon=True)
        self._thread.start()

    def ask(self, work: Callable[[], T]) -> Future[T]:
        """Do something after what was asked before."""
        return self._add(_Job(Future(), work, ""))

    def ask_latest(self, slot: str, work: Callable[[], T]) -> Future[T]:
        """Do something in place of what was asked or spread for the same slot: that is given up."""
        with self._changed:
            for job in [job for job in self._jobs if job.slot == slot]:
                self._jobs.remove(job)
                job.future.cancel()
            self._given_up += [spread for spread in self._spread if spread.slot == slot]
            self._spread = [spread for spread in self._spread if spread.slot != slot]
            if self._running == slot:
                self._interrupt()
            return self._add(_Job(Future(), work, slot))

    def spread(self, steps: Generator[object, None, None], *, slot: str = "") -> None:
        """Go through a generator, a step whenever nothing was asked, up to its first error."""
        with self._changed:
            if not self._is_closed:
                self._spread.append(_Spread(steps, slot))
                self._changed.notify()

    def close(self, last: Callable[[], None]) -> None:
        """Give up what is queued, do a last thing, and return when it is done."""
        with self._changed:
            if self._is_closed:
                return
            for job in self._jobs:
                job.future.cancel()
            self._jobs.clear()
            self._given_up += self._spread
            self._spread.clear()
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
        """The next job; takes steps of what is spread meanwhile."""
        while True:
            with self._changed:
                self._running = ""
                while not (self._jobs or self._spread or self._given_up):
                    if self._is_closed:
                        return None
                    self._changed.wait()
                given_up, self._given_up = self._given_up, []
                # What is given up has a statement open, which an interruption would outlast.
                if not given_up and self._jobs:
                    job = self._jobs.popleft()
                    self._running = job.slot
                    return job
                spread = None if given_up else self._spread[0]
                self._running = spread.slot if spread else ""
            for each in given_up:
                self._close(each)
            if spread is not None:
                self._step(spread)

    def _step(self, spread: _Spread) -> None:
        try:
            next(spread.steps)
        except BaseException as error:  # noqa: BLE001  # a thread that ends would answer nobody
            self._told(error)
            with self._changed, suppress(ValueError):
                self._spread.remove(spread)

    def _close(self, spread: _Spread) -> None:
        try:
            spread.steps.close()
        except BaseException as error:  # noqa: BLE001  # as above
            self._told(error)
