"""Targets behind programs: gh, kubectl and commands of one's own, which get it on stdin alone."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
from base64 import b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from aicx_tui.services import child_process, target_updating
from aicx_tui.services.masking import MASK, masked
from aicx_tui.services.targets import (
    DEFAULT_SECONDS,
    Outcome,
    Target,
    TargetResult,
    check_targets,
    rehearse_targets,
    update_targets,
)
from tests.targets.giving import giving
from tests.targets.stand_ins import GH, KUBECTL, StandIns

CANARY = "sk_canary+7f3e/9d1c5b=="
TOKEN = SecretStr(CANARY)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses are of no interest here."""
    monkeypatch.setattr(target_updating, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(child_process, "GRACE_SECONDS", 0.2)


def target(kind: str, settings: Mapping[str, str], *, check: str = "") -> Target:
    return Target(kind, kind, dict(settings), check=check)


def command(
    words: str,
    *,
    name: str = "command",
    check: str = "",
    stops: bool = False,
    seconds: float = DEFAULT_SECONDS,
) -> Target:
    return Target(name, "command", {"command": words}, check=check, stops=stops, seconds=seconds)


def update(*targets: Target) -> tuple[TargetResult, ...]:
    told: list[TargetResult] = []
    results = asyncio.run(update_targets(targets, giving(TOKEN), told=told.append))
    assert tuple(told) == results
    return results


def outcomes(results: Sequence[TargetResult]) -> list[Outcome]:
    return [result.outcome for result in results]


def assert_on_stdin_alone(stand_ins: StandIns) -> None:
    for call in stand_ins.calls:
        assert all(form not in str(call["words"]) for form in forms())
        assert all(form not in str(call["environ"]) for form in forms())


def forms() -> tuple[str, ...]:
    return CANARY, b64encode(CANARY.encode()).decode(), CANARY.encode().hex()


REPOSITORY = target("github", {"secret": "AICX_TOKEN", "repository": "acme/website"})
SECRET = target(
    "kubernetes",
    {"secret": "aicx", "key": "token", "namespace": "billing", "cluster": "production"},
)


def test_a_secret_of_a_repository(stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_ins.add("gh", GH)
    monkeypatch.setenv("AICX_TOKEN", CANARY)
    monkeypatch.setenv("COPIED", f"Bearer {CANARY}")
    (result,) = update(REPOSITORY)
    assert result.outcome is Outcome.UPDATED
    assert result.message == "Set 2026-11-22T06:00:00Z; GitHub shows no secret's value."
    assert stand_ins.held() == {"AICX_TOKEN": CANARY}
    where = ["--repo", "acme/website"]
    words = [call["words"][1:] for call in stand_ins.calls]  # type: ignore[index]
    assert words == [
        ["secret", "set", "AICX_TOKEN", *where],
        ["secret", "list", *where, "--json", "name,updatedAt"],
    ]
    assert [call["stdin"] for call in stand_ins.calls] == [CANARY, ""]
    assert_on_stdin_alone(stand_ins)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"repository": "ghe.example/acme/web", "environment": "production"},
            ["--repo", "ghe.example/acme/web", "--env", "production"],
        ),
        (
            {"organisation": "acme", "visibility": "selected", "repositories": "web,billing"},
            ["--org", "acme", "--visibility", "selected", "--repos", "web,billing"],
        ),
    ],
)
def test_secrets_elsewhere_on_github(
    settings: dict[str, str], words: list[str], stand_ins: StandIns
) -> None:
    stand_ins.add("gh", GH)
    update(target("github", {"secret": "T", **settings}))
    assert stand_ins.calls[0]["words"][4:] == words  # type: ignore[index]


def test_one_key_of_a_secret_in_a_cluster(stand_ins: StandIns) -> None:
    stand_ins.add("kubectl", KUBECTL)
    (result,) = update(SECRET)
    assert result.outcome is Outcome.VERIFIED
    assert result.message == "token of the secret is the token."
    patched = stand_ins.calls[0]
    value = b64encode(CANARY.encode()).decode()
    assert json.loads(str(patched["stdin"])) == {"data": {"token": value}}
    assert patched["words"][1:7] == [  # type: ignore[index]
        *("--context", "production", "--namespace", "billing", "patch", "secret")
    ]
    assert_on_stdin_alone(stand_ins)


