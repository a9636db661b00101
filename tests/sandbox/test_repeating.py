"""Idempotency-Key: what is repeated under one is done once and answered alike."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.sandbox.conftest import as_person, bots_of
from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_feed import Follower
from tests.sandbox.test_gateway import create, read
from tests.sandbox.test_refusals import refused

REUSED = "idempotency_key_reused"


def under(key: str | bytes, **headers: str) -> dict[str, str]:
    return {"Idempotency-Key": key, **headers}  # type: ignore[dict-item]  # httpx takes bytes too


def new_key() -> str:
    return str(uuid4())


def ids_of(client: httpx.Client, bot_id: str, uid: str) -> list[str]:
    follower = Follower(client, bot_id)
    follower.catch_up()
    return [human for human, item in follower.mirror.items() if item["uid"] == uid]


def test_a_create_that_is_repeated_makes_one_human(
    agent: httpx.Client, sandbox: SandboxProcess
) -> None:
    key, body = new_key(), {"fullname": "Once", "uid": new_key()}
    replies = [agent.post(f"{sandbox.crm}/human", json=body, headers=under(key)) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200] * 3
    assert len({reply.content for reply in replies}) == 1
    assert len({reply.headers["X-Request-ID"] for reply in replies}) == 3
    assert ids_of(agent, sandbox.bot_id, body["uid"]) == [replies[0].json()["result"]["id"]]


def test_the_order_of_a_body_does_not_count(agent: httpx.Client, crm: str) -> None:
    headers = under(new_key())
    bodies = (b'{"fullname": "Once", "uid": "1"}', b'{"uid":"1",\n"fullname":"Once"}')
    replies = [agent.post(f"{crm}/human", content=body, headers=headers) for body in bodies]
    assert replies[0].json() == replies[1].json()


def test_an_update_that_is_repeated_undoes_nothing(agent: httpx.Client, crm: str) -> None:
    human_id = create(agent, crm)
    address = f"{crm}/human/{human_id}"
    headers = under(new_key(), **{"If-Match": agent.get(address).headers["ETag"]})
    first = agent.put(address, json={"uid": "first"}, headers=headers)
    agent.put(address, json={"uid": "second"})
    again = agent.put(address, json={"uid": "first"}, headers=headers)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["ETag"] == first.headers["ETag"]
    assert read(agent, crm, human_id)["uid"] == "second"


def test_tags_and_deletions_are_repeated_alike(
    admin: httpx.Client, sandbox: SandboxProcess, tag_ids: dict[str, str]
) -> None:
    human_id, vip = create(admin, sandbox.crm), tag_ids["VIP"]
    console = f"/console/v1/bots/{sandbox.bot_id}/humans"
    assigned = {"human_ids": [human_id], "tags": [{"id": vip, "value": "yes"}]}
    removed = {"human_ids": [human_id], "tag_ids": [vip]}
    for method, address, body in (
        ("POST", f"{sandbox.crm}/assign_tags", assigned),
        ("POST", f"{console}/unassign_tags", removed),
        ("DELETE", f"{console}/{human_id}", None),
    ):
        headers = under(new_key())
        replies = [admin.request(method, address, json=body, headers=headers) for _ in range(2)]
        assert [reply.status_code for reply in replies] == [200, 200]
        assert replies[0].content == replies[1].content
    assert admin.delete(f"{console}/{human_id}", headers=under(new_key())).status_code == 404


def test_a_key_of_another_call_is_refused(agent: httpx.Client, crm: str) -> None:
    human_id, other_id = create(agent, crm), create(agent, crm)
    headers = under(new_key())
    body = {"uid": "1"}
    assert agent.put(f"{crm}/human/{human_id}", json=body, headers=headers).status_code == 200
    for reply in (
        agent.put(f"{crm}/human/{human_id}", json={"uid": "2"}, headers=headers),
        agent.put(f"{crm}/human/{other_id}", json=body, headers=headers),
        agent.put(f"{crm}/human/{human_id}", json=body, headers=headers | {"If-Match": "*"}),
        agent.post(f"{crm}/human", json={"fullname": "Test"}, headers=headers),
    ):
        assert refused(reply, status=409, code=REUSED) == []
    assert read(agent, crm, other_id)["uid"] is None


def test_a_key_counts_at_one_bot(agent: httpx.Client, sandbox: SandboxProcess) -> None:
    company_id = sandbox.announcement["company_id"]
    headers, ids = under(new_key()), set()
    for bot_id in bots_of(agent).values():
        address = f"/gateway/{company_id}/{bot_id}/crm/human"
        reply = agent.post(address, json={"fullname": "Test"}, headers=headers)
        ids.add(reply.json()["result"]["id"])
    assert len(ids) == 2


def test_a_refusal_is_not_kept(agent: httpx.Client, crm: str) -> None:
    headers = under(new_key())
    wrong = agent.post(f"{crm}/human", json={"fullname": ""}, headers=headers)
    refused(wrong, status=422, code="invalid_fields")
    unknown = {"fullname": "Test", "tag_ids": ["unknown"]}
    reply = agent.post(f"{crm}/human", json=unknown, headers=headers)
    refused(reply, status=422, code="invalid_fields")
    right = agent.post(f"{crm}/human", json={"fullname": "Test"}, headers=headers)
    assert right.status_code == 200


def test_a_key_does_not_lend_a_role(agent: httpx.Client, viewer: httpx.Client, crm: str) -> None:
    headers, body = under(new_key()), {"fullname": "Test"}
    assert agent.post(f"{crm}/human", json=body, headers=headers).status_code == 200
    refused(
        viewer.post(f"{crm}/human", json=body, headers=headers), status=403, code="role_forbidden"
    )


@pytest.mark.parametrize("key", [b"", b"x" * 256, "schlüssel".encode(), b"a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(agent: httpx.Client, crm: str, key: bytes) -> None:
    reply = agent.post(f"{crm}/human", json={"fullname": "Test"}, headers=under(key))
    assert refused(reply, status=400, code="malformed_idempotency_key") == []


def test_two_keys_are_none(agent: httpx.Client, crm: str) -> None:
    headers = [("Idempotency-Key", "one"), ("Idempotency-Key", "two")]
    reply = agent.post(f"{crm}/human", json={"fullname": "Test"}, headers=headers)
    assert refused(reply, status=400, code="malformed_idempotency_key") == []


def test_the_longest_key_is_accepted(agent: httpx.Client, crm: str) -> None:
    headers = under(new_key().ljust(255, "~"))
    reply = agent.post(f"{crm}/human", json={"fullname": "Test"}, headers=headers)
    assert reply.status_code == 200


def test_of_eight_calls_at_once_under_one_key_one_is_done(
    agent: httpx.Client, sandbox: SandboxProcess
) -> None:
    headers, body = under(new_key()), {"fullname": "Once", "uid": new_key()}

    def call(_: int) -> httpx.Response:
        return agent.post(f"{sandbox.crm}/human", json=body, headers=headers)

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(call, range(8)))
    assert {reply.status_code for reply in replies} == {200}
    assert len({reply.content for reply in replies}) == 1
    assert len(ids_of(agent, sandbox.bot_id, body["uid"])) == 1


def test_a_key_is_forgotten_after_a_day_and_never_stored(tmp_path: Path) -> None:
    data = tmp_path / "a.db"
    with (
        SandboxProcess("--data", str(data), "--humans", "0") as sandbox,
        as_person(sandbox, "agent") as client,
        closing(sqlite3.connect(data)) as rows,
    ):
        key, body = new_key(), {"fullname": "Test", "access_token": "canary-token"}

        def call(key: str) -> str:
            reply = client.post(f"{sandbox.crm}/human", json=body, headers=under(key))
            return str(reply.json()["result"]["id"])

        first = call(key)
        kept = rows.execute("SELECT * FROM kept_replies").fetchall()
        assert len(kept) == 1
        assert first in str(kept)
        assert key not in str(kept)
        assert "canary-token" not in str(kept)
        rows.execute("UPDATE kept_replies SET kept_at = '2026-01-01'")
        rows.commit()
        call(new_key())
        assert rows.execute("SELECT count(*) FROM kept_replies").fetchone() == (1,)
        assert call(key) != first
