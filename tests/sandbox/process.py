"""A sandbox as a real process, for tests that talk to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

PATIENCE = 30
"""Seconds that nothing here should ever take."""


@dataclass(frozen=True)
class Person:
    email: str
    password: str | None
    token: str | None


class SandboxProcess:
    """Started by entering it, and gone when left.

    Args:
        arguments: Of the command line, after what every test wants.
        attached: Whether it ends with its standard input.
        temporary: Where it makes ephemeral data.
        database: The address of a PostgreSQL database, given where no command line shows it.
    """

    def __init__(
        self,
        *arguments: str,
        attached: bool = True,
        temporary: Path | None = None,
        database: str | None = None,
    ) -> None:
        command = [sys.executable, "-m", "aicx_tui.sandbox", "--json", *arguments]
        if "--port" not in arguments:
            command += ["--port", "0"]
        # Ephemeral data of a process that is killed stays behind.
        self._leftovers = TemporaryDirectory()
        environment = os.environ | {"TMPDIR": str(temporary or self._leftovers.name)}
        if database:
            environment["AICX_SANDBOX_DATABASE"] = database
        self.process = subprocess.Popen(
            [*command, *(["--attached"] if attached else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        self.announcement: dict[str, object] = {}

    def __enter__(self) -> Self:
        return self.await_ready()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.kill()

    def await_ready(self) -> Self:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            code, said = self.ended()
            raise AssertionError(f"the sandbox ended with code {code}: {said}")
        self.announcement = json.loads(line)
        return self

    def ended(self) -> tuple[int, str]:
        """Its exit code and what it said on standard error, once it has ended on its own."""
        assert self.process.stderr
        code = self.process.wait(PATIENCE)
        return code, self.process.stderr.read().decode()

    def end_input(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.stdin = None

    def kill(self) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe and not pipe.closed:
                pipe.close()
        self.process.wait(PATIENCE)
        self._leftovers.cleanup()

    @property
    def url(self) -> str:
        return str(self.announcement["url"])

    @property
    def bot_id(self) -> str:
        return str(self.announcement["bot_id"])

    @property
    def crm(self) -> str:
        return f"/gateway/{self.announcement['company_id']}/{self.bot_id}/crm"

    def person(self, role: str) -> Person:
        person = self.announcement[role]
        assert isinstance(person, dict)
        return Person(**person)
