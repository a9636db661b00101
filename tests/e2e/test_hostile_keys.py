"""Hostile keys in config.toml: they are told as they are, and do nothing."""

from __future__ import annotations

from pathlib import Path

import tomlkit

from aicx_tui.tui.keys import KEYS
from tests.e2e.hostile_console import ROOM, Start, ends_unharmed, home
from tests.hostile import MARK, SHORT_PAYLOADS, in_groups, joined


def test_keys_of_config_toml_that_are_none_are_told_in_toast_and_help_and_do_nothing(
    start: Start, tmp_path: Path
) -> None:
    changeable = [action for action in KEYS if action != "views.show"]
    overrides = dict(zip(changeable, in_groups(4, SHORT_PAYLOADS), strict=False))
    assert sum(len(group) for group in overrides.values()) == len(SHORT_PAYLOADS)
    keys = {action: joined(group).replace(",", ";") for action, group in overrides.items()}
    (home(tmp_path) / "config.toml").write_text(tomlkit.dumps({"keys": keys}))
    terminal = start(size=ROOM)
    terminal.sees("Keys in config.toml", MARK)
    terminal.types("?")
    terminal.sees("type to find", *(p.mark for p in SHORT_PAYLOADS))
    terminal.clicks(MARK)
    ends_unharmed(terminal, tmp_path)
