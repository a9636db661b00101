"""Humans made of the rows of a file, each once."""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.api.faulty import faulty, json_reply, reply, silence
from tests.cli.command import PATIENCE, Ended, aicx, clean_environment
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform


@pytest.fixture
def empty_sandbox() -> Iterator[SandboxPlatform]:
    with SandboxProcess("--ephemeral", "--humans", "0") as process:
        yield SandboxPlatform(process.announcement)


@pytest.fixture
def env(empty_sandbox: SandboxPlatform, tmp_path: Path) -> dict[str, str]:
    return empty_sandbox.environment() | {"AICX_HOME": str(tmp_path / "home")}


def humans_of(env: dict[str, str]) -> list[dict[str, Any]]:
    listed = aicx("humans", "list", "--json", env=env)
    assert listed.code == 0, listed.err
    humans: list[dict[str, Any]] = listed.json()
    return humans


def names_of(env: dict[str, str]) -> list[str]:
    return sorted(human["fullname"] for human in humans_of(env))


def write(folder: Path, text: str | bytes, name: str = "in.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def importing(
    *words: str, env: dict[str, str], limit: int | None = None
) -> subprocess.Popen[bytes]:
    """Start an import; no file that it writes may grow beyond the limit, in bytes."""

    def hold() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, "-m", "aicx_tui", "humans", "import", *words],
        env=clean_environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hold,
    )


def journal_of(env: dict[str, str]) -> list[dict[str, Any]]:
    (path,) = Path(env["AICX_HOME"], "imports").glob("*.jsonl")
    assert path.stat().st_mode & 0o777 == 0o600
    return [json.loads(line) for line in path.read_text().splitlines()]


def journal_size(env: dict[str, str]) -> int:
    return sum(path.stat().st_size for path in Path(env["AICX_HOME"]).glob("imports/*.jsonl"))


def last_words(env: dict[str, str]) -> dict[int, str]:
    return {entry["line"]: entry["outcome"] for entry in journal_of(env)}


MIXED = 'Full Name;Phone;E-Mail;Points\r\n"Jane; Doe";\'+49 170;jane@x.example;7\r\n山田;;;1\r\n'


@pytest.mark.parametrize(
    "content",
    [
        MIXED.encode(),
        MIXED.encode("utf-8-sig"),
        MIXED.encode("utf-16"),
        MIXED.replace(";", "\t").replace("\t Doe", "; Doe").encode(),
        MIXED.replace(";", ",").replace(", Doe", "; Doe").replace("\r\n", "\n\n").encode(),
    ],
    ids=["semicolon", "utf-8 with BOM", "utf-16", "tab", "comma"],
)
def test_rows_become_humans_whatever_wrote_the_file(
    env: dict[str, str], tmp_path: Path, content: bytes
) -> None:
    done = aicx("humans", "import", write(tmp_path, content), "--yes", env=env)
    assert (done.code, done.err) == (0, "Not used: Points.\n2 rows are created.\n")
    jane, yamada = sorted(humans_of(env), key=lambda human: human["fullname"])
    assert (jane["fullname"], jane["phone_number"]) == ("Jane; Doe", "+49 170")
    assert jane["email"] == "jane@x.example"
    assert (yamada["fullname"], yamada["email"]) == ("山田", None)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    env: dict[str, str], tmp_path: Path
) -> None:
    tag = aicx("tags", "list", "--json", env=env).json()[0]
    file = write(
        tmp_path,
        f"Who,Colour,access_token,tag:{tag['name']}\nJane,red,secret-7f,Gold\n,blue,,\n",
    )
    words = ("humans", "import", file, "--map", "Who=fullname", "--dry-run")
    shown = aicx(*words, env=env)
    assert shown.code == 0
    assert "→ fullname" in shown.out
    assert f"→ tag:{tag['id']}" in shown.out
    assert "not used: not known" in shown.out
    assert "not used: access tokens are never read from a file" in shown.out
    assert f"Jane, {tag['id']}=Gold" in shown.out
    assert "2 rows; 1 cannot be imported as they are:" in shown.out
    assert "line 3: The full name is missing." in shown.out
    assert "secret-7f" not in shown.out + shown.err
    counted = aicx(*words, "--json", env=env).json()
    assert counted["columns"] == {"Who": "fullname", f"tag:{tag['name']}": f"tag:{tag['id']}"}
    assert counted["problems"] == [{"line": 3, "error": "The full name is missing."}]
    assert humans_of(env) == []


