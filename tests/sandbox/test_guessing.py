"""Attacks on signing in: guesses one by one and many at once, through several processes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher

from aicx_tui.sandbox import accounts, datafile
from tests.sandbox.conftest import as_person
from tests.sandbox.postgresql import PostgresqlServer
from tests.sandbox.process import PATIENCE, SandboxProcess
from tests.sandbox.signing_in import (
    ME,
    PASSWORD,
    PROFILE,
    RESEND,
    SIGN_IN,
    VERIFY,
    Data,
    another,
    by_password,
    client_of,
    result_of,
    signed_in,
    turn_two_factor_on,
)
from tests.sandbox.test_concurrency import at_once, await_locks
from tests.sandbox.test_mail import LONG_AGO
from tests.sandbox.test_passwords import NEW
from tests.sandbox.test_refusals import refused
from tests.sandbox.test_token import TOKEN


@dataclass(frozen=True)
class Attacked:
    """One database behind several processes, or one; its agent has a second factor."""

    data: Data
    sandboxes: tuple[SandboxProcess, ...]

    @property
    def sandbox(self) -> SandboxProcess:
        return self.sandboxes[0]

    def client(self, number: int, address: str | None = None) -> httpx.Client:
        """A connection of its own, to one process after the other and from this address."""
        url = self.sandboxes[number % len(self.sandboxes)].url
        return httpx.Client(
            base_url=url, transport=httpx.HTTPTransport(local_address=address), trust_env=False
        )

    def post_at_once(self, count: int, address: str, body: dict[str, str]) -> list[httpx.Response]:
        def post(number: int) -> httpx.Response:
            with self.client(number) as client:
                return client.post(address, json=body)

        return at_once(count, post)


FORGETTING = (
    "DELETE FROM sign_in_attempts",
    "DELETE FROM challenges",
    "DELETE FROM mails",
    "DELETE FROM sessions",
    "DELETE FROM users WHERE id NOT IN (SELECT id FROM users_before)",
    "DELETE FROM companies WHERE id NOT IN (SELECT company_id FROM users_before)",
    "UPDATE users SET password_hash = "
    "(SELECT password_hash FROM users_before WHERE users_before.id = users.id)",
)
"""What makes data as it was before a test."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def serving(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Attacked]:
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("data") / "a.db"
        with SandboxProcess("--data", str(file), "--humans", "1") as sandbox:
            yield Attacked(Data(sandbox, file), (sandbox,))
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    address = server.new_database()
    arguments = ("--humans", "1", "--workers", "2")
    with (
        SandboxProcess(*arguments, database=address) as first,
        SandboxProcess(*arguments, database=address) as second,
    ):
        yield Attacked(Data(first, server=server, address=address), (first, second))


@pytest.fixture(scope="module")
def with_second_factor(serving: Attacked) -> Attacked:
    turn_two_factor_on(serving.sandbox)
    serving.data.change("CREATE TABLE users_before AS SELECT * FROM users")
    return serving


@pytest.fixture
def attacked(with_second_factor: Attacked) -> Attacked:
    for statement in FORGETTING:
        with_second_factor.data.change(statement)
    return with_second_factor


def codes_of(replies: list[httpx.Response]) -> Counter[str]:
    """How often each was answered."""
    return Counter(
        "done" if reply.status_code == 200 else reply.json()["error"]["code"] for reply in replies
    )


def test_codes_guessed_at_once_are_no_more_than_five(attacked: Attacked) -> None:
    challenge = by_password(attacked.sandbox, "agent")["challenge"]
    code = attacked.sandbox.code_sent()
    wrong = {"challenge": challenge, "code": another(code)}
    answered = codes_of(attacked.post_at_once(24, VERIFY, wrong))
    assert answered["code_wrong"] == 4
    assert answered["challenge_ended"] == 20
    with attacked.client(1) as client:
        reply = client.post(VERIFY, json={"challenge": challenge, "code": code})
        refused(reply, status=401, code="challenge_ended")


def test_the_right_code_sent_at_once_gives_one_session(attacked: Attacked) -> None:
    challenge = by_password(attacked.sandbox, "agent")["challenge"]
    right = {"challenge": challenge, "code": attacked.sandbox.code_sent()}
    answered = codes_of(attacked.post_at_once(10, VERIFY, right))
    assert answered == {"done": 1, "challenge_unknown": 9}


def test_codes_asked_for_at_once_are_one_mail(attacked: Attacked) -> None:
    challenge = by_password(attacked.sandbox, "agent")["challenge"]
    before = len(attacked.sandbox.mails())
    attacked.data.change(LONG_AGO)
    answered = codes_of(attacked.post_at_once(10, RESEND, {"challenge": challenge}))
    assert answered == {"done": 1, "too_many_attempts": 9}
    assert len(attacked.sandbox.mails()) == before + 1


