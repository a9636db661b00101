"""`aicx sync`: the local copy, read once and then only what changed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.command import aicx
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform


@pytest.fixture
def env(own_sandbox: SandboxPlatform, tmp_path: Path) -> dict[str, str]:
    return own_sandbox.environment() | {"AICX_HOME": str(tmp_path / "home")}


def test_a_copy_with_a_key_file_is_kept_and_followed(env: dict[str, str], tmp_path: Path) -> None:
    key = ("--mirror-key-file", str(tmp_path / "key"))
    first = aicx(*key, "sync", "--json", env=env)
    assert first.json() == {"humans": 40, "changed": 0}
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600

    again = aicx(*key, "sync", "--json", env=env)
    assert again.json() == {"humans": 40, "changed": 0}
    created = aicx("humans", "create", "--fullname", "Zoë Quill-Fern", env=env).out.strip()
    assert aicx(*key, "sync", "--json", env=env).json() == {"humans": 41, "changed": 1}
    found = aicx(*key, "humans", "list", "zoe quill", "--json", env=env).json()
    assert [human["id"] for human in found] == [created]

    full = aicx(*key, "sync", "--full", "--json", env=env)
    assert full.json() == {"humans": 41, "changed": 0}
    files = [file for file in (tmp_path / "home").rglob("*") if file.is_file()]
    assert any(file.suffix == ".db" for file in files)
    assert not any(b"Quill" in file.read_bytes() for file in files)


def test_without_a_key_nothing_is_left_behind(env: dict[str, str], tmp_path: Path) -> None:
    done = aicx("sync", env=env)
    assert (done.code, done.out) == (0, "")
    assert "40 humans" in done.err
    assert "for this run only: the environment describes this context." in done.err
    assert [file for file in (tmp_path / "home").rglob("*") if file.is_file()] == []


def test_a_key_file_that_others_may_read_is_refused(env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("00" * 32)
    file.chmod(0o644)
    refused = aicx("--mirror-key-file", str(file), "sync", env=env)
    assert refused.code == 2
    assert f"chmod 600 {file}" in refused.err


def test_a_search_that_cannot_be_read_is_refused_before_anything_is_sent(
    env: dict[str, str],
) -> None:
    refused = aicx("humans", "list", "nam:ana", env=env | {"AICX_URL": "http://127.0.0.1:9"})
    assert refused.code == 2
    assert "no field nam" in refused.err


def test_whom_a_gateway_created_or_read_is_listed_from_then_on(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    everybody = aicx("humans", "list", "--json", env=own_sandbox.environment()).json()
    env = own_sandbox.environment(kind="gateway") | {"AICX_HOME": str(tmp_path / "home")}
    key = ("--mirror-key-file", str(tmp_path / "key"))
    read = everybody[7]["id"]
    assert aicx(*key, "humans", "get", read, env=env).code == 0
    created = aicx(
        *(*key, "humans", "create", "--fullname", "Jane", "--access-token-stdin"),
        env=env,
        stdin="end-user-token-5b",
    ).out.strip()
    file = tmp_path / "new.csv"
    file.write_text("fullname,email\nPaul,paul@example.com\nAda,ada@example.com\n")
    assert aicx(*key, "humans", "import", str(file), "--yes", env=env).code == 0
    with_tag = everybody[8]["id"]
    assert aicx(*key, "humans", "update", with_tag, "--fullname", "Not Kept", env=env).code == 0
    listed = aicx(*key, "humans", "list", "--json", env=env).json()
    assert {human["id"] for human in listed} >= {read, created}
    assert sorted(human["fullname"] for human in listed) == sorted(
        [everybody[7]["fullname"], "Jane", "Paul", "Ada"]
    )
    assert aicx(*key, "humans", "update", read, "--fullname", "Renamed", env=env).code == 0
    listed = aicx(*key, "humans", "list", "Renamed", "--json", env=env).json()
    assert [human["id"] for human in listed] == [read]
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"end-user-token-5b" not in kept


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*.db*")}


def test_a_copy_is_not_touched_with_another_key(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = own_sandbox.environment(kind="gateway") | {"AICX_HOME": str(tmp_path / "home")}
    human_id = aicx("humans", "list", "--json", env=own_sandbox.environment()).json()[0]["id"]
    key, other = str(tmp_path / "key"), str(tmp_path / "other")
    assert aicx("--mirror-key-file", key, "humans", "get", human_id, env=env).code == 0
    before = contents(tmp_path / "home")
    assert before
    for _ in range(2):  # a name that is not there, and then a file with another key
        refused = aicx("--mirror-key-file", other, "humans", "list", env=env)
        assert refused.code == 2
        assert "was written with another key. It stays as it is." in refused.err
        assert contents(tmp_path / "home") == before
        aicx("--mirror-key-file", other, "sync", env=env | {"AICX_HOME": str(tmp_path / "new")})
    listed = aicx("--mirror-key-file", key, "humans", "list", "--json", env=env).json()
    assert [human["id"] for human in listed] == [human_id]


def test_a_damaged_copy_is_set_aside_and_that_is_said(env: dict[str, str], tmp_path: Path) -> None:
    key = ("--mirror-key-file", str(tmp_path / "key"))
    for number in ("", "2"):
        assert aicx(*key, "sync", env=env).code == 0
        (mirror,) = (tmp_path / "home").rglob("*.db")
        mirror.write_bytes(b"a shopping list\n" * 1000)
        listed = aicx(*key, "humans", "list", "--json", env=env)
        assert len(listed.json()) == 40
        assert "The local copy was damaged and is read anew." in listed.err
        assert mirror.with_suffix(f".damaged{number}").read_bytes().startswith(b"a shopping list")
    assert mirror.with_suffix(".damaged").exists()


def test_logout_removes_the_copy_where_there_is_no_keyring_too(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = own_sandbox.environment()
    home = {"AICX_HOME": str(tmp_path / "home"), "AICX_TOKEN": env.pop("AICX_TOKEN")}
    added = aicx(
        *("contexts", "add", "own", "--kind", "console", "--url", env["AICX_URL"]),
        *("--company", env["AICX_COMPANY_ID"], "--bot", env["AICX_BOT_ID"]),
        env={"AICX_HOME": home["AICX_HOME"]},
    )
    assert added.code == 0, added.err
    key = ("--mirror-key-file", str(tmp_path / "key"))
    there = home | {"AICX_URL": env["AICX_URL"]}
    assert aicx(*key, "--context", "own", "sync", env=there).code == 0
    assert contents(tmp_path / "home")
    left = aicx("logout", "--context", "own", "--keep-mirror", env=home)
    assert "The local copy stays." in left.err
    assert contents(tmp_path / "home")
    refused = aicx("logout", "--context", "own", env=home)
    assert refused.code == 1
    assert "changes may wait in it. Its key is not at hand. Nothing was done." in refused.err
    assert "--discard" in refused.err
    assert contents(tmp_path / "home")
    gone = aicx(*key, "logout", "--context", "own", env=home)
    assert "There is no local copy of its humans now." in gone.err
    assert not contents(tmp_path / "home")


def test_without_the_platform_the_copy_is_listed_and_how_old_it_is_said(tmp_path: Path) -> None:
    key = ("--mirror-key-file", str(tmp_path / "key"))
    with SandboxProcess("--ephemeral", "--humans", "40") as process:
        platform = SandboxPlatform(process.announcement)
        env = platform.environment() | {"AICX_HOME": str(tmp_path / "home")}
        gateway = env | {"AICX_PLATFORM": "gateway"}
        everybody = aicx(*key, "humans", "list", "--json", env=env).json()
        assert aicx(*key, "humans", "get", everybody[3]["id"], env=gateway).code == 0
    offline = aicx(*key, "humans", "list", "--json", env=env)
    assert (offline.code, offline.json()) == (0, everybody)
    assert "Not refreshed: " in offline.err
    assert "This is the local copy as of 20" in offline.err
    file = tmp_path / "humans.jsonl"
    assert aicx(*key, "humans", "list", "--jsonl", "-o", str(file), env=env).code == 0
    assert len(file.read_text(encoding="utf-8").splitlines()) == len(everybody)
    by_id = aicx(*key, "humans", "list", "--json", env=gateway)
    assert [human["id"] for human in by_id.json()] == [everybody[3]["id"]]
    assert "Not refreshed: " in by_id.err
    assert aicx(*key, "sync", env=env).code == 7
    assert aicx("humans", "list", env=env).code == 7
    another_bot = env | {"AICX_BOT_ID": "another"}
    assert aicx(*key, "humans", "list", env=another_bot).code == 7
