"""Targets that are one key in an environment file of this machine."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError, ForbiddenError, NotFoundError, UsageError
from aicx_tui.services.env_text import value_in, with_value
from aicx_tui.services.targets import Checked, Target
from aicx_tui.services.whole_file import WholeFile

if TYPE_CHECKING:
    from pydantic import SecretStr

MOST_BYTES = 1024 * 1024


class EnvFile:
    """One key of a file that only its owner may read."""

    attempts = 1

    async def update(self, target: Target, token: SecretStr) -> None:
        """Replace the file at once; its other lines, its owner and a link to it stay."""
        path, key = _path(target), target.settings["key"]
        text, found = await asyncio.to_thread(_read, path)
        changed = with_value(text, key, token.get_secret_value())
        owner = (found.st_uid, found.st_gid) if os.name == "posix" else None
        with WholeFile(path, replaces=True, errors="surrogateescape", owner=owner) as file:
            file.write(changed)
            await file.publish()

    async def check(self, target: Target, token: SecretStr) -> Checked:
        """Read it."""
        path, key = _path(target), target.settings["key"]
        text, _ = await asyncio.to_thread(_read, path)
        value = value_in(text, key)
        if value is None:
            return Checked(False, f"{path} has no {key}.")
        if value != token.get_secret_value():
            return Checked(False, f"{key} in {path} is another token.")
        return Checked(True, f"{key} in {path} is the token.")

    async def rehearse(self, target: Target, token: SecretStr) -> str:
        """Look whether it could be written."""
        path, key = _path(target), target.settings["key"]
        text = await asyncio.to_thread(_writable, path)
        done = "replace" if value_in(text, key) is not None else "add"
        return f"Would {done} {key} in {path}."


def _path(target: Target) -> Path:
    return Path(os.path.expanduser(target.settings["file"]))


def _read(path: Path) -> tuple[str, os.stat_result]:
    """Read a file that may hold a secret and may be changed."""
    try:
        with open(path, "rb", opener=_opened) as file:
            found = os.fstat(file.fileno())
            _refuse(path, found)
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise NotFoundError(
            f"There is no file {path}, so nothing was written.",
            hint=f"Make it, for its owner only: install -m 600 /dev/null {path}",
        ) from None
    except OSError as error:
        raise AicxError(f"{path} cannot be read: {error.strerror}. It is as it was.") from None
    if len(content) > MOST_BYTES or b"\0" in content:
        raise UsageError(f"{path} is no environment file. It is as it was.")
    return content.decode("utf-8", "surrogateescape"), found


def _writable(path: Path) -> str:
    """Read a file that could be replaced, too."""
    text, _ = _read(path)
    if not os.access(path.resolve().parent, os.W_OK):
        raise ForbiddenError(f"Nothing may be written beside {path}.")
    return text


def _opened(path: str, flags: int) -> int:
    """A pipe in the file's place must not be waited for."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _refuse(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(f"{path} is no file. It is as it was.")
    if os.name != "posix":
        return
    if found.st_mode & 0o077:
        raise ForbiddenError(
            f"Others may read {path}, so the token was not written there.",
            hint=f"chmod 600 {path}",
        )
    if not found.st_mode & stat.S_IWUSR:
        raise ForbiddenError(
            f"{path} is read-only, so it was left as it is.", hint=f"chmod 600 {path}"
        )
    if found.st_nlink > 1:
        raise UsageError(
            f"{path} has {found.st_nlink} names, and would be changed under one of them only. "
            "It is as it was.",
            hint="Make the others links to it by name: ln -s",
        )