def test_without_a_terminal_nothing_is_imported_unasked(
    env: dict[str, str], tmp_path: Path
) -> None:
    file = write(tmp_path, "fullname\nJane\n")
    refused = aicx("humans", "import", file, env=env)
    assert refused.code == 2
    assert "--yes" in refused.err
    assert humans_of(env) == []


def test_on_a_terminal_it_asks_first(env: dict[str, str], tmp_path: Path) -> None:
    file = write(tmp_path, "fullname\nJane\n")
    for answer, said in (("n", "Nothing was sent."), ("y", "1 row is created.")):
        terminal = pexpect.spawn(
            sys.executable,
            ["-m", "aicx_tui", "humans", "import", file],
            env=clean_environment(env),
            timeout=PATIENCE,
            encoding="utf-8",
        )
        terminal.expect("→ fullname")
        terminal.expect(r"Import 1 human into environment\? \[y/N\] ")
        terminal.sendline(answer)
        terminal.expect_exact(said)
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert terminal.exitstatus == 0
    assert names_of(env) == ["Jane"]


def test_ctrl_c_is_heard_while_it_asks(env: dict[str, str], tmp_path: Path) -> None:
    file = write(tmp_path, "fullname\nJane\n")
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "aicx_tui", "humans", "import", file],
        env=clean_environment(env),
        timeout=PATIENCE,
        encoding="utf-8",
    )
    terminal.expect_exact("[y/N] ")
    terminal.sendintr()
    terminal.expect("Interrupted")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130


def test_rows_that_fail_are_reported_and_the_rest_goes_on(
    env: dict[str, str], tmp_path: Path
) -> None:
    long = "x" * 5000
    rows = ["fullname,email,access_token", "Jane,,t-1", ",no@name,secret-2", f"{long},,", "A\tB,,"]
    file = write(tmp_path, "\n".join([*rows, "Too,many,cells,here", "Last,l@x,", ""]))
    report = tmp_path / "failed.jsonl"
    words = ("humans", "import", file, "--yes", "--report", str(report))
    ended = aicx(*words, "--json", env=env)
    assert ended.code == 9
    assert "2 of 6 rows are created; 4 failed." in ended.err
    assert ended.json() == {
        "rows": 6,
        "created": 2,
        "created_before": 0,
        "failed": 4,
        "unknown": 0,
        "not_sent": 0,
    }
    assert names_of(env) == ["Jane", "Last"]
    assert report.stat().st_mode & 0o777 == 0o600
    lines = {entry["line"]: entry for entry in map(json.loads, report.read_text().splitlines())}
    assert sorted(lines) == [3, 4, 5, 6]
    assert lines[3]["error"] == "The full name is missing."
    assert lines[3]["row"] == {"fullname": None, "email": "no@name", "access_token": "********"}
    assert "fullname:" in lines[4]["error"], "the platform says which field"
    assert "control character" in lines[5]["error"]
    assert "4 cells, and the header 3" in lines[6]["error"]
    assert lines[6]["row"] == {"": ["********"]}
    assert "secret-2" not in report.read_text() + ended.err

    again = aicx(*words, env=env)
    assert "2 of 6 rows are created, 2 of them by an earlier run; 4 failed." in again.err
    assert names_of(env) == ["Jane", "Last"]

    corrected = report.read_text().replace('"fullname": null', '"fullname": "Mended"')
    mended = aicx("humans", "import", write(tmp_path, corrected, "m.jsonl"), "--yes", env=env)
    assert mended.code == 9
    assert "in place of the list under no name" in mended.err
    assert names_of(env) == ["Jane", "Last", "Mended"]


def test_a_report_takes_the_place_of_nothing_but_a_report(
    env: dict[str, str], tmp_path: Path
) -> None:
    file = write(tmp_path, "fullname\nJane\n")
    ended = aicx("humans", "import", file, "--yes", "--report", file, env=env)
    assert ended.code == 2
    assert "is no report" in ended.err
    assert Path(file).read_text() == "fullname\nJane\n"
    assert humans_of(env) == []


