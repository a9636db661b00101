"""Whose turn it is: some things are done by one process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from aicx_tui.storage.database import unusable

POLL_SECONDS = 0.1
"""How often it is looked whether another process is done."""


@asynccontextmanager
async def turn(path: Path, what: str, *, waits: bool = False) -> AsyncIterator[bool]:
    """Whether it is this process's turn, and for as long as this lasts nobody else's.

    Args:
        path: The mirror's file; nobody else can open one that has no name.
        what: What is done, as the end of a file's name.
        waits: Whether to wait until it is.

    Raises:
        MirrorError: The mirror's folder cannot be written.
    """
    if not _is_there(path):
        yield True
        return
    try:
        async with only_one(path.with_suffix(f".{what}"), waits=waits) as is_mine:
            yield is_mine
    except LockError as error:
        raise unusable(path, error.cause) from None


def _is_there(path: Path) -> bool:
    return path.exists()


class LockError(Exception):
    """The file of a lock cannot be made or opened.

    Args:
        cause: What the system says.
    """

    def __init__(self, cause: OSError) -> None:
        super().__init__(cause.strerror)
        self.cause = cause


@asynccontextmanager
async def only_one(
    path: Path, *, waits: bool, told: Callable[[], None] | None = None
) -> AsyncIterator[bool]:
    """Whether this is the only one that holds a lock, and for as long as this lasts stays it.

    The system lets go of the lock of a process that was killed.

    Args:
        path: The lock's file; made where it is not there.
        waits: Whether to wait until it is.
        told: Is told, once, that another is waited for.

    Raises:
        LockError: The file cannot be made or opened.
    """
    lock = FileLock(path, thread_local=False, mode=0o600)
    while True:
        is_mine = _acquired(lock)
        if is_mine or not waits:
            break
        if told is not None:
            told()
            told = None
        await asyncio.sleep(POLL_SECONDS)
    try:
        yield is_mine
    finally:
        if is_mine:
            lock.release()


def _acquired(lock: FileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    except OSError as error:
        raise LockError(error) from None
    return True
