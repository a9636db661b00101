"""A platform's data on a PostgreSQL server: made whole or not at all, checked before it is served.

No message names the address as it was given, since it may hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, func, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from aicx_tui.sandbox import installation, tables
from aicx_tui.sandbox.database import Database, postgresql_database
from aicx_tui.sandbox.failure import StartError
from aicx_tui.sandbox.installation import Installation

DRIVER = "postgresql+psycopg"

_ELSEWHERE = "name another database"
_MAKING = 0x41494358
"""Of the advisory lock under which data is made: two starts on an empty database make it once."""

_CAUSES = (
    # What libpq says, as it gives no code for a connection that was not made; what it means.
    ("password authentication failed", "refused the user or the password", "Correct them."),
    ("no password supplied", "wants a password", "Put it into AICX_SANDBOX_DATABASE or ~/.pgpass."),
    ("no pg_hba.conf entry", "lets nobody in from here as this user", "Allow it in pg_hba.conf."),
    ("authentication failed", "refused the user", "Correct the user."),
    (r"role \".*\" does not exist", "has no such user", "Make it with: createuser NAME"),
    ("does not exist", "has no such database", "Make it with: createdb --encoding=UTF8 NAME"),
)
_UNREACHABLE = "Start it, or correct host and port of the database."


def address(given: str) -> URL:
    """The address of a database, by our driver.

    Raises:
        StartError: It is no address of a PostgreSQL database.
    """
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in {DRIVER, "postgresql", "postgres"} or not url.database:
        raise StartError(
            "the database's address cannot be read",
            hint=f"Write it as {DRIVER}://USER@HOST:PORT/DATABASE.",
        )
    return url.set(drivername=DRIVER)


def open_database(
    url: URL, *, seed: int, count: int, check: Callable[[], None]
) -> tuple[Database, Installation]:
    """Open a database, making its tables and sample data when it is empty.

    Args:
        url: Where it is.
        seed: What new data derives from.
        count: How many humans new data has.
        check: Called now and then while data is made; may raise to give up.

    Raises:
        StartError: It cannot be used, and why.
    """
    database = postgresql_database(url)
    try:
        with explaining_failure(url), database.writing() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(_MAKING)))
            _check_encoding(connection, url)
            _make_if_empty(connection, url, seed=seed, count=count, check=check)
            found = installation.read_installation(
                connection, place=_place(url), elsewhere=_ELSEWHERE
            )
            installation.upgrade(connection)
    except BaseException:
        database.close()
        raise
    return database, found


def check_made_with(made: Installation, *, url: URL, seed: int | None, count: int | None) -> None:
    """Refuse a seed or number asked for that is not what the data was made with.

    Raises:
        StartError: They differ.
    """
    installation.check_made_with(
        made, place=_place(url), elsewhere=_ELSEWHERE, seed=seed, count=count
    )


def _make_if_empty(
    connection: Connection, url: URL, *, seed: int, count: int, check: Callable[[], None]
) -> None:
    names = inspect(connection).get_table_names()
    if tables.installation.name in names:
        return
    if names:
        raise StartError(
            f"{_place(url)} holds tables that are no sandbox's",
            hint="Give the sandbox a database of its own: createdb --encoding=UTF8 NAME",
        )
    from aicx_tui.sandbox import sample  # names in many languages, needed only here

    sample.fill(connection, seed=seed, count=count, check=check)
    connection.execute(text("ANALYZE"))


def _check_encoding(connection: Connection, url: URL) -> None:
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise StartError(
            f"{_place(url)} is encoded in {encoding}, and names come in every script",
            hint="Make one with: createdb --encoding=UTF8 --template=template0 NAME",
        )


@contextmanager
def explaining_failure(url: URL) -> Iterator[None]:
    """Say in our words why a database cannot be used."""
    try:
        yield
    except DBAPIError as error:
        raise _explained(url, error) from error


def _explained(url: URL, error: DBAPIError) -> StartError:
    said = " ".join(str(error.orig).split())
    state = getattr(error.orig, "sqlstate", None)
    if state == "42501":
        return StartError(
            f"{_place(url)} does not let this user make tables",
            hint="Make the user its owner: ALTER DATABASE NAME OWNER TO USER",
        )
    if state is None:
        for words, meaning, next_step in _CAUSES:
            if re.search(words, said):
                return StartError(f"the server of {_place(url)} {meaning}", hint=next_step)
        cause = said.rpartition("failed: ")[2]
        return StartError(
            f"the server of {_place(url)} cannot be reached: {cause}", hint=_UNREACHABLE
        )
    return StartError(f"{_place(url)} cannot be used: {said}", hint="Correct that, and try again.")


def _place(url: URL) -> str:
    """The database by its name and host, without user and password."""
    port = f":{url.port}" if url.port else ""
    return f"database {url.database}" + (f" at {url.host}{port}" if url.host else "")
