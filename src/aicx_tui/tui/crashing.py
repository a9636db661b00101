"""What is said of an error that nobody expected."""

from __future__ import annotations

import traceback

from textual.worker import WorkerFailed

FRAMES = 8
"""Places that are named, the last ones."""


def crash_report(error: BaseException | None) -> str:
    """Name the kind and the places of an error, and nothing of its data.

    Args:
        error: What ended the console; one of a worker stands for what the worker met.
    """
    if isinstance(error, WorkerFailed):
        error = error.error
    frames = traceback.extract_tb(error.__traceback__) if error else []
    places = "\n".join(f"  {f.filename}:{f.lineno} in {f.name}" for f in frames[-FRAMES:])
    return (
        f"aicx: internal error: {type(error).__name__}. Please report it with these places:\n"
        f"{places}"
    )