def test_what_a_program_complains_of_is_told_without_the_token(stand_ins: StandIns) -> None:
    stand_ins.add("gh", GH)
    stand_ins.add("kubectl", KUBECTL)
    stand_ins.fail("HTTP 403: no rights. \x1b[31mBody was: TOKEN.")
    for result in update(REPOSITORY, SECRET):
        assert result.outcome is Outcome.FAILED
        assert "ended with 1. It says: HTTP 403: no rights." in result.message
        assert "\x1b" not in result.message
        assert MASK in result.message
        assert all(form not in result.message for form in forms())
    assert len(stand_ins.calls) == 6  # three attempts each
    stand_ins.mend()
    assert outcomes(update(REPOSITORY, SECRET)) == [Outcome.UPDATED, Outcome.VERIFIED]


@pytest.mark.parametrize("before", ["", "u", "us"])
def test_every_form_of_the_token_is_masked(before: str) -> None:
    said = b64encode(f"{before}{CANARY}x".encode()).decode()
    for form in (
        *forms(),
        said,
        f"cut {CANARY[:10]}",
        f"…{CANARY[-9:]}",
        CANARY.encode().hex()[5:],
    ):
        shown = masked(f"It said {form}!", TOKEN)
        assert MASK in shown
        assert not any(CANARY[at : at + 8] in shown for at in range(len(CANARY) - 7))
    assert masked("It said nothing.", TOKEN) == "It said nothing."


def test_a_command_gets_the_token_and_nothing_behind_it(
    stand_ins: StandIns, tmp_path: Path
) -> None:
    stand_ins.add("push-token", "")
    (result,) = update(command("push-token --env 'two words'"))
    assert (result.outcome, result.message) == (Outcome.UPDATED, "It has no check command.")
    assert stand_ins.calls[0]["words"][1:] == ["--env", "two words"]  # type: ignore[index]
    assert stand_ins.calls[0]["stdin"] == CANARY
    assert_on_stdin_alone(stand_ins)


def test_an_own_check_command_verifies_any_kind(stand_ins: StandIns) -> None:
    stand_ins.add("gh", GH)
    stand_ins.add("push-token", "")
    found = stand_ins.add_plain("found", f'#!/bin/sh\nread -r t; [ "$t" = "{CANARY}" ] || exit 3\n')
    found.write_text(f'#!/bin/sh\n[ "$(cat)" = "{CANARY}" ]\n')
    stand_ins.add_plain("lost", "#!/bin/sh\necho the app says 401 >&2; exit 1\n")
    good = target("github", REPOSITORY.settings, check="found")
    bad = command("push-token", check="lost")
    first, second = update(good, bad)
    assert first.outcome is Outcome.VERIFIED
    assert second.outcome is Outcome.FAILED
    assert "did not find the token. It says: the app says 401" in second.message


def test_a_program_that_is_not_there(stand_ins: StandIns) -> None:
    (result,) = update(command("no-such-program"))
    assert result.outcome is Outcome.FAILED
    assert result.message == "There is no program no-such-program. Nothing was sent."
    assert result.hint == "Install it, or give its full path."


def ends(pid: int, *, within: float) -> bool:
    """Whether a process ends within some seconds, its parent having looked or not."""
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], within)[0])
    finally:
        os.close(watched)


IGNORES = 'trap "" TERM; '


