"""Print the mails that a sandbox keeps: `python -m aicx_tui.sandbox.mail_reading`.

They are read from the data itself, not asked of the server: codes in them are for whoever owns
the data, and no request over the network shows them.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import orjson
from sqlalchemy import inspect, select

from aicx_tui.sandbox import datafile, postgresql
from aicx_tui.sandbox.arguments import DATABASE_VARIABLE, DEFAULT_FILE, Parser, add_place
from aicx_tui.sandbox.database import Database, postgresql_database
from aicx_tui.sandbox.failure import StartError
from aicx_tui.sandbox.occupancy import Occupancy
from aicx_tui.sandbox.server import EPHEMERAL_FILE, EPHEMERAL_PREFIX
from aicx_tui.sandbox.tables import mails

Mails = Sequence[dict[str, str]]


def main() -> int:
    """Print them, and return the exit code."""
    given = _parser().parse_args(sys.argv[1:])
    try:
        kept = _kept(given)
    except StartError as error:
        sys.stderr.write(f"aicx: {error.message}.\n  {error.hint}\n")
        return 1
    sys.stdout.write(orjson.dumps(kept).decode() + "\n" if given.json else _readable(kept))
    return 0


def _parser() -> Parser:
    parser = Parser(
        prog="aicx sandbox mail",
        description="Print the mails that the sandbox sent and keeps, the latest last. With --smtp "
        "it keeps none.",
        allow_abbrev=False,
    )
    add_place(
        parser,
        ephemeral="those of the one that throws its data away, started last",
        database="those of one whose data is in PostgreSQL",
    )
    parser.add_argument("--json", action="store_true", help="print one array of objects")
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    return parser


def _kept(given: argparse.Namespace) -> Mails:
    url = given.database
    if url is None and given.data is None and not given.ephemeral:
        url = os.environ.get(DATABASE_VARIABLE) or None
    if url is not None:
        address = postgresql.address(url)
        with (
            postgresql.explaining_failure(address),
            closing(postgresql_database(address)) as database,
        ):
            return _read(database)
    data = _running_ephemeral() if given.ephemeral else given.data
    with _opened(data or given.home / DEFAULT_FILE) as database:
        return _read(database)


@contextmanager
def _opened(data: Path) -> Iterator[Database]:
    if not data.exists():
        raise StartError(f"{data} does not exist", hint="Start one first: aicx sandbox")
    with closing(datafile.open_file(data)[0]) as database:
        yield database


def _running_ephemeral() -> Path:
    """The data of the sandbox of this user that was started last and still runs."""
    found = Path(tempfile.gettempdir()).glob(f"{EPHEMERAL_PREFIX}*/{EPHEMERAL_FILE}")
    own = [data for data in found if _is_own(data) and _is_served(data)]
    if not own:
        raise StartError(
            "no sandbox that throws its data away runs here",
            hint="Start one with: aicx sandbox --ephemeral",
        )
    return max(own, key=lambda data: data.parent.stat().st_ctime)


def _is_own(data: Path) -> bool:
    return sys.platform == "win32" or data.parent.stat().st_uid == os.getuid()


def _is_served(data: Path) -> bool:
    occupancy = Occupancy(data)
    if not occupancy.take():
        return True
    occupancy.leave()
    return False


def _read(database: Database) -> Mails:
    with database.reading() as connection:
        if not inspect(connection).has_table(mails.name):
            return []  # of an earlier version, and not served since
        rows = connection.execute(select(mails).order_by(mails.c.number))
        return [
            {
                "to": row.to_address,
                "subject": row.subject,
                "body": row.body,
                "sent_at": row.sent_at,
            }
            for row in rows
        ]


def _readable(kept: Mails) -> str:
    if not kept:
        return "No mail yet.\n"
    return "\n".join(
        f"{mail['sent_at']}  to {mail['to']}\n{mail['subject']}\n\n{mail['body']}" for mail in kept
    )


if __name__ == "__main__":
    sys.exit(main())