def test_a_report_is_not_called_a_table(env: dict[str, str], tmp_path: Path) -> None:
    file = write(tmp_path, "fullname\nJane\n")
    report = tmp_path / "failed.csv"
    ended = aicx("humans", "import", file, "--yes", "--report", str(report), env=env)
    assert ended.code == 2
    assert "Call it failed.jsonl" in ended.err
    assert not report.exists()


def test_a_finished_import_is_not_repeated_unless_asked_for(
    env: dict[str, str], tmp_path: Path
) -> None:
    words = ("humans", "import", write(tmp_path, "fullname\nJane\nJoe\n"), "--yes")
    assert aicx(*words, env=env).code == 0
    again = aicx(*words, env=env)
    assert again.code == 0
    assert "Already imported: an earlier run created a human for each of its 2 rows." in again.err
    assert names_of(env) == ["Jane", "Joe"]
    assert aicx(*words, "--again", env=env).code == 0
    assert names_of(env) == ["Jane", "Jane", "Joe", "Joe"]
    assert journal_of(env) == [{"done": [[2, 3]]}]


def test_a_journal_that_nobody_goes_on_with_makes_room(env: dict[str, str], tmp_path: Path) -> None:
    first = ("humans", "import", write(tmp_path, "fullname,email\nJane,\n,x@y\n"), "--yes")
    second = ("humans", "import", write(tmp_path, "fullname\nJoe\n", "2.csv"), "--yes")
    assert aicx(*first, env=env).code == 9
    long_ago = time.time() - 31 * 86_400
    for file in Path(env["AICX_HOME"], "imports").iterdir():
        os.utime(file, (long_ago, long_ago))
    assert aicx(*first, env=env).code == 9, "it goes on with its own however old it is"
    assert names_of(env) == ["Jane"]
    for file in Path(env["AICX_HOME"], "imports").iterdir():
        os.utime(file, (long_ago, long_ago))
    assert aicx(*second, env=env).code == 0
    assert journal_of(env) == [{"done": [[2, 2]]}]


def test_without_a_failed_row_there_is_no_report(env: dict[str, str], tmp_path: Path) -> None:
    file = write(tmp_path, "fullname,email\nJane,\nJoe,x\n")
    report = tmp_path / "failed.jsonl"
    words = ("humans", "import", file, "--yes", "--report", str(report))
    assert aicx(*words, env=env).code == 0
    assert not report.exists()
    earlier = '{"line": 2, "error": "", "outcome": "failed", "row": {"fullname": "Jane"}}\n'
    report.write_text(earlier)
    assert "Already imported" in aicx(*words, env=env).err
    assert report.read_text() == earlier, "nothing was sent, so nothing is another"
    assert aicx(*words, "--again", env=env).code == 0
    assert not report.exists(), "who imported it would create those again who are created now"


REFUSED = [
    ("", "empty"),
    ("Colour\nred\n", "by --map or under Columns: COLUMN=fullname"),
    ("fullname,name\nJane,Joe\n", "would both be fullname"),
    ("fullname,x,x\nJane,1,2\n", "Two columns are called “x”"),
    ("fullname,tag:Nonsense\nJane,x\n", "no tag “Nonsense”"),
    ('fullname,email\nJane,"x\nJoe,\n', "a quote that is not closed"),
    (b"fullname\nJ\xe4ne\n", "Line 2 is not UTF-8"),
    ('[{"fullname": "Jane"}]', "one object a line"),
]


@pytest.mark.parametrize(("content", "part"), REFUSED, ids=[part for _, part in REFUSED])
def test_a_file_that_cannot_be_understood_is_refused_whole(
    env: dict[str, str], tmp_path: Path, content: str | bytes, part: str
) -> None:
    ended = aicx("humans", "import", write(tmp_path, content), "--yes", env=env)
    assert (ended.code, ended.out) == (2, "")
    assert part in ended.err
    assert "Nothing was sent." in ended.err
    assert humans_of(env) == []


@pytest.mark.parametrize(
    ("columns", "part"),
    [
        ("Who=access_token", "never read from a file"),
        ("Who=height", "no field of a human"),
        ("Whom=fullname", "no column “Whom”"),
        ("Who", "COLUMN=FIELD"),
    ],
)
def test_a_column_is_only_what_a_human_has(
    env: dict[str, str], tmp_path: Path, columns: str, part: str
) -> None:
    file = write(tmp_path, "Who,fullname\nx,Jane\n")
    ended = aicx("humans", "import", file, "--yes", "--map", columns, env=env)
    assert ended.code == 2
    assert part in ended.err


