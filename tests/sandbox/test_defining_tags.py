"""Definitions of tags: admins write them, and a tag that goes is taken from every human."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.sandbox.conftest import as_person, bots_of
from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_feed import Follower
from tests.sandbox.test_gateway import create, read
from tests.sandbox.test_refusals import CANARY, refused
from tests.sandbox.test_repeating import new_key, under

Definition = dict[str, object]


@pytest.fixture
def tags(sandbox: SandboxProcess) -> str:
    return f"/console/v1/bots/{sandbox.bot_id}/tags"


def define(client: httpx.Client, tags: str, **fields: object) -> Definition:
    reply = client.post(tags, json={"name": f"Tag {new_key()}", **fields})
    assert reply.status_code == 200, reply.text
    defined: Definition = reply.json()["result"]
    return defined


def listed(client: httpx.Client, tags: str) -> list[Definition]:
    found: list[Definition] = client.get(tags).json()["result"]
    return found


def test_a_tag_is_defined_and_goes_last(
    admin: httpx.Client, viewer: httpx.Client, tags: str
) -> None:
    name = f"Tier {new_key()}"
    given = {"name": name, "kind": "choice", "choices": ["One", "Two"], "colour": "#12aBcD"}
    made = define(admin, tags, **given)
    assert made == given | {"id": made["id"]}
    assert listed(viewer, tags)[-1] == made
    plain = define(admin, tags)
    assert (plain["kind"], plain["choices"], plain["colour"]) == ("text", [], None)


def test_what_is_given_is_changed_and_humans_keep_their_values(
    admin: httpx.Client, agent: httpx.Client, crm: str, tags: str
) -> None:
    tag = define(admin, tags, kind="choice", choices=["One"], colour="#000000")
    human_id = create(agent, crm, tags=[{"id": tag["id"], "value": "One"}])
    before = read(agent, crm, human_id)
    address = f"{tags}/{tag['id']}"
    name = f"Renamed {new_key()}"
    for change, expected in (
        ({"name": name}, {"name": name}),
        ({"choices": ["Two", "One"]}, {"choices": ["Two", "One"]}),
        ({"colour": None}, {"colour": None}),
        ({"kind": "text"}, {"kind": "text", "choices": []}),
        ({}, {}),
    ):
        reply = admin.patch(address, json=change)
        tag |= expected
        assert (reply.status_code, reply.json()) == (200, {"result": tag})
        assert tag in listed(agent, tags)
    assert read(agent, crm, human_id) == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": " \u3000"}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": f"{CANARY}\x1b[2J"}, "name"),
        ({"name": 7}, "name"),
        ({"name": "vip"}, "name"),
        ({"name": " VIP "}, "name"),
        ({"name": CANARY, "kind": CANARY}, "kind"),
        ({"name": CANARY, "kind": "choice"}, "choices"),
        ({"name": CANARY, "choices": ["One"]}, "choices"),
        ({"name": CANARY, "kind": "choice", "choices": ["One", "one"]}, "choices"),
        ({"name": CANARY, "kind": "choice", "choices": [" "]}, "choices.0"),
        ({"name": CANARY, "kind": "choice", "choices": ["\n"]}, "choices.0"),
        ({"name": CANARY, "kind": "choice", "choices": list(map(str, range(201)))}, "choices"),
        ({"name": CANARY, "colour": CANARY}, "colour"),
        ({"name": CANARY, "colour": "#12345"}, "colour"),
    ],
)
def test_what_is_wrong_is_named_by_field(
    admin: httpx.Client, tags: str, body: dict[str, object], field: str
) -> None:
    before = listed(admin, tags)
    reply = admin.post(tags, json=body)
    assert refused(reply, status=422, code="invalid_fields") == [field]
    assert listed(admin, tags) == before


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": None}, "name"),
        ({"name": "city"}, "name"),
        ({"kind": None}, "kind"),
        ({"kind": "choice"}, "choices"),
        ({"choices": ["One"]}, "choices"),
        ({"choices": None}, "choices"),
        ({"kind": "choice", "choices": []}, "choices"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_change_is_refused_whole(
    admin: httpx.Client, tags: str, change: dict[str, object], field: str
) -> None:
    tag = define(admin, tags)
    reply = admin.patch(f"{tags}/{tag['id']}", json={"name": CANARY} | change)
    assert refused(reply, status=422, code="invalid_fields") == [field]
    assert tag in listed(admin, tags)


def test_a_tag_may_be_called_as_one_of_another_bot_and_as_itself(
    admin: httpx.Client, tags: str
) -> None:
    other = f"/console/v1/bots/{bots_of(admin)['Facebook Messenger']}/tags"
    name = f"Both {new_key()}"
    here, there = define(admin, tags, name=name), define(admin, other, name=name)
    assert admin.patch(f"{tags}/{here['id']}", json={"name": name.upper()}).status_code == 200
    for address in (f"{tags}/{there['id']}", f"{tags}/unknown", f"{tags}/%00"):
        for reply in (admin.patch(address, json={"name": "x"}), admin.delete(address)):
            assert refused(reply, status=404, code="tag_not_found") == []
    assert there in listed(admin, other)


def test_a_deleted_tag_is_taken_from_every_human_and_the_feed_says_so(
    admin: httpx.Client, agent: httpx.Client, sandbox: SandboxProcess, tags: str
) -> None:
    crm = sandbox.crm
    gone, stays = str(define(admin, tags)["id"]), str(define(admin, tags)["id"])
    both = [{"id": gone, "value": "a"}, {"id": stays, "value": f'"{gone}":'}]
    ids = [create(agent, crm, tags=both), create(agent, crm, tags=both[:1])]
    untouched = create(agent, crm, tags=both[1:])
    moments = {human_id: read(agent, crm, human_id)["updated_at"] for human_id in ids}
    follower = Follower(agent, sandbox.bot_id)
    follower.catch_up()
    reply = admin.delete(f"{tags}/{gone}")
    assert (reply.status_code, reply.json()) == (200, {"result": {"humans": 2}})
    told = follower.read_page()
    assert [item["id"] for item in told] == ids
    assert [item["tags"] for item in told] == [both[1:], None]
    assert all(str(item["updated_at"]) > str(moments[str(item["id"])]) for item in told)
    assert read(agent, crm, untouched)["tags"] == both[1:]
    assert gone not in {tag["id"] for tag in listed(agent, tags)}
    assigned = {"human_ids": ids, "tags": both[:1]}
    reply = agent.post(f"{crm}/assign_tags", json=assigned)
    assert refused(reply, status=422, code="invalid_fields") == ["tags.0.id"]


def test_more_humans_than_are_taken_in_one_go_lose_the_tag() -> None:
    with (
        SandboxProcess("--ephemeral", "--humans", "12000") as sandbox,
        as_person(sandbox, "admin") as admin,
    ):
        tags = f"/console/v1/bots/{sandbox.bot_id}/tags"
        city = next(tag for tag in listed(admin, tags) if tag["name"] == "City")
        follower = Follower(admin, sandbox.bot_id)
        follower.catch_up()

        def with_city() -> int:
            every = (human["tags"] or [] for human in follower.mirror.values())
            return sum(any(tag["id"] == city["id"] for tag in found) for found in every)  # type: ignore[attr-defined]

        before = with_city()
        assert before > 5000
        reply = admin.delete(f"{tags}/{city['id']}")
        assert reply.json() == {"result": {"humans": before}}
        follower.catch_up()
        assert (with_city(), len(follower.mirror)) == (0, 12_000)


def test_only_admins_define_tags(
    admin: httpx.Client, agent: httpx.Client, viewer: httpx.Client, tags: str
) -> None:
    tag = define(admin, tags)
    for client in (agent, viewer):
        for reply in (
            client.post(tags, json={"name": CANARY}),
            client.patch(f"{tags}/{tag['id']}", json={"name": CANARY}),
            client.delete(f"{tags}/{tag['id']}"),
        ):
            assert refused(reply, status=403, code="role_forbidden") == []
            assert "Only an admin may define tags" in reply.json()["error"]["message"]
    assert tag in listed(viewer, tags)


def test_what_is_repeated_under_a_key_is_done_once(admin: httpx.Client, tags: str) -> None:
    headers, body = under(new_key()), {"name": f"Once {new_key()}"}
    first, again = (admin.post(tags, json=body, headers=headers) for _ in range(2))
    assert (first.status_code, first.content) == (200, again.content)
    tag = first.json()["result"]
    assert [it for it in listed(admin, tags) if it["name"] == body["name"]] == [tag]
    for method, change in (("PATCH", {"colour": "#ffffff"}), ("DELETE", None)):
        headers = under(new_key())
        replies = [
            admin.request(method, f"{tags}/{tag['id']}", json=change, headers=headers)
            for _ in range(2)
        ]
        assert [reply.status_code for reply in replies] == [200, 200]
        assert replies[0].content == replies[1].content
    reply = admin.post(tags, json={"name": "Another"}, headers=headers)
    assert refused(reply, status=409, code="idempotency_key_reused") == []


def test_of_several_that_define_one_name_at_once_one_does(admin: httpx.Client, tags: str) -> None:
    body = {"name": f"Race {new_key()}"}
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda _: admin.post(tags, json=body), range(6)))
    assert sorted(reply.status_code for reply in replies) == [200, *[422] * 5]
    assert sum(tag["name"] == body["name"] for tag in listed(admin, tags)) == 1
