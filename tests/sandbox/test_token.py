"""The personal access token: what is told of it, how it is replaced, and a reply that was lost."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from aicx_tui.models.token import IssuedToken, TokenInfo
from aicx_tui.models.wire import Envelope
from aicx_tui.sandbox.accounts import credential_hash
from tests.sandbox.postgresql import PostgresqlServer
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import ME, Data, by_password, client_of, result_of
from tests.sandbox.test_concurrency import at_once
from tests.sandbox.test_refusals import refused

TOKEN = "/console/v1/profile/token"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def data(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Data]:
    if request.param == "sqlite":
        file = tmp_path_factory.mktemp("data") / "a.db"
        with SandboxProcess("--data", str(file), "--humans", "1") as sandbox:
            yield Data(sandbox, file)
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    address = server.new_database()
    with SandboxProcess("--humans", "1", "--workers", "2", database=address) as sandbox:
        yield Data(sandbox, server=server, address=address)


@pytest.fixture(scope="module")
def session(data: Data) -> str:
    return by_password(data.sandbox, "agent")["session"]


@pytest.fixture
def by_session(data: Data, session: str) -> Iterator[httpx.Client]:
    with client_of(data.sandbox, session) as client:
        yield client


@pytest.fixture
def nobody(data: Data) -> Iterator[httpx.Client]:
    with client_of(data.sandbox) as client:
        yield client


def new_key() -> str:
    return secrets.token_urlsafe(32)


def issued(client: httpx.Client, *, key: str | None = None, token: str | None = None) -> str:
    """The token that a call is answered with."""
    reply = asked(client, key=key, token=token)
    assert reply.status_code == 200, reply.text
    told = Envelope[IssuedToken].model_validate_json(reply.content).result
    secret = told.token.get_secret_value()
    assert told.fingerprint == credential_hash(secret)[:16]
    return secret


def asked(
    client: httpx.Client, *, key: str | None = None, token: str | None = None
) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(TOKEN, headers=headers | ({"X-SINITIC-TOKEN": token} if token else {}))


def is_good(client: httpx.Client, token: str) -> bool:
    reply = client.get(ME, headers={"X-SINITIC-TOKEN": token})
    if reply.status_code == 401:
        refused(reply, status=401, code="token_unknown")
    return reply.status_code == 200


def told_of(client: httpx.Client) -> TokenInfo | None:
    return Envelope[TokenInfo | None].model_validate_json(client.get(TOKEN).content).result


def test_a_new_token_is_good_and_the_one_before_is_dead(
    by_session: httpx.Client, nobody: httpx.Client
) -> None:
    first = issued(by_session)
    second = issued(by_session)
    assert second.startswith("sk_")
    assert is_good(nobody, second)
    assert not is_good(nobody, first)


def test_a_token_may_replace_itself_and_is_dead_then(
    by_session: httpx.Client, nobody: httpx.Client
) -> None:
    first = issued(by_session)
    second = issued(nobody, token=first)
    assert is_good(nobody, second)
    refused(asked(nobody, token=first), status=401, code="token_unknown")
    assert is_good(nobody, second)


def test_what_is_told_of_a_token_does_not_show_it(
    by_session: httpx.Client, nobody: httpx.Client
) -> None:
    token = issued(by_session)
    told = told_of(by_session)
    assert told is not None
    assert told.fingerprint == credential_hash(token)[:16]
    assert told.issued_at is not None
    assert told.last_used_at is None
    assert token not in by_session.get(TOKEN).text
    assert is_good(nobody, token)
    while (told := told_of(by_session)) is None or told.last_used_at is None:
        pass  # it is written a moment later, so that nobody waits for it
    assert told.issued_at is not None
    assert told.last_used_at >= told.issued_at
    seen: set[datetime | None] = {told.last_used_at}
    for _ in range(20):
        assert is_good(nobody, token)
        told = told_of(by_session)
        assert told
        seen.add(told.last_used_at)
    assert len(seen) <= 2  # once a minute, by each of two workers


def test_who_has_no_token_is_told_so(data: Data, by_session: httpx.Client) -> None:
    data.change("UPDATE users SET token_hash = NULL WHERE role = 'agent'")
    assert told_of(by_session) is None
    assert issued(by_session)


def test_a_call_whose_reply_was_lost_gives_the_same_token_again(
    by_session: httpx.Client, nobody: httpx.Client
) -> None:
    first, key = issued(by_session), new_key()
    second = issued(nobody, token=first, key=key)
    # By the token that it killed, by the one that it gave, and by a session of the user's.
    assert issued(nobody, token=first, key=key) == second
    assert issued(nobody, token=second, key=key) == second
    assert issued(by_session, key=key) == second
    assert is_good(nobody, second)
    assert not is_good(nobody, first)


def test_a_call_sent_many_times_at_once_issues_one_token(
    data: Data, by_session: httpx.Client, nobody: httpx.Client
) -> None:
    first, key = issued(by_session), new_key()

    def send(_: int) -> str:
        with client_of(data.sandbox) as client:
            return issued(client, token=first, key=key)

    (second,) = set(at_once(12, send))
    assert is_good(nobody, second)


def test_of_calls_by_one_token_at_once_under_different_keys_one_is_done(
    data: Data, by_session: httpx.Client, nobody: httpx.Client
) -> None:
    first = issued(by_session)

    def send(number: int) -> httpx.Response:
        with client_of(data.sandbox) as client:
            return asked(client, token=first, key=new_key() if number % 2 else None)

    replies = at_once(12, send)
    done = [reply for reply in replies if reply.status_code == 200]
    assert len(done) == 1
    assert {reply.status_code for reply in replies} == {200, 401}
    assert is_good(nobody, done[0].json()["result"]["token"])


def test_after_ten_minutes_the_dead_token_gets_nothing(
    data: Data, by_session: httpx.Client, nobody: httpx.Client
) -> None:
    first, key = issued(by_session), new_key()
    second = issued(nobody, token=first, key=key)
    data.change("UPDATE token_replies SET kept_at = '2020-01-01'")
    refused(asked(nobody, token=first, key=key), status=401, code="token_unknown")
    assert is_good(nobody, second)
    assert issued(by_session, key=key) != second


def test_another_key_or_another_dead_token_gets_nothing(
    by_session: httpx.Client, nobody: httpx.Client
) -> None:
    older = issued(by_session)
    first, key = issued(by_session), new_key()
    second = issued(nobody, token=first, key=key)
    for token, tried in ((first, new_key()), (older, key), (first, None), ("sk_x", key)):
        refused(asked(nobody, token=token, key=tried), status=401, code="token_unknown")
    # A key alone is no credential, nor is a dead token in the place of a session.
    refused(asked(nobody, key=key), status=401, code="token_missing")
    headers = {"Authorization": f"Bearer {first}", "Idempotency-Key": key}
    refused(nobody.post(TOKEN, headers=headers), status=401, code="session_unknown")
    # The dead token does nothing else under the key.
    headers = {"X-SINITIC-TOKEN": first, "Idempotency-Key": key}
    refused(nobody.get(TOKEN, headers=headers), status=401, code="token_unknown")
    assert is_good(nobody, second)


def test_a_dead_token_gets_nothing_that_a_session_was_answered(
    by_session: httpx.Client, nobody: httpx.Client
) -> None:
    first, key = issued(by_session), new_key()
    issued(by_session, key=key)
    refused(asked(nobody, token=first, key=key), status=401, code="token_unknown")


def test_a_session_that_has_ended_gets_no_token_again(data: Data, nobody: httpx.Client) -> None:
    session, key = by_password(data.sandbox, "viewer")["session"], new_key()
    with client_of(data.sandbox, session) as client:
        issued(client, key=key)
        client.post("/console/v1/sign-out")
        refused(asked(client, key=key), status=401, code="session_unknown")


def test_a_token_that_was_replaced_since_is_not_given_again(
    by_session: httpx.Client, nobody: httpx.Client
) -> None:
    first, key = issued(by_session), new_key()
    issued(nobody, token=first, key=key)
    third = issued(by_session)
    refused(asked(nobody, token=first, key=key), status=409, code="token_superseded")
    refused(asked(by_session, key=key), status=409, code="token_superseded")
    assert is_good(nobody, third)


def test_another_users_key_gives_nothing_of_its_owner(
    data: Data, by_session: httpx.Client, nobody: httpx.Client
) -> None:
    key = new_key()
    agents = issued(by_session, key=key)
    with client_of(data.sandbox, by_password(data.sandbox, "viewer")["session"]) as viewer:
        viewers = issued(viewer, key=key)
        assert viewers != agents
        for token, role in ((agents, "agent"), (viewers, "viewer")):
            me = nobody.get(ME, headers={"X-SINITIC-TOKEN": token})
            assert result_of(me)["role"] == role


@pytest.mark.parametrize("key", ["1", "x" * 42, "x" * 256, "x" * 22 + " " + "x" * 22])
def test_a_key_that_could_be_guessed_is_refused(by_session: httpx.Client, key: str) -> None:
    before = told_of(by_session)
    refused(asked(by_session, key=key), status=400, code="malformed_idempotency_key")
    assert told_of(by_session) == before


def test_neither_token_nor_key_is_stored(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    with SandboxProcess("--data", str(file), "--humans", "0") as sandbox:
        key, dead = new_key(), str(sandbox.person("agent").token)
        with client_of(sandbox) as client:
            token = issued(client, token=dead, key=key)
        assert sandbox.person("agent").token == dead
        written = Data(sandbox, file).written()
        assert b"agent@acme.example" in written
        assert not [secret for secret in (token, key, dead) if secret.encode() in written]
    with SandboxProcess("--data", str(file)) as again:
        assert again.person("agent").token is None
        with client_of(again) as client:  # also after the server was killed
            assert issued(client, token=dead, key=key) == token
