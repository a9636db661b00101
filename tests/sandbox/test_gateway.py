"""The four documented calls, to the letter, and the precondition beyond them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
import pytest

DOCUMENTED_KEYS = [
    "access_token",
    "created_at",
    "email",
    "fullname",
    "human_id",
    "id",
    "notes",
    "phone_number",
    "profile_pic_id",
    "tags",
    "uid",
    "updated_at",
]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")


def create(client: httpx.Client, crm: str, **fields: object) -> str:
    reply = client.post(f"{crm}/human", json={"fullname": "Test", **fields})
    assert reply.status_code == 200, reply.text
    return str(reply.json()["result"]["id"])


def read(client: httpx.Client, crm: str, human_id: str) -> dict[str, object]:
    reply = client.get(f"{crm}/human/{human_id}")
    assert reply.status_code == 200, reply.text
    result: dict[str, object] = reply.json()["result"]
    return result


def test_create_answers_with_the_new_id_only(agent: httpx.Client, crm: str) -> None:
    reply = agent.post(f"{crm}/human", json={"fullname": "Test", "phone_number": "+6123589032"})
    assert reply.status_code == 200
    assert list(reply.json()) == ["result"]
    assert list(reply.json()["result"]) == ["id"]
    assert re.fullmatch(r"eu_[0-9A-Za-z]{12}", reply.json()["result"]["id"])


def test_get_answers_with_the_twelve_documented_keys(agent: httpx.Client, crm: str) -> None:
    before = datetime.now(UTC)
    human_id = create(agent, crm)
    human = read(agent, crm, human_id)
    assert list(human) == DOCUMENTED_KEYS
    assert human["id"] == human["human_id"] == human_id
    missing = set(DOCUMENTED_KEYS) - {"id", "human_id", "fullname", "created_at", "updated_at"}
    assert all(human[key] is None for key in missing)
    assert MOMENT.fullmatch(str(human["created_at"]))
    assert human["created_at"] == human["updated_at"]
    assert before <= datetime.fromisoformat(str(human["created_at"])) <= datetime.now(UTC)


def test_every_field_comes_back_as_it_was_typed(
    agent: httpx.Client, crm: str, tag_ids: dict[str, str]
) -> None:
    sent = {
        "fullname": "  Zoë ‮ 👩‍👩‍👧‍👦 山田 ",
        "email": "not quite an address",
        "uid": "very-special-unique-id",
        "phone_number": "ask my sister",
        "profile_pic_id": "pic_1",
        "access_token": "a.b.c",
        "notes": "first\n\tsecond",
        "tags": [{"id": tag_ids["City"], "value": "Zürich"}, {"id": tag_ids["VIP"], "value": ""}],
    }
    human = read(agent, crm, create(agent, crm, **sent))
    assert {key: human[key] for key in sent} == sent


def test_create_takes_the_older_tag_ids(
    agent: httpx.Client, crm: str, tag_ids: dict[str, str]
) -> None:
    human_id = create(agent, crm, tag_ids=[tag_ids["VIP"]])
    assert read(agent, crm, human_id)["tags"] == [{"id": tag_ids["VIP"], "value": ""}]


def test_update_changes_what_is_given_and_null_clears(agent: httpx.Client, crm: str) -> None:
    human_id = create(agent, crm, email="a@example.com", uid="one")
    created = read(agent, crm, human_id)
    reply = agent.put(f"{crm}/human/{human_id}", json={"uid": "two", "email": None})
    assert reply.json() == {"result": {"id": human_id}}
    updated = read(agent, crm, human_id)
    assert str(updated.pop("updated_at")) > str(created.pop("updated_at"))
    assert updated == created | {"uid": "two", "email": None}


def test_update_reads_json_whatever_the_content_type_says(agent: httpx.Client, crm: str) -> None:
    human_id = create(agent, crm)
    for headers in ({"Content-Type": "application/x-www-form-urlencoded"}, {}):
        body = f'{{"uid": "{len(headers)}"}}'
        reply = agent.put(f"{crm}/human/{human_id}", content=body, headers=headers)
        assert reply.status_code == 200
        assert read(agent, crm, human_id)["uid"] == str(len(headers))


@pytest.mark.parametrize("body", [{}, {"email": "a@example.com"}, {"unknown": 1}, {"tags": []}])
def test_an_update_that_changes_nothing_leaves_no_trace(
    agent: httpx.Client, crm: str, body: dict[str, object]
) -> None:
    human_id = create(agent, crm, email="a@example.com")
    before = agent.get(f"{crm}/human/{human_id}")
    reply = agent.put(f"{crm}/human/{human_id}", json=body)
    after = agent.get(f"{crm}/human/{human_id}")
    assert after.json() == before.json()
    assert before.headers["ETag"] == reply.headers["ETag"] == after.headers["ETag"]


def test_update_merges_tags_by_id_and_null_clears_them(
    agent: httpx.Client, crm: str, tag_ids: dict[str, str]
) -> None:
    city, vip = tag_ids["City"], tag_ids["VIP"]
    human_id = create(agent, crm, tags=[{"id": city, "value": "Bonn"}])
    address = f"{crm}/human/{human_id}"
    agent.put(address, json={"tags": [{"id": vip, "value": "yes"}, {"id": city, "value": "Köln"}]})
    expected = [{"id": city, "value": "Köln"}, {"id": vip, "value": "yes"}]
    assert read(agent, crm, human_id)["tags"] == expected
    agent.put(address, json={"tags": None})
    assert read(agent, crm, human_id)["tags"] is None


def test_assign_tags_merges_into_every_human(
    agent: httpx.Client, crm: str, tag_ids: dict[str, str]
) -> None:
    city, vip = tag_ids["City"], tag_ids["VIP"]
    first = create(agent, crm, tags=[{"id": city, "value": "Bonn"}])
    second = create(agent, crm)
    reply = agent.post(
        f"{crm}/assign_tags",
        json={"human_ids": [first, second, first], "tags": [{"id": vip, "value": "Agree"}]},
    )
    assert (reply.status_code, reply.json()) == (200, {"success": True})
    assigned = {"id": vip, "value": "Agree"}
    assert read(agent, crm, first)["tags"] == [{"id": city, "value": "Bonn"}, assigned]
    assert read(agent, crm, second)["tags"] == [assigned]


def test_assign_tags_leaves_humans_alone_that_have_the_value(
    agent: httpx.Client, crm: str, tag_ids: dict[str, str]
) -> None:
    tag = {"id": tag_ids["VIP"], "value": "yes"}
    human_id = create(agent, crm, tags=[tag])
    before = agent.get(f"{crm}/human/{human_id}")
    agent.post(f"{crm}/assign_tags", json={"human_ids": [human_id], "tags": [tag]})
    after = agent.get(f"{crm}/human/{human_id}")
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])


def test_assign_tags_is_all_or_nothing(
    agent: httpx.Client, crm: str, tag_ids: dict[str, str]
) -> None:
    human_id = create(agent, crm)
    human_ids = [human_id, "eu_000000000000", human_id, "nobody"]
    tag = {"id": tag_ids["VIP"], "value": "yes"}
    reply = agent.post(f"{crm}/assign_tags", json={"human_ids": human_ids, "tags": [tag]})
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (404, "human_not_found")
    assert [field["field"] for field in error["fields"]] == ["human_ids.1", "human_ids.3"]
    assert read(agent, crm, human_id)["tags"] is None


def test_assign_tags_takes_a_thousand_humans_and_no_more(
    agent: httpx.Client, crm: str, tag_ids: dict[str, str]
) -> None:
    tag = {"id": tag_ids["VIP"], "value": "yes"}
    human_id = create(agent, crm)
    for count, status in ((1000, 200), (1001, 422)):
        body = {"human_ids": [human_id] * count, "tags": [tag]}
        assert agent.post(f"{crm}/assign_tags", json=body).status_code == status


def test_if_match_lets_only_the_version_through_that_was_read(
    agent: httpx.Client, crm: str
) -> None:
    human_id = create(agent, crm)
    address = f"{crm}/human/{human_id}"
    read_etag = agent.get(address).headers["ETag"]
    assert re.fullmatch(r'"[^"]+"', read_etag)
    changed = agent.put(address, json={"uid": "1"}, headers={"If-Match": read_etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] == agent.get(address).headers["ETag"] != read_etag
    stale = agent.put(address, json={"uid": "2"}, headers={"If-Match": read_etag})
    assert (stale.status_code, stale.json()["error"]["code"]) == (412, "precondition_failed")
    assert read(agent, crm, human_id)["uid"] == "1"


def test_if_match_takes_lists_and_any(agent: httpx.Client, crm: str) -> None:
    human_id = create(agent, crm)
    address = f"{crm}/human/{human_id}"
    etag = agent.get(address).headers["ETag"]
    accepted = {
        "*": 200,
        f'"other", {etag}': 200,
        f'"a,b",{etag}': 200,
        f"W/{etag}": 412,
        '"other", "more"': 412,
        etag.strip('"'): 412,
        "": 412,
    }
    for if_match, status in accepted.items():
        reply = agent.put(address, json={}, headers={"If-Match": if_match})
        assert reply.status_code == status, if_match
    missing = agent.put(f"{crm}/human/eu_000000000000", json={}, headers={"If-Match": "*"})
    assert missing.status_code == 404


def test_of_eight_writers_with_one_version_one_wins(agent: httpx.Client, crm: str) -> None:
    human_id = create(agent, crm)
    address = f"{crm}/human/{human_id}"
    headers = {"If-Match": agent.get(address).headers["ETag"]}

    def write(writer: int) -> int:
        return agent.put(address, json={"uid": f"w{writer}"}, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(write, range(8)))
    assert sorted(statuses) == [200] + [412] * 7
    assert read(agent, crm, human_id)["uid"] == f"w{statuses.index(200)}"
