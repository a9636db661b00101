"""The OpenCX that the sandbox emulates: its pages, its errors and its budget."""

from __future__ import annotations

import httpx

from tests.cli.test_open_cx import environment
from tests.sandbox_platform import SandboxPlatform


def client(sandbox: SandboxPlatform, person: str = "admin") -> httpx.Client:
    env = environment(sandbox, person)
    headers = {"Authorization": f"Bearer {env['AICX_TOKEN']}"}
    return httpx.Client(base_url=env["AICX_URL"], headers=headers, trust_env=False)


def test_pages_errors_and_the_budget_are_as_documented(own_sandbox: SandboxPlatform) -> None:
    with client(own_sandbox) as admin, client(own_sandbox, "viewer") as viewer:
        first = admin.get("/contacts").json()
        assert (len(first["items"]), set(first)) == (50, {"items", "next"})
        last = admin.get("/contacts", params={"cursor": first["next"]}).json()["next"]
        assert admin.get("/contacts", params={"cursor": last}).json()["next"] is None
        made = admin.post("/contacts", json={"contact": {"email": "n@new.example", "phone": "+1"}})
        assert (made.status_code, set(made.json())) == (201, {"id"})
        since = {"updated_after": "2026-11-21T00:00:00Z"}
        (new,) = admin.get("/contacts", params=since).json()["items"]
        assert (new["id"], new["phone_number"], new["name"]) == (made.json()["id"], "+1", None)
        changed = admin.patch(f"/contacts/{new['id']}", json={"contact": {"name": "Nora"}})
        assert (changed.status_code, changed.content) == (200, b"")
        refused = {
            "Unauthorized": httpx.get(f"{admin.base_url}contacts", trust_env=False),
            "Forbidden resource": viewer.delete(f"/contacts/{new['id']}"),
            "Contact not found": admin.delete("/contacts/none"),
            "Not valid: email": admin.post("/widget/authenticate-user", json={}),
            "Not valid: contact": admin.post("/contacts", json={"email": "flat@new.example"}),
        }
        for message, reply in refused.items():
            phrase = httpx.codes.get_reason_phrase(reply.status_code)
            said = {"statusCode": reply.status_code, "message": message, "error": phrase}
            assert reply.json() == said
        assert [reply.status_code for reply in refused.values()] == [401, 403, 404, 400, 400]
        statuses = [admin.get("/contacts", params=since).status_code for _ in range(100)]
        assert set(statuses) == {200, 429}
        assert statuses == sorted(statuses)
        assert viewer.get("/contacts").status_code == 200  # each key has its own
