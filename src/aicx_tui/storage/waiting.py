"""What waits in a mirror that is not open: changes, and humans of bulks."""

from __future__ import annotations

from pathlib import Path

from aicx_tui.storage.bulk_reading import waiting
from aicx_tui.storage.changes import WAITING
from aicx_tui.storage.database import Connection, DatabaseError, connect, told
from aicx_tui.storage.outbox_reading import listed


def waiting_in(path: Path, key: bytes) -> int:
    """How many changes wait in a mirror that is not open; its file stays as it is.

    Raises:
        MirrorError: It cannot be looked into.
    """
    connection = connect(path, key, cache_mebibytes=1)
    try:
        changes = len(listed(connection, WAITING)) if _has(connection, "changes") else 0
        return changes + (waiting(connection) if _has(connection, "bulks") else 0)
    except DatabaseError as error:
        raise told(path, error) from None
    finally:
        connection.close()


def _has(connection: Connection, table: str) -> bool:
    """Whether the file is of a version that has a table."""
    found = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", (table,))
    return found.fetchone() is not None
