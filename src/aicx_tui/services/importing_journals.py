"""All the journals of imports: those that nobody will go on with make room."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

KEPT_DAYS = 30
"""Days after its last entry for which a journal says what became of a file."""

_SECONDS_A_DAY = 86_400


def remove_old_journals(folder: Path, *, now: float | None = None) -> None:
    """Remove journals in which nothing was written for long; one that is in use stays.

    Args:
        folder: Where they lie.
        now: Seconds since 1970; the present without it.
    """
    oldest = (time.time() if now is None else now) - KEPT_DAYS * _SECONDS_A_DAY
    for stem in {path.stem for path in folder.glob("*.*")}:
        journal = folder / f"{stem}.jsonl"
        with suppress(OSError, Timeout):
            if _written_at(journal) < oldest:
                _remove(journal, oldest)


def _written_at(journal: Path) -> float:
    """When a journal was last written to, or where there is none, its lock made."""
    return max(path.stat().st_mtime for path in _files_of(journal) if path.exists())


def _files_of(journal: Path) -> tuple[Path, ...]:
    return journal, journal.with_suffix(".part"), journal.with_suffix(".lock")


def _remove(journal: Path, oldest: float) -> None:
    """Remove a journal while nobody else can enter it, unless it was just written to.

    The lock's file goes while it is held: whoever has opened it meanwhile is refused by filelock.
    """
    with FileLock(journal.with_suffix(".lock"), timeout=0):
        if not journal.exists() or journal.stat().st_mtime < oldest:
            for path in _files_of(journal):
                path.unlink(missing_ok=True)
