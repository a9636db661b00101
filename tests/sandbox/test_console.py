"""Signing in and out, the account, the capabilities and the tags."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from aicx_tui.models.account import Account, PlatformCapabilities
from aicx_tui.models.capability import Capability
from aicx_tui.models.tag import TagDefinition
from aicx_tui.models.wire import Envelope
from tests.sandbox.conftest import as_person
from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_refusals import refused

SIGN_IN = "/console/v1/sign-in"
SIGN_OUT = "/console/v1/sign-out"
ME = "/console/v1/me"


def sign_in(client: httpx.Client, sandbox: SandboxProcess, role: str) -> dict[str, str]:
    person = sandbox.person(role)
    reply = client.post(SIGN_IN, json={"email": person.email, "password": person.password})
    assert reply.status_code == 200, reply.text
    result: dict[str, str] = reply.json()["result"]
    return result


def test_capabilities_are_told_without_signing_in(anonymous: httpx.Client) -> None:
    reply = anonymous.get("/console/v1/capabilities")
    told = Envelope[PlatformCapabilities].model_validate_json(reply.content).result
    assert set(told.capabilities) == {capability.value for capability in Capability}
    assert len(told.installation_id) == 36


def test_a_session_works_until_it_is_signed_out(
    anonymous: httpx.Client, sandbox: SandboxProcess
) -> None:
    session = sign_in(anonymous, sandbox, "agent")
    ends = datetime.fromisoformat(session["expires_at"])
    assert timedelta(hours=11) < ends - datetime.now(UTC) <= timedelta(hours=12)
    headers = {"Authorization": f"Bearer {session['session']}"}
    reply = anonymous.get(ME, headers=headers)
    account = Envelope[Account].model_validate_json(reply.content).result
    assert (account.email, account.role) == ("agent@acme.example", "agent")
    gateway = anonymous.post(f"{sandbox.crm}/human", json={"fullname": "Test"}, headers=headers)
    assert gateway.status_code == 200
    assert anonymous.post(SIGN_OUT, headers=headers).json() == {"result": None}
    refused(anonymous.get(ME, headers=headers), status=401, code="session_unknown")


def test_an_e_mail_address_has_no_case(anonymous: httpx.Client, sandbox: SandboxProcess) -> None:
    body = {"email": " Viewer@ACME.example", "password": sandbox.person("viewer").password}
    assert anonymous.post(SIGN_IN, json=body).status_code == 200


def test_a_token_cannot_be_signed_out(viewer: httpx.Client) -> None:
    refused(viewer.post(SIGN_OUT), status=403, code="session_required")
    assert viewer.get(ME).status_code == 200


def test_me_names_company_and_bots(admin: httpx.Client, sandbox: SandboxProcess) -> None:
    account = Envelope[Account].model_validate_json(admin.get(ME).content).result
    assert (account.name, account.role) == ("Ana Cruz", "admin")
    assert account.company.model_dump() == {
        "id": sandbox.announcement["company_id"],
        "name": "Acme Support",
    }
    assert [bot.name for bot in account.bots] == ["Webchat", "Facebook Messenger"]
    assert account.bots[0].id == sandbox.bot_id


def test_wrong_password_and_unknown_account_read_the_same(anonymous: httpx.Client) -> None:
    bodies = [
        anonymous.post(SIGN_IN, json={"email": email, "password": "wrong"})
        for email in ("admin@acme.example", "nobody@acme.example")
    ]
    for reply in bodies:
        refused(reply, status=401, code="sign_in_failed")
    assert bodies[0].content == bodies[1].content


def test_the_eleventh_attempt_in_a_minute_has_to_wait(anonymous: httpx.Client) -> None:
    def attempt(email: str) -> httpx.Response:
        return anonymous.post(SIGN_IN, json={"email": email, "password": "wrong"})

    replies = [attempt("Burst@acme.example") for _ in range(11)]
    assert [reply.status_code for reply in replies] == [401] * 10 + [429]
    refused(replies[-1], status=429, code="too_many_attempts")
    assert 1 <= int(replies[-1].headers["Retry-After"]) <= 60
    assert attempt("someone.else@acme.example").status_code == 401


def test_a_session_ends_on_its_own(tmp_path: Path) -> None:
    data = tmp_path / "sandbox.db"
    with (
        SandboxProcess("--data", str(data), "--humans", "0") as sandbox,
        httpx.Client(base_url=sandbox.url, trust_env=False) as client,
    ):
        session = sign_in(client, sandbox, "viewer")["session"]
        with closing(sqlite3.connect(data)) as connection:
            connection.execute("UPDATE sessions SET expires_at = '2020-01-01'")
            connection.commit()
        reply = client.get(ME, headers={"Authorization": f"Bearer {session}"})
        refused(reply, status=401, code="session_expired")


def test_no_credential_is_stored_in_clear(tmp_path: Path) -> None:
    with SandboxProcess("--data", str(tmp_path / "a.db"), "--humans", "0") as sandbox:
        with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
            secrets = [sign_in(client, sandbox, "viewer")["session"]]
        for role in ("admin", "agent", "viewer"):
            person = sandbox.person(role)
            secrets += [str(person.password), str(person.token)]
        written = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert b"viewer@acme.example" in written
        assert not [secret for secret in secrets if secret.encode() in written]


def test_a_failure_is_told_without_detail_and_logged(tmp_path: Path) -> None:
    data = tmp_path / "a.db"
    with (
        SandboxProcess("--data", str(data), "--humans", "0") as sandbox,
        as_person(sandbox, "viewer") as client,
    ):
        with closing(sqlite3.connect(data)) as connection:
            connection.execute("DROP TABLE tags")
        reply = client.get(f"/console/v1/bots/{sandbox.bot_id}/tags")
        assert refused(reply, status=500, code="failed") == []
        assert reply.headers["X-Request-ID"]
        assert "tags" not in reply.text
        assert client.get(ME).status_code == 200
        sandbox.end_input()
        code, said = sandbox.ended()
        assert code == 0
        assert "no such table" in said
        assert str(sandbox.person("viewer").token) not in said


def test_tags_of_every_kind_are_defined(admin: httpx.Client, sandbox: SandboxProcess) -> None:
    reply = admin.get(f"/console/v1/bots/{sandbox.bot_id}/tags")
    tags = Envelope[tuple[TagDefinition, ...]].model_validate_json(reply.content).result
    assert {tag.kind for tag in tags} == {"text", "choice", "number", "date", "flag"}
    merchant = next(tag for tag in tags if tag.name == "Merchant")
    assert merchant.choices == ("Gold", "Silver", "Bronze")
