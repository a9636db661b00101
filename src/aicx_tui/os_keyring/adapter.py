"""Asks the keyring in a thread of its own, so that nothing ever waits for it.

A keyring may wait without any time limit, from its import on: for a person, for a daemon that
hangs, for a display that is not there. In a daemon thread it may: the event loop goes on
meanwhile, and the program can always end.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from aicx_tui.os_keyring.backends import (
    called,
    chosen,
    read,
    release,
    remove,
    state_of,
    time_a_look,
    write,
)
from aicx_tui.os_keyring.states import Item, KeyringProblem, KeyringState

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend
    from pydantic import SecretStr

SILENT_SECONDS = 5.0
"""How long a keyring may take when nobody has to be asked."""

PROMPT_SECONDS = 60.0
"""How long it may take where a person may be typing into a window that unlocks it."""

_T = TypeVar("_T")


class OsKeyring:
    """The system's keyring, asked one thing at a time.

    Every call raises `KeyringProblem` and nothing else. `patience` is in seconds from the call
    on, the wait behind other calls included. A call given up is not undone: a keyring that hung
    may still store the secret when it goes on.

    Args:
        environ: Where `AICX_KEYRING` and `PYTHON_KEYRING_BACKEND` are looked up.

    Attributes:
        state: How the last call ended; `None` before the first.
        name: What a person calls the keyring; empty until one was found.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.state: KeyringState | None = None
        self.name = ""
        self._environ = environ
        self._clerk: _Clerk | None = None

    async def get(self, item: Item, *, patience: float = SILENT_SECONDS) -> SecretStr | None:
        """Read a secret; `None` if there is none."""
        return await self._ask("read", patience, lambda backend: read(backend, item))

    async def set(self, item: Item, secret: SecretStr, *, patience: float = SILENT_SECONDS) -> None:
        """Store a secret in place of an earlier one, and read it back."""
        await self._ask("stored", patience, lambda backend: write(backend, item, secret))

    async def delete(self, item: Item, *, patience: float = SILENT_SECONDS) -> bool:
        """Remove a secret; `False` if there was none."""
        return await self._ask("removed", patience, lambda backend: remove(backend, item))

    async def probe(self, *, patience: float = SILENT_SECONDS) -> float:
        """How many seconds the keyring takes to look for an item that it does not have."""
        return await self._ask("read", patience, time_a_look)

    async def _ask(self, wanted: str, patience: float, work: Callable[[KeyringBackend], _T]) -> _T:
        loop = asyncio.get_running_loop()
        arrived = loop.create_future()
        call: Future[tuple[str, _T | KeyringState]] = Future()
        call.add_done_callback(lambda _: _wake(loop, arrived))

        def job(clerk: _Clerk) -> None:
            if call.set_running_or_notify_cancel():
                call.set_result(clerk.answer(work))

        clerk = self._clerk = self._clerk or _Clerk(self._environ)
        try:
            clerk.take(job)
            await asyncio.wait([arrived], timeout=patience)
        except RuntimeError:  # the system has no thread to give
            call.set_result(("", KeyringState.FAILED))
        finally:
            # A call still in line is only taken back: the one being served may have more patience.
            if not (call.done() or call.cancel()) and self._clerk is clerk:
                clerk.jobs.put(None)
                self._clerk = None
        given_up = call.cancelled() or not call.done()
        name, answer = ("", KeyringState.SILENT) if given_up else call.result()
        return self._conclude(wanted, name, answer)

    def _conclude(self, wanted: str, name: str, answer: _T | KeyringState) -> _T:
        if answer is KeyringState.NONE and self.name:
            answer = KeyringState.GONE
        self.name = name or self.name
        if isinstance(answer, KeyringState):
            self.state = answer
            raise KeyringProblem(answer, wanted)
        self.state = KeyringState.READY
        return answer


class _Clerk(threading.Thread):
    """Waits for the keyring, so that nobody else has to.

    A daemon thread, not one of an executor: those are joined when the program ends. One that is
    stuck is left behind with a `None` in its line, and ends if it ever comes back.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(name="aicx-keyring", daemon=True)
        self.jobs: SimpleQueue[Callable[[_Clerk], None] | None] = SimpleQueue()
        self._environ = environ
        self._backend: KeyringBackend | None = None

    def take(self, job: Callable[[_Clerk], None]) -> None:
        """Put a job in line.

        Raises:
            RuntimeError: The thread cannot be started.
        """
        if self.ident is None:
            self.start()
        self.jobs.put(job)

    def run(self) -> None:
        """Do one job after the other, up to `None`."""
        while job := self.jobs.get():
            job(self)
            del job  # it holds a secret

    def answer(self, work: Callable[[KeyringBackend], _T]) -> tuple[str, _T | KeyringState]:
        """The keyring's name and what it gave; after a failure it is chosen afresh."""
        try:
            self._backend = self._backend or chosen(self._environ)
            return called(self._backend), work(self._backend)
        except BaseException as error:  # noqa: BLE001  # nothing may end the thread or be printed
            backend, self._backend = self._backend, None
            state = state_of(error)
            release(error)
            return called(backend), state


def _wake(loop: asyncio.AbstractEventLoop, arrived: asyncio.Future[None]) -> None:
    with suppress(RuntimeError):  # the loop was closed meanwhile
        loop.call_soon_threadsafe(arrived.cancel)
