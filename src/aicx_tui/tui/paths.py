"""Paths as people type them into a form."""

from __future__ import annotations

import os
from pathlib import Path

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
