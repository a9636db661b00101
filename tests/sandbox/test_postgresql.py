"""The sandbox on a PostgreSQL server: how it starts, what it refuses, and what it never says."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from aicx_tui.sandbox.failure import StartError
from aicx_tui.sandbox.postgresql import address, open_database
from tests.sandbox.conftest import as_person
from tests.sandbox.postgresql import PASSWORD, PostgresqlServer
from tests.sandbox.process import PATIENCE, SandboxProcess
from tests.sandbox.test_gateway import create, read
from tests.sandbox.test_process import complains, count_humans, create_human
from tests.sandbox.test_refusals import refused
from tests.sandbox.test_sample import mirror_of


def start(given: str, *arguments: str) -> tuple[int, str]:
    """Start a sandbox that is expected to end at once; its exit code and complaint."""
    ended = subprocess.run(
        [sys.executable, "-m", "aicx_tui.sandbox", "--port", "0", *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
        env=os.environ | {"AICX_SANDBOX_DATABASE": given},
    )
    assert ended.stdout == b""
    assert PASSWORD not in ended.stderr.decode()
    return ended.returncode, ended.stderr.decode()


def children(process: int) -> list[int]:
    """The processes that a process has started and that still run."""
    return [
        int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()
    ]


def await_end(processes: list[int]) -> None:
    """Wait until processes that are not ours have ended."""
    for process in processes:
        try:
            descriptor = os.pidfd_open(process)
        except ProcessLookupError:
            continue
        ended, _, _ = select.select([descriptor], [], [], PATIENCE)
        os.close(descriptor)
        assert ended


def test_humans_are_the_same_as_in_a_file(postgresql: PostgresqlServer) -> None:
    arguments = ("--humans", "150", "--seed", "7")
    with (
        SandboxProcess("--ephemeral", *arguments) as file,
        SandboxProcess(*arguments, database=postgresql.new_database()) as server,
        as_person(file, "viewer") as of_file,
        as_person(server, "viewer") as of_server,
    ):
        assert file.announcement | {"url": ""} == server.announcement | {"url": ""}
        expected, found = mirror_of(of_file, file.bot_id), mirror_of(of_server, server.bot_id)
        assert list(expected.items()) == list(found.items())


def test_data_is_kept_and_served_by_whoever_starts_next(postgresql: PostgresqlServer) -> None:
    given = postgresql.new_database()
    with SandboxProcess("--database", given, "--humans", "3", "--seed", "5") as first:
        human_id = create_human(first)
        with SandboxProcess(database=given) as second:
            assert second.announcement | {"url": ""} == first.announcement | {"url": ""}
            assert count_humans(second) == 4
            with as_person(second, "viewer") as client:
                assert read(client, second.crm, human_id)["fullname"] == "Test"
                body = {"email": "agent@acme.example", "password": "wrong"}
                urls = [first.url, second.url] * 5 + [first.url]
                attempts = [client.post(f"{url}/console/v1/sign-in", json=body) for url in urls]
                # Attempts to sign in count together, wherever they are made.
                assert [reply.status_code for reply in attempts] == [401] * 10 + [429]
    complains(start(given, "--seed", "6"), code=1, about="--seed 5")


def test_two_starts_on_an_empty_database_make_it_once(postgresql: PostgresqlServer) -> None:
    given = postgresql.new_database()
    both = [SandboxProcess("--humans", "50", database=given) for _ in range(2)]
    try:
        first, second = (sandbox.await_ready() for sandbox in both)
        assert first.announcement | {"url": ""} == second.announcement | {"url": ""}
        assert count_humans(first) == 50
    finally:
        for sandbox in both:
            sandbox.kill()


def test_data_whose_making_was_killed_is_made_anew(postgresql: PostgresqlServer) -> None:
    given = postgresql.new_database()
    sandbox = SandboxProcess("--humans", "10000000", database=given)
    copying = "SELECT count(*) FROM pg_stat_progress_copy WHERE datname = current_database()"
    try:
        with postgresql.inside(given) as rows:
            rows.autocommit = True
            while rows.execute(copying).fetchone() == (0,):
                assert sandbox.process.poll() is None
    finally:
        sandbox.kill()
    with SandboxProcess("--humans", "5", database=given) as again:
        assert count_humans(again) == 5


def refusal_to_open(given: str) -> str:
    """Why a database is not opened, and the next step."""
    with pytest.raises(StartError) as caught:
        open_database(address(given), seed=1, count=0, check=lambda: None)
    said = f"{caught.value.message}. {caught.value.hint}"
    assert PASSWORD not in said
    assert len(said.splitlines()) == 1
    return said


def test_what_is_wrong_with_an_address_is_told(postgresql: PostgresqlServer) -> None:
    good = postgresql.new_database()
    for given, about in (
        (good.replace(f":{postgresql.port}/", ":1/"), "cannot be reached"),
        (good.replace("127.0.0.1", "no.such.host.invalid"), "cannot be reached"),
        (good.replace(PASSWORD, "wrong"), "refused the user or the password"),
        (good.replace("sandbox:", "nobody:"), "refused the user or the password"),
        (good.replace(f":{PASSWORD}", ""), "wants a password"),
        (postgresql.address("no_such_database"), "no such database"),
        (postgresql.new_database(encoding="SQL_ASCII"), "encoded in SQL_ASCII"),
        (f"mysql://sandbox:{PASSWORD}@127.0.0.1/a", "cannot be read"),
        (f"postgresql+psycopg://sandbox:{PASSWORD}@127.0.0.1:x/a", "cannot be read"),
        (f"postgresql+psycopg://sandbox:{PASSWORD}@127.0.0.1/", "cannot be read"),
        (f"sandbox:{PASSWORD}@127.0.0.1/a", "cannot be read"),
    ):
        assert about in refusal_to_open(given)


def test_a_refusal_is_how_the_process_ends(postgresql: PostgresqlServer) -> None:
    unreachable = postgresql.new_database().replace(f":{postgresql.port}/", ":1/")
    complains(start(unreachable), code=1, about="cannot be reached")
    complains(start(f"mysql://sandbox:{PASSWORD}@127.0.0.1/a"), code=1, about="cannot be read")


def test_databases_that_hold_no_sandbox_are_left_alone(postgresql: PostgresqlServer) -> None:
    foreign, locked, newer = (postgresql.new_database() for _ in range(3))
    with postgresql.inside(foreign) as rows:
        rows.execute("CREATE TABLE humans (mine text)")
    assert "no sandbox's" in refusal_to_open(foreign)
    with postgresql.inside(foreign) as rows:
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        assert rows.execute(tables).fetchall() == [("humans",)]
    with postgresql.inside(locked) as rows:
        rows.execute("ALTER SCHEMA public OWNER TO postgres")
        rows.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC, sandbox")
    assert "does not let this user make tables" in refusal_to_open(locked)
    open_database(address(newer), seed=1, count=0, check=lambda: None)[0].close()
    with postgresql.inside(newer) as rows:
        rows.execute("UPDATE sandbox_installation SET schema_version = 99")
    assert "newer version" in refusal_to_open(newer)


def test_data_of_an_earlier_version_is_given_what_it_lacks(postgresql: PostgresqlServer) -> None:
    given = postgresql.new_database()
    open_database(address(given), seed=1, count=3, check=lambda: None)[0].close()
    with postgresql.inside(given) as rows:
        rows.execute("DROP TABLE tombstones, kept_replies, sign_in_attempts")
        rows.execute("UPDATE sandbox_installation SET schema_version = 1")
    with SandboxProcess(database=given) as sandbox, as_person(sandbox, "admin") as client:
        human_id = create(client, sandbox.crm)
        deleted = client.delete(f"/console/v1/bots/{sandbox.bot_id}/humans/{human_id}")
        assert deleted.status_code == 200


def test_several_workers_need_a_server() -> None:
    for arguments in (("--ephemeral", "--workers", "2"), ("--data", "a.db", "--workers", "2")):
        complains(start("", *arguments), code=2, about="--workers needs PostgreSQL")
    complains(start("", "--ephemeral", "--workers", "0"), code=2, about="number of workers")


def test_a_place_that_is_named_goes_before_the_variable(tmp_path: Path) -> None:
    data = str(tmp_path / "a.db")
    unreachable = "postgresql+psycopg://sandbox@127.0.0.1:1/a"
    with SandboxProcess("--data", data, "--humans", "1", database=unreachable) as sandbox:
        assert count_humans(sandbox) == 1


def test_the_password_is_never_said(postgresql: PostgresqlServer) -> None:
    given = postgresql.new_database()
    with (
        SandboxProcess("--humans", "0", "--workers", "2", database=given) as sandbox,
        as_person(sandbox, "viewer") as client,
    ):
        assert PASSWORD not in str(sandbox.announcement)
        processes = [sandbox.process.pid, *children(sandbox.process.pid)]
        assert len(processes) == 3
        for process in processes:
            assert PASSWORD.encode() not in Path(f"/proc/{process}/cmdline").read_bytes()
        with postgresql.inside(given) as rows:
            rows.execute("DROP TABLE tags")
        reply = client.get(f"/console/v1/bots/{sandbox.bot_id}/tags")
        refused(reply, status=500, code="failed")
        sandbox.end_input()
        code, said = sandbox.ended()
        assert (code, "UndefinedTable" in said) == (0, True)
        assert PASSWORD not in said


def test_a_server_that_dropped_its_connections_costs_no_request(
    postgresql: PostgresqlServer,
) -> None:
    given = postgresql.new_database()
    with (
        SandboxProcess("--humans", "3", database=given) as sandbox,
        as_person(sandbox, "agent") as client,
    ):
        human_id = create(client, sandbox.crm)
        with postgresql.inside(given) as rows:
            rows.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert read(client, sandbox.crm, human_id)["id"] == human_id
        assert client.put(f"{sandbox.crm}/human/{human_id}", json={"uid": "1"}).status_code == 200


def test_a_worker_that_was_killed_is_replaced(postgresql: PostgresqlServer) -> None:
    given = postgresql.new_database()
    with SandboxProcess("--humans", "3", "--workers", "2", database=given) as sandbox:
        before = children(sandbox.process.pid)
        os.kill(before[0], signal.SIGKILL)
        await_end(before[:1])
        assert count_humans(sandbox) == 3
        while len(after := children(sandbox.process.pid)) < 2 or before[0] in after:
            assert sandbox.process.poll() is None
        assert count_humans(sandbox) == 3


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_workers_end_with_the_one_that_watches_them(
    postgresql: PostgresqlServer, ending: signal.Signals
) -> None:
    given = postgresql.new_database()
    arguments = ("--humans", "1", "--workers", "2")
    with SandboxProcess(*arguments, attached=False, database=given) as sandbox:
        workers = children(sandbox.process.pid)
        sandbox.process.send_signal(ending)
        code, said = sandbox.ended()
        assert (code, said) == (-ending if ending == signal.SIGKILL else 0, "")
        await_end(workers)
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{sandbox.url}/docs", trust_env=False)