def test_passwords_guessed_at_once_are_no_more_than_ten_a_minute(attacked: Attacked) -> None:
    wrong = {"email": "viewer@acme.example", "password": "wrong"}
    answered = codes_of(attacked.post_at_once(30, SIGN_IN, wrong))
    assert answered == {"sign_in_failed": 10, "too_many_attempts": 20}
    right = wrong | {"password": str(attacked.sandbox.person("viewer").password)}
    with attacked.client(1) as client:
        refused(client.post(SIGN_IN, json=right), status=429, code="too_many_attempts")
    with attacked.client(1, "127.0.0.2") as elsewhere:  # the user itself is not locked out
        assert "session" in result_of(elsewhere.post(SIGN_IN, json=right))


def test_whoever_has_the_password_guesses_twenty_codes_an_hour_from_wherever(
    attacked: Attacked,
) -> None:
    person = attacked.sandbox.person("agent")
    body = {"email": person.email, "password": person.password}
    for at in range(4):
        with attacked.client(at, f"127.0.0.{10 + at}") as client:
            challenge = result_of(client.post(SIGN_IN, json=body))["challenge"]
            wrong = {"challenge": challenge, "code": another(attacked.sandbox.code_sent())}
            for _ in range(5):
                client.post(VERIFY, json=wrong)
            refused(client.post(VERIFY, json=wrong), status=401, code="challenge_ended")
    mails = len(attacked.sandbox.mails())
    with attacked.client(0, "127.0.0.20") as client:
        reply = client.post(SIGN_IN, json=body)
        refused(reply, status=429, code="too_many_attempts")
        assert 3000 < int(reply.headers["Retry-After"]) <= 3600
    assert len(attacked.sandbox.mails()) == mails
    assert "session" in by_password(attacked.sandbox, "viewer")


def test_a_code_entered_too_often_from_one_address_has_to_wait(attacked: Attacked) -> None:
    for turn in range(3):
        challenge = by_password(attacked.sandbox, "agent")["challenge"]
        code = attacked.sandbox.code_sent()
        with attacked.client(turn) as client:
            for _ in range(4):
                reply = client.post(VERIFY, json={"challenge": challenge, "code": another(code)})
    refused(reply, status=429, code="too_many_attempts")
    assert 1 <= int(reply.headers["Retry-After"]) <= 60


def test_a_mailbox_is_not_flooded(attacked: Attacked) -> None:
    person = attacked.sandbox.person("agent")
    body = {"email": person.email, "password": person.password}
    mails = len(attacked.sandbox.mails())
    for at in range(40):
        with attacked.client(at, f"127.0.1.{1 + at // 8}") as client:
            reply = client.post(SIGN_IN, json=body)
    refused(reply, status=429, code="too_many_attempts")
    assert mails < len(attacked.sandbox.mails()) <= 30


def test_of_two_password_changes_at_once_one_is_made(attacked: Attacked) -> None:
    current = str(attacked.sandbox.person("viewer").password)
    sessions = [by_password(attacked.sandbox, "viewer")["session"] for _ in range(4)]

    def change(number: int) -> httpx.Response:
        with client_of(attacked.sandboxes[number % len(attacked.sandboxes)]) as client:
            return client.post(
                PASSWORD,
                json={"current": current, "new": f"{NEW} {number}"},
                headers={"Authorization": f"Bearer {sessions[number]}"},
            )

    replies = at_once(len(sessions), change)
    assert sorted(reply.status_code == 200 for reply in replies) == [False] * 3 + [True]
    changed = next(at for at, reply in enumerate(replies) if reply.status_code == 200)
    assert "session" in by_password(attacked.sandbox, "viewer", f"{NEW} {changed}")
    with client_of(attacked.sandbox) as client:
        alive = [
            client.get(ME, headers={"Authorization": f"Bearer {session}"}).status_code == 200
            for session in sessions
        ]
    assert [at for at, is_alive in enumerate(alive) if is_alive] == [changed]


def test_a_sign_in_takes_no_session_that_somebody_chose(attacked: Attacked) -> None:
    sandbox = attacked.sandbox
    chosen = "ss_" + "A" * 43
    theirs = by_password(sandbox, "viewer")["session"]
    person = sandbox.person("admin")
    body = {"email": person.email, "password": person.password}
    with client_of(sandbox) as client:
        for session in (chosen, theirs):
            told = result_of(
                client.post(
                    SIGN_IN,
                    json=body | {"session": session, "challenge": session},
                    headers={"Authorization": f"Bearer {session}", "Cookie": f"session={session}"},
                )
            )
            assert told["session"] not in (chosen, theirs)
        headers = {"Authorization": f"Bearer {chosen}"}
        refused(client.get(ME, headers=headers), status=401, code="session_unknown")
        headers = {"Authorization": f"Bearer {theirs}"}
        assert result_of(client.get(ME, headers=headers))["role"] == "viewer"
        # A challenge is no session, before its code as after.
        challenge = by_password(sandbox, "agent")["challenge"]
        headers = {"Authorization": f"Bearer {challenge}"}
        refused(client.get(ME, headers=headers), status=401, code="session_unknown")
        answer = {"challenge": challenge, "code": sandbox.code_sent()}
        assert result_of(client.post(VERIFY, json=answer, headers=headers))["session"] != challenge
        refused(client.get(ME, headers=headers), status=401, code="session_unknown")


