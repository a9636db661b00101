"""The platform's tables and the two kinds of transaction on them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import (
    URL,
    Boolean,
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
)

SCHEMA_VERSION = 1

metadata = MetaData()

installation = Table(
    "sandbox_installation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("schema_version", Integer, nullable=False),
    # Text, since a seed may be larger than the integers of some databases.
    Column("seed", Text, nullable=False),
    Column("sample_humans", Integer, nullable=False),
)

companies = Table(
    "companies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
)

bots = Table(
    "bots",
    metadata,
    # Humans refer to this number: a million copies of a textual id would double the index.
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("company_id", ForeignKey(companies.c.id), nullable=False),
    Column("name", Text, nullable=False),
    Column("change_number", Integer, nullable=False),
)

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("company_id", ForeignKey(companies.c.id), nullable=False),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("seeded_password", Boolean, nullable=False),
    Column("token_hash", Text, unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_hash", Text, primary_key=True),
    Column("user_id", ForeignKey(users.c.id, ondelete="CASCADE"), nullable=False),
    Column("expires_at", Text, nullable=False),
)

tags = Table(
    "tags",
    metadata,
    Column("id", Text, primary_key=True),
    Column("bot_number", ForeignKey(bots.c.number), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("choices", Text, nullable=False),
    Column("colour", Text),
)

humans = Table(
    "humans",
    metadata,
    # The unique ids are indexes, which bulk loading makes after the rows, in one sorted pass.
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("bot_number", ForeignKey(bots.c.number), nullable=False),
    Column("change_number", Integer, nullable=False),
    Column("fullname", Text, nullable=False),
    Column("email", Text),
    Column("uid", Text),
    Column("phone_number", Text),
    Column("profile_pic_id", Text),
    Column("access_token", Text),
    Column("notes", Text),
    Column("tags", Text),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index("humans_by_id", "id", unique=True),
    Index("humans_by_change", "bot_number", "change_number", unique=True),
)


class Database:
    """A SQLite file, opened for reading and for writing transactions.

    Args:
        file: The file; it is not created before the first transaction.
        loading: Trade safety for speed, for a file that counts only once it is complete.
    """

    def __init__(self, file: Path, *, loading: bool = False) -> None:
        self._engine = create_engine(
            URL.create("sqlite", database=str(file)),
            connect_args={"timeout": 10},
            pool_size=10,
            hide_parameters=True,  # statements' values would otherwise appear in tracebacks
        )
        self._writing_engine = self._engine.execution_options(writing=True)
        self._write_turn = threading.Lock()
        _follow_transactions(self._engine, loading=loading)

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the database throughout."""
        return self._engine.connect()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; committed at the end, rolled back by an exception."""
        # SQLite's own queue polls with growing pauses; a lock hands the turn on at once.
        with self._write_turn, self._writing_engine.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection, which also folds the write-ahead log into the file."""
        self._engine.dispose()


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