@pytest.mark.parametrize(("leader", "child"), [("", ""), (IGNORES, IGNORES), ("", IGNORES)])
def test_a_hanging_command_is_ended_with_what_it_started(
    leader: str, child: str, stand_ins: StandIns, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    started = f"sh -c '{child}sleep 600; sleep 600'"
    code = f"#!/bin/sh\n{leader}{started} & echo $$ $! > {pids}\nwait; wait; sleep 600\n"
    stand_ins.add_plain("hang", code)
    stuck, after = update(command("hang", seconds=1.5), command("true", name="after"))
    assert stuck.outcome is Outcome.FAILED
    assert stuck.message == "hang did not end within 1.5 s, so it was ended."
    assert "not known" in stuck.hint
    assert after.outcome is Outcome.UPDATED
    for pid in pids.read_text().split():
        assert ends(int(pid), within=10)


def test_a_run_that_is_given_up_leaves_no_command_behind(
    stand_ins: StandIns, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    stand_ins.add_plain("hang", f"#!/bin/sh\necho $$ > {started}\nsleep 600\n")

    async def give_up() -> int:
        updating = asyncio.create_task(
            update_targets([command("hang")], giving(TOKEN), told=lambda _: None)
        )
        pid = int(await asyncio.to_thread(started.read_text))
        updating.cancel()
        with pytest.raises(asyncio.CancelledError):
            await updating
        return pid

    assert ends(asyncio.run(give_up()), within=10)


def test_a_command_that_leaves_something_running_has_ended(
    stand_ins: StandIns, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    stand_ins.add_plain("restart", f"#!/bin/sh\nsleep 600 & echo $! > {pid}\n")
    assert outcomes(update(command("restart", seconds=30.0))) == [Outcome.UPDATED]
    left = int(pid.read_text())
    assert not ends(left, within=0)
    os.kill(left, signal.SIGKILL)


def test_a_command_that_floods_and_reads_nothing_is_heard_out(stand_ins: StandIns) -> None:
    stand_ins.add_plain("flood", "#!/bin/sh\nexec 0<&-\nyes why | head -c 9000000 >&2; exit 7\n")
    (result,) = update(command("flood"))
    assert result.message.startswith("flood ended with 7. It says: … ")
    assert len(result.message) < 400


def test_a_failure_is_told_and_the_others_get_it(stand_ins: StandIns) -> None:
    results = update(command("false"), command("true", name="next"))
    assert outcomes(results) == [Outcome.FAILED, Outcome.UPDATED]
    assert [result.is_open for result in results] == [True, False]


def test_a_failure_stops_those_below_where_that_is_wanted(stand_ins: StandIns) -> None:
    results = update(
        command("true", name="first", stops=True),
        command("false", name="gate", stops=True),
        command("true", name="last"),
    )
    assert outcomes(results) == [Outcome.UPDATED, Outcome.FAILED, Outcome.NOT_TRIED]
    assert results[2].message.startswith("gate failed, and those below it")


def test_a_person_is_told_what_to_do_by_hand() -> None:
    (result,) = update(target("by-hand", {"instructions": "Call Ana."}))
    assert (result.outcome, result.message) == (Outcome.BY_HAND, "Call Ana.")
    assert "aicx token targets confirm" in result.hint


def test_a_rehearsal_gives_nobody_the_token(stand_ins: StandIns) -> None:
    stand_ins.add("gh", GH)
    stand_ins.add("kubectl", KUBECTL)
    targets = [REPOSITORY, SECRET, command("push-token"), command("true", name="t")]
    results = asyncio.run(rehearse_targets(targets, TOKEN, told=lambda _: None))
    assert [result.message for result in results] == [
        "Would create the secret AICX_TOKEN in acme/website.",
        "Would add token of the secret aicx in billing.",
        "There is no program push-token.",
        results[3].message,
    ]
    assert outcomes(results) == [Outcome.NOT_TRIED] * 2 + [Outcome.FAILED, Outcome.NOT_TRIED]
    assert all(call["stdin"] == "" for call in stand_ins.calls)
    assert not (stand_ins.folder / "store.json").exists()


def test_a_check_changes_nothing_and_sees_another_token(stand_ins: StandIns) -> None:
    stand_ins.add("kubectl", KUBECTL)
    stand_ins.add("gh", GH)
    (stand_ins.folder / "store.json").write_text('{"token": "b2xk"}')
    results = asyncio.run(check_targets([SECRET, REPOSITORY], TOKEN, told=lambda _: None))
    assert [result.message for result in results] == [
        "token of the secret is another token.",
        "There is no secret AICX_TOKEN in acme/website.",
    ]
    assert outcomes(results) == [Outcome.OUTDATED] * 2
    assert stand_ins.held() == {"token": "b2xk"}


def test_an_answer_that_is_no_json_is_a_failure_not_a_crash(stand_ins: StandIns) -> None:
    stand_ins.add_plain("kubectl", "#!/bin/sh\necho not json\n")
    (result,) = asyncio.run(check_targets([SECRET], TOKEN, told=lambda _: None))
    assert (result.outcome, result.message) == (
        Outcome.FAILED,
        "What kubectl printed is not the JSON asked for.",
    )