def test_another_company_reaches_nothing_of_this_one(attacked: Attacked) -> None:
    sandbox = attacked.sandbox
    for statement in (
        "INSERT INTO companies (id, name) VALUES ('co_other', 'Other')",
        "INSERT INTO users (id, company_id, email, name, role, password_hash, seeded_password) "
        "SELECT 'us_other', 'co_other', 'admin@other.example', 'Otto', 'admin', password_hash, "
        "seeded_password FROM users WHERE role = 'admin'",
    ):
        attacked.data.change(statement)
    body = {"email": "admin@other.example", "password": sandbox.person("admin").password}
    with client_of(sandbox) as client:
        session = result_of(client.post(SIGN_IN, json=body))["session"]
    with client_of(sandbox, session) as other:
        token = result_of(other.post(TOKEN))["token"]
        for headers in ({}, {"X-SINITIC-TOKEN": token}):
            assert result_of(other.get(ME, headers=headers))["bots"] == []
            assert result_of(other.get(PROFILE, headers=headers))["email"] == body["email"]
            reply = other.get(f"{sandbox.crm}/human/eu_x", headers=headers)
            refused(reply, status=404, code="company_not_found")
            for of_bot in ("humans", "tags"):
                reply = other.get(f"/console/v1/bots/{sandbox.bot_id}/{of_bot}", headers=headers)
                refused(reply, status=404, code="bot_not_found")
        # Changing its password ends no session of this company, nor does its token another.
        with signed_in(sandbox, "admin") as admin:
            result_of(other.post(PASSWORD, json={"current": body["password"], "new": NEW}))
            result_of(admin.get(ME))
    assert "session" in by_password(sandbox, "admin")
    with as_person(sandbox, "admin") as by_token:
        assert result_of(by_token.get(ME))["email"] == "admin@acme.example"


class Counting(PasswordHasher):
    """Counts how often a password is worked on."""

    verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # noqa: A002
        Counting.verified += 1
        return super().verify(hash, password)


def test_an_unknown_account_costs_the_work_of_a_wrong_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.db"
    datafile.create(file, seed=1, count=0, check=lambda: None)
    monkeypatch.setattr(accounts, "_HASHER", Counting())
    with closing(datafile.open_file(file)[0]) as database, database.reading() as connection:
        right = accounts.seeded_password(1, role="agent")
        for email, password in (
            ("agent@acme.example", right),
            ("agent@acme.example", "wrong"),
            ("nobody@acme.example", right),
            ("nobody@acme.example", "wrong"),
        ):
            before = Counting.verified
            found = accounts.checked_password(connection, email=email, password=password)
            assert Counting.verified == before + 1
            assert (found is not None) == (email.startswith("agent") and password == right)


def test_a_wrong_password_reads_the_same_with_and_without_a_second_factor(
    attacked: Attacked,
) -> None:
    mails = attacked.sandbox.mails()
    with client_of(attacked.sandbox) as client:
        replies = [
            client.post(SIGN_IN, json={"email": f"{name}@acme.example", "password": "wrong"})
            for name in ("agent", "viewer", "nobody")
        ]
    assert len({reply.content for reply in replies}) == 1
    assert {reply.status_code for reply in replies} == {401}
    volatile = {"x-request-id", "date"}
    shown = [{k: v for k, v in reply.headers.items() if k not in volatile} for reply in replies]
    assert shown[0] == shown[1] == shown[2]
    assert attacked.sandbox.mails() == mails


def test_nobody_waits_in_a_circle(postgresql: PostgresqlServer) -> None:
    address = postgresql.new_database()
    with (
        SandboxProcess("--humans", "1", database=address) as sandbox,
        SandboxProcess("--humans", "1", database=address) as beside,
        postgresql.inside(address) as holding,
        postgresql.inside(address) as rows,
        ThreadPoolExecutor(2) as pool,
    ):
        rows.autocommit = True
        with signed_in(sandbox) as agent:
            session = agent.headers["Authorization"].removeprefix("Bearer ")
            turn_two_factor_on(sandbox)
        challenge = by_password(sandbox, "agent")["challenge"]
        rows.execute(LONG_AGO.encode())
        password = {"current": str(sandbox.person("agent").password), "new": NEW}

        def post(at: SandboxProcess, where: str, body: dict[str, str]) -> int:
            with client_of(at, session) as client:
                return client.post(where, json=body, timeout=PATIENCE).status_code

        # Both come to wait for the user, the change of the password first.
        holding.execute("SELECT id FROM users WHERE role = 'agent' FOR UPDATE")
        calls = [pool.submit(post, sandbox, PASSWORD, password)]
        await_locks(rows, 1, calls)
        calls.append(pool.submit(post, beside, RESEND, {"challenge": challenge}))
        await_locks(rows, 2, calls)
        holding.rollback()
        assert [call.result() for call in calls] == [200, 401]
