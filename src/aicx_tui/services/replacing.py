"""Replaces a small file at once, while no other console changes it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from aicx_tui.errors import AicxError

LOCK_SECONDS = 5.0
"""How long another console may be writing."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a file against other consoles, from before it is read until it is written.

    Raises:
        AicxError: Another console does not let go of it, or nothing can be written there.
    """
    lock = FileLock(path.with_name(f".{path.name}.lock"))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire(timeout=LOCK_SECONDS)
    except Timeout:
        raise AicxError(
            f"{path} is being changed by another console. It was left as it is.",
            hint="Try again in a moment.",
        ) from None
    except OSError as error:
        raise _unwritten(path, error) from None
    with lock:
        lock.release()  # once of the two times that it is held
        yield


def replace_text(path: Path, text: str) -> None:
    """Replace the file at once; a link to it, as dotfile managers make, stays a link.

    Raises:
        AicxError: It could not be done, and the file is as it was.
    """
    target = path.resolve()
    try:
        with tempfile.NamedTemporaryFile(
            "wb", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as file:
            written = Path(file.name)
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritten(path, error) from None
    try:
        written.replace(target)  # only when it is closed: Windows replaces no open file
    except OSError as error:
        written.unlink(missing_ok=True)
        raise _unwritten(path, error) from None


def _unwritten(path: Path, error: OSError) -> AicxError:
    return AicxError(
        f"{path} could not be written: {error.strerror}. It is as it was.",
        hint="Check that there is room, and that the file may be written.",
    )
