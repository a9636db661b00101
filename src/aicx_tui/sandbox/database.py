"""The two kinds of transaction, on a SQLite file or a PostgreSQL server."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event

_CONNECT_SECONDS = 5
_SESSION_OPTIONS = "-c idle_in_transaction_session_timeout=30s"
"""A process that is frozen in the midst of a write must not keep its bot's turn for ever."""


class Database:
    """Opens reading and writing transactions.

    Args:
        engine: Makes connections.
        reading: The engine's options for a transaction that reads.
        writing: Those for one that may write.
    """

    def __init__(
        self, engine: Engine, *, reading: dict[str, object], writing: dict[str, object]
    ) -> None:
        self._reading_engine = engine.execution_options(**reading)
        self._writing_engine = engine.execution_options(**writing)
        self._write_turn = threading.Lock()

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the database throughout."""
        return self._reading_engine.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, rolled back by an exception."""
        # SQLite's own queue polls with growing pauses; a lock hands the turn on at once. On
        # PostgreSQL, those who wait would each hold one of the connections that readers need.
        with self._write_turn, self._writing_engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; SQLite then folds its write-ahead log into the file."""
        self._writing_engine.dispose()


def sqlite_database(file: Path, *, loading: bool = False) -> Database:
    """A SQLite file; it is not created before the first transaction.

    Args:
        file: The file.
        loading: Trade safety for speed, for a file that counts only once it is complete.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(file)),
        connect_args={"timeout": 10},
        pool_size=10,
        hide_parameters=True,  # statements' values would otherwise appear in tracebacks
    )
    _follow_transactions(engine, loading=loading)
    return Database(engine, reading={}, writing={"writing": True})


def postgresql_database(url: URL) -> Database:
    """A database of a PostgreSQL server; nothing is sent before the first transaction."""
    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": _CONNECT_SECONDS,
            "application_name": "aicx sandbox",
            "client_encoding": "utf8",
            **({} if "options" in url.query else {"options": _SESSION_OPTIONS}),
        },
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=True,  # a server that was restarted costs no request
        hide_parameters=True,
    )
    return Database(
        engine,
        # One snapshot for all statements of a reader.
        reading={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        # A snapshot for each statement: what follows the wait for a turn sees the one before.
        writing={"isolation_level": "READ COMMITTED"},
    )


def _follow_transactions(engine: Engine, *, loading: bool) -> None:
    """Let SQLAlchemy decide where a transaction begins, in place of the driver."""

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        connection.execute(f"PRAGMA synchronous = {'OFF' if loading else 'NORMAL'}")
        connection.execute(f"PRAGMA foreign_keys = {'OFF' if loading else 'ON'}")
        if loading:
            connection.execute("PRAGMA journal_mode = OFF")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that starts as a reader cannot become a writer once another has written.
        writes = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
