"""How a process answers on a socket that already listens."""

from __future__ import annotations

import contextlib
import gc
import socket
from collections.abc import Callable

import uvicorn

from aicx_tui.sandbox.access import Platform
from aicx_tui.sandbox.application import build_application

_KEEP_ALIVE_SECONDS = 75
"""Longer than clients keep idle connections: one closed at that moment loses a request."""

GRACE_SECONDS = 2

_OBJECTS_PER_COLLECTION = 20_000
"""A page of the feed is thousands of objects and no cycle: to look for one after every 700 of them
costs a quarter of the time that a page takes."""


class Server(uvicorn.Server):
    """Leaves signals to the process, and says when it is ready.

    Args:
        platform: What is served.
        loopback_only: Whether only this machine is served.
        when_ready: Called once it answers.
    """

    def __init__(
        self, platform: Platform, *, loopback_only: bool, when_ready: Callable[[], None]
    ) -> None:
        super().__init__(_configuration(platform, loopback_only=loopback_only))
        self._when_ready = when_ready

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]  # a generator there
        """Let the process handle signals."""
        return contextlib.nullcontext()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        gc.set_threshold(_OBJECTS_PER_COLLECTION)
        await super().startup(sockets)
        self._when_ready()

    def stop(self) -> None:
        """Finish what is being answered, and end."""
        self.should_exit = True


def _configuration(platform: Platform, *, loopback_only: bool) -> uvicorn.Config:
    return uvicorn.Config(
        build_application(platform, loopback_only=loopback_only),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # a header must not choose the address that the throttle counts
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