def test_a_context_that_is_read_only_refuses_before_it_reads(tmp_path: Path) -> None:
    env = {"AICX_HOME": str(tmp_path)}
    aicx(
        *("contexts", "add", "safe", "--kind", "gateway", "--url", "https://x.example"),
        *("--company", "c", "--bot", "b", "--read-only"),
        env=env,
    )
    words = ("--context", "safe", "humans", "import", "/no/such/file")
    refused = aicx(*words, "--yes", env=env)
    assert refused.code == 6
    assert "read-only" in refused.err
    assert "by-id" not in refused.err
    read = aicx(*words, "--by-id", env=env)
    assert "read-only" not in read.err


def test_lines_of_json_are_read_as_they_are(env: dict[str, str], tmp_path: Path) -> None:
    tag = aicx("tags", "list", "--json", env=env).json()[0]["id"]
    rows: list[object] = [
        {"fullname": "'=1", "uid": 7, "colour": "red", "tags": [{"id": tag, "value": "Gold"}]},
        {"fullname": "Joe", "email": None, "access_token": "t-1"},
        {"fullname": ["no"]},
        [1],
    ]
    text = "\n".join([*map(json.dumps, rows), "{", ""])
    ended = aicx("humans", "import", write(tmp_path, text), "--yes", env=env)
    assert ended.code == 9
    assert "line 3: fullname is not text." in ended.err
    assert "line 4: The line is not a JSON object." in ended.err
    assert "line 5: The line is not JSON." in ended.err
    joe, first = sorted(humans_of(env), key=lambda human: human["fullname"], reverse=True)
    assert (first["fullname"], first["uid"]) == ("'=1", "7")
    assert first["tags"] == [{"id": tag, "value": "Gold"}]
    read = aicx("humans", "get", joe["id"], "--json", env=env).json()
    assert read["access_token"] is None


