"""A key in an environment file: what changes, what stays, and what is refused."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from aicx_tui.errors import AicxError, ForbiddenError, NotFoundError, UsageError
from aicx_tui.services.env_text import value_in, with_value
from aicx_tui.services.target_env_file import EnvFile
from aicx_tui.services.targets import Target

NEW = "sk_new+4711/=="
TOKEN = SecretStr(NEW)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    path.write_text("# billing\nAPI=1\nTOKEN=sk_old\nLAST=x\n")
    path.chmod(0o600)
    return path


def target(path: Path, key: str = "TOKEN") -> Target:
    return Target("billing .env", "env-file", {"file": str(path), "key": key})


def update(path: Path, key: str = "TOKEN") -> None:
    asyncio.run(EnvFile().update(target(path, key), TOKEN))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("TOKEN=old\n", f"TOKEN={NEW}\n"),
        ("TOKEN=old", f"TOKEN={NEW}"),
        ("TOKEN=\n", f"TOKEN={NEW}\n"),
        ("export TOKEN=old # theirs\n", f"export TOKEN={NEW} # theirs\n"),
        ('TOKEN = "old"  # theirs\n', f'TOKEN = "{NEW}"  # theirs\n'),
        ("TOKEN='old'\n", f"TOKEN='{NEW}'\n"),
        ("TOKEN=a#b\n", f"TOKEN={NEW}\n"),
        ("A=1\r\nTOKEN=old\r\nB=2\r\n", f"A=1\r\nTOKEN={NEW}\r\nB=2\r\n"),
        ("A=1\r\n", f"A=1\r\nTOKEN={NEW}\r\n"),
        ("A=1", f"A=1\nTOKEN={NEW}\n"),
        ("", f"TOKEN={NEW}\n"),
        (
            "#TOKEN=old\nMY_TOKEN=a\nTOKEN_B=b\n",
            f"#TOKEN=old\nMY_TOKEN=a\nTOKEN_B=b\nTOKEN={NEW}\n",
        ),
        ("TOKEN=1\nTOKEN=2\n", f"TOKEN={NEW}\nTOKEN={NEW}\n"),
        ('PEM="a\nTOKEN=not this\nb"\nTOKEN=old\n', f'PEM="a\nTOKEN=not this\nb"\nTOKEN={NEW}\n'),
        ('TOKEN="a\nb"\nB=1\n', f'TOKEN="{NEW}"\nB=1\n'),
        ('NAME="Bob\nTOKEN="old"\n', f'NAME="Bob\nTOKEN="{NEW}"\n'),
    ],
)
def test_one_key_changes_and_all_else_stays(before: str, after: str) -> None:
    assert with_value(before, "TOKEN", NEW) == after
    assert value_in(after, "TOKEN") == NEW


@given(
    value=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1),
    mark=st.sampled_from(["", '"', "'"]),
)
def test_what_is_written_is_read_back(value: str, mark: str) -> None:
    try:
        text = with_value(f"A=1\nK={mark}old{mark} # note\nB=2\n", "K", value)
    except UsageError as refused:
        assert "'" in value
        assert "Nothing was written" in refused.message
        return
    assert value_in(text, "K") == value
    assert text.startswith("A=1\nK=")
    assert text.endswith(" # note\nB=2\n")


@pytest.mark.parametrize("value", ["sk_a$b", "sk`id`", 'a"b\\c', "plain+/=", "a#b", "a!b;c&d"])
@pytest.mark.parametrize("mark", ["", '"', "'"])
def test_a_shell_reads_the_same(value: str, mark: str, tmp_path: Path) -> None:
    path = tmp_path / "env"
    path.write_text(with_value(f"K={mark}old{mark}\n", "K", value))
    done = subprocess.run(
        ["sh", "-c", '. "$1"; printf %s "$K"', "sh", path], capture_output=True, check=True
    )
    assert done.stdout.decode() == value


def test_the_file_stays_its_owners_alone(file: Path) -> None:
    owner = (file.stat().st_uid, file.stat().st_gid)
    update(file)
    assert file.read_text() == f"# billing\nAPI=1\nTOKEN={NEW}\nLAST=x\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (file.stat().st_uid, file.stat().st_gid) == owner
    assert os.listdir(file.parent) == [".env"]
    assert asyncio.run(EnvFile().check(target(file), TOKEN)).is_current is True


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_stays_theirs(file: Path) -> None:
    os.chown(file, 12345, 23456)
    update(file)
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 23456)


def test_a_link_stays_a_link(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "sub" / "link.env"
    link.parent.mkdir()
    link.symlink_to("../.env")
    update(link)
    assert link.is_symlink()
    assert f"TOKEN={NEW}" in file.read_text()


def test_bytes_that_are_no_text_stay(file: Path) -> None:
    file.write_bytes(b"NAME=J\xf6rg\nTOKEN=old\n")
    update(file)
    assert file.read_bytes() == b"NAME=J\xf6rg\n" + f"TOKEN={NEW}\n".encode()


@pytest.mark.parametrize(
    ("mode", "says"), [(0o640, "Others may read"), (0o604, "Others may read"), (0o400, "read-only")]
)
def test_a_file_that_is_open_or_shut_is_left(file: Path, mode: int, says: str) -> None:
    file.chmod(mode)
    before = file.read_bytes()
    with pytest.raises(ForbiddenError, match=says) as refused:
        update(file)
    assert "chmod 600" in refused.value.hint
    assert file.read_bytes() == before


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no file") as refused:
        update(tmp_path / "typo.env")
    assert "install -m 600" in refused.value.hint
    assert os.listdir(tmp_path) == []


def test_what_is_no_file_is_refused(tmp_path: Path, file: Path) -> None:
    with pytest.raises(AicxError):
        update(tmp_path)
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(UsageError, match="is no file"):
        update(tmp_path / "pipe")
    (tmp_path / "second").hardlink_to(file)
    with pytest.raises(UsageError, match="has 2 names"):
        update(file)
    (tmp_path / "binary").write_bytes(b"\0\1")
    (tmp_path / "binary").chmod(0o600)
    with pytest.raises(UsageError, match="no environment file"):
        update(tmp_path / "binary")


def test_a_missing_key_is_seen_and_added(file: Path) -> None:
    seen = asyncio.run(EnvFile().check(target(file, "OTHER"), TOKEN))
    assert (seen.is_current, seen.message) == (False, f"{file} has no OTHER.")
    would = asyncio.run(EnvFile().rehearse(target(file, "OTHER"), TOKEN))
    assert would == f"Would add OTHER in {file}."
    update(file, "OTHER")
    assert file.read_text().endswith(f"LAST=x\nOTHER={NEW}\n")


def test_another_token_is_seen(file: Path) -> None:
    seen = asyncio.run(EnvFile().check(target(file), TOKEN))
    assert (seen.is_current, seen.message) == (False, f"TOKEN in {file} is another token.")


FULL = """
import asyncio, resource, signal, sys
from pathlib import Path
from pydantic import SecretStr
from aicx_tui.errors import AicxError
from aicx_tui.services.target_env_file import EnvFile
from aicx_tui.services.targets import Target

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
try:
    asyncio.run(EnvFile().update(
        Target("t", "env-file", {"file": sys.argv[1], "key": "TOKEN"}), SecretStr("sk_new")))
except AicxError as error:
    print(error.message)
"""


def test_a_full_disk_leaves_the_file_as_it_was(file: Path) -> None:
    before = file.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", FULL, file], capture_output=True, text=True, check=True
    )
    assert "could not be written: File too large. It is as it was." in done.stdout
    assert file.read_bytes() == before
    assert os.listdir(file.parent) == [".env"]
