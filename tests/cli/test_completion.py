"""Completion by the real shells, from the code that `aicx completion` prints."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pexpect
import pytest

from tests.cli.command import PATIENCE, aicx, clean_environment

CONTEXTS = "".join(
    f'[contexts.{name}]\nkind = "console"\nurl = "https://{name}.example"\n'
    for name in ("acme-support", "beta")
)
PROMPT = "ready> "
SETTING_UP = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
}
COMMANDS = {
    "bash": [
        "bind 'set show-all-if-ambiguous on'",
        "bind 'set enable-bracketed-paste off'",
        'eval "$(aicx completion bash)"',
    ],
    "zsh": [
        "autoload -U compinit",
        'compinit -u -d "$HOME/zcompdump"',
        "unsetopt ZLE_BRACKETED_PASTE",
        'eval "$(aicx completion zsh)"',
    ],
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(CONTEXTS)
    return tmp_path


def environment(home: Path) -> dict[str, str]:
    """One in which the shells find this aicx, and nothing of whoever runs the tests."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    of_home = {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_DATA_HOME": str(home)}
    given = {"AICX_HOME": str(home), "PATH": path, "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    return {**clean_environment(given), **of_home}


def require(shell: str) -> None:
    """Skip where a shell is not installed; in CI that is a failure."""
    if not shutil.which(shell):
        if os.environ.get("CI"):
            pytest.fail(f"missing: {shell}")
        pytest.skip(f"{shell} is not installed")


def typed_in(shell: str, line: str, wanted: Sequence[str], home: Path) -> str:
    """Type a line and a tab, wait until all the wanted was shown, and return what was."""
    child: pexpect.spawn[str] = pexpect.spawn(
        shell,
        SETTING_UP[shell],
        env={**environment(home), "PS1": PROMPT},
        cwd=str(home),
        dimensions=(50, 160),
        timeout=PATIENCE,
        encoding="utf-8",
    )
    child.delaybeforesend = None
    shown = ""
    try:
        child.expect_exact(PROMPT)
        for command in COMMANDS[shell]:
            child.sendline(command)
            child.expect_exact(PROMPT)
        child.send(line + "\t")
        missing = list(wanted)
        while missing:
            at = child.expect_exact(missing)
            shown += f"{child.before}{missing.pop(at)}"
        child.sendcontrol("u")
        child.sendline("echo en''d")
        child.expect_exact("end")
        return f"{shown}{child.before}"
    finally:
        child.close(force=True)


def asked_of_fish(line: str, wanted: Sequence[str], home: Path) -> str:
    """What fish would offer; it has a command that tells."""
    asking = f"aicx completion fish | source; complete --do-complete '{line}'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", asking],
        env=environment(home),
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    offered = [text.split("\t")[0] for text in done.stdout.decode().splitlines()]
    assert set(wanted) <= set(offered), offered
    return done.stdout.decode() + done.stderr.decode()


Offered = Callable[[str, Sequence[str], Path], str]


@pytest.fixture(params=["bash", "zsh", "fish"])
def offered(request: pytest.FixtureRequest) -> Offered:
    shell = str(request.param)
    require(shell)
    if shell == "fish":
        return asked_of_fish
    return lambda line, wanted, home: typed_in(shell, line, wanted, home)


@pytest.mark.parametrize(
    ("line", "wanted", "unwanted"),
    [
        ("aicx con", ["contexts", "config"], "humans"),
        ("aicx contexts use ", ["acme-support", "beta", "sandbox"], "aicx:"),
        ("aicx --context ", ["acme-support", "beta", "sandbox"], "aicx:"),
        ("aicx humans get --", ["--json", "--reveal-access-token"], "--fullname"),
    ],
)
def test_a_shell_completes(
    offered: Offered, home: Path, line: str, wanted: list[str], unwanted: str
) -> None:
    assert unwanted not in offered(line, wanted, home)


@pytest.mark.parametrize("content", ["[contexts", "unknown = 1"])
def test_a_broken_file_gives_no_error_and_the_sandbox(
    offered: Offered, home: Path, content: str
) -> None:
    (home / "config.toml").write_text(content)
    shown = offered("aicx contexts use s", ["sandbox"], home)
    assert "config.toml" not in shown
    assert "Traceback" not in shown
    assert "acme" not in shown


MODULES = """
import os, sys
def leave(code):
    os.write(1, "\\n".join(sys.modules).encode())
    real_exit(code)
real_exit, os._exit = os._exit, leave  # argcomplete's way out
sys.argv = ["aicx"]
from aicx_tui.__main__ import main
main()
"""


def test_nothing_heavy_is_loaded_for_it(home: Path) -> None:
    line = "aicx contexts use "
    asking = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)), "COMP_TYPE": ""}
    answer = home / "answer"
    done = subprocess.run(
        [sys.executable, "-c", MODULES],
        env=environment(home) | asking | {"_ARGCOMPLETE_STDOUT_FILENAME": str(answer)},
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert "beta" in answer.read_text()
    loaded = set(done.stdout.decode().split())
    assert "aicx_tui.config_file" in loaded
    heavy = {
        "pydantic",
        "httpx",
        "textual",
        "asyncio",
        "keyring",
        "tomlkit",
        "aicx_tui.services.setup",
    }
    assert not loaded & heavy


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_person_who_looks_is_told_how_to_install_it_and_a_file_holds_only_code(
    home: Path, shell: str
) -> None:
    written = aicx("completion", shell, env={})
    assert (written.code, written.err) == (0, "")
    terminal: pexpect.spawn[str] = pexpect.spawn(
        "aicx", ["completion", shell], env=environment(home), timeout=PATIENCE, encoding="utf-8"
    )
    terminal.expect_exact(f"aicx completion {shell}")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert f"aicx completion {shell}" not in written.out
