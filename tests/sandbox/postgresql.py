"""A private PostgreSQL server, for tests that need a real one; it must be installed."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

PASSWORD = "canary-4f0e9b"
"""Must appear nowhere."""

_USER = "sandbox"
_OWNER = "postgres"
_SETTINGS = {
    "fsync": "off",  # the machine itself is not what tests bring down
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


def postgresql_program(name: str) -> str:
    """Where a program of the server is; Debian keeps them out of PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which(name, path=os.pathsep.join([*map(str, versions), os.environ["PATH"]]))
    assert found, f"{name} is missing: tests need the Debian package postgresql"
    return found


@dataclass(frozen=True)
class PostgresqlServer:
    """Runs until the tests have ended, with every database of theirs in it."""

    directory: Path
    port: int
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def new_database(self, *, encoding: str = "UTF8") -> str:
        """Make an empty database, and return its address with the password in it."""
        name = f"aicx_{next(self._numbers)}"
        statement = sql.SQL(
            "CREATE DATABASE {} OWNER {} ENCODING {} TEMPLATE template0 LOCALE 'C'"
        ).format(sql.Identifier(name), sql.Identifier(_USER), sql.Literal(encoding))
        with psycopg.connect(self.socket_address("postgres"), autocommit=True) as connection:
            connection.execute(statement)
        return self.address(name)

    def address(self, name: str, *, user: str = _USER, password: str = PASSWORD) -> str:
        """Where a database is reached over TCP."""
        return f"postgresql+psycopg://{user}:{password}@127.0.0.1:{self.port}/{name}"

    def socket_address(self, name: str) -> str:
        """Where the superuser reaches a database without a password."""
        return f"host={self.directory} port={self.port} user={_OWNER} dbname={name}"

    @contextmanager
    def inside(self, address: str) -> Iterator[psycopg.Connection]:
        """A connection of the superuser's to the database with this address."""
        with psycopg.connect(self.socket_address(address.rpartition("/")[2])) as connection:
            yield connection


@contextmanager
def running_postgresql() -> Iterator[PostgresqlServer]:
    """Start a server in a directory of its own, and end it."""
    with tempfile.TemporaryDirectory(prefix="aicx-pg-", dir="/tmp") as name:
        directory = Path(name)
        data = directory / "data"
        passwords = directory / "password"
        passwords.write_text(PASSWORD)
        if os.getuid() == 0:
            owner = pwd.getpwnam(_OWNER)
            for path in (directory, passwords):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        _run(
            *(postgresql_program("initdb"), f"--pgdata={data}", f"--username={_OWNER}"),
            *("--encoding=UTF8", "--locale=C", "--no-sync", "--auth-local=trust"),
            *("--auth-host=scram-sha-256", f"--pwfile={passwords}"),
        )
        server = PostgresqlServer(directory, _free_port())
        control = (postgresql_program("pg_ctl"), f"--pgdata={data}", "--wait")
        _run(*control, f"--log={directory}/log", f"--options={_options(server)}", "start")
        try:
            with psycopg.connect(server.socket_address("postgres"), autocommit=True) as connection:
                create = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}")
                connection.execute(create.format(sql.Identifier(_USER), sql.Literal(PASSWORD)))
            yield server
        finally:
            _run(*control, "--mode=immediate", "stop")


def _options(server: PostgresqlServer) -> str:
    settings = _SETTINGS | {
        "listen_addresses": "127.0.0.1",
        "port": str(server.port),
        "unix_socket_directories": str(server.directory),
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _run(*command: str) -> None:
    """Run a program of the server's, which refuses to be run by root."""
    as_owner = ("runuser", "-u", _OWNER, "--") if os.getuid() == 0 else ()
    subprocess.run(
        [*as_owner, *command],
        check=True,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
