"""A file that appears under its name when it is complete, or never."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from aicx_tui.errors import AicxError, UsageError

SUFFIX = ".aicx-part"
"""What a file is called while it is written; the name is found again after a kill."""


class WholeFile:
    """A text file in UTF-8, written beside its place and moved there at the end.

    Entering it makes the temporary file, for its owner only; leaving it without `publish` removes
    that. What a killed process left of the same name is removed first.

    Args:
        path: Where it shall be; a link is followed.
        replaces: Whether a file that is there already may go.
        errors: How Python's codecs write what no text has; `surrogateescape` keeps odd bytes.
        owner: Numbers of the user and the group that it shall belong to; None for this process's.

    Raises:
        UsageError: There is a file already, or no file can be made there; nothing was written.
    """

    def __init__(
        self,
        path: Path,
        *,
        replaces: bool = False,
        errors: str = "strict",
        owner: tuple[int, int] | None = None,
    ) -> None:
        self.path = path
        self._target = Path(os.path.realpath(path))
        self._part = self._target.with_name(f".{self._target.name}{SUFFIX}")
        self._replaces = replaces
        self._errors = errors
        self._owner = owner
        self._is_moved = False
        self._file: TextIO | None = None
        if not self._target.parent.is_dir():
            raise UsageError(f"There is no folder for {path}. Nothing was read or written.")
        if os.path.lexists(self._target):
            if not self._target.is_file():
                raise UsageError(f"{path} is no file. Nothing was read or written.")
            if not replaces:
                raise self._taken()

    def _taken(self) -> UsageError:
        return UsageError(
            f"{self.path} is there already and was left as it is.",
            hint="Give another name, or --force to replace it.",
        )

    def __enter__(self) -> Self:
        try:
            descriptor = self._claimed()
            self._file = os.fdopen(
                descriptor, "w", encoding="utf-8", errors=self._errors, newline=""
            )
            if self._owner is not None and sys.platform != "win32":
                os.fchown(descriptor, *self._owner)
        except BlockingIOError:
            raise UsageError(
                f"{self.path} is being written by another process. It was left to that one.",
                hint="Wait for it, or give another name.",
            ) from None
        except OSError as error:
            if self._file is not None:
                self.__exit__(None, None, None)
            raise self._unwritten(error) from None
        return self

    def _claimed(self) -> int:
        """Make the temporary file, and hold it against other processes of ours."""
        while True:
            try:
                made = os.open(self._part, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                self._remove_abandoned()
                continue
            try:
                _hold(made)
            except BlockingIOError:
                os.close(made)
                raise
            return made

    def _remove_abandoned(self) -> None:
        try:
            found = os.open(self._part, _FLAGS)
        except FileNotFoundError:
            return  # its writer has just finished
        try:
            _hold(found)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(found), self._part.stat()):
                    self._part.unlink()
        finally:
            os.close(found)

    def write(self, text: str) -> None:
        """Add text.

        Raises:
            AicxError: There is no room; leaving removes what was written.
        """
        try:
            self._opened.write(text)
        except OSError as error:
            raise self._unwritten(error) from None

    async def publish(self) -> None:
        """Move the complete file to its place, once it is safe on the disk.

        Raises:
            AicxError: It could not be done, and the place is as it was.
        """
        try:
            self._opened.flush()
            descriptor = os.dup(self._opened.fileno())  # lives on where waiting is cancelled
            await asyncio.to_thread(_sync, descriptor)
            if sys.platform == "win32":
                self._opened.close()  # an open file cannot be moved there
            self._move()
            self._is_moved = True
        except FileExistsError:
            raise self._taken() from None
        except OSError as error:
            raise self._unwritten(error) from None

    def withdraw(self) -> None:
        """Remove what was there before, where that may go: it is not true any more.

        Raises:
            AicxError: It could not be done.
        """
        if self._replaces:
            try:
                self._target.unlink(missing_ok=True)
            except OSError as error:
                raise AicxError(
                    f"{self.path} is of an earlier run and could not be removed: {error.strerror}.",
                    hint="Remove it yourself, and do not import it.",
                ) from None

    def _move(self) -> None:
        if self._replaces:
            self._part.replace(self._target)
        elif sys.platform == "win32":
            self._part.rename(self._target)  # never replaces there
        else:
            self._move_if_free()

    def _move_if_free(self) -> None:
        try:
            os.link(self._part, self._target)  # the one move that never replaces
        except FileExistsError:
            raise
        except OSError:  # some disks have no links
            if os.path.lexists(self._target):
                raise FileExistsError from None
            self._part.replace(self._target)
        else:
            self._part.unlink()

    @property
    def _opened(self) -> TextIO:
        if self._file is None:
            raise RuntimeError("A whole file is written within its `with`.")
        return self._file

    def _unwritten(self, error: OSError) -> AicxError:
        left = "It is as it was." if self._target.exists() else "Nothing is left of it."
        return AicxError(
            f"{self.path} could not be written: {error.strerror}. {left}",
            hint="Check that there is room, and that files may be made there.",
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._is_moved:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)
        if self._file is not None:
            with suppress(OSError):  # where the disk is full, what is buffered goes nowhere
                self._file.close()
        self._file = None


_FLAGS = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def _sync(descriptor: int) -> None:
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _hold(descriptor: int) -> None:
    """Hold an open file until it is closed; Windows removes no open file, which is enough.

    Raises:
        BlockingIOError: Another process holds it.
    """
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
