"""The code by mail: how it is turned on, asked for, sent anew and turned off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from aicx_tui.models.account import Session
from aicx_tui.models.signing import Challenge
from aicx_tui.models.wire import Envelope
from tests.sandbox.conftest import as_person
from tests.sandbox.postgresql import PostgresqlServer
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import (
    ME,
    PROFILE,
    RESEND,
    SIGN_IN,
    TWO_FACTOR,
    TWO_FACTOR_OFF,
    TWO_FACTOR_VERIFY,
    VERIFY,
    Data,
    another,
    by_password,
    client_of,
    result_of,
    signed_in,
    turn_two_factor_on,
)
from tests.sandbox.test_refusals import refused


@pytest.fixture(params=["sqlite", "postgresql"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Data]:
    """A platform of one test's own, whose agent has a second factor."""
    if request.param == "sqlite":
        file = tmp_path / "a.db"
        with SandboxProcess("--data", str(file), "--humans", "1") as sandbox:
            turn_two_factor_on(sandbox)
            yield Data(sandbox, file)
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    address = server.new_database()
    with SandboxProcess("--humans", "1", database=address) as sandbox:
        turn_two_factor_on(sandbox)
        yield Data(sandbox, server=server, address=address)


@pytest.fixture
def sandbox(data: Data) -> SandboxProcess:
    return data.sandbox


