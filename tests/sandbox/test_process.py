"""The process: how it starts, ends, keeps its data, and shares it with another console."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.sandbox.conftest import as_person
from tests.sandbox.process import PATIENCE, SandboxProcess
from tests.sandbox.test_gateway import create, read

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104  it is refused


def run(*arguments: str) -> tuple[int, str]:
    """Start a sandbox that is expected to end at once; its exit code and complaint."""
    ended = subprocess.run(
        [sys.executable, "-m", "aicx_tui.sandbox", *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
    )
    assert ended.stdout == b""
    return ended.returncode, ended.stderr.decode()


def complains(result: tuple[int, str], *, code: int, about: str) -> None:
    assert result[0] == code, result
    happened, next_step = result[1].splitlines()
    assert happened.startswith("aicx: ")
    assert next_step.startswith("  ")
    assert about in result[1]


def create_human(sandbox: SandboxProcess) -> str:
    with as_person(sandbox, "agent") as client:
        return create(client, sandbox.crm)


def count_humans(sandbox: SandboxProcess) -> int:
    with as_person(sandbox, "viewer") as client:
        page = client.get(f"/console/v1/bots/{sandbox.bot_id}/humans").json()["result"]
        return int(page["total"])


@pytest.mark.parametrize(
    ("arguments", "about"),
    [
        ([], "--data FILE or --ephemeral"),
        (["--ephemeral", "--humans", "-1"], "number of humans"),
        (["--ephemeral", "--humans", "many"], "number of humans"),
        (["--ephemeral", "--port", "65536"], "port"),
        (["--ephemeral", "--port", "-1"], "port"),
        (["--ephemeral", "--seed", "1.5"], "seed"),
        (["--ephemeral", "--data", "x.db"], "not allowed with"),
        (["--ephemeral", "--unknown"], "--unknown"),
        (["--ephemeral", "--host", EVERY_ADDRESS], "--allow-remote"),
        (["--ephemeral", "--host", EVERY_ADDRESS, "--allow-remote"], "--seed"),
        (["--ephemeral", "--host", EVERY_ADDRESS, "--allow-remote", "--seed", "1"], "--seed"),
        (["--ephemeral", "--host", "no.such.host.invalid", "--allow-remote"], "not an address"),
    ],
)
def test_wrong_usage_is_explained(arguments: list[str], about: str) -> None:
    complains(run(*arguments), code=2, about=about)


def test_places_that_hold_no_sandbox_are_left_alone(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("Dear diary, " * 1000)
    foreign = tmp_path / "foreign.db"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE mine (x)")
        connection.commit()
    empty = tmp_path / "empty.db"
    empty.touch()
    before = [file.read_bytes() for file in (text, foreign, empty)]
    for place, about in (
        (text, "not a sandbox"),
        (foreign, "not a sandbox"),
        (empty, "not a sandbox"),
        (tmp_path, "is a directory"),
        (text / "a.db", "not a directory"),
    ):
        complains(run("--data", str(place), "--port", "0"), code=1, about=about)
    assert before == [file.read_bytes() for file in (text, foreign, empty)]


def test_data_that_is_damaged_or_newer_is_not_served(tmp_path: Path) -> None:
    data = tmp_path / "a.db"
    with SandboxProcess("--data", str(data), "--humans", "300"):
        pass
    whole = data.read_bytes()
    data.write_bytes(whole[: len(whole) // 2])
    complains(run("--data", str(data), "--port", "0"), code=1, about="damaged")
    data.write_bytes(whole)
    with closing(sqlite3.connect(data)) as connection:
        connection.execute("UPDATE sandbox_installation SET schema_version = 99")
        connection.commit()
    complains(run("--data", str(data), "--port", "0"), code=1, about="newer version")


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        complains(run("--ephemeral", "--port", port), code=1, about=f"port {port}")


def test_data_survives_a_restart_and_keeps_what_it_was_made_with(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "a.db"))
    with SandboxProcess(*arguments, "--humans", "3", "--seed", "5") as first:
        human_id = create_human(first)
    with SandboxProcess(*arguments) as second:
        assert second.announcement | {"url": ""} == first.announcement | {"url": ""}
        assert count_humans(second) == 4
        with as_person(second, "viewer") as client:
            assert read(client, second.crm, human_id)["fullname"] == "Test"
    complains(run(*arguments, "--port", "0", "--seed", "6"), code=1, about="--seed 5")
    complains(run(*arguments, "--port", "0", "--humans", "4"), code=1, about="--humans 3")


def test_two_data_files_are_two_installations(tmp_path: Path) -> None:
    ids = set()
    for name in ("a.db", "b.db"):
        with SandboxProcess("--data", str(tmp_path / name), "--humans", "1") as sandbox:
            told = httpx.get(f"{sandbox.url}/console/v1/capabilities", trust_env=False).json()
            ids.add(told["result"]["installation_id"])
    assert len(ids) == 2


def test_what_was_changed_is_announced_as_null(tmp_path: Path) -> None:
    data = tmp_path / "a.db"
    with SandboxProcess("--data", str(data), "--humans", "1") as before:
        pass
    with closing(sqlite3.connect(data)) as connection:
        connection.execute("UPDATE users SET token_hash = 'other' WHERE role = 'admin'")
        connection.execute("UPDATE users SET seeded_password = 0 WHERE role = 'agent'")
        connection.commit()
    with SandboxProcess("--data", str(data)) as after:
        assert after.person("admin").token is None
        assert after.person("admin").password == before.person("admin").password
        assert after.person("agent").password is None
        assert after.person("agent").token == before.person("agent").token
        assert after.person("viewer") == before.person("viewer")


@pytest.mark.parametrize("stopped_by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_nothing_left(tmp_path: Path, stopped_by: signal.Signals) -> None:
    arguments = ("--ephemeral", "--humans", "1")
    with (
        SandboxProcess(*arguments, attached=False, temporary=tmp_path) as sandbox,
        httpx.Client(base_url=sandbox.url, trust_env=False) as idle,
    ):
        assert idle.get("/console/v1/capabilities").status_code == 200
        assert next(tmp_path.iterdir()).name.startswith("aicx-sandbox-")
        sandbox.process.send_signal(stopped_by)
        assert sandbox.ended() == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_a_served_file_leaves_only_data_and_lock(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "a.db"), "--humans", "1")
    with SandboxProcess(*arguments, attached=False) as sandbox:
        served = json.loads((tmp_path / "a.db.server.json").read_bytes())
        assert served == {"url": sandbox.url, "pid": sandbox.process.pid}
        sandbox.process.terminate()
        assert sandbox.ended() == (0, "")
    assert {path.name for path in tmp_path.iterdir()} <= {"a.db", "a.db.lock"}


def test_the_end_of_input_ends_an_attached_one(tmp_path: Path) -> None:
    with SandboxProcess("--ephemeral", "--humans", "1", temporary=tmp_path) as sandbox:
        sandbox.process.send_signal(signal.SIGINT)  # the console's own matter
        assert httpx.get(f"{sandbox.url}/docs", trust_env=False).status_code == 200
        sandbox.end_input()
        assert sandbox.ended() == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_input_ends_one_that_still_makes_its_data(tmp_path: Path) -> None:
    data = tmp_path / "a.db"
    sandbox = SandboxProcess("--data", str(data), "--humans", "10000000")
    try:
        while not data.with_name("a.db.part").exists():
            assert sandbox.process.poll() is None
        sandbox.end_input()
        assert sandbox.ended() == (0, "")
    finally:
        sandbox.kill()
    assert {path.name for path in tmp_path.iterdir()} <= {"a.db.lock"}


def test_data_whose_making_was_killed_is_made_anew(tmp_path: Path) -> None:
    data = tmp_path / "a.db"
    sandbox = SandboxProcess("--data", str(data), "--humans", "10000000")
    try:
        while not data.with_name("a.db.part").exists():
            assert sandbox.process.poll() is None
    finally:
        sandbox.kill()
    assert not data.exists()
    with SandboxProcess("--data", str(data), "--humans", "5") as again:
        assert count_humans(again) == 5
    assert not data.with_name("a.db.part").exists()


def test_the_log_of_a_deleted_file_does_not_reach_the_new_one(tmp_path: Path) -> None:
    data = tmp_path / "a.db"
    with SandboxProcess("--data", str(data), "--humans", "5") as first:
        create_human(first)
    assert data.with_name("a.db-wal").exists()  # it was killed
    data.unlink()
    with SandboxProcess("--data", str(data), "--humans", "5") as second:
        assert count_humans(second) == 5


def test_a_second_start_by_hand_is_told_where_it_is_served(tmp_path: Path) -> None:
    data = str(tmp_path / "a.db")
    with SandboxProcess("--data", data, "--humans", "1") as sandbox:
        complains(run("--data", data, "--port", "0"), code=1, about=sandbox.url)


def test_a_standby_takes_over_on_the_same_port(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "a.db"), "--humans", "5")
    with (
        SandboxProcess(*arguments) as first,
        SandboxProcess(*arguments) as second,
        SandboxProcess(*arguments) as third,
    ):
        assert first.announcement == second.announcement == third.announcement
        human_id = create_human(first)
        standbys = {second.process.pid: second, third.process.pid: third}
        first.kill()
        heir = standbys.pop(served_by(first, human_id, tmp_path))
        heir.end_input()
        assert heir.ended() == (0, "")
        assert served_by(first, human_id, tmp_path) in standbys


def served_by(announced: SandboxProcess, human_id: str, directory: Path) -> int:
    """Wait until the announced address answers, and return the process that says it serves."""
    token = announced.person("viewer").token
    assert token
    with httpx.Client(
        base_url=announced.url,
        headers={"X-SINITIC-TOKEN": token},
        transport=httpx.HTTPTransport(retries=8),  # with pauses that double
    ) as client:
        assert read(client, announced.crm, human_id)["id"] == human_id
    return int(json.loads((directory / "a.db.server.json").read_bytes())["pid"])


def test_the_end_of_input_ends_a_standby(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "a.db"), "--humans", "5")
    with SandboxProcess(*arguments) as first, SandboxProcess(*arguments) as second:
        second.end_input()
        assert second.ended() == (0, "")
        assert httpx.get(f"{first.url}/docs", trust_env=False).status_code == 200
        assert (tmp_path / "a.db.server.json").exists()


def test_a_standby_without_its_port_says_so(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "a.db"), "--humans", "5")
    with SandboxProcess(*arguments) as first, SandboxProcess(*arguments) as second:
        port = httpx.URL(first.url).port
        assert port
        second.process.send_signal(signal.SIGSTOP)
        first.kill()
        with socket.create_server(("127.0.0.1", port)):
            second.process.send_signal(signal.SIGCONT)
            complains(second.ended(), code=1, about=f"port {port}")


def test_the_readable_announcement_says_how_to_try_it() -> None:
    command = [sys.executable, "-m", "aicx_tui.sandbox", "--ephemeral", "--port", "0"]
    with subprocess.Popen(
        [*command, "--humans", "1", "--attached"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        lines = iter(process.stdout.readline, b"Ctrl-C stops it.\n")
        said = b"".join(lines).decode()
        assert "/docs" in said
        curl = next(line.strip() for line in said.splitlines() if "curl" in line)
        header, url = curl.split("'")[1::2]
        name, token = header.split(": ")
        reply = httpx.get(url, headers={name: token}, trust_env=False)
        assert reply.json()["result"]["id"] in url
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
