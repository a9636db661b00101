"""The file that holds a platform: made whole or not at all, checked before it is served."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError

from aicx_tui.sandbox import installation, tables
from aicx_tui.sandbox.database import Database, sqlite_database
from aicx_tui.sandbox.failure import StartError
from aicx_tui.sandbox.installation import Installation

_ELSEWHERE = "name another file with --data, or delete this one"
_START_AFRESH = "Name another file with --data, or delete this one to start afresh."


def create(file: Path, *, seed: int, count: int, check: Callable[[], None]) -> None:
    """Make a data file with sample data; killed at any moment, it leaves none that counts.

    Args:
        file: What to make.
        seed: What the data derives from.
        count: How many humans.
        check: Called now and then; may raise to give up.

    Raises:
        StartError: The file cannot be written.
    """
    from aicx_tui.sandbox import sample  # names in many languages, needed only here

    part = file.with_name(f"{file.name}.part")
    leftovers = [part, *(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm"))]
    with _explaining_failure(file):
        # SQLite would replay the log of a file that was deleted into the new one.
        _remove(leftovers)
        database = sqlite_database(part, loading=True)
        try:
            with database.writing() as connection:
                sample.fill(connection, seed=seed, count=count, check=check)
            database.close()
            _make_durable(part)
            part.replace(file)
        finally:
            database.close()
            part.unlink(missing_ok=True)


def open_file(file: Path) -> tuple[Database, Installation]:
    """Open a data file that exists, without changing one that is something else.

    Raises:
        StartError: It is no data file of a sandbox, is damaged, or a newer version made it.
    """
    if not file.is_file():
        raise _not_ours(file)
    if not os.access(file, os.W_OK):
        raise _unusable(file, "it cannot be written")
    database = sqlite_database(file)
    try:
        found = _read_installation(database, file)
    except BaseException:
        database.close()
        raise
    return database, found


def check_made_with(made: Installation, *, file: Path, seed: int | None, count: int | None) -> None:
    """Refuse a seed or number asked for that is not what the file was made with.

    Raises:
        StartError: They differ.
    """
    installation.check_made_with(
        made, place=str(file), elsewhere=_ELSEWHERE, seed=seed, count=count
    )


def upgrade(database: Database, file: Path) -> None:
    """Give a file that an earlier version made what it lacks.

    Raises:
        StartError: The file cannot be written.
    """
    with _explaining_failure(file), database.writing() as connection:
        installation.upgrade(connection)


def _read_installation(database: Database, file: Path) -> Installation:
    with _explaining_failure(file), database.reading() as connection:
        if not inspect(connection).has_table(tables.installation.name):
            raise _not_ours(file)
        found = installation.read_installation(
            connection, place=str(file), elsewhere="name another file with --data"
        )
        # A file that was cut short still tells of its beginning.
        connection.execute(
            select(tables.humans).order_by(tables.humans.c.number.desc()).limit(1)
        ).all()
    return found


@contextmanager
def _explaining_failure(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _unusable(file, error.strerror) from error
    except DBAPIError as error:
        cause = getattr(error.orig, "sqlite_errorname", "")
        if cause == "SQLITE_NOTADB":
            raise _not_ours(file) from error
        if cause == "SQLITE_CORRUPT":
            raise StartError(f"{file} is damaged", hint=_START_AFRESH) from error
        raise _unusable(file, error.orig) from error


def _not_ours(file: Path) -> StartError:
    return StartError(f"{file} is not a sandbox's data file", hint="Name another with --data.")


def _unusable(file: Path, reason: object) -> StartError:
    return StartError(f"{file} cannot be used: {reason}", hint="Name another with --data.")


def _remove(files: list[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _make_durable(file: Path) -> None:
    """Switch a loaded file to a write-ahead log, and have it written before it gets its name."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    with file.open("rb+") as written:
        os.fsync(written.fileno())
