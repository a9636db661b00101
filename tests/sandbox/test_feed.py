"""The change feed: pages, cursors, and that following it never misses a change."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from aicx_tui.models.feed import FEED_ENVELOPE
from tests.sandbox.conftest import as_person
from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_gateway import DOCUMENTED_KEYS, create, read
from tests.sandbox.test_refusals import refused

Mirror = dict[str, dict[str, object]]


class Follower:
    """Follows the feed into a mirror, page by page."""

    def __init__(self, client: httpx.Client, bot_id: str) -> None:
        self._client = client
        self._address = f"/console/v1/bots/{bot_id}/humans"
        self.cursor: str | None = None
        self.mirror: Mirror = {}

    def read_page(self, limit: int = 1000) -> list[dict[str, object]]:
        parameters: dict[str, str | int] = {"limit": limit}
        if self.cursor:
            parameters["cursor"] = self.cursor
        reply = self._client.get(self._address, params=parameters)
        assert reply.status_code == 200, reply.text
        page = reply.json()["result"]
        self.cursor = page["next"]
        items: list[dict[str, object]] = page["items"]
        for item in items:
            self.mirror.pop(str(item["id"]), None)
            if not item.get("deleted"):
                self.mirror[str(item["id"])] = item
        return items

    def catch_up(self) -> None:
        while self.read_page():
            pass


@pytest.fixture
def follower(viewer: httpx.Client, sandbox: SandboxProcess) -> Follower:
    return Follower(viewer, sandbox.bot_id)


def test_pages_hold_every_human_once(follower: Follower, viewer: httpx.Client) -> None:
    total = viewer.get(follower._address).json()["result"]["total"]
    sizes = []
    while items := follower.read_page(limit=90):
        sizes.append(len(items))
    assert total >= 200
    assert sum(sizes) == len(follower.mirror) == total
    assert all(size == 90 for size in sizes[:-1])


def test_items_are_humans_without_their_access_token(
    follower: Follower, agent: httpx.Client, viewer: httpx.Client, crm: str
) -> None:
    human_id = create(agent, crm, access_token="canary-token", notes="some")
    follower.catch_up()
    expected = read(viewer, crm, human_id)
    del expected["access_token"]
    assert follower.mirror[human_id] == expected
    keys = [key for key in DOCUMENTED_KEYS if key != "access_token"]
    assert all(list(item) == keys for item in follower.mirror.values())


def test_the_shared_models_read_a_page(viewer: httpx.Client, follower: Follower) -> None:
    page = FEED_ENVELOPE.validate_json(viewer.get(follower._address).content)["result"]
    assert len(page["items"]) == 200
    assert page["total"]


def test_a_change_comes_after_the_cursor_and_once(
    follower: Follower, agent: httpx.Client, crm: str
) -> None:
    human_id, other_id = create(agent, crm), create(agent, crm)
    follower.catch_up()
    agent.put(f"{crm}/human/{human_id}", json={"uid": "1"})
    agent.put(f"{crm}/human/{other_id}", json={"uid": "1"})
    agent.put(f"{crm}/human/{human_id}", json={"uid": "2"})
    assert [(item["id"], item["uid"]) for item in follower.read_page()] == [
        (other_id, "1"),
        (human_id, "2"),
    ]
    before = follower.cursor
    assert follower.read_page() == []
    assert follower.cursor == before


def test_only_the_first_page_counts(follower: Follower, viewer: httpx.Client) -> None:
    follower.catch_up()
    assert follower.cursor
    reply = viewer.get(follower._address, params={"cursor": follower.cursor})
    assert set(reply.json()["result"]) == {"items", "next"}


def test_cursors_that_are_none_are_refused(follower: Follower, viewer: httpx.Client) -> None:
    for cursor in ("x", "é", "a" * 199, base64.b64encode(b"\xff\xfe").decode(), "====", "AAAA"):
        reply = viewer.get(follower._address, params={"cursor": cursor})
        assert refused(reply, status=400, code="malformed_cursor") == []


def test_cursors_of_other_data_ask_for_a_new_start(
    follower: Follower, viewer: httpx.Client
) -> None:
    follower.catch_up()
    assert follower.cursor
    padding = "=" * (-len(follower.cursor) % 4)
    installation, bot, number = base64.b64decode(follower.cursor + padding).decode().split("/")
    for text in (
        f"{'0' * 36}/{bot}/{number}",
        f"{installation}/{int(bot) + 1}/{number}",
        f"{installation}/{bot}/{int(number) + 1_000_000}",
    ):
        cursor = base64.b64encode(text.encode()).decode()
        reply = viewer.get(follower._address, params={"cursor": cursor})
        assert refused(reply, status=410, code="cursor_too_old") == []


def test_limits_out_of_range_are_refused(follower: Follower, viewer: httpx.Client) -> None:
    for limit in ("0", "1001", "-1", "many"):
        reply = viewer.get(follower._address, params={"limit": limit})
        assert refused(reply, status=422, code="invalid_fields") == ["limit"]


def test_a_follower_misses_nothing_that_four_writers_do(
    sandbox: SandboxProcess, tag_ids: dict[str, str]
) -> None:
    crm = sandbox.crm
    writing = threading.Event()
    writing.set()

    def follow() -> Mirror:
        with as_person(sandbox, "viewer") as client:
            follower = Follower(client, sandbox.bot_id)
            while writing.is_set():
                follower.read_page(limit=37)
            follower.catch_up()
            return follower.mirror

    def write(writer: int) -> list[str]:
        with as_person(sandbox, "agent") as client:
            mine = [create(client, crm, uid=f"{writer}") for _ in range(10)]
            for turn in range(30):
                client.put(f"{crm}/human/{mine[turn % 10]}", json={"uid": f"{writer}-{turn}"})
                tag = {"id": tag_ids["Orders"], "value": str(turn)}
                client.post(f"{crm}/assign_tags", json={"human_ids": mine[:5], "tags": [tag]})
            return mine

    with ThreadPoolExecutor(5) as pool:
        followed = pool.submit(follow)
        try:
            written = [human for mine in pool.map(write, range(4)) for human in mine]
        finally:
            writing.clear()
        mirror = followed.result()
    assert len(written) == 40
    with as_person(sandbox, "viewer") as client:
        for human_id, mirrored in mirror.items():
            human = read(client, crm, human_id)
            del human["access_token"]
            assert mirrored == human
    assert set(written) <= set(mirror)
