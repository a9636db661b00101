"""The process: takes the data, serves it, says so, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import socket
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from aicx_tui.sandbox import datafile, postgresql, provider_settings
from aicx_tui.sandbox.access import Platform
from aicx_tui.sandbox.announcement import announce
from aicx_tui.sandbox.arguments import DEFAULT_HUMANS, DEFAULT_SEED, Arguments
from aicx_tui.sandbox.database import Database
from aicx_tui.sandbox.failure import StartError
from aicx_tui.sandbox.installation import Installation
from aicx_tui.sandbox.lifetime import Lifetime
from aicx_tui.sandbox.listener import listening, url_of
from aicx_tui.sandbox.loopback import is_loopback
from aicx_tui.sandbox.mail import post_by
from aicx_tui.sandbox.occupancy import Occupancy, serves
from aicx_tui.sandbox.provider_settings import Rules
from aicx_tui.sandbox.providers import providers_by
from aicx_tui.sandbox.serving import Server
from aicx_tui.sandbox.tokens import TokenUses
from aicx_tui.sandbox.workers import Order, Workers

EPHEMERAL_PREFIX = "aicx-sandbox-"
EPHEMERAL_FILE = "sandbox.db"

_POLL_SECONDS = 0.2
_TAKEOVER_SECONDS = 1.0
"""A process that was killed may give its lock back a moment before its port."""


def run(arguments: Arguments, lifetime: Lifetime) -> None:
    """Serve until asked to stop.

    Raises:
        StartError: It cannot be served as asked.
        Stopped: Asked to stop before it was served.
    """
    rules = provider_settings.read(arguments.oidc)
    if arguments.database is not None:
        _serve_database(arguments, arguments.database, rules, lifetime)
        return
    with _place(arguments) as data:
        occupancy = Occupancy(data)
        try:
            announced = (
                None if occupancy.take() else _stand_by(arguments, data, lifetime, occupancy)
            )
            _serve_file(arguments, data, rules, lifetime, occupancy, announced)
        finally:
            occupancy.leave()


@contextmanager
def _place(arguments: Arguments) -> Iterator[Path]:
    if arguments.data is None:
        with tempfile.TemporaryDirectory(prefix=EPHEMERAL_PREFIX) as directory:
            yield Path(directory) / EPHEMERAL_FILE
        return
    hint = "Name a file with --data."
    if not arguments.data.parent.is_dir():
        raise StartError(f"{arguments.data.parent} is not a directory", hint=hint)
    if arguments.data.is_dir():
        raise StartError(f"{arguments.data} is a directory", hint=hint)
    yield arguments.data


def _serve_file(
    arguments: Arguments,
    data: Path,
    rules: Rules,
    lifetime: Lifetime,
    occupancy: Occupancy,
    announced: str | None,
) -> None:
    port = urlsplit(announced).port or 0 if announced else arguments.port
    patience = _TAKEOVER_SECONDS if announced else 0.0
    with listening(arguments.host, port, patience=patience) as listener:
        if not data.exists():
            seed, count = _to_make(arguments)
            datafile.create(data, seed=seed, count=count, check=lifetime.check)
        with _opened(arguments, data) as (database, installation):
            datafile.upgrade(database, data)
            url = announced or url_of(arguments.host, listener)

            def when_ready() -> None:
                occupancy.publish(url)
                if not announced:
                    _say(arguments, database, installation, url)

            platform = _platform(arguments, database, installation, rules)
            _serve(arguments, platform, listener, lifetime, when_ready)


def _serve_database(arguments: Arguments, address: str, rules: Rules, lifetime: Lifetime) -> None:
    url = postgresql.address(address)
    seed, count = _to_make(arguments)
    with listening(arguments.host, arguments.port, patience=0) as listener:
        database, installation = postgresql.open_database(
            url, seed=seed, count=count, check=lifetime.check
        )
        with contextlib.closing(database):
            postgresql.check_made_with(
                installation, url=url, seed=arguments.seed, count=arguments.humans
            )

            def when_ready() -> None:
                _say(arguments, database, installation, url_of(arguments.host, listener))

            if arguments.workers == 1:
                platform = _platform(arguments, database, installation, rules)
                _serve(arguments, platform, listener, lifetime, when_ready)
                return
            order = Order(
                listener=listener.fileno(),
                database=address,
                installation_id=installation.id,
                loopback_only=is_loopback(arguments.host),
                oidc=provider_settings.as_plain(rules),
                smtp=arguments.smtp,
            )
            workers = Workers(order, count=arguments.workers)
            lifetime.hand_over(workers.stop)
            workers.run(when_ready=when_ready)


def _platform(
    arguments: Arguments, database: Database, installation: Installation, rules: Rules
) -> Platform:
    post = post_by(database, arguments.smtp)
    uses = TokenUses(database).start()
    return Platform(database, installation.id, post, uses, providers_by(rules))


def _serve(
    arguments: Arguments,
    platform: Platform,
    listener: socket.socket,
    lifetime: Lifetime,
    when_ready: Callable[[], None],
) -> None:
    server = Server(
        platform,
        loopback_only=is_loopback(arguments.host),
        when_ready=when_ready,
    )
    try:
        lifetime.hand_over(server.stop)
        server.run(sockets=[listener])
    finally:
        platform.token_uses.close()


def _to_make(arguments: Arguments) -> tuple[int, int]:
    """The seed and the number of humans of new data."""
    return (
        DEFAULT_SEED if arguments.seed is None else arguments.seed,
        DEFAULT_HUMANS if arguments.humans is None else arguments.humans,
    )


def _stand_by(
    arguments: Arguments, data: Path, lifetime: Lifetime, occupancy: Occupancy
) -> str | None:
    """Wait until the one who serves the data is gone; return the address announced meanwhile."""
    if not arguments.attached:
        url = occupancy.published()
        where = f"served at {url}" if url else "being made ready by another process"
        raise StartError(
            f"{data} is already {where}",
            hint="Use that one, stop it, or name another file with --data.",
        )
    announced = None
    while not occupancy.take(patience=_POLL_SECONDS):
        lifetime.check()
        announced = announced or _announce_other(arguments, data, occupancy)
    return announced


def _announce_other(arguments: Arguments, data: Path, occupancy: Occupancy) -> str | None:
    """Announce the process that serves the data, once it does."""
    url = occupancy.published()
    if url is None or not data.exists():
        return None
    with _opened(arguments, data) as (database, installation):
        if not serves(url, installation_id=installation.id):
            return None
        _say(arguments, database, installation, url)
    return url


@contextmanager
def _opened(arguments: Arguments, data: Path) -> Iterator[tuple[Database, Installation]]:
    database, installation = datafile.open_file(data)
    try:
        datafile.check_made_with(
            installation, file=data, seed=arguments.seed, count=arguments.humans
        )
        yield database, installation
    finally:
        database.close()


def _say(arguments: Arguments, database: Database, installation: Installation, url: str) -> None:
    text = announce(database, url=url, seed=installation.seed, as_json=arguments.as_json)
    sys.stdout.write(text)
    sys.stdout.flush()
