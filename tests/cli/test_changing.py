"""`humans create`, `update` and `delete` go through the outbox: what each ending leaves there."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pexpect
import pytest

from aicx_tui.models.capability import Capability
from tests.api.faulty import FaultyPlatform, faulty, json_reply, raw, reply, silence
from tests.cli.command import Ended, aicx, clean_environment
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform

PATIENCE = 30

SERVER = {"installation_id": "i", "version": "1", "capabilities": [c.value for c in Capability]}
ACCOUNT = {
    "user_id": "u",
    "email": "jane@example.com",
    "name": "Jane",
    "role": "admin",
    "company": {"id": "c", "name": "C"},
    "bots": [{"id": "b", "name": "B"}],
}
HUMAN = {"id": "eu_1", "fullname": "Ana", "email": "ana@example.com", "uid": None}


class Place:
    """A home in which a mirror is kept, and what is done there."""

    def __init__(self, env: dict[str, str], folder: Path) -> None:
        self.env = env | {"AICX_HOME": str(folder / "home")}
        self.key = ("--mirror-key-file", str(folder / "key"))

    def does(self, *words: str, code: int = 0, **changed: str) -> Ended:
        ended = aicx(*self.key, *words, env=self.env | changed)
        assert ended.code == code, ended.err
        return ended

    def outbox(self, *words: str) -> Any:  # noqa: ANN401  # JSON
        return self.does("outbox", "list", *words, "--json").json()

    def history(self, *words: str) -> list[dict[str, Any]]:
        said: list[dict[str, Any]] = self.does("audit", "--json", *words).json()
        return said


@pytest.fixture
def place(own_sandbox: SandboxPlatform, tmp_path: Path) -> Place:
    return Place(own_sandbox.environment(), tmp_path)


def in_text(ended: Ended, *parts: str) -> None:
    for part in parts:
        assert part in ended.err


def someone(place: Place) -> dict[str, Any]:
    """A human that has an e-mail address; the mirror has everybody afterwards."""
    everyone = place.does("humans", "list", "--json").json()
    found: dict[str, Any] = next(human for human in everyone if human["email"])
    return found


@asynccontextmanager
async def pretending(*answers: object) -> AsyncIterator[tuple[FaultyPlatform, dict[str, str]]]:
    """A platform of the console contract that gives these results, or answers, after the first."""
    etag = 'ETag: "1"'
    given = [
        json_reply(200, {"result": one}, etag) if isinstance(one, dict) else one for one in answers
    ]
    opening = (json_reply(200, {"result": SERVER}), json_reply(200, {"result": ACCOUNT}))
    async with faulty(*opening, *given) as platform:  # type: ignore[arg-type]
        yield platform, gateway(platform.url) | {"AICX_PLATFORM": "console"}


def gateway(url: str) -> dict[str, str]:
    """The variables that point a command at a gateway."""
    ids = {"AICX_COMPANY_ID": "c", "AICX_BOT_ID": "b", "AICX_TOKEN": "t"}
    return {"AICX_URL": url, "AICX_TIMEOUT": "5"} | ids


def requests_of(platform: FaultyPlatform) -> list[str]:
    lines = [request.split(b"\r\n")[0].split() for request in platform.requests]
    return [f"{method.decode()} {path.decode().rpartition('/')[2]}" for method, path, _ in lines]


async def run(place: Place, *words: str, code: int) -> Ended:
    return await asyncio.to_thread(place.does, *words, code=code)


def test_a_human_is_created_and_changed_and_the_history_tells(place: Place) -> None:
    someone(place)
    human_id = place.does("humans", "create", "--fullname", "Zoë [/] Quill").out.strip()
    updated = place.does("humans", "update", human_id, "--email", "zoe@example.com", "--json")
    assert updated.json() == {"id": human_id}
    assert place.outbox() == []
    found = place.does("humans", "list", "zoe@example.com", "--json").json()
    assert [human["fullname"] for human in found] == ["Zoë [/] Quill"]
    told = place.history("--human", human_id)
    assert [(e["kind"], e["outcome"], e["who"]) for e in told] == [
        ("create", "done", "Ana Cruz <admin@acme.example>"),
        ("update", "done", "Ana Cruz <admin@acme.example>"),
    ]
    assert told[1]["differences"] == [
        {"field": "email", "before": None, "after": "zoe@example.com"}
    ]
    assert all(entry["request_id"] for entry in told)


def test_what_is_refused_is_told_and_does_not_stay(place: Place) -> None:
    human = someone(place)
    refused = place.does("humans", "update", human["id"], "--email", "x" * 5000, code=6)
    in_text(refused, "email: ")
    refused = place.does("humans", "create", "--fullname", "x" * 5000, code=6)
    in_text(refused, "fullname: ")
    place.does("humans", "update", "eu_000000000000", "--uid", "x", code=4)
    assert place.outbox() == []
    assert [entry["outcome"] for entry in place.history()] == [
        *("failed", "discarded", "failed", "discarded"),
    ]
    found = place.does("humans", "list", human["email"], "--json").json()
    assert human["id"] in [one["id"] for one in found]


def test_with_queue_what_is_refused_stays_to_be_edited_and_sent(place: Place) -> None:
    human = someone(place)
    refused = place.does("humans", "update", human["id"], "--email", "x" * 5000, "--queue", code=6)
    (failed,) = place.outbox()
    in_text(refused, f"It waits in the outbox: aicx outbox show {failed['id'][:8]}")
    assert (failed["state"], list(failed["problem"]["fields"])) == ("failed", ["email"])
    place.does("outbox", "edit", failed["id"][:6], "email=short@example.com")
    sent = place.does("outbox", "send", "--json").json()
    assert (sent["done"], sent["failed"], sent["pending"]) == (1, 0, 0)
    now = place.does("humans", "get", human["id"], "--json").json()
    assert now["email"] == "short@example.com"


def test_what_somebody_else_changed_is_a_conflict_once(
    place: Place, own_sandbox: SandboxPlatform
) -> None:
    human = someone(place)
    theirs = ("humans", "update", human["id"], "--email", "theirs@example.com")
    assert aicx(*theirs, env=own_sandbox.environment()).code == 0
    mine = ("humans", "update", human["id"], "--email", "mine@example.com")
    stopped = place.does(*mine, code=5)
    in_text(stopped, "Somebody else changed email", "theirs@example.com", human["email"])
    assert place.outbox() == []
    place.does(*mine)
    now = place.does("humans", "get", human["id"], "--json").json()
    assert now["email"] == "mine@example.com"


def test_a_change_behind_one_in_conflict_is_not_made(
    place: Place, own_sandbox: SandboxPlatform
) -> None:
    human = someone(place)
    theirs = ("humans", "update", human["id"], "--email", "theirs@example.com")
    assert aicx(*theirs, env=own_sandbox.environment()).code == 0
    place.does("humans", "update", human["id"], "--email", "m@example.com", "--queue", code=5)
    (conflict,) = place.outbox()
    behind = place.does("humans", "update", human["id"], "--uid", "u-1", code=5)
    in_text(behind, "has to be decided first", conflict["id"][:8], "(conflict)")
    assert [one["id"] for one in place.outbox()] == [conflict["id"]]
    queued = place.does("humans", "update", human["id"], "--uid", "u-1", "--queue", "--json")
    in_text(queued, conflict["id"][:8])
    assert [one["state"] for one in place.outbox()] == ["conflict", "pending"]
    shown = place.does("outbox", "show", conflict["id"][:8])
    for part in ("Base", "Mine", "Theirs", human["email"], "m@example.com", "theirs@example.com"):
        assert part in shown.out
    assert place.does("outbox", "send", code=5).out == ""
    in_text(place.does("outbox", "resolve", conflict["id"], code=2), "Not decided: email")
    done = place.does("outbox", "resolve", conflict["id"], "--mine", "email", "--json")
    assert [one["state"] for one in done.json()] == ["done"]
    place.does("outbox", "send")
    assert place.outbox() == []
    now = place.does("humans", "get", human["id"], "--json").json()
    assert (now["email"], now["uid"]) == ("m@example.com", "u-1")


def test_without_the_platform_a_change_is_queued_where_that_is_wanted(tmp_path: Path) -> None:
    with SandboxProcess("--ephemeral", "--humans", "40") as process:
        place = Place(SandboxPlatform(process.announcement).environment(), tmp_path)
        human = someone(place)
        place.does("humans", "update", human["id"], "--uid", "u-0")
    update = ("humans", "update", human["id"], "--email", "later@example.com")
    in_text(place.does(*update, code=7), "nothing listens there")
    assert place.outbox() == []
    queued = place.does(*update, "--queue", "--json")
    (waiting,) = place.outbox()
    assert queued.json() == {"queued": waiting["id"]}
    in_text(queued, f"Queued as {waiting['id'][:8]}", "nothing listens there")
    assert waiting["who"] == "Ana Cruz <admin@acme.example>"
    listed = place.does("humans", "list", "later@example.com", "--json").json()
    assert [one["id"] for one in listed] == [human["id"]]
    unknown = place.does("humans", "update", "eu_nobody", "--uid", "x", "--queue", code=7)
    in_text(unknown, "not in the local copy, so nothing was queued")
    created = place.does("humans", "create", "--fullname", "Nora New", "--queue", "--json").json()
    assert [one["state"] for one in place.outbox()] == ["pending", "pending"]
    place.does("outbox", "send", code=7)
    place.does("outbox", "discard", created["queued"][:5], waiting["id"], "--yes")
    assert place.outbox() == []
    assert [one["state"] for one in place.outbox("--all")] == ["done", "discarded", "discarded"]
    nowhere = aicx(*update, "--queue", env=place.env)
    assert nowhere.code == 7


async def test_signed_out_a_change_waits_only_where_that_is_wanted(tmp_path: Path) -> None:
    update = ("humans", "update", "eu_1", "--email", "later@example.com")
    async with faulty(json_reply(200, {"result": HUMAN}), reply(401)) as platform:
        place = Place(gateway(platform.url), tmp_path)
        await run(place, "humans", "get", "eu_1", code=0)
        await run(place, *update, code=3)
        await run(place, *update, "--queue", code=0)
        (waiting,) = await asyncio.to_thread(place.outbox)
        assert waiting["state"] == "pending"


async def test_a_created_human_whose_reply_is_lost_is_in_doubt_and_stays(tmp_path: Path) -> None:
    place = Place({}, tmp_path)
    no_key = SERVER | {"capabilities": ["sign-in", "humans.create", "humans.get", "humans.feed"]}
    create = ("humans", "create", "--fullname", "Jane", "--uid", "u-7")
    async with pretending(raw(b"")) as (platform, env):
        platform.answers[0] = json_reply(200, {"result": no_key})
        place.env |= env
        lost = await run(place, *create, code=8)
        assert requests_of(platform) == ["GET capabilities", "GET me", "POST human"]
    (unknown,) = await asyncio.to_thread(place.outbox)
    in_text(lost, "may or may not have been made", f"aicx outbox show {unknown['id'][:8]}")
    assert unknown["state"] == "unknown"
    shown = await run(place, "outbox", "show", unknown["id"][:8], code=0)
    assert "nobody in the local copy" in shown.out
    refused = await run(place, "outbox", "retry", unknown["id"], code=2)
    assert "--yes" in refused.err
    await run(place, "outbox", "discard", unknown["id"], "--yes", code=0)
    assert await asyncio.to_thread(place.outbox) == []


async def test_where_nothing_keeps_a_change_in_doubt_that_is_said() -> None:
    async with faulty(raw(b"")) as platform:
        words = ("humans", "create", "--fullname", "Jane")
        lost = await asyncio.to_thread(aicx, *words, env=gateway(platform.url))
        assert requests_of(platform) == ["POST human"]
    assert lost.code == 8
    in_text(lost, "may or may not have been made", "Nothing keeps it")
    assert "outbox show" not in lost.err


async def test_an_update_whose_reply_is_lost_is_looked_for_and_done(tmp_path: Path) -> None:
    place = Place({}, tmp_path)
    changed = HUMAN | {"uid": "u-1"}
    async with pretending(HUMAN, raw(b""), changed) as (platform, env):
        place.env |= env | {"AICX_PLATFORM": "console"}
        done = await run(place, "humans", "update", "eu_1", "--uid", "u-1", code=0)
        told = requests_of(platform)
    assert done.out.strip() == "eu_1"
    assert told == ["GET capabilities", "GET me", "GET eu_1", "PUT eu_1", "GET eu_1"]


async def test_an_update_in_doubt_stays_until_it_can_be_looked_for(tmp_path: Path) -> None:
    place = Place({}, tmp_path)
    busy = reply(429, b"", "Retry-After: 50")
    async with pretending(HUMAN, raw(b""), busy) as (_, env):
        place.env |= env
        doubt = await run(place, "humans", "update", "eu_1", "--uid", "u-1", code=8)
        (waiting,) = await asyncio.to_thread(place.outbox)
    in_text(doubt, "no reply came", f"aicx outbox show {waiting['id'][:8]}")
    assert (waiting["state"], waiting["attempts"]) == ("pending", 1)


async def test_a_change_that_was_not_sent_is_taken_back(tmp_path: Path) -> None:
    place = Place({}, tmp_path)
    busy = reply(429, b"", "Retry-After: 50")
    async with pretending(HUMAN, busy) as (_, env):
        place.env |= env
        refused = await run(place, "humans", "update", "eu_1", "--uid", "u-1", code=6)
        assert await asyncio.to_thread(place.outbox) == []
        (entry,) = await asyncio.to_thread(place.history)
    in_text(refused, "nothing was changed")
    assert entry["outcome"] == "withdrawn"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("is_sent", [False, True], ids=["reading", "changing"])
async def test_an_interrupt_takes_back_only_what_was_not_sent(
    is_sent: bool, ending: signal.Signals, tmp_path: Path
) -> None:
    place, asked = Place({}, tmp_path), asyncio.Event()

    async def hold(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await silence(writer)

    human = json_reply(200, {"result": HUMAN})
    async with faulty(*([human] * (2 if is_sent else 1)), hold) as platform:
        place.env |= gateway(platform.url)
        await run(place, "humans", "get", "eu_1", code=0)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aicx_tui", *place.key),
            *("humans", "update", "eu_1", "--uid", "u-1"),
            env=clean_environment(place.env),
            stderr=subprocess.PIPE,
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        await asked.wait()
        process.send_signal(ending)
        _, said = await process.communicate()
    assert process.returncode == 130
    assert b"aicx outbox list" in said
    states = [one["state"] for one in await asyncio.to_thread(place.outbox)]
    assert states == (["sending"] if is_sent else [])
    history = await asyncio.to_thread(place.history)
    assert [entry["outcome"] for entry in history] == ([] if is_sent else ["withdrawn"])


@pytest.mark.parametrize(
    ("words", "answers", "sent"),
    [
        (("create", "--fullname", "Jane"), [{"id": "eu_1"}], ["POST human"]),
        (("update", "eu_1", "--uid", "u"), [HUMAN, {"id": "eu_1"}], ["GET eu_1", "PUT eu_1"]),
        (("delete", "eu_1", "--yes"), [HUMAN, {}], ["GET eu_1", "DELETE eu_1"]),
    ],
)
async def test_each_command_sends_no_more_than_it_needs(
    words: tuple[str, ...], answers: list[dict[str, Any]], sent: list[str], tmp_path: Path
) -> None:
    place = Place({}, tmp_path)
    async with pretending(*answers) as (platform, env):
        place.env |= env
        done = await run(place, "humans", *words, "--json", code=0)
        assert requests_of(platform) == ["GET capabilities", "GET me", *sent]
    assert done.json() == {"id": "eu_1"}


def test_a_viewer_is_refused_before_anything_is_queued(tmp_path: Path) -> None:
    with SandboxProcess("--ephemeral", "--humans", "40") as process:
        sandbox = SandboxPlatform(process.announcement)
        place = Place(sandbox.environment(person="viewer"), tmp_path)
        human = someone(place)
        update = ("update", human["id"], "--uid", "x", "--queue")
        for words in (("create", "--fullname", "Jane"), update, ("delete", human["id"], "--yes")):
            in_text(place.does("humans", *words, code=6), "viewer", "may read only")
        in_text(place.does("outbox", "send", code=6), "viewer")
        assert place.outbox("--all") == []
    in_text(place.does("humans", *update, code=6), "viewer")


def test_a_gateway_cannot_delete_and_says_so(own_sandbox: SandboxPlatform, tmp_path: Path) -> None:
    place = Place(own_sandbox.environment(kind="gateway"), tmp_path)
    created = place.does("humans", "create", "--fullname", "Only One").out.strip()
    in_text(place.does("humans", "delete", created, "--yes", code=6), "no such call")
    listed = place.does("humans", "list", "--json").json()
    assert [human["id"] for human in listed] == [created]


async def test_a_deletion_asks_for_the_name(tmp_path: Path) -> None:
    place = Place({}, tmp_path)
    ana = HUMAN | {"fullname": "Ana [/] Cruz"}
    async with pretending(ana, json_reply(200, {"result": SERVER})) as (platform, env):
        place.env |= env
        refused = await run(place, "humans", "delete", "eu_1", code=2)
        in_text(refused, "no terminal to type the human's name on", "--yes")
        assert await asyncio.to_thread(typed, place, "Ana") == 2
        assert requests_of(platform) == ["GET capabilities", "GET me", "GET eu_1"]
    async with pretending(ana, {}) as (platform, env):
        place.env |= env
        assert await asyncio.to_thread(typed, place, "Ana [/] Cruz") == 0
        assert requests_of(platform)[-2:] == ["GET eu_1", "DELETE eu_1"]


def typed(place: Place, name: str) -> int:
    """The exit code of a deletion on a terminal, where this is typed."""
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "aicx_tui", *place.key, "humans", "delete", "eu_1"],
        env=clean_environment(place.env),
        timeout=PATIENCE,
    )
    terminal.expect_exact("To delete this human, type Ana [/] Cruz:")
    terminal.sendline(name)
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus is not None
    return terminal.exitstatus


def test_an_access_token_is_masked_in_outbox_and_history(place: Place, tmp_path: Path) -> None:
    human = someone(place)
    secret = "end-user-token-3c9a"
    words = ("humans", "update", human["id"], "--access-token-stdin", "--email", "x" * 5000)
    ended = aicx(*place.key, *words, "--queue", env=place.env, stdin=secret)
    assert ended.code == 6
    (failed,) = place.outbox()
    said = [place.does("outbox", "show", failed["id"], *form) for form in ((), ("--json",))]
    said += [place.does("audit"), place.does("outbox", "list"), ended]
    assert not any(secret in one.out + one.err for one in said)
    assert "********" in said[0].out
    edit = ("outbox", "edit", failed["id"])
    in_text(place.does(*edit, "access_token=x", code=2), "command line can be read by others")
    place.does(*edit, "email=ok@example.com")
    assert json.loads(place.does("outbox", "send", "--json").out)["done"] == 1
    shown = place.does("humans", "get", human["id"], "--json", "--reveal-access-token")
    assert shown.json()["access_token"] == secret
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(secret.encode() in data for data in files)


def test_a_deleted_human_is_gone_here_and_there(place: Place) -> None:
    human = someone(place)
    deleted = place.does("humans", "delete", human["id"], "--yes", "--json")
    assert deleted.json() == {"id": human["id"]}
    in_text(deleted, f"Deleted {human['fullname']}.")
    assert place.does("humans", "get", human["id"], code=4).out == ""
    assert len(place.does("humans", "list", "--json").json()) == 39
    (entry,) = place.history()
    assert (entry["kind"], entry["outcome"]) == ("delete", "done")
    place.does("humans", "delete", human["id"], "--yes", code=4)
    assert place.outbox() == []


def test_the_last_change_is_undone_and_redone_by_commands(place: Place) -> None:
    human = someone(place)
    place.does("humans", "update", human["id"], "--uid", "other")
    undone = place.does("undo")
    assert undone.out.strip() == human["id"]
    in_text(undone, "Undone.")
    assert place.does("humans", "get", human["id"], "--json").json()["uid"] == human["uid"]
    assert place.does("redo", "--json").json() == {"id": human["id"]}
    assert place.does("humans", "get", human["id"], "--json").json()["uid"] == "other"
    in_text(place.does("redo", code=4), "There is nothing to redo.")


def test_without_the_platform_undo_waits_or_takes_back_what_waits(tmp_path: Path) -> None:
    with SandboxProcess("--ephemeral", "--humans", "40") as process:
        place = Place(SandboxPlatform(process.announcement).environment(), tmp_path)
        human = someone(place)
        place.does("humans", "update", human["id"], "--uid", "made")
    in_text(place.does("undo", code=7), "nothing listens there")
    assert place.outbox() == []
    (waiting,) = place.does("undo", "--queue", "--json").json().values()
    assert [(one["id"], one["state"]) for one in place.outbox()] == [(waiting, "pending")]
    taken_back = place.does("redo", "--queue", "--json")
    assert taken_back.json() == {"withdrawn": waiting}
    in_text(taken_back, "was not sent yet: it is taken back.")
    assert place.outbox() == []
    place.does("humans", "update", human["id"], "--uid", "never sent", "--queue")
    place.does("undo", "--queue")
    (left,) = place.does("humans", "list", human["id"], "--json").json()
    assert (left["uid"], place.outbox()) == ("made", [])


def test_a_copy_for_one_run_knows_nothing_to_undo(own_sandbox: SandboxPlatform) -> None:
    env = own_sandbox.environment() | {"AICX_KEYRING": "off"}
    ended = aicx("undo", env=env)
    assert ended.code == 2, ended.err
    in_text(ended, "for one run only: it knows nothing to undo.")