HOSTILE = [
    "=1+1",
    "'=1",
    "''",
    "a,b;c",
    'say "x"',
    "  @x",
    "＝1",
    "|x",
    "%x",
    "-",
    "山田 🧑‍🚀",
    "'t",
]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_that_is_imported_gives_equal_humans(
    empty_sandbox: SandboxPlatform, env: dict[str, str], tmp_path: Path, form: str
) -> None:
    tags = aicx("tags", "list", "--json", env=env).json()
    rows = [
        {
            "fullname": name,
            "email": f"{name}@x",
            "uid": f"={number}",
            "phone_number": "+49 170 1",
            "tags": [{"id": tags[0]["id"], "value": "=1"}, {"id": tags[1]["id"], "value": ""}],
        }
        for number, name in enumerate(HOSTILE)
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    assert aicx("humans", "import", write(tmp_path, text), "--yes", env=env).code == 0
    file = tmp_path / f"out.{form}"
    assert aicx("humans", "list", f"--{form}", "-o", str(file), env=env).code == 0
    with SandboxProcess("--ephemeral", "--humans", "0") as process:
        other = SandboxPlatform(process.announcement).environment()
        other |= {"AICX_HOME": env["AICX_HOME"]}
        imported = aicx("humans", "import", str(file), "--yes", env=other)
        assert imported.code == 0, imported.err
        assert facts(humans_of(other)) == facts(humans_of(env))


def facts(humans: list[dict[str, Any]]) -> list[str]:
    given = {"id", "human_id", "created_at", "updated_at"}
    return sorted(
        json.dumps({k: v for k, v in human.items() if k not in given}, sort_keys=True)
        for human in humans
    )


def rows_of(count: int) -> str:
    return "fullname,uid\n" + "".join(f"Human {n},u-{n}\n" for n in range(2, count + 2))


def wait_for_journal(process: subprocess.Popen[bytes], env: dict[str, str], size: int) -> None:
    while process.poll() is None:
        if journal_size(env) > size:
            return
    raise AssertionError(f"it ended before it could be hit: {process.communicate()}")


def test_a_killed_import_goes_on_and_creates_nobody_twice(
    env: dict[str, str], tmp_path: Path
) -> None:
    count = 600
    file = write(tmp_path, rows_of(count))
    words = (file, "--yes", "--json")
    chance = random.Random(7)
    size = 0
    for _ in range(4):
        process = importing(*words, env=env)
        wait_for_journal(process, env, size + chance.randrange(500, 4000))
        process.kill()
        process.communicate(timeout=PATIENCE)
        size = journal_size(env)
    last = aicx("humans", "import", *words, env=env)
    tally = last.json()
    assert tally["created"] + tally["created_before"] + tally["unknown"] == count
    assert last.code == (8 if tally["unknown"] else 0)

    words_of = last_words(env)
    unknown = {line for line, outcome in words_of.items() if outcome == "sending"}
    assert len(unknown) == tally["unknown"] <= 4 * 4
    lines = [int(human["uid"].removeprefix("u-")) for human in humans_of(env)]
    assert len(lines) == len(set(lines)), "nobody was created twice"
    done = {line for line, outcome in words_of.items() if outcome == "done"}
    assert done <= set(lines), "who is called done is there"
    assert set(range(2, count + 2)) - set(lines) <= unknown, "who is missing is called unknown"
    ids = {entry["line"]: entry["id"] for entry in journal_of(env) if "id" in entry}
    created = {int(h["uid"].removeprefix("u-")): h["id"] for h in humans_of(env)}
    assert all(created[line] == human_id for line, human_id in ids.items())

    if unknown:
        assert "of " in last.err
        resent = aicx("humans", "import", file, "--yes", "--resend-unknown", env=env)
        assert resent.code == 0
    assert set(range(2, count + 2)) <= {int(h["uid"].removeprefix("u-")) for h in humans_of(env)}


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGTERM])
def test_an_import_that_is_stopped_knows_what_became_of_every_row(
    env: dict[str, str], tmp_path: Path, blow: signal.Signals
) -> None:
    file = write(tmp_path, rows_of(1000))
    process = importing(file, "--yes", env=env)
    wait_for_journal(process, env, 2000)
    process.send_signal(blow)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert b"Stopped." in err
    assert b"of 1,000 rows are created." in err
    assert b"no human is created twice" in err
    assert set(last_words(env).values()) == {"done"}
    assert len(humans_of(env)) == len(last_words(env)) < 1000
    assert aicx("humans", "import", file, "--yes", env=env).code == 0
    assert len(humans_of(env)) == 1000


@pytest.mark.parametrize("room", [0, 10, 1000, 3333])
def test_without_room_for_the_journal_nobody_is_created_unnoted(
    env: dict[str, str], tmp_path: Path, room: int
) -> None:
    file = write(tmp_path, rows_of(100))
    process = importing(file, "--yes", env=env, limit=room)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode in (1, 9)
    assert b"could be created twice, so no more is sent" in err
    assert b"Traceback" not in err
    first = {human["uid"] for human in humans_of(env)}
    assert len(first) < 100
    then = aicx("humans", "import", file, "--yes", "--json", env=env)
    tally = then.json()
    uids = [human["uid"] for human in humans_of(env)]
    assert len(uids) == len(set(uids)), "nobody was created twice"
    assert tally["created"] + tally["created_before"] + tally["unknown"] == 100
    assert first <= set(uids)


def test_a_role_that_may_not_create_is_told_once(
    empty_sandbox: SandboxPlatform, env: dict[str, str], tmp_path: Path
) -> None:
    viewer = env | empty_sandbox.environment(person="viewer")
    file = write(tmp_path, rows_of(100))
    ended = aicx("humans", "import", file, "--yes", "--json", env=viewer)
    assert ended.code == 6
    assert ended.json()["not_sent"] == 100
    assert "no human is created twice" in ended.err
    assert aicx("humans", "import", file, "--yes", env=env).code == 0


def test_more_rows_than_are_sent_or_noted_at_once(env: dict[str, str], tmp_path: Path) -> None:
    ended = aicx("humans", "import", write(tmp_path, rows_of(1_500)), "--yes", env=env)
    assert (ended.code, ended.err) == (0, "1,500 rows are created.\n")
    assert len({human["uid"] for human in humans_of(env)}) == 1_500


