"""Humans written to files: whole or not at all."""

from __future__ import annotations

import csv
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from tests.cli.command import PATIENCE, aicx, clean_environment
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform


@pytest.fixture(scope="module")
def crowded_sandbox() -> Iterator[SandboxPlatform]:
    """A real sandbox with 10,000 humans that no test changes."""
    with SandboxProcess("--ephemeral", "--humans", "10000") as process:
        yield SandboxPlatform(process.announcement)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def exporting(
    file: Path,
    *words: str,
    env: dict[str, str],
    limit: int | None = None,
    before: tuple[str, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start an export; no file that it writes may grow beyond the limit, in bytes."""

    def hold() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [
            *(sys.executable, "-m", "aicx_tui", *before),
            *("humans", "list", "--jsonl", "-o", str(file), *words),
        ],
        env=clean_environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=hold,
    )


def wait_for_half_a_file(folder: Path, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        if any(path.stat().st_size for path in folder.glob(".*.aicx-part")):
            return
    raise AssertionError("the export ended before anything could be seen of it")


@pytest.mark.parametrize("form", ["csv", "jsonl", "json"])
def test_a_file_holds_what_would_be_printed(
    browsed_sandbox: SandboxPlatform, tmp_path: Path, form: str
) -> None:
    env = browsed_sandbox.environment()
    file = tmp_path / f"humans.{form}"
    done = aicx("humans", "list", f"--{form}", "-o", str(file), env=env)
    assert (done.code, done.out) == (0, "")
    assert done.err == f"400 humans. Written to {file}.\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert names_in(tmp_path) == [file.name]
    printed = aicx("humans", "list", f"--{form}", env=env).out
    written = file.read_bytes().decode()
    if form == "json":
        assert json.loads(written) == json.loads(printed)
    else:
        assert written == printed
    assert (form == "csv") == ("\r\n" in written)


def test_no_cell_of_a_file_runs_in_a_spreadsheet(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = own_sandbox.environment()
    for name in ("=HYPERLINK(0)", "  +1", "@SUM(A1)", "｜", "＝1", '-1,2";', "|x"):
        assert aicx("humans", "create", f"--fullname={name}", env=env).code == 0
    file = tmp_path / "humans.csv"
    assert aicx("humans", "list", "--csv", "-o", str(file), env=env).code == 0
    with file.open(encoding="utf-8", newline="") as opened:
        cells = [cell for row in csv.reader(opened) for cell in row]
    assert "'=HYPERLINK(0)" in cells
    assert not [cell for cell in cells if cell.strip(" \u00a0")[:1] in set("=+-@|%＝＋－＠") - {""}]


def test_a_query_and_a_limit_hold_for_files_too(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    file = tmp_path / "few.jsonl"
    words = ("humans", "list", "--jsonl", "-o", str(file), "--limit", "3")
    done = aicx(*words, env=browsed_sandbox.environment())
    assert "The first 3 humans; there are more. Written to" in done.err
    assert len(file.read_text(encoding="utf-8").splitlines()) == 3


def test_a_file_that_is_there_is_replaced_only_when_forced(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    file = tmp_path / "humans.jsonl"
    file.write_text("mine")
    words = ("humans", "list", "--jsonl", "-o", str(file))
    unreachable = browsed_sandbox.environment() | {"AICX_URL": "http://127.0.0.1:1"}
    refused = aicx(*words, env=unreachable)
    assert refused.code == 2, "it is refused before anything is read"
    assert "is there already" in refused.err
    assert "--force" in refused.err
    assert aicx(*words, "--force", env=unreachable).code == 7
    assert file.read_text() == "mine"
    assert aicx(*words, "--force", env=browsed_sandbox.environment()).code == 0
    assert len(file.read_text(encoding="utf-8").splitlines()) == 400
    assert names_in(tmp_path) == [file.name]


WRONG_WORDS = [
    (["-o", "x.csv"], "Add --csv"),
    (["--csv", "--force"], "-o FILE"),
    (["--csv", "-o", "/no/such/folder/x.csv"], "no folder"),
    (["--csv", "-o", "/dev/null", "--force"], "is no file"),
]


@pytest.mark.parametrize(("words", "part"), WRONG_WORDS)
def test_what_cannot_be_exported_is_refused_first(words: list[str], part: str) -> None:
    ended = aicx("humans", "list", *words, env={"AICX_URL": "http://127.0.0.1:1"})
    assert ended.code == 2
    assert part in ended.err


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGTERM])
def test_an_export_that_is_ended_leaves_nothing(
    crowded_sandbox: SandboxPlatform, tmp_path: Path, blow: signal.Signals
) -> None:
    process = exporting(tmp_path / "humans.jsonl", env=crowded_sandbox.environment())
    wait_for_half_a_file(tmp_path, process)
    process.send_signal(blow)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert b"Interrupted" in err
    assert b"Traceback" not in err
    assert names_in(tmp_path) == []


def test_an_export_that_is_killed_leaves_no_file_and_the_next_tidies_up(
    crowded_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    file = tmp_path / "humans.jsonl"
    process = exporting(file, env=crowded_sandbox.environment())
    wait_for_half_a_file(tmp_path, process)
    process.kill()
    process.communicate(timeout=PATIENCE)
    assert names_in(tmp_path) == [".humans.jsonl.aicx-part"]
    done = exporting(file, env=crowded_sandbox.environment())
    done.communicate(timeout=PATIENCE)
    assert done.returncode == 0
    assert names_in(tmp_path) == ["humans.jsonl"]
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len({json.loads(line)["id"] for line in lines}) == 10_000


def test_a_second_export_leaves_the_first_alone(
    crowded_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    file = tmp_path / "humans.jsonl"
    first = exporting(file, env=crowded_sandbox.environment())
    wait_for_half_a_file(tmp_path, first)
    first.send_signal(signal.SIGSTOP)
    second = aicx("humans", "list", "--jsonl", "-o", str(file), env=crowded_sandbox.environment())
    assert second.code == 2
    assert "by another process" in second.err
    first.send_signal(signal.SIGCONT)
    first.communicate(timeout=PATIENCE)
    assert first.returncode == 0
    assert len(file.read_text(encoding="utf-8").splitlines()) == 10_000


@pytest.mark.parametrize("room", [200_000, 1_000_000])
def test_a_full_disk_leaves_nothing_and_keeps_what_was_there(
    crowded_sandbox: SandboxPlatform,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    room: int,
) -> None:
    old = tmp_path / "old.jsonl"
    old.write_text("mine")
    folder = tmp_path_factory.mktemp("copy")
    env = crowded_sandbox.environment() | {"AICX_HOME": str(folder)}
    key = ("--mirror-key-file", str(folder / "key"))
    assert aicx(*key, "sync", env=env).code == 0  # so that only the export needs room
    for name, words, left in (
        ("new.jsonl", (), b"Nothing is left of it."),
        ("old.jsonl", ("--force",), b"It is as it was."),
    ):
        process = exporting(tmp_path / name, *words, env=env, limit=room, before=key)
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1
        assert b"could not be written: File too large. " + left in err
        assert b"Traceback" not in err
    assert names_in(tmp_path) == ["old.jsonl"]
    assert old.read_text() == "mine"


def test_a_link_stays_a_link(browsed_sandbox: SandboxPlatform, tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    link = tmp_path / "humans.jsonl"
    link.symlink_to(tmp_path / "far" / "real.jsonl")
    done = aicx("humans", "list", "--jsonl", "-o", str(link), env=browsed_sandbox.environment())
    assert done.code == 0
    assert link.is_symlink()
    assert len((tmp_path / "far" / "real.jsonl").read_text(encoding="utf-8").splitlines()) == 400


def test_a_terminal_sees_how_far_it_is(crowded_sandbox: SandboxPlatform, tmp_path: Path) -> None:
    file = tmp_path / "humans.csv"
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "aicx_tui", "humans", "list", "--csv", "-o", str(file)],
        env=clean_environment(crowded_sandbox.environment()),
        timeout=PATIENCE,
        encoding="utf-8",
    )
    terminal.expect(r"[\d,]+ of 10,000 humans, \d+%, [\d,]+/s, \d+:\d\d left")
    terminal.expect(r"10,000 humans\. Written to")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
    assert os.path.getsize(file) > 0
