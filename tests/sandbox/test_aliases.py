"""Aliases: a user's own, of which zero or one is the default."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.sandbox.test_refusals import CANARY, refused
from tests.sandbox.test_repeating import new_key, under

ALIASES = "/console/v1/profile/aliases"

Alias = dict[str, object]


def listed(client: httpx.Client) -> list[Alias]:
    found: list[Alias] = client.get(ALIASES).json()["result"]
    return found


def created(client: httpx.Client, **fields: object) -> Alias:
    reply = client.post(ALIASES, json={"display_name": "Night desk", **fields})
    assert reply.status_code == 200, reply.text
    alias: Alias = reply.json()["result"]
    return alias


def defaults(client: httpx.Client) -> list[object]:
    return [alias["id"] for alias in listed(client) if alias["default"]]


@pytest.fixture(autouse=True)
def _few_aliases(agent: httpx.Client, viewer: httpx.Client) -> None:
    for client in (agent, viewer):
        for alias in listed(client)[3:]:
            assert client.delete(f"{ALIASES}/{alias['id']}").status_code == 200


def test_sample_users_have_aliases_and_one_default_at_most(
    admin: httpx.Client, viewer: httpx.Client
) -> None:
    assert [(it["display_name"], it["default"]) for it in listed(admin)] == [
        ("Ana from Acme", True),
        ("Acme Billing", False),
    ]
    assert listed(viewer) == []


def test_an_alias_is_created_last_and_only_its_user_sees_it(
    agent: httpx.Client, viewer: httpx.Client
) -> None:
    alias = created(agent)
    assert alias == {
        "id": alias["id"],
        "display_name": "Night desk",
        "avatar_id": None,
        "default": False,
    }
    assert listed(agent)[-1] == alias
    assert alias not in listed(viewer)


def test_another_default_unsets_the_first_and_there_may_be_none(agent: httpx.Client) -> None:
    one, other = created(agent, default=True), created(agent, default=True)
    assert defaults(agent) == [other["id"]]
    reply = agent.patch(f"{ALIASES}/{one['id']}", json={"default": True})
    assert reply.json() == {"result": one}
    assert defaults(agent) == [one["id"]]
    assert agent.patch(f"{ALIASES}/{one['id']}", json={"default": False}).status_code == 200
    assert defaults(agent) == []
    agent.patch(f"{ALIASES}/{one['id']}", json={"default": True})
    assert agent.delete(f"{ALIASES}/{one['id']}").json() == {"result": None}
    assert defaults(agent) == []


def test_what_is_left_out_stays(agent: httpx.Client) -> None:
    alias = created(agent, default=True)
    address = f"{ALIASES}/{alias['id']}"
    renamed = alias | {"display_name": "Café ☕ محمد"}
    for change in ({"display_name": "Café ☕ محمد"}, {}, {"avatar_id": None}):
        assert agent.patch(address, json=change).json() == {"result": renamed}
    assert renamed in listed(agent)


def test_of_several_made_the_default_at_once_one_is(agent: httpx.Client) -> None:
    ids = [created(agent)["id"] for _ in range(4)]

    def choose(at: int) -> int:
        if at % 2:
            body = {"display_name": "Now", "default": True}
            return agent.post(ALIASES, json=body).status_code
        return agent.patch(f"{ALIASES}/{ids[at // 2]}", json={"default": True}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(choose, range(8))) == {200}
    assert len(defaults(agent)) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "display_name"),
        ({"display_name": None}, "display_name"),
        ({"display_name": ""}, "display_name"),
        ({"display_name": " \u3000"}, "display_name"),
        ({"display_name": "x" * 256}, "display_name"),
        ({"display_name": f"{CANARY}\x1b[2J"}, "display_name"),
        ({"display_name": 7}, "display_name"),
        ({"display_name": CANARY, "avatar_id": CANARY}, "avatar_id"),
        ({"display_name": CANARY, "avatar_id": ""}, "avatar_id"),
        ({"display_name": CANARY, "avatar_id": f"{CANARY}\x00"}, "avatar_id"),
        ({"display_name": CANARY, "default": None}, "default"),
        ({"display_name": CANARY, "default": CANARY}, "default"),
    ],
)
def test_what_is_wrong_is_named_by_field(
    agent: httpx.Client, body: dict[str, object], field: str
) -> None:
    alias, before = created(agent), listed(agent)
    assert refused(agent.post(ALIASES, json=body), status=422, code="invalid_fields") == [field]
    if body:
        reply = agent.patch(f"{ALIASES}/{alias['id']}", json=body)
        assert refused(reply, status=422, code="invalid_fields") == [field]
    assert listed(agent) == before


def test_another_users_alias_is_as_if_there_were_none(
    agent: httpx.Client, admin: httpx.Client
) -> None:
    alias = created(agent, default=True)
    for alias_id in (alias["id"], "al_unknown", "%00", "%F0%9F%98%80"):
        address = f"{ALIASES}/{alias_id}"
        for reply in (admin.patch(address, json={"display_name": "x"}), admin.delete(address)):
            assert refused(reply, status=404, code="alias_not_found") == []
    assert alias in listed(agent)


def test_nobody_has_aliases_without_signing_in(anonymous: httpx.Client) -> None:
    replies = [
        anonymous.get(ALIASES),
        anonymous.post(ALIASES, json={"display_name": "x"}),
        anonymous.patch(f"{ALIASES}/al_1", json={}),
        anonymous.delete(f"{ALIASES}/al_1"),
    ]
    for reply in replies:
        assert refused(reply, status=401, code="token_missing") == []


def test_what_is_repeated_under_a_key_is_done_once(
    agent: httpx.Client, viewer: httpx.Client
) -> None:
    headers, body = under(new_key()), {"display_name": f"Once {new_key()}", "default": True}
    with ThreadPoolExecutor(4) as pool:
        send = lambda _: agent.post(ALIASES, json=body, headers=headers)  # noqa: E731
        replies = list(pool.map(send, range(4)))
    assert len({reply.content for reply in replies}) == 1
    alias = replies[0].json()["result"]
    assert [it for it in listed(agent) if it["display_name"] == body["display_name"]] == [alias]
    other = agent.post(ALIASES, json={"display_name": "Other"}, headers=headers)
    assert refused(other, status=409, code="idempotency_key_reused") == []
    # The same key of another user is another key.
    assert viewer.post(ALIASES, json=body, headers=headers).json()["result"]["id"] != alias["id"]
    for method, change in (("PATCH", {"default": False}), ("DELETE", None)):
        headers = under(new_key())
        address = f"{ALIASES}/{alias['id']}"
        replies = [agent.request(method, address, json=change, headers=headers) for _ in range(2)]
        assert [reply.status_code for reply in replies] == [200, 200]


def test_a_user_has_a_hundred_aliases_at_most(viewer: httpx.Client) -> None:
    for _ in range(100 - len(listed(viewer))):
        created(viewer)
    reply = viewer.post(ALIASES, json={"display_name": "One more"})
    assert refused(reply, status=409, code="too_many_aliases") == []
    assert len(listed(viewer)) == 100
