"""The socket that the platform listens on."""

from __future__ import annotations

import errno
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from aicx_tui.sandbox.failure import StartError

_RETRY_SECONDS = 0.05
_BACKLOG = 2048
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, not bound


@contextmanager
def listening(host: str, port: int, *, patience: float) -> Iterator[socket.socket]:
    """Listen on a port, waiting so many seconds for it to become free.

    Raises:
        StartError: The port is taken, or the host is not an address of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise _unusable(host) from error
    with socket.socket(family, kind, protocol) as listener:
        if sys.platform != "win32":  # there, the option would share the port with anybody
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        deadline = time.monotonic() + patience
        while not _bind(listener, host, address):
            if time.monotonic() >= deadline:
                raise StartError(
                    f"port {port} of {host} is in use",
                    hint="Stop what uses it, or choose another with --port (0 takes any).",
                )
            time.sleep(_RETRY_SECONDS)
        listener.listen(_BACKLOG)
        yield listener


def url_of(host: str, listener: socket.socket) -> str:
    """The address under which this machine reaches the listener."""
    port = listener.getsockname()[1]
    name = _EVERY_ADDRESS.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _bind(listener: socket.socket, host: str, address: tuple[object, ...]) -> bool:
    try:
        listener.bind(address)
    except PermissionError as error:
        raise StartError(
            f"port {address[1]} is not allowed to this user",
            hint="Choose one above 1023 with --port.",
        ) from error
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return False
        raise _unusable(host) from error
    return True


def _unusable(host: str) -> StartError:
    return StartError(
        f"{host} is not an address of this machine", hint="Choose another with --host."
    )
