"""What tests of the outbox begin with: a platform of their own, and a mirror of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from aicx_tui.api.base import Platform
from aicx_tui.services.outbox import Outbox
from aicx_tui.storage.mirror import Mirror
from tests.sandbox_platform import SandboxPlatform
from tests.storage.bulk_runs import Place, place
from tests.storage.mirrors import KEY
from tests.storage.syncing import at_the_platform, synced


@pytest.fixture
async def platform(own_sandbox: SandboxPlatform) -> AsyncIterator[Platform]:
    """The console contract, at a sandbox that nobody else uses."""
    async with aclosing(await own_sandbox.console()) as opened_platform:
        yield opened_platform


@pytest.fixture
async def mirror(tmp_path: Path, platform: Platform) -> AsyncIterator[Mirror]:
    """Everybody, read once."""
    opened = Mirror(tmp_path / "mirror.db", KEY)
    await synced(platform, opened)
    yield opened
    opened.close()


@pytest.fixture
async def ids(platform: Platform) -> list[str]:
    """The ids of everybody at the platform."""
    return [*await at_the_platform(platform)]


@pytest.fixture
def outbox(mirror: Mirror) -> Outbox:
    """The changes of one person."""
    return Outbox(mirror, who="Ana Cruz")


@pytest.fixture
async def at(own_sandbox: SandboxPlatform, tmp_path: Path) -> AsyncIterator[Place]:
    async with place(own_sandbox, tmp_path) as one:
        yield one
