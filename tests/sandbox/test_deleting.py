"""Deleting a human, what the feed tells of it, and taking tags away."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from aicx_tui.models.feed import FEED_ENVELOPE
from tests.sandbox.conftest import as_person, bots_of
from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_feed import Follower
from tests.sandbox.test_gateway import create, read
from tests.sandbox.test_refusals import refused


@pytest.fixture
def console(sandbox: SandboxProcess) -> str:
    return f"/console/v1/bots/{sandbox.bot_id}/humans"


def test_a_deleted_human_is_gone_and_the_feed_says_so(
    admin: httpx.Client, sandbox: SandboxProcess, console: str
) -> None:
    human_id = create(admin, sandbox.crm)
    follower = Follower(admin, sandbox.bot_id)
    follower.catch_up()
    reply = admin.delete(f"{console}/{human_id}")
    assert (reply.status_code, reply.json()) == (200, {"result": None})
    address = f"{sandbox.crm}/human/{human_id}"
    for missing in (
        admin.get(address),
        admin.put(address, json={"uid": "1"}),
        admin.delete(f"{console}/{human_id}"),
    ):
        assert refused(missing, status=404, code="human_not_found") == []
    page = admin.get(console, params={"cursor": str(follower.cursor)})
    assert page.json()["result"]["items"] == [{"id": human_id, "deleted": True}]
    assert FEED_ENVELOPE.validate_json(page.content)["result"]["items"][0]["deleted"]
    follower.catch_up()
    assert human_id not in follower.mirror


def test_a_first_reading_hears_only_of_deletions_since_it_began(
    admin: httpx.Client, sandbox: SandboxProcess, console: str
) -> None:
    early, late = create(admin, sandbox.crm), create(admin, sandbox.crm)
    admin.delete(f"{console}/{early}")
    follower = Follower(admin, sandbox.bot_id)
    items = follower.read_page(limit=100)
    admin.delete(f"{console}/{late}")
    while page := follower.read_page(limit=100):
        items += page
    assert [item["id"] for item in items if item.get("deleted")] == [late]


def test_deleting_honours_if_match(
    admin: httpx.Client, sandbox: SandboxProcess, console: str
) -> None:
    human_id = create(admin, sandbox.crm)
    address = f"{sandbox.crm}/human/{human_id}"
    stale = {"If-Match": admin.get(address).headers["ETag"]}
    fresh = {"If-Match": admin.put(address, json={"uid": "1"}).headers["ETag"]}
    reply = admin.delete(f"{console}/{human_id}", headers=stale)
    assert refused(reply, status=412, code="precondition_failed") == []
    assert admin.get(address).status_code == 200
    assert admin.delete(f"{console}/{human_id}", headers=fresh).status_code == 200


def test_only_an_admin_deletes_and_only_at_the_humans_bot(
    admin: httpx.Client,
    agent: httpx.Client,
    viewer: httpx.Client,
    sandbox: SandboxProcess,
    console: str,
) -> None:
    human_id = create(agent, sandbox.crm)
    for client in (agent, viewer):
        reply = client.delete(f"{console}/{human_id}")
        assert refused(reply, status=403, code="role_forbidden") == []
    other_bot = bots_of(admin)["Facebook Messenger"]
    reply = admin.delete(f"/console/v1/bots/{other_bot}/humans/{human_id}")
    refused(reply, status=404, code="human_not_found")
    refused(
        admin.delete(f"/console/v1/bots/other/humans/{human_id}"), status=404, code="bot_not_found"
    )
    assert read(agent, sandbox.crm, human_id)["id"] == human_id


def test_an_address_that_no_database_can_hold_is_not_found(
    admin: httpx.Client, sandbox: SandboxProcess, console: str
) -> None:
    for address in (f"{sandbox.crm}/human/%00", f"{sandbox.crm}/human/%ff"):
        refused(admin.get(address), status=404, code="human_not_found")
    refused(admin.delete(f"{console}/a%00b"), status=404, code="human_not_found")
    refused(admin.get("/console/v1/bots/%00/tags"), status=404, code="bot_not_found")


def test_deletions_are_told_for_ninety_days(tmp_path: Path) -> None:
    data = tmp_path / "a.db"
    with (
        SandboxProcess("--data", str(data), "--humans", "30") as sandbox,
        as_person(sandbox, "admin") as client,
        closing(sqlite3.connect(data)) as rows,
    ):
        away, caught_up = (Follower(client, sandbox.bot_id) for _ in range(2))
        away.catch_up()
        listed = list(away.mirror)
        console = f"/console/v1/bots/{sandbox.bot_id}/humans"
        for human_id in listed[:3]:
            client.delete(f"{console}/{human_id}")
        caught_up.catch_up()
        rows.execute("UPDATE tombstones SET deleted_at = '2026-01-01'")
        rows.commit()
        assert away.cursor
        reply = client.get(console, params={"cursor": away.cursor})
        assert refused(reply, status=410, code="cursor_too_old") == []
        client.delete(f"{console}/{listed[3]}")
        assert [item["id"] for item in caught_up.read_page()] == [listed[3]]
        assert rows.execute("SELECT count(*) FROM tombstones").fetchone() == (2,)
        anew = Follower(client, sandbox.bot_id)
        while anew.read_page(limit=5):
            pass
        assert set(anew.mirror) == set(listed[4:]) == set(caught_up.mirror)


def test_data_of_the_first_version_is_given_what_it_lacks(tmp_path: Path) -> None:
    data = tmp_path / "a.db"
    with SandboxProcess("--data", str(data), "--humans", "3") as sandbox:
        announced = sandbox.announcement | {"url": ""}
    with closing(sqlite3.connect(data)) as rows, rows:
        for table in ("tombstones", "kept_replies", "sign_in_attempts"):
            rows.execute(f"DROP TABLE {table}")
        rows.execute("UPDATE sandbox_installation SET schema_version = 1")
    with SandboxProcess("--data", str(data)) as sandbox, as_person(sandbox, "admin") as client:
        assert sandbox.announcement | {"url": ""} == announced
        human_id = create(client, sandbox.crm)
        address = f"/console/v1/bots/{sandbox.bot_id}/humans/{human_id}"
        assert client.delete(address, headers={"Idempotency-Key": "1"}).status_code == 200


class TestTakingTagsAway:
    def test_takes_them_from_every_human(
        self, agent: httpx.Client, crm: str, console: str, tag_ids: dict[str, str]
    ) -> None:
        city, vip = tag_ids["City"], tag_ids["VIP"]
        tags = [{"id": city, "value": "Bonn"}, {"id": vip, "value": "yes"}]
        both, one = create(agent, crm, tags=tags), create(agent, crm, tags=tags[1:])
        none = create(agent, crm)
        untouched = agent.get(f"{crm}/human/{none}").headers["ETag"]
        body = {"human_ids": [both, one, none, both], "tag_ids": [vip, vip]}
        reply = agent.post(f"{console}/unassign_tags", json=body)
        assert (reply.status_code, reply.json()) == (200, {"result": None})
        assert read(agent, crm, both)["tags"] == tags[:1]
        assert read(agent, crm, one)["tags"] is None
        assert agent.get(f"{crm}/human/{none}").headers["ETag"] == untouched

    def test_is_all_or_nothing(
        self, agent: httpx.Client, crm: str, console: str, tag_ids: dict[str, str]
    ) -> None:
        vip = tag_ids["VIP"]
        human_id = create(agent, crm, tags=[{"id": vip, "value": "yes"}])
        before = read(agent, crm, human_id)
        for body, status, code, fields in (
            ({"human_ids": [human_id, "x"], "tag_ids": [vip]}, 404, "human_not_found", 1),
            ({"human_ids": [human_id], "tag_ids": [vip, "x"]}, 422, "invalid_fields", 1),
            ({"human_ids": [human_id], "tag_ids": []}, 422, "invalid_fields", 1),
            ({}, 422, "invalid_fields", 2),
        ):
            reply = agent.post(f"{console}/unassign_tags", json=body)
            assert len(refused(reply, status=status, code=code)) == fields
        assert read(agent, crm, human_id) == before

    def test_is_not_for_viewers(self, viewer: httpx.Client, console: str) -> None:
        body = {"human_ids": ["x"], "tag_ids": ["y"]}
        reply = viewer.post(f"{console}/unassign_tags", json=body)
        assert refused(reply, status=403, code="role_forbidden") == []
