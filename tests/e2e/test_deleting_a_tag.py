"""Deleting a tag on a terminal: how many humans have it is said before anything is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import aicx
from tests.e2e.terminal import Terminal
from tests.sandbox_platform import SandboxPlatform


@pytest.mark.parametrize("answer", ["n", "y"])
def test_a_tag_goes_only_after_a_yes(
    own_sandbox: SandboxPlatform, tmp_path: Path, answer: str
) -> None:
    env = own_sandbox.environment()
    tag = aicx("tags", "define", "Tier", env=env).out.strip()
    humans = aicx("humans", "list", "--json", env=env).json()[:2]
    ids = "\n".join(human["id"] for human in humans)
    aicx("tags", "assign", "--ids-from", "-", "--tag", f"{tag}=a", env=env, stdin=ids)
    terminal = Terminal("tags", "delete", "tier", home=tmp_path, env=env)
    terminal.sees("Delete Tier? 2 humans have it and lose their values. [y/N]")
    terminal.types(f"{answer}\r")
    terminal.sees("Deleted Tier; 2 humans had it." if answer == "y" else "Nothing was deleted.")
    assert terminal.ends() == 0
    left = aicx("tags", "list", env=env).out
    assert ("Tier" in left) == (answer == "n")
