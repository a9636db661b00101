"""Starts the embedded platform as a process of its own, and ends it.

Light on purpose: the process is started before the console is even imported.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from aicx_tui.errors import SandboxError

READY_SECONDS = 60.0
"""How long the process may take until it answers."""

STOP_SECONDS = 2.0
"""How long it may take to end before it is ended."""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """How to sign in as one of the sandbox's people; `None` for what was changed since."""

    email: str
    password: str | None = field(repr=False)
    token: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What the sandbox prints when it is ready to answer."""

    url: str
    company_id: str
    bot_id: str
    admin: SignIn


def command(arguments: Sequence[str], *, home: Path) -> list[str]:
    """The command line that runs the sandbox, or with `mail` in front prints its mails."""
    module = "aicx_tui.sandbox"
    if arguments[:1] == ["mail"]:
        module, arguments = f"{module}.mail_reading", arguments[1:]
    return [sys.executable, "-m", module, "--home", str(home), *arguments]


class SandboxProcess:
    """A running sandbox that lives no longer than this process.

    Its standard input is a pipe that nobody writes to: when this process ends, in whatever way,
    the pipe reaches its end and the sandbox stops.
    """

    def __init__(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors
        self._announcement: Announcement | None = None

    @classmethod
    def start(cls, *, home: Path, ephemeral: bool = False) -> SandboxProcess:
        """Start the process; it is not ready yet.

        Args:
            home: Where its data lives.
            ephemeral: Keep nothing.

        Raises:
            SandboxError: The process could not be started at all.
        """
        arguments = ["--attached", "--json", "--port", "0"]
        if ephemeral:
            arguments.append("--ephemeral")
        errors = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as the process
        try:
            process = subprocess.Popen(  # noqa: S603  # our own module, by our own interpreter
                command(arguments, home=home),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,  # Ctrl-C in the terminal is not meant for it
            )
        except OSError as error:
            raise SandboxError(f"The sandbox could not be started: {error.strerror}.") from error
        return cls(process, errors)

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    async def ready(self) -> Announcement:
        """Wait until the sandbox answers; it says so once, and that is kept.

        Raises:
            SandboxError: It ended instead, or took too long; the message says why.
        """
        if self._announcement is None:
            self._announcement = _read_announcement(await self._first_line())
        return self._announcement

    async def _first_line(self) -> bytes:
        stdout = self._process.stdout
        if stdout is None:
            raise SandboxError("The sandbox has no output to read.")
        try:
            async with asyncio.timeout(READY_SECONDS):
                line = await asyncio.to_thread(stdout.readline)
        except TimeoutError:
            raise SandboxError(
                f"The sandbox was not ready within {READY_SECONDS:.0f} s.",
                hint="Try again; if it stays so, run `aicx sandbox` alone to see what it says.",
            ) from None
        if not line:
            raise SandboxError(
                await asyncio.to_thread(self._why_it_ended),
                hint="Its data lies in the folder `sandbox` under AICX_HOME: move it away to start "
                "afresh, or use --ephemeral, which keeps nothing.",
            )
        return line

    def stop(self) -> None:
        """End the process and wait until it has ended."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._errors.close()

    def _why_it_ended(self) -> str:
        self._process.wait(STOP_SECONDS)
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        said = [line for line in lines if line.startswith("aicx: ")] or lines[-1:]
        reason = said[0].removeprefix("aicx: ") if said else "it gave no reason."
        return f"The sandbox did not start: {reason}"


def _read_announcement(line: bytes) -> Announcement:
    said = json.loads(line)
    return Announcement(
        url=said["url"],
        company_id=said["company_id"],
        bot_id=said["bot_id"],
        admin=SignIn(**said["admin"]),
    )
