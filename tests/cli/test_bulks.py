"""Many humans changed by commands: what is asked, what is told, how each ending leaves it."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.api.faulty import faulty, json_reply, raw, reply
from tests.cli.command import aicx, clean_environment
from tests.cli.test_changing import Place, gateway, in_text, requests_of, run, someone
from tests.sandbox_platform import SandboxPlatform

PATIENCE = 30


@pytest.fixture
def place(own_sandbox: SandboxPlatform, tmp_path: Path) -> Place:
    return Place(own_sandbox.environment(), tmp_path)


def everyone(place: Place, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = place.does("humans", "list", query, "--json").json()
    return found


def tag_of(place: Place, *, kind: str = "text") -> str:
    """The id of a tag that takes any value, or those of another kind."""
    tags = place.does("tags", "list", "--json").json()
    return str(next(tag["id"] for tag in tags if tag["kind"] == kind))


def test_all_that_match_are_tagged_once_it_is_agreed_to(place: Place) -> None:
    tag, matching = tag_of(place), everyone(place, "has:phone")
    words = ("tags", "assign", "--query", "has:phone", "--tag", f"{tag}=Bulk")

    in_text(place.does(*words, code=2), f"would change {len(matching):,} humans", "--yes")
    dry = place.does(*words, "--dry-run")
    assert dry.out.splitlines()[0] == (f"{len(matching)} of {len(matching)} would change, 0 stay.")
    assert place.does("bulk", "list", "--json").json() == []
    done = place.does(*words, "--yes", "--json")

    assert done.err == f"{len(matching)} of {len(matching)} humans changed.\n"
    assert {name: done.json()[name] for name in ("state", "done", "same", "failed")} == {
        "state": "done",
        "done": len(matching),
        "same": 0,
        "failed": [],
    }
    again = place.does(*words, "--yes")
    assert f"{len(matching)} were so already" in again.err
    bulk = done.json()["bulk"]
    assert {entry["change_id"] for entry in place.history()} == {bulk}
    assert len(place.history()) == len(matching)
    tagged = everyone(place, "has:phone")
    assert all({"id": tag, "value": "Bulk"} in human["tags"] for human in tagged)


def test_a_count_is_typed_on_a_terminal(place: Place) -> None:
    tag, count = tag_of(place), len(everyone(place, "has:phone"))

    words = ("tags", "assign", "--query", "has:phone", "--tag", f"{tag}=Typed")

    def typed(answer: str) -> str:
        terminal = pexpect.spawn(
            sys.executable,
            ["-m", "aicx_tui", *place.key, *words],
            env=clean_environment(place.env),
            timeout=PATIENCE,
            encoding="utf-8",
        )
        terminal.expect_exact(f"To change {count} humans, type {count}:")
        terminal.sendline(answer)
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert terminal.exitstatus == 0
        return str(terminal.before)

    assert "Nothing was sent." in typed("y")
    assert "humans changed." in typed(str(count))


def test_humans_are_named_by_what_somebody_has_of_them(place: Place) -> None:
    tag, humans = tag_of(place), everyone(place)
    emails = [human["email"] for human in humans if human["email"]]
    alone = [email for email in emails if emails.count(email) == 1][:3]
    words = ("tags", "assign", "--by", "email", "--tag", f"{tag}=Mail", "--json")
    named = [word for email in alone for word in ("--human", email.upper())]

    done = place.does(*words, *named)
    missing = place.does(*words, *named, "--human", "nobody@example.com", code=4)

    assert done.json()["done"] == 3
    in_text(missing, "1 of 4 names mean nobody. Nothing was sent.", "nobody@example.com")
    assert {human["email"] for human in everyone(place, f"tag:{tag}=Mail")} == set(alone)


def test_a_tag_is_taken_away_and_a_field_is_set(place: Place) -> None:
    tag, ids = tag_of(place), [human["id"] for human in everyone(place)][:4]
    some = [word for human_id in ids for word in ("--human", human_id)]
    place.does("tags", "assign", *some, "--tag", f"{tag}=X")

    gone = place.does("tags", "unassign", *some, "--tag", tag)
    field = place.does("humans", "set-field", *some, "phone=+1 555", "--clear", "email")

    assert gone.err == field.err == "4 of 4 humans changed.\n"
    changed = [human for human in everyone(place) if human["id"] in ids]
    assert {(human["phone_number"], human["email"]) for human in changed} == {("+1 555", None)}
    assert all(tag not in [t["id"] for t in human["tags"] or ()] for human in changed)
    shown = place.does("bulk", "list").out.splitlines()
    assert "Change 4 humans: Phone = +1 555, E-mail removed" in shown[1]
    in_text(place.does("humans", "set-field", *some, code=2), "nothing to change")
    in_text(place.does("humans", "set-field", *some, "access_token=x", code=2), "cannot be")


def test_some_are_refused_and_the_report_names_them(place: Place) -> None:
    tag, ids = tag_of(place), [human["id"] for human in everyone(place)][:4]
    names = "\n".join([*ids, "eu_000000000001"])
    file = Path(place.env["AICX_HOME"]).parent / "ids"
    file.write_text(names)
    words = ("tags", "assign", "--ids-from", str(file), "--tag", f"{tag}=Y", "--json")

    partly = place.does(*words, code=9)

    assert partly.json()["done"] == 4
    (failed,) = partly.json()["failed"]
    assert (failed["human_id"], failed["said"]) == (
        "eu_000000000001",
        "This bot has no human with this id",
    )
    in_text(partly, "4 of 5 humans changed, 1 failed.", "eu_000000000001: This bot", "bulk report")
    bulk = partly.json()["bulk"]
    assert place.does("bulk", "report", bulk[:8], "--ids").out == "eu_000000000001\n"
    everybody = place.does("bulk", "report", bulk[:8], "--all", "--json").out.splitlines()
    assert len(everybody) == 5
    shown = place.does("bulk", "show", bulk[:8]).out
    assert "state   partly done" in shown
    place.does("tags", "assign", "--human", "eu_1", "--human", "eu_2", "--tag", f"{tag}=Y", code=6)
    listed = [line.split() for line in place.does("bulk", "list").out.splitlines()]
    assert [line[1] for line in listed] == ["State", "failed", "partly"]
    assert listed[1][2:5] == ["2", "0", "2"]
    in_text(place.does("bulk", "cancel", bulk[:8], code=2), "is over")
    in_text(place.does("bulk", "show", "zz", code=4), "No one bulk has the id")


def test_one_human_goes_through_the_outbox(place: Place) -> None:
    tag, human = tag_of(place), everyone(place)[0]
    one = ("--human", human["id"])

    done = place.does("tags", "assign", *one, "--tag", f"{tag}=One", "--json")
    gone = place.does("tags", "unassign", *one, "--tag", tag)
    nobody = place.does("tags", "assign", "--human", "eu_000000000001", "--tag", f"{tag}=1", code=4)

    assert done.json() == {"total": 1, "done": 1, "failed": []}
    assert gone.err == "1 human is as you said.\n"
    in_text(nobody, "no such human")
    assert [entry["kind"] for entry in place.history()] == ["assign", "assign"]
    assert place.does("bulk", "list", "--json").json() == []


def test_unreachable_nothing_is_made(place: Place) -> None:
    tag, ids = tag_of(place), [human["id"] for human in everyone(place)][:3]
    some = [word for human_id in ids for word in ("--human", human_id)]
    words = ("tags", "assign", *some, "--tag", f"{tag}=Later")
    in_text(place.does(*words, code=7, AICX_URL="http://127.0.0.1:1"), "nothing listens there")
    assert place.does("bulk", "list", "--json").json() == []


async def test_what_is_interrupted_goes_on_where_it_stopped(tmp_path: Path) -> None:
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def hold(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await goes_on.wait()
        await done(writer)

    ids = [f"eu_{number:012}" for number in range(1100)]
    (tmp_path / "ids").write_text("\n".join(ids))
    done = json_reply(200, {"success": True})
    words = ("tags", "assign", "--ids-from", str(tmp_path / "ids"), "--tag", "t=1", "--yes")
    async with faulty(hold, done) as platform:
        place = Place(gateway(platform.url), tmp_path)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aicx_tui", *place.key, *words),
            env=clean_environment(place.env),
            stderr=subprocess.PIPE,
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        await asked.wait()
        process.send_signal(signal.SIGINT)
        goes_on.set()
        _, said = await process.communicate()
        assert process.returncode == 130
        (bulk,) = (await run(place, "bulk", "list", "--json", code=0)).json()
        assert (
            f"Paused: 1,000 done, 100 of 1,100 left.\n  Go on: aicx bulk resume {bulk['bulk'][:8]}"
            in (said.decode())
        )
        assert (bulk["state"], bulk["done"], bulk["waiting"]) == ("paused", 1000, 100)
        resumed = await run(place, "bulk", "resume", bulk["bulk"][:8], code=0)
        assert resumed.err == "1,100 of 1,100 humans changed.\n"
        assert requests_of(platform) == ["POST assign_tags"] * 3


async def test_a_platform_that_goes_away_pauses_it_and_says_how_to_go_on(tmp_path: Path) -> None:
    ids = [f"eu_{number:012}" for number in range(600)]
    (tmp_path / "ids").write_text("\n".join(ids))
    words = ("tags", "assign", "--ids-from", str(tmp_path / "ids"), "--tag", "t=1", "--yes")
    done, rests = json_reply(200, {"success": True}), reply(429, b"", "Retry-After: 0")
    async with faulty(done, *[rests] * 8, reply(401)) as platform:
        place = Place(gateway(platform.url), tmp_path)
        stopped = await run(place, *words, code=3)
        assert stopped.err.count("It is tried again in") == 1
        in_text(stopped, "It is paused: 500 done, 100 of 600 left.", "aicx bulk resume")
    (bulk,) = (await run(place, "bulk", "list", "--json", code=0)).json()
    assert (bulk["state"], bulk["waiting"]) == ("paused", 100)


async def test_what_cannot_be_sent_at_all_is_not_left_behind(tmp_path: Path) -> None:
    words = ("tags", "assign", "--human", "eu_1", "--human", "eu_2", "--tag", "t=1")
    done = json_reply(200, {"success": True})
    async with faulty(reply(503), reply(503), done) as platform:
        place = Place(gateway(platform.url), tmp_path)
        in_text(await run(place, *words, code=7), "503")
        queued = await run(place, *words, "--queue", "--json", code=0)
        in_text(queued, "Queued as", "not sent yet", "aicx bulk resume")
        bulks = (await run(place, "bulk", "list", "--json", code=0)).json()
        assert [one["state"] for one in bulks] == ["running", "cancelled"]
        bulk = queued.json()["queued"]
        paused = await run(place, "bulk", "pause", bulk[:8], "--json", code=0)
        assert paused.json()["state"] == "paused"
        resumed = await run(place, "bulk", "resume", bulk[:8], code=0)
        assert resumed.err == "2 of 2 humans changed.\n"


async def test_what_may_have_been_sent_is_not_called_withdrawn(tmp_path: Path) -> None:
    words = ("tags", "assign", "--human", "eu_1", "--human", "eu_2", "--tag", "t=1")
    async with faulty(raw(b""), reply(503)) as platform:
        place = Place(gateway(platform.url), tmp_path)
        in_text(await run(place, *words, code=7), "It is paused", "aicx bulk resume")
    (bulk,) = (await run(place, "bulk", "list", "--json", code=0)).json()
    assert (bulk["state"], bulk["done"], bulk["waiting"]) == ("paused", 0, 2)


def test_a_tag_goes_by_its_name_and_takes_what_its_kind_does(place: Place) -> None:
    human = someone(place)
    to = ("tags", "assign", "--human", human["id"], "--tag")
    place.does(*to, "merchant=gold")
    held = place.does("humans", "get", human["id"], "--json").json()["tags"]
    assert {"id": tag_of(place, kind="choice"), "value": "Gold"} in held
    in_text(place.does(*to, "Merchant=Lead", code=2), "Choose one of: Gold · Silver · Bronze.")
    in_text(place.does(*to, "Loyalty=1", code=4), "There is no tag “Loyalty”")
    place.does("tags", "define", "a=b", "--kind", "flag")
    place.does(*to, "a=b=Y", "--tag", "city=c=d")
    held = place.does("humans", "get", human["id"], "--json").json()["tags"]
    names = {tag["id"]: tag["name"] for tag in place.does("tags", "list", "--json").json()}
    values = {names[tag["id"]]: tag["value"] for tag in held}
    assert (values["Merchant"], values["City"], values["a=b"]) == ("Gold", "c=d", "yes")
    new = ("humans", "create", "--fullname", "New", "--tag")
    made = place.does(*new, "MERCHANT=silver", "--tag", "a=b=no").out.strip()
    held = place.does("humans", "get", made, "--json").json()["tags"]
    assert {names[t["id"]]: t["value"] for t in held} == {"Merchant": "Silver", "a=b": "no"}
    in_text(place.does(*new, "Merchant=Lead", code=2), "Choose one of: Gold · Silver · Bronze.")
    both = (*to, "Merchant=Gold", "--tag", f"{tag_of(place, kind='choice')}=Silver")
    in_text(place.does(*both, code=2), "named twice")


def test_undo_gives_back_what_a_colleague_had_given_before(
    place: Place, own_sandbox: SandboxPlatform
) -> None:
    tag, humans = tag_of(place), everyone(place)[:2]
    some = [word for human in humans for word in ("--human", human["id"])]
    theirs = ("tags", "assign", "--human", humans[0]["id"], "--tag", f"{tag}=Theirs")
    assert aicx(*theirs, env=own_sandbox.environment()).code == 0
    place.does("tags", "assign", *some, "--tag", f"{tag}=Mine", "--yes")
    in_text(place.does("undo"), "Undo: ")
    held = place.does("humans", "get", humans[0]["id"], "--json").json()["tags"]
    assert {"id": tag, "value": "Theirs"} in held


def test_a_preview_names_tags_and_tells_an_empty_value_from_none(place: Place) -> None:
    human = someone(place)
    to = ("tags", "assign", "--human", human["id"], "--dry-run", "--tag")
    preview = place.does(*to, "city=").out
    assert "have City: " in preview
    assert ' → ""' in preview
