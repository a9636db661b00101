"""Where codes go: to a mail server, which may fail, or into the sandbox's own mailbox."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.command import Ended, aicx
from tests.sandbox.postgresql import PASSWORD, PostgresqlServer
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import (
    ME,
    PROFILE,
    RESEND,
    SIGN_IN,
    TWO_FACTOR,
    TWO_FACTOR_VERIFY,
    VERIFY,
    Data,
    by_password,
    client_of,
    result_of,
    signed_in,
    turn_two_factor_on,
)
from tests.sandbox.smtp import MailServer, free_port, mail_server
from tests.sandbox.test_process import complains, run
from tests.sandbox.test_refusals import refused

LONG_AGO = "UPDATE challenges SET sent_at = '2020-01-01T00:00:00.000000+00:00'"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def with_second_factor(file: Path) -> None:
    """Make data whose agent has a second factor."""
    with SandboxProcess("--data", str(file), "--humans", "1") as sandbox:
        turn_two_factor_on(sandbox)


@pytest.fixture
def data(tmp_path: Path, server: MailServer) -> Iterator[Data]:
    file = tmp_path / "a.db"
    with_second_factor(file)
    with SandboxProcess("--data", str(file), "--smtp", f"127.0.0.1:{server.port}") as sandbox:
        yield Data(sandbox, file)


def waiting(data: Data) -> int:
    """How many challenges wait for a code."""
    assert data.file
    with closing(sqlite3.connect(data.file)) as rows:
        return int(rows.execute("SELECT count(*) FROM challenges").fetchone()[0])


def test_a_mail_server_receives_the_code(data: Data, server: MailServer) -> None:
    kept = data.sandbox.mails()
    challenge = by_password(data.sandbox, "agent")["challenge"]
    message = server.received[0]
    assert message["To"] == "agent@acme.example"
    assert message["Subject"] == "Your code for AICX"
    assert "good for 10 minutes" in message.get_content()
    answer = {"challenge": challenge, "code": server.code()}
    assert challenge.encode() not in data.written()
    with client_of(data.sandbox) as client:
        assert "session" in result_of(client.post(VERIFY, json=answer))
    assert data.sandbox.mails() == kept


def test_every_worker_uses_the_mail_server(
    postgresql: PostgresqlServer, server: MailServer
) -> None:
    address = postgresql.new_database()
    arguments = ("--humans", "1", "--workers", "2", "--smtp", f"127.0.0.1:{server.port}")
    with SandboxProcess(*arguments, database=address) as sandbox, signed_in(sandbox) as agent:
        challenge = result_of(agent.post(TWO_FACTOR))["challenge"]
        answer = {"challenge": challenge, "code": server.code()}
        result_of(agent.post(TWO_FACTOR_VERIFY, json=answer))
        for at in range(1, 7):  # one worker or the other
            by_password(sandbox, "agent")
            assert len(server.received) == at + 1
        assert sandbox.mails() == []


def test_a_sign_in_whose_mail_is_not_taken_says_so_and_leaves_nothing(
    data: Data, server: MailServer
) -> None:
    server.refusal = "550 no such mailbox"
    body = {"email": "agent@acme.example", "password": data.sandbox.person("agent").password}
    with client_of(data.sandbox) as client:
        reply = client.post(SIGN_IN, json=body)
        assert refused(reply, status=502, code="mail_failed") == []
        assert "could not be sent" in reply.json()["error"]["message"]
        assert "550" not in reply.text
        assert waiting(data) == 0
        server.refusal = None
        result_of(client.post(SIGN_IN, json=body))
        assert waiting(data) == 1


def test_who_cannot_get_a_code_turns_no_second_factor_on(data: Data, server: MailServer) -> None:
    server.refusal = "451 later"
    with signed_in(data.sandbox, "viewer") as viewer:
        refused(viewer.post(TWO_FACTOR), status=502, code="mail_failed")
    assert waiting(data) == 0
    assert "session" in by_password(data.sandbox, "viewer")


def test_another_code_that_cannot_be_sent_leaves_the_one_before_good(
    data: Data, server: MailServer
) -> None:
    challenge = by_password(data.sandbox, "agent")["challenge"]
    data.change(LONG_AGO)
    server.refusal = "451 later"
    with client_of(data.sandbox) as client:
        for _ in range(2):  # nothing was sent, so nobody has to wait for half a minute
            reply = client.post(RESEND, json={"challenge": challenge})
            refused(reply, status=502, code="mail_failed")
        answer = {"challenge": challenge, "code": server.code()}
        assert "session" in result_of(client.post(VERIFY, json=answer))


def test_a_mail_server_that_is_down_is_told_from_a_wrong_password(tmp_path: Path) -> None:
    file, port = tmp_path / "a.db", free_port()
    with_second_factor(file)
    with (
        SandboxProcess("--data", str(file), "--smtp", f"127.0.0.1:{port}") as sandbox,
        client_of(sandbox) as client,
    ):
        body = {"email": "agent@acme.example", "password": sandbox.person("agent").password}
        refused(client.post(SIGN_IN, json=body), status=503, code="mail_failed")
        wrong = client.post(SIGN_IN, json=body | {"password": "wrong"})
        refused(wrong, status=401, code="sign_in_failed")
        assert "session" in by_password(sandbox, "viewer")
        with mail_server(port) as server:
            challenge = result_of(client.post(SIGN_IN, json=body))["challenge"]
            answer = {"challenge": challenge, "code": server.code()}
            assert "session" in result_of(client.post(VERIFY, json=answer))


def test_a_mail_server_that_says_nothing_holds_up_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with_second_factor(file)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        with (
            SandboxProcess("--data", str(file), "--smtp", address) as sandbox,
            signed_in(sandbox, "viewer") as viewer,
            client_of(sandbox) as client,
            ThreadPoolExecutor(1) as pool,
        ):
            body = {"email": "agent@acme.example", "password": sandbox.person("agent").password}
            signing_in = pool.submit(client.post, SIGN_IN, json=body)
            connection, _ = silent.accept()
            with connection:
                result_of(viewer.patch(PROFILE, json={"timezone": "UTC"}))
                result_of(viewer.get(ME))
                assert not signing_in.done()
            refused(signing_in.result(), status=503, code="mail_failed")


def test_no_code_goes_to_another_machine_in_clear(tmp_path: Path, server: MailServer) -> None:
    file = tmp_path / "a.db"
    with_second_factor(file)
    # An address that leads here, though not by a name that is known to lead nowhere else.
    with (
        SandboxProcess("--data", str(file), "--smtp", f"0.0.0.0:{server.port}") as sandbox,
        client_of(sandbox) as client,
    ):
        body = {"email": "agent@acme.example", "password": sandbox.person("agent").password}
        refused(client.post(SIGN_IN, json=body), status=502, code="mail_failed")
    assert server.received == []


@pytest.mark.parametrize("given", ["mail", "mail:", ":25", "mail:0x19", "mail:99999", "a@b:25"])
def test_a_mail_server_is_given_by_host_and_port(
    given: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    complains(run("--ephemeral", "--smtp", given), code=2, about="HOST:PORT")
    monkeypatch.setenv("AICX_SANDBOX_SMTP", given)
    complains(run("--ephemeral"), code=2, about="AICX_SANDBOX_SMTP")


def test_a_console_of_its_own_hands_the_mail_server_on() -> None:
    words = ("--sandbox", "--ephemeral", "humans", "list")
    ended = aicx(*words, env={"AICX_SANDBOX_SMTP": "not-an-address"})
    assert ended.code != 0
    assert "The sandbox did not start: the mail server" in ended.err


def mail_of(place: Path, *words: str, **env: str) -> Ended:
    return aicx("sandbox", "mail", *words, env={"AICX_HOME": str(place), **env})


def test_the_mailbox_is_printed_for_its_owner(tmp_path: Path) -> None:
    file = tmp_path / "sandbox" / "sandbox.db"
    ended = mail_of(tmp_path)
    assert ended.code == 1
    assert "Start one first: aicx sandbox" in ended.err
    file.parent.mkdir()
    with SandboxProcess("--data", str(file), "--humans", "1") as sandbox:
        assert mail_of(tmp_path).out == "No mail yet.\n"
        turn_two_factor_on(sandbox)
        code = sandbox.code_sent()
        printed = mail_of(tmp_path).out.splitlines()
        assert printed[0].endswith("  to agent@acme.example")
        assert printed[1:4] == ["Your code for AICX", "", code]
        # Nobody else may read it, by the file system or by a request.
        for path in file.parent.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        with signed_in(sandbox, "admin") as admin:
            for address in admin.get("/openapi.json").json()["paths"]:
                assert "mail" not in address
    # And when it does not run any more.
    mails = json.loads(mail_of(tmp_path, "--json").out)
    assert [(mail["to"], mail["body"][:6]) for mail in mails] == [("agent@acme.example", code)]
    assert set(mails[0]) == {"to", "subject", "body", "sent_at"}
    assert mail_of(tmp_path, "--data", str(file)).out == mail_of(tmp_path).out


def test_the_mailbox_of_data_that_is_not_kept_is_found(tmp_path: Path) -> None:
    none = mail_of(tmp_path, "--ephemeral", TMPDIR=str(tmp_path))
    assert none.code == 1
    assert "aicx sandbox --ephemeral" in none.err
    with SandboxProcess("--ephemeral", "--humans", "1", temporary=tmp_path) as killed:
        turn_two_factor_on(killed)
    assert mail_of(tmp_path, "--ephemeral", TMPDIR=str(tmp_path)).code == 1
    with SandboxProcess("--ephemeral", "--humans", "1", temporary=tmp_path) as sandbox:
        turn_two_factor_on(sandbox, "viewer")
        printed = mail_of(tmp_path, "--ephemeral", TMPDIR=str(tmp_path)).out
        assert "viewer@acme.example" in printed
        assert "agent@acme.example" not in printed


def test_the_mailbox_in_a_database_needs_its_password(postgresql: PostgresqlServer) -> None:
    address = postgresql.new_database()
    with SandboxProcess("--humans", "1", database=address) as sandbox:
        turn_two_factor_on(sandbox)
    nowhere = Path("/proc/aicx")
    assert "agent@acme" in mail_of(nowhere, AICX_SANDBOX_DATABASE=address).out
    assert "agent@acme" in mail_of(nowhere, "--database", address).out
    refusal = mail_of(nowhere, "--database", address.replace(PASSWORD, "wrong"))
    assert refusal.code == 1
    assert "refused the user or the password" in refusal.err
    unmade = mail_of(nowhere, "--database", postgresql.new_database())
    assert (unmade.code, unmade.out) == (0, "No mail yet.\n")


def test_a_file_of_something_else_is_no_mailbox(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("Dear diary")
    ended = mail_of(tmp_path, "--data", str(notes))
    assert ended.code == 1
    assert "not a sandbox's data file" in ended.err
    assert notes.read_text() == "Dear diary"
    assert os.listdir(tmp_path) == ["notes.txt"]
