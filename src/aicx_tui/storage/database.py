"""Opens the mirror's file: every page encrypted, and a file that cannot be used set aside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from sqlite3 import complete_statement
from typing import TYPE_CHECKING, Any

from sqlcipher3 import dbapi2 as sqlcipher  # type: ignore[import-untyped]

from aicx_tui.errors import MirrorError
from aicx_tui.storage.rows import field_text, keyed, tag_text
from aicx_tui.storage.schema import VERSIONS

if TYPE_CHECKING:  # SQLCipher's module has the interface of the standard one, but no types
    from sqlite3 import Connection as Connection
    from sqlite3 import DatabaseError as DatabaseError
    from sqlite3 import IntegrityError as IntegrityError
    from sqlite3 import OperationalError as OperationalError
    from sqlite3 import ProgrammingError as ProgrammingError
else:
    Connection = sqlcipher.Connection
    DatabaseError = sqlcipher.DatabaseError
    IntegrityError = sqlcipher.IntegrityError
    OperationalError = sqlcipher.OperationalError
    ProgrammingError = sqlcipher.ProgrammingError

KEY_BYTES = 32
APPLICATION_ID = 0x61696378
"""`aicx`, in the file's header."""

BUSY_SECONDS = 10.0
"""How long another console's write is waited for."""

CHECKED_BYTES = 32 * 1024 * 1024
"""Files up to this size are checked in full when they are opened; every page of a larger one is
authenticated when it is read."""

_SIDE_FILES = ("", "-wal", "-shm")


_DAMAGE = {"SQL logic error", "database disk image is malformed", "file is not a database"}
"""What is said of a page that does not decrypt to what was written; the first of them when it is
met while another page is being read."""


class DamagedError(MirrorError):
    """The file is not a mirror that this key opens, or a page of it is damaged."""


def connect(path: Path, key: bytes, *, cache_mebibytes: int) -> Connection:
    """Open a file with a raw key, which costs no derivation.

    Args:
        path: The file; made where there is none.
        key: 32 random bytes.
        cache_mebibytes: Pages kept decrypted in memory.

    Raises:
        DamagedError: The file is none of ours, or the key is another's.
        MirrorError: It cannot be opened or made.
    """
    try:
        connection: Connection = sqlcipher.connect(
            path, check_same_thread=False, isolation_level=None, timeout=BUSY_SECONDS
        )
    except OperationalError as error:
        raise unusable(path, error) from None
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would write over the screen
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute(
            "PRAGMA cipher_hmac_algorithm = HMAC_SHA256"
        )  # SHA512 takes twice as long
        connection.execute(f"PRAGMA cache_size = {-1024 * cache_mebibytes}")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.create_function("field_text", 2, field_text, deterministic=True)
        connection.create_function("tag_text", 2, tag_text, deterministic=True)
        for column in ("id", "uid"):
            as_key = partial(keyed, column=column)
            connection.create_function(f"{column}_key", 1, as_key, deterministic=True)
    except DatabaseError as error:
        connection.close()
        raise told(path, error) from None
    return connection


def prepare(connection: Connection, path: Path) -> None:
    """Check a file and bring its tables to the present version.

    Raises:
        DamagedError: It is damaged, or another program's.
        MirrorError: It was written by a newer version of this program.
    """
    try:
        version = _number(connection, "PRAGMA user_version")
        application = _number(connection, "PRAGMA application_id")
        if version > len(VERSIONS):
            raise MirrorError(
                f"The mirror {path.name} was written by a newer version of aicx.",
                hint="Start that version, or remove the file: it is read from the platform anew.",
            )
        if application not in (0, APPLICATION_ID) or (version and not application):
            raise DamagedError(f"{path.name} belongs to another program.")
        if version and path.stat().st_size <= CHECKED_BYTES:
            _check(connection, path)
        for number in range(version + 1, len(VERSIONS) + 1):
            _migrate(connection, number)
    except DatabaseError as error:
        raise told(path, error) from None


def _migrate(connection: Connection, number: int) -> None:
    """Make one version of the tables out of the one before, unless another console just did."""
    connection.execute("BEGIN IMMEDIATE")
    if _number(connection, "PRAGMA user_version") < number:
        for statement in _statements(VERSIONS[number - 1]):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {number}")
    connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: run as a whole, it would end the transaction."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if complete_statement(statement):
            yield statement
            statement = ""


def _check(connection: Connection, path: Path) -> None:
    broken = connection.execute("PRAGMA cipher_integrity_check").fetchone()
    said = broken or connection.execute("PRAGMA quick_check(1)").fetchone()
    if said != ("ok",):
        raise DamagedError(f"{path.name} is damaged: {said[0]}.")


def interrupt(connection: Connection) -> None:
    """Stop what a connection is doing; one that is closed does nothing."""
    with suppress(DatabaseError):
        connection.interrupt()


def shut(connection: Connection) -> None:
    """Close a connection with its log written into the file."""
    with suppress(DatabaseError):  # an interruption that met nothing would end that at once
        connection.execute("SELECT 1").fetchone()
    connection.close()


def set_aside(path: Path) -> Path:
    """Move a file that cannot be used out of the way, beside any earlier such one.

    Raises:
        MirrorError: The folder cannot be written.
    """
    names = (path.with_suffix(f".damaged{number}") for number in ("", *range(2, 1_000)))
    aside = next(name for name in names if not name.exists())
    try:
        for end in _SIDE_FILES:
            file = path.with_name(path.name + end)
            if file.exists():
                file.replace(aside.with_name(aside.name + end))
    except OSError as error:
        raise unusable(path, error) from None
    return aside


def told(path: Path, error: DatabaseError) -> MirrorError:
    """The error for what the database says: whether its file is damaged, or cannot be used now."""
    if isinstance(error, ProgrammingError):
        return MirrorError("The mirror was closed meanwhile.", hint="Try again.")
    if not isinstance(error, OperationalError) or str(error) in _DAMAGE:
        return DamagedError(
            f"The local copy is damaged: {error}.",
            hint="Refresh: it is set aside and read from the platform anew.",
        )
    return unusable(path, error)


def remove(path: Path) -> None:
    """Remove a file and what belongs to it."""
    for end in _SIDE_FILES:
        path.with_name(path.name + end).unlink(missing_ok=True)


def unusable(path: Path, error: Exception) -> MirrorError:
    """The error for what the system says of a file."""
    return MirrorError(
        f"The mirror in {path.parent} cannot be used: {error}.",
        hint="Check that the folder can be written and the disk is not full.",
    )


def _number(connection: Connection, statement: str) -> int:
    row: tuple[Any, ...] = connection.execute(statement).fetchone()
    return int(row[0])
