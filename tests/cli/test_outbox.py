"""`aicx outbox`, and what keeps its changes: signing out, removing a context, reading only."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from aicx_tui.errors import RefusedError
from aicx_tui.services.session import open_core
from aicx_tui.settings import Context
from tests.api.faulty import faulty, json_reply, raw
from tests.cli.command import aicx
from tests.cli.test_changing import Place, gateway, in_text, requests_of, run, someone
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform

JANE = {"id": "eu_7", "fullname": "Jane Before", "uid": "u-7", "email": "jane@example.com"}


@pytest.fixture
def place(own_sandbox: SandboxPlatform, tmp_path: Path) -> Place:
    return Place(own_sandbox.environment(), tmp_path)


def waiting(place: Place, human: dict[str, Any]) -> str:
    """The id of a change that the platform has refused, and that waits."""
    place.does("humans", "update", human["id"], "--uid", "x" * 5000, "--queue", code=6)
    return str(place.outbox()[-1]["id"])


async def test_a_human_in_doubt_is_looked_for_and_sent_again_only_on_purpose(
    tmp_path: Path,
) -> None:
    answers = [json_reply(200, {"result": JANE}), raw(b""), json_reply(200, {"result": JANE})]
    async with faulty(*answers) as platform:
        place = Place(gateway(platform.url), tmp_path)
        await run(place, "humans", "get", "eu_7", code=0)
        create = ("humans", "create", "--fullname", "Jane", "--uid", "u-7", "--email", "j@x.y")
        await run(place, *create, code=8)
        (unknown,) = await asyncio.to_thread(place.outbox)
        shown = await run(place, "outbox", "show", unknown["id"][:6], code=0)
        assert "has the same uid: eu_7  Jane Before" in shown.out
        as_json = await run(place, "outbox", "show", unknown["id"], "--json", code=0)
        same = {"id": "eu_7", "fullname": "Jane Before", "field": "uid"}
        assert as_json.json()["same_in_local_copy"] == [same]
        in_text(await run(place, "outbox", "retry", unknown["id"], code=2), "--yes")
        assert requests_of(platform) == ["GET eu_7", "POST human"]
        await run(place, "outbox", "send", code=8)
        done = await run(place, "outbox", "retry", unknown["id"], "--yes", "--json", code=0)
        assert requests_of(platform) == ["GET eu_7", "POST human", "POST human"]
    assert [one["state"] for one in done.json()] == ["done"]


def test_a_list_says_what_waits_and_an_id_that_means_none_or_two_is_refused(place: Place) -> None:
    human = someone(place)
    assert "0 changes wait." in place.does("outbox", "list").err
    change = waiting(place, human)
    listed = place.does("outbox", "list")
    (row,) = listed.out.splitlines()[1:]
    assert row.split()[:3] == [change[:8], "failed", "update"]
    assert "1 change waits." in listed.err
    in_text(place.does("outbox", "show", "zz", code=4), "No one change has the id")
    in_text(place.does("outbox", "resolve", change, "--all-mine", code=2), "is failed")
    in_text(place.does("outbox", "discard", change, code=2), "no terminal", "--yes")
    retried = place.does("outbox", "retry", change, code=6)
    assert retried.out.split()[:2] == [change[:8], "failed"]


def test_an_edit_takes_only_what_the_change_can_hold(place: Place) -> None:
    change = waiting(place, someone(place))
    edit = ("outbox", "edit", change)
    in_text(place.does(*edit, code=2), "nothing to change")
    in_text(place.does(*edit, "nickname=x", code=2), "has no field 'nickname'")
    in_text(place.does(*edit, "uid=a\x1bb", code=2), "control character")
    place.does(*edit, "uid=u-1", "phone=+1 555", "--clear", "email")
    shown = place.does("outbox", "show", change, "--json").json()
    after = {one["field"]: one["after"] for one in shown["differences"]}
    assert after == {"uid": "u-1", "phone_number": "+1 555", "email": None}
    assert shown["state"] == "pending"
    assert place.does("outbox", "send", "--json").json()["done"] == 1


def test_a_field_is_edited_once(place: Place) -> None:
    change = waiting(place, someone(place))
    twice = ("email=a@b.example", "email=c@d.example")
    in_text(place.does("outbox", "edit", change, *twice, code=2), "given twice")


def test_a_change_made_offline_waits_in_the_outbox_of_whose_token_it_is(tmp_path: Path) -> None:
    with SandboxProcess("--ephemeral", "--humans", "40") as process:
        sandbox = SandboxPlatform(process.announcement)
        admin = Place(sandbox.environment(), tmp_path)
        agent = Place(sandbox.environment(person="agent"), tmp_path)
        human = someone(agent)
        someone(admin)
        viewer = Place(sandbox.environment(person="viewer"), tmp_path)
    agent.does("humans", "update", human["id"], "--uid", "later", "--queue")
    (waits,) = agent.outbox()
    assert "agent@" in waits["who"]
    assert admin.outbox() == []
    never_seen = ("humans", "update", human["id"], "--uid", "x", "--queue")
    in_text(viewer.does(*never_seen, code=7), "nothing listens there")


def test_a_copy_without_its_key_is_not_said_to_be_empty(place: Place, described: Place) -> None:
    for words in (("outbox", "list"), ("outbox", "send"), ("audit",), ("undo",)):
        ended = aicx(*words, env=described.env)
        assert (ended.code, ended.out) == (1, ""), words
        in_text(ended, "its key is not at hand", "--mirror-key-file")


def test_the_address_of_a_context_stays_while_changes_wait_there(described: Place) -> None:
    edit = ("contexts", "edit", "own", "--url", "http://127.0.0.1:9")
    in_text(described.does(*edit, code=2), "1 change waits in the outbox of own")
    (change,) = described.outbox()
    described.does("outbox", "discard", change["id"], "--yes")
    described.does(*edit)


async def test_what_waits_behind_a_creation_in_doubt_goes_on_or_goes_with_it(
    tmp_path: Path,
) -> None:
    etag = 'ETag: "1"'
    jane = json_reply(200, {"result": JANE | {"email": None}}, etag)
    put = json_reply(200, {"result": {"id": "eu_7"}})
    answers = [raw(b""), jane, jane, put, raw(b"")]
    async with faulty(*answers) as platform:
        place = Place(gateway(platform.url), tmp_path)

        async def in_doubt(name: str) -> tuple[str, str]:
            await run(place, "humans", "create", "--fullname", name, code=8)
            (unknown,) = await asyncio.to_thread(place.outbox)
            behind = ("humans", "update", f"local:{unknown['id']}", "--email", "b@x.example")
            queued = await run(place, *behind, "--queue", "--json", code=0)
            return unknown["id"], queued.json()["queued"]

        unknown, _ = await in_doubt("Jane")
        shown = await run(place, "outbox", "show", unknown, code=0)
        assert f"aicx outbox resolve {unknown[:8]} --is HUMAN_ID" in shown.out
        said = await run(place, "outbox", "resolve", unknown, "--is", "eu_7", "--json", code=0)
        assert [one["state"] for one in said.json()] == ["done"]
        assert requests_of(platform) == ["POST human", "GET eu_7", "GET eu_7", "PUT eu_7"]
        unknown, behind = await in_doubt("Joan")
        gone = await run(place, "outbox", "discard", unknown, "--yes", code=0)
        assert gone.out.split() == [unknown, behind]
        assert await asyncio.to_thread(place.outbox) == []


def test_some_of_several_is_partly_failed(place: Place) -> None:
    humans = place.does("humans", "list", "--json").json()[:2]
    changes = [waiting(place, human) for human in humans]
    place.does("outbox", "edit", changes[0], "uid=u-1")
    sent = place.does("outbox", "send", "--json", code=9)
    assert (sent.json()["done"], sent.json()["failed"]) == (1, 1)
    in_text(sent, changes[1][:8])


def test_the_history_is_in_the_order_of_time_and_its_latest_can_be_asked_for(place: Place) -> None:
    change = waiting(place, someone(place))
    place.does("outbox", "edit", change, "uid=u-1")
    place.does("outbox", "send")
    told = place.history()
    assert [entry["outcome"] for entry in told] == ["failed", "done"]
    assert told[0]["at"] <= told[1]["at"]
    assert place.history("--limit", "1") == told[1:]
    assert place.history("--human", "eu_nobody") == []
    lines = place.does("audit", "--jsonl").out.splitlines()
    assert len(lines) == 2
    text = place.does("audit").out
    assert "    uid: " in text
    assert " → u-1" in text
    assert "Ana Cruz <admin@acme.example>" in text


def test_the_sandbox_keeps_its_outbox_too(tmp_path: Path) -> None:
    env = {"AICX_HOME": str(tmp_path)}
    created = aicx("--sandbox", "humans", "create", "--fullname", "Kept", env=env)
    assert created.code == 0, created.err
    said = aicx("--sandbox", "audit", "--json", env=env).json()
    assert [(e["human_id"], e["outcome"]) for e in said] == [(created.out.strip(), "done")]
    fresh = aicx("--sandbox", "--ephemeral", "outbox", "list", "--json", env=env)
    assert fresh.json() == []
    assert "for one run only" in fresh.err


@pytest.fixture
def described(place: Place, own_sandbox: SandboxPlatform) -> Place:
    """The place with a context in config.toml, in whose outbox a change waits."""
    env = place.env
    home = {"AICX_HOME": env["AICX_HOME"]}
    added = aicx(
        *("contexts", "add", "own", "--kind", "console", "--url", env["AICX_URL"], "--use"),
        *("--company", env["AICX_COMPANY_ID"], "--bot", env["AICX_BOT_ID"]),
        env=home,
    )
    assert added.code == 0, added.err
    place.env = home | {
        "AICX_TOKEN": env["AICX_TOKEN"],
        "AICX_URL": env["AICX_URL"],
        "AICX_CONTEXT": "own",
    }
    waiting(place, someone(place))
    return place


@pytest.mark.parametrize(
    "words", [("logout", "--context", "own"), ("contexts", "remove", "own")], ids=["logout", "rm"]
)
def test_nothing_that_waits_goes_with_the_local_copy_unasked(
    words: tuple[str, ...], described: Place
) -> None:
    refused = described.does(*words, code=2)
    in_text(refused, "1 change waits in the outbox of own", "outbox send", "--discard")
    unseen = aicx(*words, env=described.env)
    assert unseen.code == 1
    in_text(unseen, "cannot be looked into", "Nothing was done", "--discard")
    assert len(described.outbox()) == 1
    removed = aicx(*described.key, *words, "--discard", env=described.env)
    assert removed.code == (1 if words[0] == "logout" else 0)  # since the keyring is off
    assert not list(Path(described.env["AICX_HOME"]).rglob("*.db"))


def test_a_copy_that_is_damaged_is_not_removed_unasked(described: Place) -> None:
    (mirror,) = Path(described.env["AICX_HOME"]).rglob("*.db")
    mirror.write_bytes(b"a shopping list\n" * 1000)
    refused = described.does("logout", code=1)
    in_text(refused, "cannot be looked into", "--discard")
    assert mirror.read_bytes().startswith(b"a shopping list")


def test_a_read_only_context_shows_what_waits_and_sends_nothing(described: Place) -> None:
    described.does("contexts", "edit", "own", "--read-only")
    (change,) = described.outbox()
    for words in (("send",), ("retry", change["id"]), ("edit", change["id"], "uid=u")):
        in_text(described.does("outbox", *words, code=6), "own is read-only")
    described.does("outbox", "discard", change["id"], "--yes")
    assert described.outbox() == []


async def test_what_a_read_only_context_would_send_is_stopped_at_the_last_line_too() -> None:
    async with faulty(json_reply(200, {"result": {}})) as platform:
        context = Context(name="c", kind="console", root=platform.url, read_only=True)
        http = open_core(context, None)
        for sending in (http.post("/x", {}), http.put("/x", {}), http.delete("/x")):
            with pytest.raises(RefusedError, match="read-only"):
                await sending
        assert platform.requests == []
        await http.post("/console/v1/sign-out", {})
        await http.aclose()
    assert len(platform.requests) == 1


def test_theirs_in_every_field_lets_the_change_go(
    place: Place, own_sandbox: SandboxPlatform
) -> None:
    human = someone(place)
    theirs = ("humans", "update", human["id"], "--email", "theirs@example.com")
    assert aicx(*theirs, env=own_sandbox.environment()).code == 0
    place.does("humans", "update", human["id"], "--email", "m@example.com", "--queue", code=5)
    (conflict,) = place.outbox()
    resolve = ("outbox", "resolve", conflict["id"])
    in_text(place.does(*resolve, "--mine", "uid", code=2), "Not in conflict: uid")
    in_text(place.does(*resolve, "--all-theirs"), "nothing is left to send")
    assert place.outbox() == []
    now = place.does("humans", "get", human["id"], "--json").json()
    assert now["email"] == "theirs@example.com"
    assert place.history()[-1]["outcome"] == "discarded"


def test_what_is_retried_without_the_platform_waits(tmp_path: Path) -> None:
    with SandboxProcess("--ephemeral", "--humans", "10") as process:
        place = Place(SandboxPlatform(process.announcement).environment(), tmp_path)
        change = waiting(place, someone(place))
    retried = place.does("outbox", "retry", change, "--json", code=7)
    assert [one["state"] for one in retried.json()] == ["pending"]
    in_text(retried, "Queued, not sent yet.", "aicx outbox send")
    assert [one["state"] for one in place.outbox()] == ["pending"]


def test_a_tag_goes_by_its_name_and_as_json_by_its_id(
    place: Place, own_sandbox: SandboxPlatform
) -> None:
    human = someone(place)
    assign = ("tags", "assign", "--human", human["id"], "--tag")
    email = ("humans", "update", human["id"], "--email")
    assert aicx(*email, "theirs@example.com", env=own_sandbox.environment()).code == 0
    place.does(*email, "mine@example.com", "--queue", code=5)
    place.does(*assign, "City=Mine", "--queue")
    assert aicx(*assign, "City=Theirs", env=own_sandbox.environment()).code == 0
    place.does("outbox", "resolve", place.outbox()[0]["id"], "--all-theirs")
    in_text(place.does("outbox", "send", code=5), "Somebody else changed tag:City")
    (conflict,) = place.outbox()
    field = conflict["differences"][0]["field"]
    assert "City" not in field
    assert place.does("outbox", "list").out.splitlines()[1].endswith("tag:City")
    shown = place.does("outbox", "show", conflict["id"]).out
    assert "tag:City" in shown and field not in shown
    in_text(place.does("outbox", "resolve", conflict["id"], code=2), "Not decided: tag:City")
    place.does("outbox", "resolve", conflict["id"], "--mine", "tag:city")
    told = place.does("audit").out
    assert "tag:City: Theirs → Mine" in told and field not in told
    assert place.history()[-1]["differences"][0]["field"] == field
