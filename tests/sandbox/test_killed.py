"""A server that is killed in the midst of a write: what was done is not done again."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import httpx

from tests.sandbox.conftest import as_person
from tests.sandbox.postgresql import PostgresqlServer
from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_concurrency import WAITING
from tests.sandbox.test_feed import Follower

STOP_BEFORE_THE_REPLY = """
    CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$;
    CREATE TRIGGER stop BEFORE INSERT ON kept_replies FOR EACH ROW EXECUTE FUNCTION stop();
"""


class TestKilled:
    """What was done when the reply was lost is not done again."""

    KEY = "the-one-key"
    BODY = b'{"fullname": "Once"}'

    def send(self, sandbox: SandboxProcess) -> httpx.Response:
        with as_person(sandbox, "agent") as client:
            headers = {"Idempotency-Key": self.KEY}
            return client.post(f"{sandbox.crm}/human", content=self.BODY, headers=headers)

    def kill_while_sending(self, sandbox: SandboxProcess, until: Callable[[], bool]) -> None:
        """Send the create, and kill the server once something is so."""

        def send() -> None:
            with suppress(httpx.TransportError):
                self.send(sandbox)

        sending = threading.Thread(target=send)
        sending.start()
        while not until():
            assert sandbox.process.poll() is None
        sandbox.process.kill()
        sending.join()

    def repeat(self, sandbox: SandboxProcess) -> None:
        """Send it again, twice: there is one human, and its id is the reply."""
        ids = {self.send(sandbox).json()["result"]["id"] for _ in range(2)}
        with as_person(sandbox, "viewer") as client:
            follower = Follower(client, sandbox.bot_id)
            follower.catch_up()
        assert ids == set(follower.mirror)
        assert len(ids) == 1

    def test_on_a_file_after_the_commit(self, tmp_path: Path) -> None:
        arguments = ("--data", str(tmp_path / "a.db"), "--humans", "0")
        kept = "SELECT count(*) FROM kept_replies"
        with (
            SandboxProcess(*arguments) as first,
            closing(sqlite3.connect(tmp_path / "a.db")) as rows,
        ):
            self.kill_while_sending(first, lambda: rows.execute(kept).fetchone() == (1,))
        with SandboxProcess(*arguments) as second:
            self.repeat(second)

    def test_on_a_server_after_the_commit(self, postgresql: PostgresqlServer) -> None:
        address = postgresql.new_database()
        kept = "SELECT count(*) FROM kept_replies"
        with (
            SandboxProcess("--humans", "0", database=address) as first,
            postgresql.inside(address) as rows,
        ):
            rows.autocommit = True
            self.kill_while_sending(first, lambda: rows.execute(kept).fetchone() == (1,))
        with SandboxProcess(database=address) as second:
            self.repeat(second)

    def test_on_a_server_between_change_and_reply(self, postgresql: PostgresqlServer) -> None:
        address = postgresql.new_database()
        with (
            SandboxProcess("--humans", "0", database=address) as first,
            postgresql.inside(address) as holding,
            postgresql.inside(address) as rows,
        ):
            rows.autocommit = True
            rows.execute(STOP_BEFORE_THE_REPLY)
            holding.execute("SELECT pg_advisory_xact_lock(1)")
            self.kill_while_sending(first, lambda: rows.execute(WAITING).fetchone() == (1,))
        with SandboxProcess(database=address) as second:
            self.repeat(second)