@pytest.fixture
def anonymous(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with client_of(sandbox) as client:
        yield client


def test_a_sign_in_with_a_second_factor_needs_the_code_that_was_sent(
    sandbox: SandboxProcess, anonymous: httpx.Client
) -> None:
    body = {"email": "agent@acme.example", "password": sandbox.person("agent").password}
    reply = anonymous.post(SIGN_IN, json=body)
    told = Envelope[Challenge].model_validate_json(reply.content).result
    assert (told.channel, told.hint) == ("email", "a…@acme.example")
    mail = sandbox.mails()[-1]
    assert mail["to"] == "agent@acme.example"
    code = mail["body"].splitlines()[0]
    assert re.fullmatch("[0-9]{6}", code)
    assert code not in reply.text
    answer = {"challenge": told.challenge.get_secret_value(), "code": code}
    reply = anonymous.post(VERIFY, json=answer)
    session = Envelope[Session].model_validate_json(reply.content).result.session
    headers = {"Authorization": f"Bearer {session.get_secret_value()}"}
    assert result_of(anonymous.get(ME, headers=headers))["name"] == "Bo Lindqvist"
    assert result_of(anonymous.get(PROFILE, headers=headers))["two_factor"] is True
    # Both the code and its challenge were good once.
    refused(anonymous.post(VERIFY, json=answer), status=401, code="challenge_unknown")


def test_who_has_no_second_factor_gets_no_mail(sandbox: SandboxProcess) -> None:
    before = sandbox.mails()
    assert "session" in by_password(sandbox, "viewer")
    assert sandbox.mails() == before


def test_a_wrong_code_is_told_and_the_fifth_ends_the_challenge(
    sandbox: SandboxProcess, anonymous: httpx.Client
) -> None:
    challenge = by_password(sandbox, "agent")["challenge"]
    code = sandbox.code_sent()
    wrong = {"challenge": challenge, "code": another(code)}
    for _ in range(4):
        fields = refused(anonymous.post(VERIFY, json=wrong), status=422, code="code_wrong")
        assert fields == ["code"]
    refused(anonymous.post(VERIFY, json=wrong), status=401, code="challenge_ended")
    right = {"challenge": challenge, "code": code}
    refused(anonymous.post(VERIFY, json=right), status=401, code="challenge_ended")
    again = anonymous.post(RESEND, json={"challenge": challenge})
    refused(again, status=401, code="challenge_ended")


def test_a_code_is_good_for_ten_minutes(data: Data, anonymous: httpx.Client) -> None:
    challenge = by_password(data.sandbox, "agent")["challenge"]
    data.change("UPDATE challenges SET expires_at = '2020-01-01'")
    answer = {"challenge": challenge, "code": data.sandbox.code_sent()}
    refused(anonymous.post(VERIFY, json=answer), status=401, code="challenge_expired")
    again = anonymous.post(RESEND, json={"challenge": challenge})
    refused(again, status=401, code="challenge_expired")


def test_another_code_takes_the_place_of_the_one_before(
    data: Data, anonymous: httpx.Client
) -> None:
    sandbox = data.sandbox
    challenge = by_password(sandbox, "agent")["challenge"]
    first = sandbox.code_sent()
    body = {"challenge": challenge}
    too_early = anonymous.post(RESEND, json=body)
    refused(too_early, status=429, code="too_many_attempts")
    assert 1 <= int(too_early.headers["Retry-After"]) <= 30
    assert sandbox.code_sent() == first
    data.change("UPDATE challenges SET sent_at = '2020-01-01T00:00:00.000000+00:00'")
    told = Envelope[Challenge].model_validate_json(anonymous.post(RESEND, json=body).content)
    assert told.result.challenge.get_secret_value() == challenge
    second = sandbox.code_sent()
    while second == first:  # once in a million
        data.change("UPDATE challenges SET sent_at = '2020-01-01T00:00:00.000000+00:00'")
        anonymous.post(RESEND, json=body)
        second = sandbox.code_sent()
    refused(anonymous.post(RESEND, json=body), status=429, code="too_many_attempts")
    old = anonymous.post(VERIFY, json={"challenge": challenge, "code": first})
    refused(old, status=422, code="code_wrong")
    assert "session" in result_of(
        anonymous.post(VERIFY, json={"challenge": challenge, "code": second})
    )


def test_another_code_does_not_give_more_guesses(data: Data, anonymous: httpx.Client) -> None:
    challenge = by_password(data.sandbox, "agent")["challenge"]
    wrong = {"challenge": challenge, "code": another(data.sandbox.code_sent())}
    for _ in range(4):
        refused(anonymous.post(VERIFY, json=wrong), status=422, code="code_wrong")
    data.change("UPDATE challenges SET sent_at = '2020-01-01T00:00:00.000000+00:00'")
    result_of(anonymous.post(RESEND, json={"challenge": challenge}))
    wrong = {"challenge": challenge, "code": another(data.sandbox.code_sent())}
    refused(anonymous.post(VERIFY, json=wrong), status=401, code="challenge_ended")


@pytest.mark.parametrize("code", ["", "1", "１２３４５６", "abcdef", "1" * 64])
def test_what_is_no_code_is_a_wrong_one(
    sandbox: SandboxProcess, anonymous: httpx.Client, code: str
) -> None:
    challenge = by_password(sandbox, "agent")["challenge"]
    reply = anonymous.post(VERIFY, json={"challenge": challenge, "code": code})
    assert refused(reply, status=422, code="code_wrong") == ["code"]


def test_a_challenge_is_good_only_for_what_and_whom_it_was_made(sandbox: SandboxProcess) -> None:
    signing_in = by_password(sandbox, "agent")["challenge"]
    code = sandbox.code_sent()
    with signed_in(sandbox, "viewer") as viewer, signed_in(sandbox, "admin") as admin:
        # One for a sign-in does not turn the second factor on, not even for the same user.
        reply = viewer.post(TWO_FACTOR_VERIFY, json={"challenge": signing_in, "code": code})
        refused(reply, status=404, code="challenge_unknown")
        turning_on = result_of(viewer.post(TWO_FACTOR))["challenge"]
        answer = {"challenge": turning_on, "code": sandbox.code_sent()}
        # One that turns it on does not sign in, and is of no use to another user.
        refused(viewer.post(VERIFY, json=answer), status=401, code="challenge_unknown")
        resend = viewer.post(RESEND, json={"challenge": turning_on})
        refused(resend, status=401, code="challenge_unknown")
        reply = admin.post(TWO_FACTOR_VERIFY, json=answer)
        refused(reply, status=404, code="challenge_unknown")
        assert result_of(admin.get(PROFILE))["two_factor"] is False
        assert result_of(viewer.post(TWO_FACTOR_VERIFY, json=answer)) is None
        assert result_of(viewer.get(PROFILE))["two_factor"] is True
        reply = viewer.post(TWO_FACTOR_VERIFY, json=answer)
        refused(reply, status=404, code="challenge_unknown")


def test_turning_it_on_twice_is_refused_and_a_new_code_ends_the_one_before(
    sandbox: SandboxProcess,
) -> None:
    with signed_in(sandbox, "viewer") as viewer:
        first = result_of(viewer.post(TWO_FACTOR))["challenge"]
        code = sandbox.code_sent()
        second = result_of(viewer.post(TWO_FACTOR))["challenge"]
        reply = viewer.post(TWO_FACTOR_VERIFY, json={"challenge": first, "code": code})
        refused(reply, status=404, code="challenge_unknown")
        answer = {"challenge": second, "code": sandbox.code_sent()}
        result_of(viewer.post(TWO_FACTOR_VERIFY, json=answer))
        refused(viewer.post(TWO_FACTOR), status=409, code="two_factor_on")


def test_turning_it_off_asks_the_password(sandbox: SandboxProcess) -> None:
    turn_two_factor_on(sandbox, "viewer")
    challenge = by_password(sandbox, "viewer")["challenge"]
    answer = {"challenge": challenge, "code": sandbox.code_sent()}
    with client_of(sandbox) as client:
        session = result_of(client.post(VERIFY, json=answer))["session"]
    with client_of(sandbox, session) as viewer:
        reply = viewer.post(TWO_FACTOR_OFF, json={"password": "wrong"})
        assert refused(reply, status=422, code="invalid_fields") == ["password"]
        assert result_of(viewer.get(PROFILE))["two_factor"] is True
        right = {"password": sandbox.person("viewer").password}
        assert result_of(viewer.post(TWO_FACTOR_OFF, json=right)) is None
        assert result_of(viewer.get(PROFILE))["two_factor"] is False
    assert "session" in by_password(sandbox, "viewer")


def test_a_token_needs_no_code_and_changes_no_second_factor(sandbox: SandboxProcess) -> None:
    with as_person(sandbox, "agent") as agent:
        assert result_of(agent.get(PROFILE))["two_factor"] is True
        for address, body in (
            (TWO_FACTOR, {}),
            (TWO_FACTOR_VERIFY, {"challenge": "x", "code": "1"}),
            (TWO_FACTOR_OFF, {"password": sandbox.person("agent").password}),
        ):
            reply = agent.post(address, json=body)
            refused(reply, status=403, code="fresh_session_required")
        assert result_of(agent.get(PROFILE))["two_factor"] is True
