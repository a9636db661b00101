"""Changing the password, and the fresh sign-in that it and its like ask for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.conftest import as_person
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import (
    ME,
    PASSWORD,
    PROFILE,
    SIGN_IN,
    TWO_FACTOR,
    TWO_FACTOR_OFF,
    TWO_FACTOR_VERIFY,
    VERIFY,
    Data,
    by_password,
    client_of,
    result_of,
    signed_in,
    turn_two_factor_on,
)
from tests.sandbox.test_refusals import refused

NEW = "violet anchors, seldom rusty"


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Data]:
    file = tmp_path / "a.db"
    with SandboxProcess("--data", str(file), "--humans", "1") as sandbox:
        yield Data(sandbox, file)


def test_another_password_signs_in_and_the_old_one_no_more(data: Data) -> None:
    sandbox = data.sandbox
    old = sandbox.person("agent").password
    with (
        signed_in(sandbox) as mine,
        signed_in(sandbox) as other,
        signed_in(sandbox, "admin") as admin,
    ):
        assert result_of(mine.post(PASSWORD, json={"current": old, "new": NEW})) is None
        # The session that did it goes on; the user's others have ended, those of others have not.
        result_of(mine.get(ME))
        refused(other.get(ME), status=401, code="session_unknown")
        result_of(admin.get(ME))
    with client_of(sandbox) as client:
        body = {"email": "agent@acme.example", "password": old}
        refused(client.post(SIGN_IN, json=body), status=401, code="sign_in_failed")
    assert "session" in by_password(sandbox, "agent", NEW)
    with as_person(sandbox, "agent") as by_token:
        result_of(by_token.get(ME))
    written = data.written()
    assert NEW.encode() not in written
    assert b"$argon2id$" in written
    with SandboxProcess("--data", str(data.file)) as beside:
        assert beside.person("agent").password is None
        assert beside.person("viewer") == sandbox.person("viewer")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"current": "wrong"}, "current"),
        ({"current": None}, "current"),
        ({"new": "short-pass1"}, "new"),
        ({"new": "x" * 1025}, "new"),
        ({"new": f"{NEW}\x00"}, "new"),
        ({"new": "password1234"}, "new"),
        ({"new": "aaaaaaaaaaaaaaaa"}, "new"),
        ({"new": "qwertyuiop1234"}, "new"),
        ({"new": "viewer@acme.example"}, "new"),
        ({"new": "Chidi Okafor"}, "new"),
        ({"new": ""}, "new"),
    ],
)
def test_a_password_that_cannot_be_is_refused_by_its_field(
    data: Data, change: dict[str, object], field: str
) -> None:
    sandbox = data.sandbox
    with signed_in(sandbox, "viewer") as viewer:
        body = {"current": sandbox.person("viewer").password, "new": NEW} | change
        reply = viewer.post(PASSWORD, json=body)
        assert refused(reply, status=422, code="invalid_fields") == [field]
        assert NEW not in reply.text
    assert "session" in by_password(sandbox, "viewer")


def test_the_password_one_has_is_no_new_one(data: Data) -> None:
    with signed_in(data.sandbox) as agent:
        for current, new in ((data.sandbox.person("agent").password, NEW), (NEW, NEW)):
            reply = agent.post(PASSWORD, json={"current": current, "new": new})
        assert refused(reply, status=422, code="invalid_fields") == ["new"]


def test_a_sign_in_that_waits_for_its_code_ends_with_the_password(data: Data) -> None:
    sandbox = data.sandbox
    with signed_in(sandbox) as agent:
        turn_two_factor_on(sandbox)
        challenge = by_password(sandbox, "agent")["challenge"]
        answer = {"challenge": challenge, "code": sandbox.code_sent()}
        body = {"current": sandbox.person("agent").password, "new": NEW}
        result_of(agent.post(PASSWORD, json=body))
        refused(agent.post(VERIFY, json=answer), status=401, code="challenge_unknown")


def test_what_a_password_guards_needs_a_sign_in_of_the_last_15_minutes(data: Data) -> None:
    sandbox = data.sandbox
    right = {"password": sandbox.person("agent").password}
    calls: tuple[tuple[str, dict[str, str | None]], ...] = (
        (PASSWORD, {"current": right["password"], "new": NEW}),
        (TWO_FACTOR, {}),
        (TWO_FACTOR_VERIFY, {"challenge": "x", "code": "1"}),
        (TWO_FACTOR_OFF, right),
    )
    old = "strftime('%Y-%m-%dT%H:%M:%f', 'now', '-{} minutes') || '000+00:00'"
    with signed_in(sandbox) as agent, as_person(sandbox, "agent") as by_token:
        data.change(f"UPDATE sessions SET started_at = {old.format(16)}")  # noqa: S608  our own
        for address, body in calls:
            for client in (agent, by_token):
                reply = client.post(address, json=body)
                refused(reply, status=403, code="fresh_session_required")
        assert sandbox.mails() == []
        result_of(agent.get(PROFILE))
        # What it does not guard goes on.
        result_of(agent.patch(PROFILE, json={"timezone": "UTC"}))
        data.change(f"UPDATE sessions SET started_at = {old.format(14)}")  # noqa: S608  our own
        result_of(agent.post(TWO_FACTOR_OFF, json=right))
        with client_of(sandbox) as nobody:
            for address, body in calls:
                refused(nobody.post(address, json=body), status=401, code="token_missing")


def test_guessing_the_password_from_a_session_is_stopped(data: Data) -> None:
    sandbox = data.sandbox
    with signed_in(sandbox) as agent:  # which counts, too
        for at in range(9):
            address = PASSWORD if at % 2 else TWO_FACTOR_OFF
            body = {"current": "wrong", "password": "wrong", "new": NEW}
            refused(agent.post(address, json=body), status=422, code="invalid_fields")
        right = {"password": sandbox.person("agent").password}
        reply = agent.post(TWO_FACTOR_OFF, json=right)
        refused(reply, status=429, code="too_many_attempts")
        assert 1 <= int(reply.headers["Retry-After"]) <= 60
