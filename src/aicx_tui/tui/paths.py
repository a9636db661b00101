"""Paths as people type them into a form."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from textual.suggester import Suggester
from typing_extensions import override

from aicx_tui.errors import FieldProblem, UsageError


def full_path(name: str, *, field: str = "file") -> Path:
    """A path as a shell would read it.

    Args:
        name: What was typed.
        field: Where.

    Raises:
        UsageError: It names a home folder of nobody.
    """
    path = Path(os.path.expanduser(name))  # Path.expanduser raises for ~nobody
    if name.startswith("~") and str(path).startswith("~"):
        problem = FieldProblem(field, "This names a home folder that is not there.")
        raise UsageError("Nothing was done.", problems=[problem])
    return Path(os.path.abspath(path))


class PathSuggester(Suggester):
    """Offers the first file or folder that begins with what was typed."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    @override
    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(_completed, value) if value else None


def _completed(value: str) -> str | None:
    """What a shell would complete; nothing where names have signs that no terminal shows."""
    folder, begun = os.path.split(value)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            found = sorted(
                (entry.name, entry.is_dir())
                for entry in entries
                if entry.name.startswith(begun)
                and entry.name.isprintable()
                and (begun.startswith(".") or not entry.name.startswith("."))
            )
    except (OSError, ValueError):
        return None
    if not found:
        return None
    name, is_folder = found[0]
    return os.path.join(folder, name) + ("/" if is_folder else "")
