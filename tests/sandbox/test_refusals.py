"""Every way to be refused: the status, the code, the fields, and never the value sent."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_gateway import create, read

CANARY = "canary-8c1f"


def refused(reply: httpx.Response, *, status: int, code: str) -> list[str]:
    """Check an error reply, and return the fields it names."""
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/json"
    assert list(reply.json()) == ["error"]
    error = reply.json()["error"]
    assert set(error) == {"code", "message", "fields"}
    assert error["code"] == code
    assert CANARY not in reply.text
    return [field["field"] for field in error["fields"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "fullname"),
        ({"fullname": None}, "fullname"),
        ({"fullname": ""}, "fullname"),
        ({"fullname": " \u3000 "}, "fullname"),
        ({"fullname": 7}, "fullname"),
        ({"fullname": "x" * 513}, "fullname"),
        ({"fullname": f"{CANARY}\x1b[2J"}, "fullname"),
        ({"fullname": f"{CANARY}\n"}, "fullname"),
        ({"fullname": f"{CANARY}\x85"}, "fullname"),
        ({"fullname": f"{CANARY}\x00"}, "fullname"),
        ({"email": "x" * 321}, "email"),
        ({"email": [CANARY]}, "email"),
        ({"uid": "x" * 256}, "uid"),
        ({"uid": True}, "uid"),
        ({"phone_number": "1" * 65}, "phone_number"),
        ({"phone_number": 6123589032}, "phone_number"),
        ({"profile_pic_id": "x" * 256}, "profile_pic_id"),
        ({"access_token": "x" * 4097}, "access_token"),
        ({"access_token": f"{CANARY}\x7f"}, "access_token"),
        ({"notes": "x" * 10_001}, "notes"),
        ({"notes": f"{CANARY}\r"}, "notes"),
        ({"tags": "x"}, "tags"),
        ({"tags": [{"value": "x"}]}, "tags.0.id"),
        ({"tags": [{"id": CANARY, "value": "x"}]}, "tags.0.id"),
        ({"tags": [{"id": CANARY, "value": 3}]}, "tags.0.value"),
        ({"tags": [{"id": CANARY, "value": "x" * 1001}]}, "tags.0.value"),
        ({"tag_ids": [CANARY]}, "tag_ids.0"),
        ({"tag_ids": [3]}, "tag_ids.0"),
    ],
)
def test_create_names_the_field_it_refuses(
    agent: httpx.Client, crm: str, body: dict[str, object], field: str
) -> None:
    sent = body if field == "fullname" else {"fullname": "Test"} | body
    reply = agent.post(f"{crm}/human", json=sent)
    assert refused(reply, status=422, code="invalid_fields") == [field]


@pytest.mark.parametrize(
    ("name", "longest"),
    [
        ("fullname", 512),
        ("email", 320),
        ("uid", 255),
        ("phone_number", 64),
        ("profile_pic_id", 255),
        ("access_token", 4096),
        ("notes", 10_000),
    ],
)
def test_the_longest_value_is_accepted(
    agent: httpx.Client, crm: str, name: str, longest: int
) -> None:
    human_id = create(agent, crm, **{name: "é" * longest})
    assert read(agent, crm, human_id)[name] == "é" * longest


@pytest.mark.parametrize(
    ("body", "field"),
    [({"fullname": None}, "fullname"), ({"email": 3}, "email"), ([], "body")],
)
def test_update_names_the_field_it_refuses(
    agent: httpx.Client, crm: str, body: object, field: str
) -> None:
    human_id = create(agent, crm)
    before = read(agent, crm, human_id)
    reply = agent.put(f"{crm}/human/{human_id}", json=body)
    assert refused(reply, status=422, code="invalid_fields") == [field]
    assert read(agent, crm, human_id) == before


def test_assign_tags_names_the_fields_it_refuses(agent: httpx.Client, crm: str) -> None:
    human_id = create(agent, crm)
    tag = {"id": CANARY, "value": "x"}
    for body, fields in (
        ({"human_ids": [], "tags": [tag]}, ["human_ids"]),
        ({"human_ids": [human_id], "tags": []}, ["tags"]),
        ({"human_ids": [human_id], "tags": [{"id": "t"}]}, ["tags.0.value"]),
        ({"human_ids": [human_id], "tags": [tag]}, ["tags.0.id"]),
        ({"human_ids": [human_id, human_id, 3], "tags": [tag]}, ["human_ids.2"]),
        ({}, ["human_ids", "tags"]),
    ):
        reply = agent.post(f"{crm}/assign_tags", json=body)
        assert refused(reply, status=422, code="invalid_fields") == fields


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b'{"fullname": NaN', b"[" * 100_000, b'{"uid": "\\ud800"}']
)
def test_what_cannot_be_read_is_refused(agent: httpx.Client, crm: str, content: bytes) -> None:
    reply = agent.post(f"{crm}/human", content=content)
    assert reply.status_code in (400, 422)
    assert reply.json()["error"]["code"] in ("malformed", "invalid_fields")


def test_malformed_json_is_no_matter_of_fields(agent: httpx.Client, crm: str) -> None:
    reply = agent.post(f"{crm}/human", content=f'{{"fullname": "{CANARY}'.encode())
    assert refused(reply, status=400, code="malformed") == []


def test_a_large_body_is_refused_whether_it_says_so_or_not(agent: httpx.Client, crm: str) -> None:
    body = b'{"fullname": "' + b"x" * (1024 * 1024) + b'"}'

    def in_chunks() -> Iterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    for content in (body, in_chunks()):
        reply = agent.post(f"{crm}/human", content=content)
        assert refused(reply, status=413, code="body_too_large") == []


def test_wrong_credentials_are_told_apart(anonymous: httpx.Client) -> None:
    for headers, code in (
        ({}, "token_missing"),
        ({"Authorization": "Basic YTpi"}, "token_missing"),
        ({"X-SINITIC-TOKEN": CANARY}, "token_unknown"),
        ({"Authorization": f"Bearer {CANARY}"}, "session_unknown"),
    ):
        reply = anonymous.get("/console/v1/me", headers=headers)
        assert refused(reply, status=401, code=code) == []


def test_a_company_or_bot_that_is_not_the_callers_is_not_found(
    admin: httpx.Client, sandbox: SandboxProcess
) -> None:
    company_id = sandbox.announcement["company_id"]
    for address, code in (
        (f"/gateway/other/{sandbox.bot_id}/crm/human/eu_x", "company_not_found"),
        (f"/gateway/{company_id}/other/crm/human/eu_x", "bot_not_found"),
        (f"/gateway/{company_id}/{sandbox.bot_id}/crm/human/eu_x", "human_not_found"),
        ("/console/v1/bots/other/humans", "bot_not_found"),
        ("/console/v1/bots/other/tags", "bot_not_found"),
        ("/nowhere", "not_found"),
        (f"{sandbox.crm}/human/", "not_found"),
    ):
        assert refused(admin.get(address), status=404, code=code) == []


def test_a_viewer_reads_and_changes_nothing(
    agent: httpx.Client,
    viewer: httpx.Client,
    sandbox: SandboxProcess,
    tag_ids: dict[str, str],
) -> None:
    crm = sandbox.crm
    human_id = create(agent, crm)
    before = read(viewer, crm, human_id)
    tag = {"id": tag_ids["VIP"], "value": "yes"}
    for reply in (
        viewer.post(f"{crm}/human", json={"fullname": "Test"}),
        viewer.put(f"{crm}/human/{human_id}", json={"uid": "1"}),
        viewer.post(f"{crm}/assign_tags", json={"human_ids": [human_id], "tags": [tag]}),
    ):
        assert refused(reply, status=403, code="role_forbidden") == []
    assert read(viewer, crm, human_id) == before
    assert viewer.get(f"/console/v1/bots/{sandbox.bot_id}/humans").status_code == 200


def test_another_method_is_refused_and_the_right_one_named(admin: httpx.Client, crm: str) -> None:
    reply = admin.delete(f"{crm}/human")
    assert refused(reply, status=405, code="method_not_allowed") == []
    assert reply.headers["Allow"] == "POST"


def test_every_reply_can_be_told_from_every_other(admin: httpx.Client, crm: str) -> None:
    replies = [
        admin.get("/console/v1/capabilities"),
        admin.get("/nowhere"),
        admin.delete(f"{crm}/human"),
        admin.post(f"{crm}/human", json={}),
        admin.get("/console/v1/me", headers={"Host": "evil.example"}),
        admin.get("/docs"),
    ]
    ids = {reply.headers["X-Request-ID"] for reply in replies}
    assert len(ids) == len(replies)
    assert all(re.fullmatch(r"req_[0-9a-f]{16}", request_id) for request_id in ids)
    assert all(reply.headers["Cache-Control"] == "no-store" for reply in replies)
    assert not any("access-control-allow-origin" in reply.headers for reply in replies)


def test_only_loopback_names_are_served(admin: httpx.Client, sandbox: SandboxProcess) -> None:
    port = httpx.URL(sandbox.url).port
    for host in ("localhost", f"localhost:{port}", f"127.0.0.1:{port}", "[::1]", "LOCALHOST"):
        reply = admin.get("/console/v1/me", headers={"Host": host})
        assert reply.status_code == 200, host
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "[", "a@b"):
        reply = admin.get("/console/v1/me", headers={"Host": host})
        assert refused(reply, status=400, code="host_refused") == []


def test_no_host_at_all_is_refused(sandbox: SandboxProcess) -> None:
    url = httpx.URL(sandbox.url)
    assert url.port
    with socket.create_connection((url.host, url.port)) as connection:
        connection.sendall(b"GET /console/v1/capabilities HTTP/1.0\r\n\r\n")
        assert connection.makefile("rb").readline().split()[1] == b"400"
