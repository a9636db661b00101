"""Reads the settings that stand in one table of config.toml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aicx_tui.config import Setting, checked_value
from aicx_tui.config_problems import Problems
from aicx_tui.errors import AicxError


def values_of(
    table: Mapping[str, object],
    settings: Sequence[Setting],
    *,
    where: str,
    problems: Problems,
    beside: tuple[str, ...] = (),
) -> dict[str, Any]:
    """The usable values of a table, by key; what is wrong with others is noted.

    Args:
        table: As it was read.
        settings: What may stand in it.
        where: What the table is called, with dots.
        problems: Takes what is wrong.
        beside: Keys that may stand in it, too, and are read by who asks.
    """
    problems.unknown(table, known=(*(s.key for s in settings), *beside), where=f"{where}.")
    values: dict[str, Any] = {}
    for setting in settings:
        place = f"{where}.{setting.key}"
        if setting.key in table:
            try:
                values[setting.key] = checked_value(setting, table[setting.key], what=place)
            except AicxError as error:
                problems.add(place, error.message.removeprefix(place).strip())
        elif setting.is_required:
            problems.add(place, "is missing")
    return values
