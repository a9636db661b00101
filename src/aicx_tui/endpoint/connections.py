"""Connections that no call comes of are closed, so that they keep nobody from being answered."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import h11
from typing_extensions import override
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

CALL_SECONDS = 10.0
"""For the first line and the headers of a call to arrive."""

MOST_CONNECTIONS = 900
"""Below what one process may have open, as a rule; for one more, the idlest is closed."""

SAID_EVERY = 60.0
"""Seconds between two lines on what was closed: there may be thousands."""


class Watch:
    """Knows which connections wait for a call, the longest first.

    Args:
        log: Takes a line on what was closed.
        clock: Seconds.
    """

    def __init__(
        self, log: Callable[[str], None], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.waiting: dict[Connection, None] = {}
        self._log = log
        self._clock = clock
        self._closed = 0
        self._said_at: float | None = None

    def make_room(self, newest: Connection, count: int) -> None:
        """Close the connection that has waited longest, where there are too many."""
        longest = next(iter(self.waiting), newest)
        if count > MOST_CONNECTIONS and longest is not newest:
            del self.waiting[longest]
            longest.transport.close()
            self.note(longest)

    def note(self, connection: Connection) -> None:
        """Say that a connection was closed, with those that nothing was said of yet."""
        self._closed += 1
        now = self._clock()
        if self._said_at is None or now - self._said_at >= SAID_EVERY:
            address = connection.client[0] if connection.client else "-"
            things = "1 connection" if self._closed == 1 else f"{self._closed} connections"
            self._log(f"{things} without a call closed, the last of {address}")
            self._closed, self._said_at = 0, now


class Connection(H11Protocol):
    """One connection; as uvicorn's own, but no call may take for ever to begin.

    Args:
        config: As uvicorn gives it.
        server_state: Likewise.
        app_state: Likewise.
        _loop: Likewise.
        watch: Which connections there are.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        watch: Watch,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._watch = watch
        self._late: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as there
        super().connection_made(transport)
        self._wait(limited=True)
        self._watch.make_room(self, len(self.connections))

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._awaits_call:
            self._wait(limited=True)
        else:
            self._wait_no_more()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._awaits_call and not self.transport.is_closing():
            self._wait(limited=False)  # the next call may begin as late as reverse proxies like

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)

    @override
    def send_400_response(self, msg: str) -> None:
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    @property
    def _awaits_call(self) -> bool:
        """Whether no call is there in full headers that is still to be answered."""
        is_answered = self.cycle is not None and self.cycle.response_complete  # type: ignore[redundant-expr]  # None at first
        return is_answered or self.conn.their_state is h11.IDLE

    def _wait(self, *, limited: bool) -> None:
        self._watch.waiting.setdefault(self)
        if limited and self._late is None:
            self._late = self.loop.call_later(CALL_SECONDS, self._give_up)

    def _wait_no_more(self) -> None:
        self._watch.waiting.pop(self, None)
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        if self.conn.our_state is h11.IDLE and self.conn.trailing_data[0]:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The call did not arrive in time.")
        else:
            self.transport.close()
        self._watch.note(self)

    def _refuse(self, status: HTTPStatus, said: str) -> None:
        """Answer what is no call, and hear no more."""
        content = json.dumps({"status": False, "message": said}).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"connection", b"close"),
        ]
        response = h11.Response(status_code=status, headers=headers, reason=status.phrase.encode())
        for event in (response, h11.Data(data=content), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
