"""Parts that several folders of tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform

WORKERS_A_CORE = 2
"""Tests wait for processes and for screens half of their time."""


def pytest_xdist_auto_num_workers() -> int:
    """How many processes `-n auto` makes of the tests."""
    return WORKERS_A_CORE * (os.cpu_count() or 1)


@pytest.fixture(scope="session")
def browsed_sandbox() -> Iterator[SandboxPlatform]:
    """A real sandbox with 400 humans that no test changes."""
    with SandboxProcess("--ephemeral", "--humans", "400") as process:
        yield SandboxPlatform(process.announcement)


@pytest.fixture
def own_sandbox() -> Iterator[SandboxPlatform]:
    """A real sandbox with 40 humans for one test alone."""
    with SandboxProcess("--ephemeral", "--humans", "40") as process:
        yield SandboxPlatform(process.announcement)
