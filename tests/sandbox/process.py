"""A sandbox as a real process, for tests that talk to it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from types import TracebackType
from typing import Self

from tests.forked import Forked

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
        words = ["--json", *arguments]
        if "--port" not in arguments:
            words += ["--port", "0"]
        # Ephemeral data of a process that is killed stays behind.
        self._leftovers = TemporaryDirectory()
        environment = os.environ | {"TMPDIR": str(temporary or self._leftovers.name)}
        if database:
            environment["AICX_SANDBOX_DATABASE"] = database
        self._arguments, self._environment = arguments, environment
        (stdin, its_end), (stdout, out), (stderr, err) = os.pipe()[::-1], os.pipe(), os.pipe()
        self.process = Forked(
            "aicx_tui.sandbox.__main__",
            [*words, *(["--attached"] if attached else [])],
            env=environment,
            files=[its_end, out, err],
        )
        for number in (its_end, out, err):
            os.close(number)
        self._stdin = os.fdopen(stdin, "wb")
        self._stdout, self._stderr = os.fdopen(stdout, "rb"), os.fdopen(stderr, "rb")
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
        line = self._stdout.readline()
        if not line:
            code, said = self.ended()
            raise AssertionError(f"the sandbox ended with code {code}: {said}")
        self.announcement = json.loads(line)
        return self

    def ended(self) -> tuple[int, str]:
        """Its exit code and what it said on standard error, once it has ended on its own."""
        code = self.process.wait(PATIENCE)
        return code, self._stderr.read().decode()

    def end_input(self) -> None:
        self._stdin.close()

    def kill(self) -> None:
        self.process.kill()
        for pipe in (self._stdin, self._stdout, self._stderr):
            pipe.close()
        self.process.wait(PATIENCE)
        self._leftovers.cleanup()

    def mails(self) -> list[dict[str, str]]:
        """What it sent to users, the latest last, as its owner reads them."""
        place = [word for word in self._arguments if word == "--ephemeral"]
        for option in ("--data", "--database"):
            if option in self._arguments:
                at = self._arguments.index(option)
                place += self._arguments[at : at + 2]
        with TemporaryFile() as nothing, TemporaryFile() as out, TemporaryFile() as err:
            code = Forked(
                "aicx_tui.sandbox.mail_reading",
                ["--json", *place],
                env=self._environment,
                files=[file.fileno() for file in (nothing, out, err)],
            ).wait(PATIENCE)
            out.seek(0)
            err.seek(0)
            assert code == 0, err.read()
            mails: list[dict[str, str]] = json.loads(out.read())
        return mails

    def code_sent(self) -> str:
        """The code in the latest mail."""
        return self.mails()[-1]["body"][:6]

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
