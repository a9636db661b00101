"""The command line of the sandbox."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from aicx_tui.sandbox.loopback import is_loopback

DEFAULT_PORT = 8765
DEFAULT_HUMANS = 2000
DEFAULT_SEED = 1
MOST_HUMANS = 10_000_000
MOST_WORKERS = 16
DEFAULT_FILE = Path("sandbox", "sandbox.db")
"""Below the home, where no other place is named."""

DATABASE_VARIABLE = "AICX_SANDBOX_DATABASE"
OIDC_VARIABLE = "AICX_SANDBOX_OIDC"
SMTP_VARIABLE = "AICX_SANDBOX_SMTP"


@dataclass(frozen=True, slots=True)
class Arguments:
    """What the sandbox was asked to do."""

    host: str
    port: int
    """0 asks for any free one."""
    data: Path | None
    """None for data that is thrown away at the end, or kept in a database."""
    database: str | None = field(repr=False)
    """The address of a PostgreSQL database; it may hold a password."""
    oidc: Path | None
    """The file that names providers of accounts elsewhere."""
    smtp: tuple[str, int] | None
    """Host and port of a mail server; None keeps mails in the data."""
    workers: int
    humans: int | None
    """None, like the seed's, when not asked for: a data file that exists then keeps its own."""
    seed: int | None
    as_json: bool
    attached: bool
    """Ends with its standard input, and stands by while another process serves the data."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in our words."""

    def error(self, message: str) -> NoReturn:
        """End the process."""
        self.exit(2, f"aicx: {message}.\n  See: {self.prog} --help\n")


def parse_arguments(arguments: Sequence[str]) -> Arguments:
    """Read the command line; what is wrong with it ends the process with code 2."""
    parser = _build_parser()
    given = parser.parse_args(arguments)
    if not is_loopback(given.host):
        _check_remote(parser, given)
    data: Path | None = given.data
    database: str | None = given.database
    if database is None and data is None and not given.ephemeral:
        database = os.environ.get(DATABASE_VARIABLE) or None
    _check_workers(parser, given.workers, has_database=database is not None)
    if given.home and not given.ephemeral and data is None and database is None:
        data = given.home / DEFAULT_FILE
        _make_directory(parser, data.parent)
    if data is None and database is None and not given.ephemeral:
        parser.error("no place for the data: give --data FILE or --ephemeral")
    return Arguments(
        host=given.host,
        port=given.port,
        data=data.resolve() if data else None,  # one name for its lock, however it is spelled
        database=database,
        oidc=_file(given.oidc or os.environ.get(OIDC_VARIABLE)),
        smtp=_smtp(parser, given.smtp or os.environ.get(SMTP_VARIABLE)),
        workers=given.workers,
        humans=given.humans,
        seed=given.seed,
        as_json=given.json,
        attached=given.attached,
    )


def _build_parser() -> Parser:
    parser = Parser(
        prog="aicx sandbox",
        description="Serve an AICX platform of your own, with sample data, on this machine.",
        epilog="Its mails, with codes to sign in, are printed by: aicx sandbox mail",
        allow_abbrev=False,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to serve (%(default)s)")
    parser.add_argument(
        "--port",
        type=_whole_number("port", most=65535),
        default=DEFAULT_PORT,
        help="port to serve (%(default)s); 0 takes any free one",
    )
    add_place(parser, ephemeral="throw the data away at the end")
    parser.add_argument(
        "--oidc",
        metavar="FILE",
        help="names the providers, google and microsoft, whose accounts may be linked and sign "
        f"in: client ids and secrets, as README shows; also {OIDC_VARIABLE}",
    )
    parser.add_argument(
        "--smtp",
        metavar="HOST:PORT",
        help="mail server that takes the codes on, encrypted by STARTTLS unless it is on this "
        f"machine; also {SMTP_VARIABLE}. Without one, see: aicx sandbox mail",
    )
    parser.add_argument(
        "--workers",
        type=_whole_number("number of workers", least=1, most=MOST_WORKERS),
        default=1,
        metavar="N",
        help="processes that serve a PostgreSQL database (%(default)s)",
    )
    parser.add_argument(
        "--humans",
        type=_whole_number("number of humans", most=MOST_HUMANS),
        metavar="N",
        help=f"how many to make for new data, on its first bot ({DEFAULT_HUMANS})",
    )
    parser.add_argument(
        "--seed",
        type=_whole_number("seed", most=2**63 - 1),
        metavar="N",
        help=f"what new data, ids and passwords derive from ({DEFAULT_SEED})",
    )
    parser.add_argument("--json", action="store_true", help="announce as one line of JSON")
    parser.add_argument(
        "--allow-remote",
        action="store_true",
        help="serve other machines too; needs a --seed, since passwords derive from it",
    )
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--attached", action="store_true", help=argparse.SUPPRESS)
    return parser


def add_place(
    parser: Parser,
    *,
    ephemeral: str,
    database: str = "keep the data in PostgreSQL",
) -> None:
    """Let a command line say where the data is.

    Args:
        parser: Of the command line.
        ephemeral: What data that is not kept means there, for its help.
        database: What a database is for there.
    """
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--data", type=Path, metavar="FILE", help="where the data is kept")
    place.add_argument("--ephemeral", action="store_true", help=ephemeral)
    place.add_argument(
        "--database",
        metavar="URL",
        help=f"{database}: postgresql+psycopg://USER@HOST:PORT/NAME. Others can "
        f"read a command line: an address with a password belongs into {DATABASE_VARIABLE}, a "
        "password alone into PGPASSWORD or ~/.pgpass",
    )


def _check_remote(parser: Parser, given: argparse.Namespace) -> None:
    try:
        socket.getaddrinfo(given.host, given.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        parser.error("the --host given is not an address of this machine")
    if not given.allow_remote:
        parser.error(
            "other machines could reach that --host, in clear text; add --allow-remote to serve it"
        )
    if given.seed in (None, DEFAULT_SEED):
        parser.error(
            "--allow-remote needs a --seed of your own: the passwords derive from the seed, and "
            "the default one is public"
        )


def _check_workers(parser: Parser, workers: int, *, has_database: bool) -> None:
    if workers > 1 and not has_database:
        parser.error(
            "--workers needs PostgreSQL, since one process serves a file: give --database URL"
        )
    if workers > 1 and sys.platform == "win32":
        parser.error("--workers is not for Windows, where processes share no listening socket")


def _file(given: str | None) -> Path | None:
    return Path(given) if given else None


def _smtp(parser: Parser, given: str | None) -> tuple[str, int] | None:
    if not given:
        return None
    try:
        address = urlsplit(f"//{given}")
        host, port = address.hostname, address.port
    except ValueError:
        host = port = None
    if not host or not port or address.netloc != given or "@" in given:
        parser.error(f"the mail server, by --smtp or {SMTP_VARIABLE}, must be given as HOST:PORT")
    return host, port


def _make_directory(parser: Parser, directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.exit(1, f"aicx: {directory} cannot be made: {error.strerror}. Check its parent.\n")


def _whole_number(name: str, *, most: int, least: int = 0) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text) if text.isdecimal() and text.isascii() and len(text) < 20 else -1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(
                f"the {name} must be a whole number from {least} to {most}"
            )
        return number

    return read
