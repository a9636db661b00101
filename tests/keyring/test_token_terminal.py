"""The token in a real terminal: where it is seen, and where it must not be."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import LEAVES_ALTERNATE_SCREEN, Terminal
from tests.keyring.desk import Desk, Make
from tests.keyring.losing_proxy import LosingProxy

CRASHES = """
from aicx_tui.tui.screens.token_once import TokenOnceScreen

def crash(screen, *_):
    said = str(screen._shown.render())
    raise RuntimeError(said)

TokenOnceScreen.action_close = TokenOnceScreen.on_screen_suspend = crash
"""
"""Lets the console crash while the whole token is on the screen."""


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    started: list[Terminal] = []
    yield started
    for terminal in started:
        terminal.program.close(force=True)


async def test_a_token_is_in_no_byte_but_those_of_showing_it_once(
    make: Make, platform: LosingProxy, tmp_path: Path, terminals: list[Terminal]
) -> None:
    desk = make(platform)
    told = tmp_path / "told"
    script = tmp_path / "push"
    script.write_text(f"env > {told}; cat /proc/$$/cmdline /proc/$PPID/environ >> {told}; cat\n")
    desk.describe(
        "[[targets.work]]", 'name = "site"', 'kind = "command"', f'command = "sh {script}"'
    )
    (tmp_path / "crash").mkdir()
    (tmp_path / "crash" / "sitecustomize.py").write_text(CRASHES)
    await asyncio.to_thread(_at_a_terminal, desk, terminals)
    seen = b"".join(terminal.raw for terminal in terminals) + told.read_bytes()
    tokens = [desk.token, *(token.decode() for token in platform.tokens)]
    assert [token for token in tokens if token.encode() in seen] == []
    assert desk.works(desk.stored())
    crashing = {"PYTHONPATH": str(tmp_path / "crash")}
    await asyncio.to_thread(_crashes, desk, terminals, crashing)


def _at_a_terminal(desk: Desk, terminals: list[Terminal]) -> None:
    terminal = _started(desk, terminals)
    terminal.types("gt")
    terminal.sees("verified just now")
    terminal.types("Ri")
    terminal.sees("The place that uses it has it.")
    terminal.types("\r")
    terminal.sees("Kept in       Secret Service", "✓ now")
    token = str(desk.stored())
    given = Path(f"/proc/{terminal.pid}/cmdline").read_bytes()
    given += Path(f"/proc/{terminal.pid}/environ").read_bytes()
    before = len(terminal.raw)
    terminal.types(".s")
    terminal.sees(token)
    terminal.types("\x1b")
    terminal.sees_no_more(token)
    assert token.encode() in terminal.raw[before:]
    del terminal.raw[before:]
    terminal.types("yc")
    terminal.sees("cleared in 30 s")
    terminal.types("\x11")
    assert terminal.ends() == 0
    assert b"\x1b]52;c;\x07" in terminal.raw  # a clipboard is not left with it
    desk.out += [bytes(terminal.raw), given]


def _crashes(desk: Desk, terminals: list[Terminal], crashing: dict[str, str]) -> None:
    terminal = _started(desk, terminals, **crashing)
    terminal.types("gt")
    terminal.sees("verified just now")
    terminal.types(".s")
    terminal.sees(token := str(desk.stored()))
    terminal.types("\x1b")
    assert terminal.ends() == 1
    said = terminal.raw.rpartition(LEAVES_ALTERNATE_SCREEN)[2]  # what the terminal still shows
    assert b"internal error: RuntimeError" in said
    assert token.encode() not in said
    desk.out.append(bytes(said))


def _started(desk: Desk, terminals: list[Terminal], **env: str) -> Terminal:
    terminal = Terminal(home=desk.home, env=desk.service.environment | env, size=(30, 100))
    terminals.append(terminal)
    terminal.sees("fresh")
    return terminal


async def test_ended_from_outside_with_a_token_that_is_kept_nowhere_the_next_start_has_it(
    make: Make, platform: LosingProxy, terminals: list[Terminal]
) -> None:
    desk = make(platform)
    desk.describe()
    platform.when_issued = desk.service.kill_daemon
    await asyncio.to_thread(_ended_from_outside, desk, terminals)
    platform.when_issued = lambda: None
    desk.service.restart_daemon()
    await asyncio.to_thread(_finished_at_start, desk, terminals)
    assert desk.works(desk.stored())
    assert desk.stored() == platform.tokens[-1].decode()
    assert len(set(platform.tokens)) == 1
    desk.out += [bytes(terminal.raw) for terminal in terminals]


def _ended_from_outside(desk: Desk, terminals: list[Terminal]) -> None:
    terminal = _started(desk, terminals)
    terminal.types("gt")
    terminal.sees("verified just now")
    terminal.types("Ii")
    terminal.sees("not kept anywhere yet")
    terminal.types("\x11\x11")
    terminal.sees("Keep it first")
    terminal.program.kill(signal.SIGTERM)
    assert terminal.ends() == 128 + signal.SIGTERM


def _finished_at_start(desk: Desk, terminals: list[Terminal]) -> None:
    terminal = _started(desk, terminals)
    terminal.sees("was cut off and is")
    terminal.types("\x11")
    assert terminal.ends() == 0
