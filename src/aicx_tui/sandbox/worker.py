"""One of several processes that serve a database: `python -m aicx_tui.sandbox.worker`.

Its order comes on standard input, as one line of JSON: a command line could be read by others.
It ends with that input, so it outlives the process that started it in no case.
"""

from __future__ import annotations

import os
import socket
import sys

import orjson

from aicx_tui.sandbox.lifetime import Lifetime, Stopped
from aicx_tui.sandbox.workers import READY, Order


def main() -> int:
    """Serve until asked to stop, and return the exit code."""
    os.umask(0o077)
    line = sys.stdin.buffer.readline()
    if not line:
        return 0
    lifetime = Lifetime()
    lifetime.watch(attached=True)
    try:
        _serve(Order(**orjson.loads(line)), lifetime)
    except Stopped:
        return 0
    return 0


def _serve(order: Order, lifetime: Lifetime) -> None:
    from aicx_tui.sandbox import (  # slow to import: only once it can be stopped
        postgresql,
        provider_settings,
    )
    from aicx_tui.sandbox.access import Platform
    from aicx_tui.sandbox.database import postgresql_database
    from aicx_tui.sandbox.mail import post_by
    from aicx_tui.sandbox.providers import providers_by
    from aicx_tui.sandbox.serving import Server
    from aicx_tui.sandbox.tokens import TokenUses

    database = postgresql_database(postgresql.address(order.database))
    uses = TokenUses(database).start()
    try:
        with socket.socket(fileno=order.listener) as listener:
            platform = Platform(
                database,
                order.installation_id,
                post_by(database, order.smtp),
                uses,
                providers_by(provider_settings.of_plain(order.oidc)),
            )
            server = Server(
                platform,
                loopback_only=order.loopback_only,
                when_ready=_say_so,
            )
            lifetime.hand_over(server.stop)
            server.run(sockets=[listener])
    finally:
        uses.close()
        database.close()


def _say_so() -> None:
    sys.stdout.write(READY)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
