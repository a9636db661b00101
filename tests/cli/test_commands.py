"""Headless commands against a real sandbox."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import aicx, clean_environment
from tests.sandbox_platform import SandboxPlatform

END_USER_TOKEN = "end-user-token-7d1f"


def test_a_human_is_created_read_changed_and_cleared(own_sandbox: SandboxPlatform) -> None:
    env = own_sandbox.environment(kind="gateway")
    created = aicx(
        *("humans", "create", "--fullname", "Jane Őrsi", "--email", "jane@example.hu"),
        *("--phone", "+36 30 123", "--access-token-stdin", "--json"),
        env=env,
        stdin=END_USER_TOKEN + "\n",
    )
    assert created.code == 0
    human_id = created.json()["id"]
    assert created.json() == {"id": human_id}
    assert re.fullmatch(r"eu_[A-Za-z0-9]{12}", human_id)

    changed = aicx(
        "humans", "update", human_id, "--uid", "u-1", "--clear", "email", "--json", env=env
    )
    assert (changed.code, changed.json()) == (0, {"id": human_id})

    human = aicx("humans", "get", human_id, "--json", env=env).json()
    assert human["fullname"] == "Jane Őrsi"
    assert human["email"] is None
    assert human["uid"] == "u-1"
    assert human["phone_number"] == "+36 30 123"
    assert human["access_token"] == "********"


def test_an_access_token_prints_only_when_asked_for(own_sandbox: SandboxPlatform) -> None:
    env = own_sandbox.environment()
    human_id = aicx(
        *("humans", "create", "--fullname", "Jane", "--access-token-stdin"),
        env=env,
        stdin=END_USER_TOKEN,
    ).out.strip()
    for words in (["--json"], []):
        hidden = aicx("humans", "get", human_id, *words, env=env)
        assert END_USER_TOKEN not in hidden.out + hidden.err
        shown = aicx("humans", "get", human_id, *words, "--reveal-access-token", env=env)
        assert END_USER_TOKEN in shown.out


def test_the_same_list_in_every_form(browsed_sandbox: SandboxPlatform) -> None:
    env = browsed_sandbox.environment()
    array = aicx("humans", "list", "--json", env=env)
    lines = aicx("humans", "list", "--jsonl", env=env)
    sheet = aicx("humans", "list", "--csv", env=env)
    table = aicx("humans", "list", env=env)
    assert {array.code, lines.code, sheet.code, table.code} == {0}
    humans = array.json()
    assert len(humans) == 400
    assert [json.loads(line) for line in lines.out.splitlines()] == humans
    rows = list(csv.DictReader(io.StringIO(sheet.out)))
    assert [row["id"] for row in rows] == [human["id"] for human in humans]
    assert len(table.out.splitlines()) == 401
    assert "400 humans" in table.err


def test_no_form_writes_what_a_terminal_would_act_on(browsed_sandbox: SandboxPlatform) -> None:
    acts = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
    env = browsed_sandbox.environment()
    raw = [human["fullname"] for human in aicx("humans", "list", "--json", env=env).json()]
    assert any(acts.search(name) for name in raw), "the sample holds hostile names"
    for form in (["--json"], ["--jsonl"], ["--csv"], []):
        assert not acts.search(aicx("humans", "list", *form, env=env).out)


def test_a_query_keeps_whom_it_names(browsed_sandbox: SandboxPlatform) -> None:
    env = browsed_sandbox.environment()
    everyone = aicx("humans", "list", "--json", env=env).json()
    wanted = next(human for human in everyone if human["email"])
    found = aicx("humans", "list", wanted["email"].upper(), "--json", env=env).json()
    assert wanted["id"] in [human["id"] for human in found]
    assert aicx("humans", "list", "nobody-has-this", "--json", env=env).json() == []


def test_a_limit_says_that_there_are_more(browsed_sandbox: SandboxPlatform) -> None:
    env = browsed_sandbox.environment()
    cut = aicx("humans", "list", "--limit", "7", "--json", env=env)
    assert len(cut.json()) == 7
    assert "there are more" in cut.err
    whole = aicx("humans", "list", "--limit", "400", "--json", env=env)
    assert len(whole.json()) == 400
    assert "more" not in whole.err


def test_tags_are_listed_and_assigned(own_sandbox: SandboxPlatform, tmp_path: Path) -> None:
    env = own_sandbox.environment()
    tag = aicx("tags", "list", "--json", env=env).json()[0]
    ids = [human["id"] for human in aicx("humans", "list", "--json", env=env).json()][:5]
    file = tmp_path / "ids.txt"
    file.write_text("\ufeff" + "\n\n".join(ids[1:4]) + "\r\n", encoding="utf-8")
    done = aicx(
        *("tags", "assign", "--human", ids[0], "--ids-from", str(file)),
        *("--tag", f"{tag['id']}=Silver", "--json"),
        env=env,
    )
    assert (done.code, done.json()["done"]) == (0, 4)
    assert done.err == "4 of 4 humans changed.\n"
    piped = aicx(
        *("tags", "assign", "--ids-from", "-", "--tag", f"{tag['id']}=Gold"),
        env=env,
        stdin="\ufeff" + ids[4] + "\r\n",
    )
    assert piped.code == 0
    expected = dict.fromkeys(ids[:4], "Silver") | {ids[4]: "Gold"}
    for human_id, value in expected.items():
        human = aicx("humans", "get", human_id, "--json", env=env).json()
        assert {"id": tag["id"], "value": value} in human["tags"]


OUTCOMES = [
    # words, changed environment, exit code, part of the message
    (["humans", "get", "eu_000000000000"], {}, 4, "no such human"),
    (["humans", "get", "eu_000000000000"], {"AICX_COMPANY_ID": "nobody"}, 4, "ompany"),
    (["humans", "get", "eu_000000000000"], {"AICX_BOT_ID": "nothing"}, 4, "ot"),
    (["humans", "get", "../x"], {}, 2, "cannot be one"),
    (["humans", "get", "eu_1"], {"AICX_TOKEN": "sk_wrong"}, 3, "401"),
    (["humans", "get", "eu_1"], {"AICX_TOKEN": ""}, 3, "AICX_TOKEN is not set"),
    (["humans", "get", "eu_1"], {"AICX_TOKEN": "sk\n"}, 2, "newline"),
    (["humans", "get", "eu_1"], {"AICX_TOKEN": "s k"}, 2, "white space"),
    (["humans", "get", "eu_1"], {"AICX_TOKEN": "sk_ü"}, 2, "non-ASCII"),
    (["humans", "get", "eu_1"], {"AICX_URL": "https://a:b@c.example"}, 2, "credentials"),
    (["humans", "get", "eu_1"], {"AICX_URL": "http://api.proto.cx"}, 2, "in clear"),
    (["humans", "get", "eu_1"], {"AICX_URL": "http://127.0.0.1:1"}, 7, "nothing listens"),
    (["humans", "get", "eu_1"], {"AICX_PLATFORM": "other"}, 2, "AICX_PLATFORM"),
    (["tags", "define", " "], {}, 2, "needs a name"),
    (["tags", "define", "x", "--kind", "colour"], {}, 2, "invalid choice"),
    (["tags", "define", "x", "--kind", "choice"], {}, 2, "needs at least one"),
    (["tags", "define", "x", "--colour", "red"], {}, 2, "#rrggbb"),
    (["tags", "define", "x", "--id", "y"], {}, 4, "no tag with the id y"),
    (["tags", "rename", "x", "y"], {}, 4, "no tag “x”"),
    (["tags", "delete", "x"], {}, 2, "no terminal"),
    (["tags", "delete", "x", "--yes"], {}, 4, "no tag “x”"),
    (["tags", "import", "/no/file"], {}, 2, "cannot be read"),
    (["humans", "create", "--fullname", " "], {}, 2, "full name is missing"),
    (["humans", "create", "--fullname", "a\x1bb"], {}, 2, "control character"),
    (["humans", "create", "--fullname", "x" * 5000], {}, 6, "fullname"),
    (["humans", "create", "--fullname", "x", "--tag", "nope=1"], {}, 4, "There is no tag “nope”"),
    (["humans", "create"], {}, 2, "--fullname"),
    (["humans", "update", "eu_1"], {}, 2, "nothing to change"),
    (["humans", "update", "eu_1", "--uid", "x", "--clear", "uid"], {}, 2, "cleared at once"),
    (["humans", "update", "eu_000000000000", "--uid", "x"], {}, 4, "no such human"),
    (["tags", "assign", "--tag", "a=b"], {}, 2, "Nobody is named"),
    (["tags", "assign", "--human", "eu_1", "--tag", "a"], {}, 2, "TAG=VALUE"),
    (["tags", "assign", "--human", "e", "--tag", "a=1", "--tag", "a=2"], {}, 2, "given twice"),
    (["tags", "assign", "--ids-from", "/no/file", "--tag", "a=b"], {}, 2, "cannot be read"),
    (["humans", "list", "--limit", "0"], {}, 2, "from 1 on"),
    (["humans", "list", "--json", "--csv"], {}, 2, "not allowed with"),
    (["bogus"], {}, 2, "bogus"),
    (["--ephemeral", "humans", "list"], {}, 2, "--sandbox"),
    ([], {}, 2, "needs a terminal"),
]


@pytest.mark.parametrize(
    "outcome", OUTCOMES, ids=[f"{i}-{outcome[3]}" for i, outcome in enumerate(OUTCOMES)]
)
def test_what_cannot_be_done_says_why_with_its_exit_code(
    browsed_sandbox: SandboxPlatform, outcome: tuple[list[str], dict[str, str], int, str]
) -> None:
    words, changed, code, part = outcome
    env = browsed_sandbox.environment() | changed
    ended = aicx(*words, env=env)
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith("aicx: ")
    assert part in ended.err
    assert browsed_sandbox.token() not in ended.err
    if env["AICX_TOKEN"].strip():
        assert env["AICX_TOKEN"] not in ended.err


def test_a_role_that_may_not_is_refused(browsed_sandbox: SandboxPlatform) -> None:
    env = browsed_sandbox.environment(person="viewer")
    assert aicx("humans", "list", "--limit", "1", env=env).code == 0
    assert aicx("humans", "create", "--fullname", "x", env=env).code == 6


def test_the_embedded_platform_runs_a_command(tmp_path: Path) -> None:
    env = {"AICX_HOME": str(tmp_path), "AICX_TOKEN": "not for the sandbox"}
    created = aicx("--sandbox", "humans", "create", "--fullname", "Kept", env=env)
    assert created.code == 0, created.err
    found = aicx("--sandbox", "humans", "list", "Kept", "--json", env=env).json()
    assert [human["id"] for human in found] == [created.out.strip()]
    fresh = aicx("--sandbox", "--ephemeral", "humans", "list", "Kept", "--json", env=env)
    assert fresh.json() == []
    for path in tmp_path.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, f"{path.name} is for its owner only"


def test_a_sandbox_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "sandbox").mkdir()
    (tmp_path / "sandbox" / "sandbox.db").write_text("this is no database, but a long text " * 100)
    ended = aicx("--sandbox", "humans", "list", env={"AICX_HOME": str(tmp_path)})
    assert ended.code == 1
    assert "The sandbox did not start" in ended.err


@pytest.mark.parametrize(
    ("ending", "code", "part"),
    [(">/dev/full", 1, "not complete"), (">&-", 2, "Standard output is closed")],
)
def test_output_that_cannot_be_written_is_an_error(
    browsed_sandbox: SandboxPlatform, ending: str, code: int, part: str
) -> None:
    line = f'"{sys.executable}" -m aicx_tui humans list --json {ending}'
    env = clean_environment(browsed_sandbox.environment())
    done = subprocess.run(["/bin/sh", "-c", line], env=env, capture_output=True, check=False)
    assert done.returncode == code
    assert part in done.stderr.decode()


def test_the_sandbox_does_not_inherit_a_token(tmp_path: Path) -> None:
    env = clean_environment({"AICX_TOKEN": "canary", "AICX_HOME": str(tmp_path)})
    words = [sys.executable, "-m", "aicx_tui", "sandbox", "--ephemeral", "--port", "0", "--json"]
    with subprocess.Popen(words, env=env, stdout=subprocess.PIPE) as sandbox:
        assert sandbox.stdout
        sandbox.stdout.readline()
        inherited = Path(f"/proc/{sandbox.pid}/environ").read_bytes()
        sandbox.terminate()
    assert sandbox.returncode == 0
    assert str(tmp_path).encode() in inherited
    assert b"canary" not in inherited


def test_a_reader_that_goes_away_is_no_error(browsed_sandbox: SandboxPlatform) -> None:
    listing = subprocess.Popen(
        [sys.executable, "-m", "aicx_tui", "humans", "list", "--json"],
        env=clean_environment(browsed_sandbox.environment()),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert listing.stdout
    assert listing.stderr
    listing.stdout.readline()
    listing.stdout.close()
    err = listing.stderr.read()
    listing.stderr.close()
    assert listing.wait(30) == 141
    assert b"Traceback" not in err


def test_a_search_that_begins_with_a_minus_goes_behind_two(
    browsed_sandbox: SandboxPlatform,
) -> None:
    env = browsed_sandbox.environment()
    refused = aicx("humans", "list", "-ana", env=env)
    assert refused.code == 2
    assert "A search that begins with - goes behind --, as in: -- -word" in refused.err
    found = aicx("humans", "list", "--json", "--", "-ana", env=env).json()
    assert 0 < len(found) < 400
