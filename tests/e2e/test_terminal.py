"""The whole product in a real terminal: `aicx --sandbox`, from the first paint to the last."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import (
    ENTERS_ALTERNATE_SCREEN,
    LEAVES_ALTERNATE_SCREEN,
    PATIENCE,
    Terminal,
)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    running = Terminal("--sandbox", home=tmp_path)
    yield running
    running.program.close(force=True)


def processes_of(home: Path) -> list[int]:
    """Processes whose command line names a home."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes() if entry.name.isdigit() else b""
        except OSError:
            continue  # it has ended meanwhile
        if os.fsencode(home) in words:
            found.append(int(entry.name))
    return found


def ended(pids: list[int]) -> None:
    """Wait until processes that are not our children have ended."""
    for pid in pids:
        descriptor = os.pidfd_open(pid) if Path(f"/proc/{pid}").exists() else None
        if descriptor is not None:
            assert select.select([descriptor], [], [], PATIENCE)[0], f"{pid} is still there"
            os.close(descriptor)


def test_humans_appear_one_is_found_opened_and_the_console_quits(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.waits_for(lambda: b"Starting the sandbox" in terminal.raw)
    terminal.sees("● 2,000 humans")
    assert processes_of(tmp_path)
    terminal.types("/[/] ")
    terminal.sees(" 2 of 2,000")
    terminal.types("\r")
    terminal.sees("g go")
    terminal.types("\r")
    terminal.sees("→ history, JSON")
    terminal.types("\x1b[C\x1b[C")
    terminal.sees('"fullname": "[/]"')
    terminal.types("\x11")
    assert terminal.ends() == 0
    assert processes_of(tmp_path) == []
    assert LEAVES_ALTERNATE_SCREEN in terminal.raw[-400:]


def test_what_customers_are_called_never_reaches_the_terminal_raw(terminal: Terminal) -> None:
    terminal.sees("● 2,000 humans")
    for shown in (
        "Title␛]0;owned␇Setter",
        "Clip␛]52;",
        "Colour␛[31mful",
        "Nul␀Byte",
        "[@click=app",
    ):
        terminal.sees(shown)
    terminal.types("\x11")
    terminal.ends()
    for payload in (b"\x1b]0;owned", b"\x1b]52;", b"\x1b[31mful", b"\xc2\x9b31m", b"\x00"):
        assert payload not in terminal.raw


def test_killing_the_console_ends_the_sandbox(terminal: Terminal, tmp_path: Path) -> None:
    terminal.sees("● 2,000 humans")
    sandbox = processes_of(tmp_path)
    assert sandbox
    os.kill(terminal.pid, signal.SIGKILL)
    ended(sandbox)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_the_first_paint_already_restores_the_terminal(
    terminal: Terminal, tmp_path: Path, number: signal.Signals
) -> None:
    terminal.waits_for(lambda: ENTERS_ALTERNATE_SCREEN in terminal.raw)
    os.kill(terminal.pid, number)
    assert terminal.ends() == 128 + number
    assert LEAVES_ALTERNATE_SCREEN in terminal.raw
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_order_and_restores_the_terminal(
    terminal: Terminal, tmp_path: Path, number: signal.Signals
) -> None:
    terminal.sees("● 2,000 humans")
    os.kill(terminal.pid, number)
    assert terminal.ends() == 128 + number
    assert LEAVES_ALTERNATE_SCREEN in terminal.raw[-400:]
    assert processes_of(tmp_path) == []


def test_a_terminal_that_goes_away_while_all_is_painted_leaves_nothing_running(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.sees("● 2,000 humans")
    left = [*processes_of(tmp_path), terminal.pid]
    terminal.types("\x1b[B" * 500)
    terminal.program.ptyproc.fileobj.close()  # type: ignore[attr-defined]
    ended(left)


def test_a_sandbox_that_was_killed_is_started_anew(terminal: Terminal, tmp_path: Path) -> None:
    terminal.sees("● 2,000 humans")
    (sandbox,) = processes_of(tmp_path)
    os.kill(sandbox, signal.SIGKILL)
    ended([sandbox])
    terminal.types("r")
    terminal.waits_for(lambda: len(processes_of(tmp_path)) == 1)
    terminal.sees("● 2,000 humans, fresh now")
    assert processes_of(tmp_path) != [sandbox]
    terminal.types("\x11")
    assert terminal.ends() == 0


def test_a_second_console_joins_and_outlives_the_first(terminal: Terminal, tmp_path: Path) -> None:
    terminal.sees("● 2,000 humans")
    second = Terminal("--sandbox", home=tmp_path)
    second.sees("● 2,000 humans")
    terminal.types("\x11")
    assert terminal.ends() == 0
    second.types("r")
    second.types("i")
    second.sees("Go to humans by id")
    second.types("eu_nobody\r")
    second.sees("no such human")
    second.types("\x11")
    assert second.ends() == 0
    assert processes_of(tmp_path) == []
