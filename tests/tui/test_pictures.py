"""README's pictures show what the console looks like now."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from screenshots.__main__ import FOLDER, SCENES, picture

from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform


@pytest.fixture(scope="module")
def default_sandbox() -> Iterator[SandboxPlatform]:
    with SandboxProcess("--ephemeral") as process:
        yield SandboxPlatform(process.announcement)


@pytest.mark.parametrize("name", SCENES)
async def test_a_picture_is_true(default_sandbox: SandboxPlatform, name: str) -> None:
    kept = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
    assert await picture(name, default_sandbox) == kept, "run: uv run python -m screenshots"


def test_every_picture_has_a_scene() -> None:
    kept = {path.stem for path in FOLDER.iterdir() if path.suffix in {".svg", ".png"}}
    assert kept == set(SCENES)