def test_a_second_run_at_the_same_time_is_refused(env: dict[str, str], tmp_path: Path) -> None:
    file = write(tmp_path, rows_of(1000))
    first = importing(file, "--yes", env=env)
    wait_for_journal(first, env, 500)
    first.send_signal(signal.SIGSTOP)
    second = aicx("humans", "import", file, "--yes", env=env)
    assert second.code == 1
    assert "by another process" in second.err
    first.kill()
    first.communicate(timeout=PATIENCE)


CREATED = json_reply(200, {"result": {"id": "eu_1"}})
GATEWAY = {"AICX_COMPANY_ID": "acme", "AICX_BOT_ID": "bot", "AICX_TOKEN": "sk_1"}


async def imported(url: str, file: str, home: Path, *words: str, seconds: str = "5") -> Ended:
    env = GATEWAY | {"AICX_URL": url, "AICX_HOME": str(home), "AICX_TIMEOUT": seconds}

    return await asyncio.to_thread(
        aicx, "humans", "import", file, "--yes", "--json", *words, env=env
    )


async def test_a_pause_that_the_platform_asks_for_is_kept_and_nothing_lost(tmp_path: Path) -> None:
    file = write(tmp_path, rows_of(6))
    slow_down = reply(429, b"", "Retry-After: 1")
    async with faulty(CREATED, slow_down, slow_down, CREATED) as platform:
        ended = await imported(platform.url, file, tmp_path / "home")
        assert (ended.code, ended.json()["created"]) == (0, 6)
        assert len(platform.requests) == 8


async def test_an_answer_that_never_comes_leaves_a_row_unknown(tmp_path: Path) -> None:
    file = write(tmp_path, rows_of(6))
    async with faulty(silence, CREATED) as platform:
        ended = await imported(platform.url, file, tmp_path / "home", seconds="1")
        assert ended.code == 8
        assert (ended.json()["created"], ended.json()["unknown"]) == (5, 1)
        again = await imported(platform.url, file, tmp_path / "home")
        assert (again.code, again.json()["unknown"]) == (8, 1)
        assert len(platform.requests) == 6, "it was not sent again"
        resent = await imported(platform.url, file, tmp_path / "home", "--resend-unknown")
        assert resent.code == 0
        assert len(platform.requests) == 7


async def test_a_platform_that_never_answers_is_not_asked_for_ever(tmp_path: Path) -> None:
    file = write(tmp_path, rows_of(50))
    async with faulty(reply(500)) as platform:
        ended = await imported(platform.url, file, tmp_path / "home")
        assert ended.code == 8
        assert len(platform.requests) < 10
        assert ended.json()["not_sent"] > 40


async def test_a_refused_token_stops_all_and_leaves_nothing_unknown(tmp_path: Path) -> None:
    file = write(tmp_path, rows_of(50))
    async with faulty(CREATED, CREATED, json_reply(401, {})) as platform:
        ended = await imported(platform.url, file, tmp_path / "home")
        assert ended.code == 9
        assert "2 of 50 rows are created. Then:" in ended.err
        assert "48 were not sent." in ended.err
        platform.answers = [CREATED]
        ended = await imported(platform.url, file, tmp_path / "home")
        assert (ended.code, ended.json()["created"]) == (0, 48)


def test_humans_are_read_by_their_ids(browsed_sandbox: SandboxPlatform, tmp_path: Path) -> None:
    env = browsed_sandbox.environment(kind="gateway") | {"AICX_HOME": str(tmp_path)}
    listed = aicx("humans", "list", "--json", env=browsed_sandbox.environment()).json()
    ids = [human["id"] for human in listed][:30]
    plain = write(tmp_path, "\n".join([*ids, ids[0], ""]))
    read = aicx("humans", "import", plain, "--by-id", "--json", env=env)
    assert read.code == 0, read.err
    printed = [json.loads(line) for line in read.out.splitlines()]
    assert [human["id"] for human in printed] == ids
    assert [human["fullname"] for human in printed] == [h["fullname"] for h in listed[:30]]
    assert "30 of 30 humans were read." in read.err
    table = "name,ID\n" + "".join(f"x,{human_id}\n" for human_id in [*ids[:3], "eu_000000000000"])
    partly = aicx("humans", "import", "-", "--by-id", env=env, stdin=table)
    assert partly.code == 9
    assert len(partly.out.splitlines()) == 4
    assert "3 of 4 humans were read." in partly.err
    assert "eu_000000000000: " in partly.err
