"""Files that hold the key of a mirror, for its owner only."""

from __future__ import annotations

import os
from pathlib import Path

from aicx_tui.errors import UsageError

KEY_BYTES = 32


def read_key(file: Path) -> bytes | None:
    """The key in a file; None where there is no such file yet.

    Raises:
        UsageError: The file is not one that holds a key, or others may read it.
    """
    try:
        mode = file.stat().st_mode
        text = file.read_text("ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The key file {file} cannot be read: {error}.") from None
    if os.name == "posix" and mode & 0o077:
        raise UsageError(
            f"Others may read the key file {file}, so it is not used.", hint=f"chmod 600 {file}"
        )
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise UsageError(
            f"The file {file} holds no key of a mirror.",
            hint="Name a file that is not there yet: a key is made for it.",
        )
    return key


def write_key(file: Path, key: bytes) -> bytes:
    """Write a key in one go, and return it, or what another console wrote just before."""
    try:
        import tempfile

        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=".key-", dir=file.parent)
        try:
            with os.fdopen(descriptor, "w") as opened:
                opened.write(key.hex() + "\n")
                opened.flush()
                os.fsync(opened.fileno())
            os.link(name, file)
        finally:
            Path(name).unlink()
    except FileExistsError:
        return read_key(file) or key
    except OSError as error:
        raise UsageError(f"The key file {file} cannot be written: {error}.") from None
    return key
