"""What became of each line of a file, kept so that no human is created twice.

A creation must never be repeated blindly. So `sending` is on the disk before a row is sent, and
its outcome after; a line left at `sending` was cut off in between, and nobody knows its outcome.
The journal holds line numbers, outcomes and created ids, and nothing of what the file says. Of an
import that is complete only the lines that are done are kept, as ranges in one entry.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from aicx_tui.errors import AicxError
from aicx_tui.settings import Context


class Outcome(StrEnum):
    """What became of a line."""

    SENDING = "sending"
    """It was about to be sent; where this is the last word, the outcome is unknown."""
    DONE = "done"
    FAILED = "failed"
    """The platform said no; nothing was created."""
    UNSENT = "unsent"
    """It did not reach the platform, or was turned away for now; nothing was created."""
    UNKNOWN = "unknown"
    """It was sent, and no readable answer came."""


_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)

NOBODY_KNOWS = (Outcome.SENDING, Outcome.UNKNOWN)


def journal_path(home: Path, digest: str, context: Context) -> Path:
    """Where the journal of a file in a context lies.

    Args:
        home: The one place for files.
        digest: Of the file's content.
        context: Where its humans go, company and bot included. The sandbox listens elsewhere each
            time, so its address does not count.
    """
    place = "sandbox" if context.source == "sandbox" else context.root
    parts = (digest, place, context.company_id, context.bot_id)
    name = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return home / "imports" / f"{name}.jsonl"


class Journal:
    """The journal of one file in one place; entered, it is held against other processes.

    Args:
        path: Where it lies; made when it is not there.

    Attributes:
        outcomes: The last word on each line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.outcomes: dict[int, Outcome] = {}
        self._lock = FileLock(path.with_suffix(".lock"), mode=0o600, timeout=0)
        self._descriptor = -1
        self._turn = asyncio.Lock()
        self._next_sync: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire()
            self._descriptor = os.open(self.path, _FLAGS, 0o600)
            self._read()
        except Timeout:
            raise AicxError(
                "This file is being imported there by another process. Nothing was sent.",
                hint="Wait for it; then run this again.",
            ) from None
        except OSError as error:
            self._lock.release()
            raise self._unusable(error) from None
        return self

    def _read(self) -> None:
        content = self.path.read_bytes()
        for line in content.splitlines():
            try:
                entry = json.loads(line)
                if "done" in entry:
                    self._read_done(entry["done"])
                    continue
                self.outcomes[int(entry["line"])] = Outcome(entry["outcome"])
            except (ValueError, KeyError, TypeError):
                continue  # cut off by a loss of power, so what it speaks of was not done yet
        if content and not content.endswith(b"\n"):
            os.write(self._descriptor, b"\n")

    def _read_done(self, ranges: list[list[int]]) -> None:
        for first, last in ranges:
            self.outcomes |= dict.fromkeys(range(first, last + 1), Outcome.DONE)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)
        if not self.outcomes:
            self.path.unlink(missing_ok=True)
        self._lock.release()

    def forget(self) -> None:
        """Begin anew, as if the file had never been imported there."""
        try:
            os.truncate(self.path, 0)
        except OSError as error:
            raise self._unusable(error) from None
        self.outcomes.clear()

    def shorten(self) -> None:
        """Keep of an import that is complete only which lines are done, in one entry.

        So the same file is known again at next to no room. Where it cannot be done, all is kept.
        """
        part = self.path.with_suffix(".part")
        with suppress(OSError):
            descriptor = os.open(part, _FLAGS | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(json.dumps({"done": list(_ranges(sorted(self.outcomes)))}) + "\n")
                file.flush()
                os.fsync(descriptor)
            os.close(self._descriptor)
            try:
                part.replace(self.path)
            finally:
                self._descriptor = os.open(self.path, _FLAGS, 0o600)

    def is_complete(self, rows: int) -> bool:
        """Whether so many rows are done, and nothing else is known of the file."""
        done = sum(outcome is Outcome.DONE for outcome in self.outcomes.values())
        return rows > 0 and done == rows == len(self.outcomes)

    async def record(self, line: int, outcome: Outcome, *, human_id: str = "") -> None:
        """Write what became of a line; when this returns, it is safe on the disk.

        Raises:
            AicxError: It could not be written.
        """
        entry: dict[str, int | str] = {"line": line, "outcome": outcome.value}
        if human_id:
            entry["id"] = human_id
        self.outcomes[line] = outcome
        try:
            data = json.dumps(entry).encode() + b"\n"
            if os.write(self._descriptor, data) < len(data):
                os.write(self._descriptor, b"\n")  # what fitted of it is no entry
                raise OSError(None, "No space left on device")
            if self._next_sync is None:
                self._next_sync = asyncio.create_task(self._sync())
            await asyncio.shield(self._next_sync)
        except OSError as error:
            raise self._unusable(error) from None

    async def _sync(self) -> None:
        """Bring to the disk what was written until the sync before this one ended."""
        async with self._turn:
            self._next_sync = None
            await asyncio.to_thread(os.fsync, self._descriptor)

    def _unusable(self, error: OSError) -> AicxError:
        return AicxError(
            f"The import's journal {self.path} cannot be used: {error.strerror}. Without it a "
            "human could be created twice, so no more is sent.",
            hint="Make room, or set AICX_HOME to a folder that can be written; then run this "
            "again.",
        )


def _ranges(lines: list[int]) -> Iterator[tuple[int, int]]:
    """Numbers in order, as the first and the last of those that follow each other."""
    start = 0
    for end in range(1, len(lines) + 1):
        if end == len(lines) or lines[end] != lines[end - 1] + 1:
            yield lines[start], lines[end - 1]
            start = end
