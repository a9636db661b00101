"""Asking a person on the terminal while an event loop runs."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from functools import partial
from threading import Thread
from typing import TypeVar

from aicx_tui.errors import AicxError
from aicx_tui.text import clean

ResultT = TypeVar("ResultT")


def can_ask() -> bool:
    """Whether somebody sits at a terminal."""
    return sys.stdin is not None and sys.stdin.isatty()


async def agreed(question: str) -> bool:
    """Ask for a yes; anything else is a no."""
    return (await asked(f"{question} [y/N]")).lower() in ("y", "yes")


async def asked(question: str) -> str:
    """Ask for a line. Ctrl-C is heard meanwhile."""
    sys.stderr.write(f"{clean(question)} ")
    sys.stderr.flush()

    def read() -> bytes:
        try:
            return os.read(sys.stdin.fileno(), 1024)  # a buffered read would hold up the exit
        except OSError:
            return b""

    return (await apart(read)).decode("utf-8", "replace").strip()


async def apart(read: Callable[[], ResultT]) -> ResultT:
    """Wait for what somebody types or pipes, in a thread that does not hold up the exit."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[ResultT] = loop.create_future()

    def settle(conclude: Callable[[], None]) -> None:
        if not answer.done():
            conclude()

    def run() -> None:
        try:
            result = read()
        except AicxError as error:
            conclude = partial(answer.set_exception, error)
        else:
            conclude = partial(answer.set_result, result)
        loop.call_soon_threadsafe(settle, conclude)

    Thread(target=run, daemon=True).start()
    return await answer
