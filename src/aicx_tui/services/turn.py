"""Whose turn it is: some things are done to a mirror by one process at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
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
    lock = _lock(path, what)
    if lock is None:
        yield True
        return
    while True:
        is_mine = _acquired(lock, path)
        if is_mine or not waits:
            break
        await asyncio.sleep(POLL_SECONDS)
    try:
        yield is_mine
    finally:
        if is_mine:
            lock.release()


def _lock(path: Path, what: str) -> FileLock | None:
    return FileLock(path.with_suffix(f".{what}"), thread_local=False) if path.exists() else None


def _acquired(lock: FileLock, path: Path) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    except OSError as error:
        raise unusable(path, error) from None
    return True
