"""What is being typed into a form when the console is killed is there when it starts again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from aicx_tui.services.drafts import NEW
from aicx_tui.storage.database import connect
from aicx_tui.storage.drafts import kept_draft
from tests.e2e.terminal import PATIENCE, Terminal


def kept(home: Path) -> Mapping[str, str]:
    """What the sandbox's mirror holds of the form of a new human."""
    key = bytes.fromhex((home / "sandbox" / "mirror.key").read_text().strip())
    (path,) = home.rglob("mirrors/*/*.db")
    connection = connect(path, key, cache_mebibytes=1)
    try:
        draft = kept_draft(connection, NEW)
        return draft.fields if draft is not None else {}
    finally:
        connection.close()


def test_a_console_that_is_killed_loses_nothing_typed(tmp_path: Path) -> None:
    first = Terminal("--sandbox", home=tmp_path)
    first.sees("● 2,000 humans")
    first.types("n")
    first.sees("New human")
    first.pastes("Ada Önd")
    first.sees("Ada Önd")
    end = time.monotonic() + PATIENCE
    while kept(tmp_path) != {"fullname": "Ada Önd"}:
        assert time.monotonic() < end
    os.kill(first.pid, signal.SIGKILL)
    assert first.ends() == -signal.SIGKILL
    second = Terminal("--sandbox", home=tmp_path)
    second.sees("● 2,000 humans")
    second.types("n")
    second.sees("Continued from a draft of", "Ada Önd")
    second.types("\x13")
    second.sees("● 2,001 humans", "Ada Önd")
    second.types("n")
    second.sees("New human")
    assert "Continued" not in second.text
    second.types("\x1b")
    second.sees_no_more("New human")
    second.types("\x11")
    assert second.ends() == 0
    assert kept(tmp_path) == {}
