"""A sandbox's users as tests sign in with them: by password, by code, in a session."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.sandbox.postgresql import PostgresqlServer
from tests.sandbox.process import SandboxProcess

SIGN_IN = "/console/v1/sign-in"
VERIFY = f"{SIGN_IN}/verify"
RESEND = f"{SIGN_IN}/resend"
ME = "/console/v1/me"
PROFILE = "/console/v1/profile"
PASSWORD = f"{PROFILE}/password"
TWO_FACTOR = f"{PROFILE}/two-factor"
TWO_FACTOR_OFF = f"{TWO_FACTOR}/off"
TWO_FACTOR_VERIFY = f"{TWO_FACTOR}/verify"


@dataclass(frozen=True)
class Data:
    """A sandbox of a test's own, and what is stored of it."""

    sandbox: SandboxProcess
    file: Path | None = None
    server: PostgresqlServer | None = None
    address: str = ""

    def change(self, statement: str) -> None:
        """Change what is stored, as time alone would."""
        if self.file:
            with closing(sqlite3.connect(self.file, timeout=30)) as rows, rows:
                rows.execute(statement)
            return
        assert self.server
        with self.server.inside(self.address) as of_server:
            of_server.execute(statement.encode())

    def written(self) -> bytes:
        """Every byte that is stored of a file."""
        assert self.file
        return b"".join(file.read_bytes() for file in self.file.parent.glob(f"{self.file.name}*"))


@contextmanager
def client_of(sandbox: SandboxProcess, session: str | None = None) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {session}"} if session else {}
    with httpx.Client(base_url=sandbox.url, headers=headers, trust_env=False) as client:
        yield client


def result_of(reply: httpx.Response) -> Any:  # noqa: ANN401  # whatever a call answers
    assert reply.status_code == 200, reply.text
    return reply.json()["result"]


def by_password(sandbox: SandboxProcess, role: str, password: str | None = None) -> dict[str, str]:
    """What a sign-in answers: a session, or a challenge."""
    person = sandbox.person(role)
    body = {"email": person.email, "password": password or person.password}
    with client_of(sandbox) as client:
        answer: dict[str, str] = result_of(client.post(SIGN_IN, json=body))
    return answer


@contextmanager
def signed_in(sandbox: SandboxProcess, role: str = "agent") -> Iterator[httpx.Client]:
    """A client with a session of a moment ago."""
    with client_of(sandbox, by_password(sandbox, role)["session"]) as client:
        yield client


def turn_two_factor_on(sandbox: SandboxProcess, role: str = "agent") -> None:
    with signed_in(sandbox, role) as client:
        challenge = result_of(client.post(TWO_FACTOR))["challenge"]
        answer = {"challenge": challenge, "code": sandbox.code_sent()}
        result_of(client.post(TWO_FACTOR_VERIFY, json=answer))


def another(code: str) -> str:
    """A code that is wrong."""
    return f"{(int(code) + 1) % 1_000_000:06}"
