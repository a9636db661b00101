"""`aicx sync`: the local copy, read once and then only what changed."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.cli.command import aicx
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
