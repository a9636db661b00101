"""A hostile platform and consoles on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.hostile_console import ROOM, Start, home
from tests.e2e.terminal import Terminal
from tests.hostile_platform import HostilePlatform, hostile_platform


@pytest.fixture
def platform() -> Iterator[HostilePlatform]:
    with hostile_platform() as hostile:
        yield hostile


@pytest.fixture
def start(platform: HostilePlatform, tmp_path: Path) -> Iterator[Start]:
    """Starts the console on the platform, in a folder of its own."""
    started: list[Terminal] = []

    def begin(*words: str, size: tuple[int, int] = ROOM, aimed: bool = True) -> Terminal:
        env = platform.environment if aimed else {}
        terminal = Terminal(*words, home=home(tmp_path), env=env, size=size, folder=tmp_path)
        started.append(terminal)
        return terminal

    yield begin
    for terminal in started:
        terminal.program.close(force=True)
