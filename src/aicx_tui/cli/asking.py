"""Asking a person on the terminal while an event loop runs."""

from __future__ import annotations

import asyncio
import os
import sys
from threading import Thread

from aicx_tui.text import clean


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
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()

    def settle(line: bytes) -> None:
        if not answer.done():
            answer.set_result(line)

    def read() -> None:
        try:
            line = os.read(sys.stdin.fileno(), 1024)  # a buffered read would hold up the exit
        except OSError:
            line = b""
        loop.call_soon_threadsafe(settle, line)

    Thread(target=read, daemon=True).start()
    return (await answer).decode("utf-8", "replace").strip()
