"""One server for each data file: who has it, and where that one serves it.

The lock decides; it goes with its process, however that ends. The file with the address only
tells others where to look, and may be out of date.
"""

from __future__ import annotations

import http.client
import os
from pathlib import Path
from urllib.parse import urlsplit

import orjson
from filelock import FileLock, Timeout

from aicx_tui.sandbox.failure import StartError


class Occupancy:
    """The right to serve one data file, held from `take` to `leave`.

    Args:
        data: The data file; lock and address lie beside it.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._lock = FileLock(data.with_name(f"{data.name}.lock"), mode=0o600, poll_interval=0.05)
        self._address_file = data.with_name(f"{data.name}.server.json")

    def take(self, *, patience: float = 0) -> bool:
        """Try to become the one that serves the data, for so many seconds.

        Raises:
            StartError: The lock cannot be made there.
        """
        try:
            self._lock.acquire(timeout=patience)
        except Timeout:
            return False
        except OSError as error:
            raise StartError(
                f"{self._data} cannot be used: {error.strerror}",
                hint="Name another file with --data.",
            ) from error
        # Whoever wrote it is gone; nobody may read it as the new one's address.
        self._address_file.unlink(missing_ok=True)
        return True

    def publish(self, url: str) -> None:
        """Tell other processes where the data is served."""
        part = self._address_file.with_name(f"{self._address_file.name}.{os.getpid()}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps({"url": url, "pid": os.getpid()}))
        part.replace(self._address_file)

    def published(self) -> str | None:
        """Where the data is said to be served."""
        try:
            return str(orjson.loads(self._address_file.read_bytes())["url"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def leave(self) -> None:
        """Let another process serve the data."""
        if self._lock.is_locked:
            self._address_file.unlink(missing_ok=True)
            self._lock.release()


def serves(url: str, *, installation_id: str) -> bool:
    """Whether the platform with this installation id answers at an address now."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=1)
    try:
        connection.request("GET", "/console/v1/capabilities")
        result = orjson.loads(connection.getresponse().read())["result"]
        return bool(result["installation_id"] == installation_id)
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return False
    finally:
        connection.close()
