from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.postgresql import PostgresqlServer, running_postgresql
from tests.sandbox.process import SandboxProcess


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[SandboxProcess]:
    """The platform, on a file and on a PostgreSQL server."""
    if request.param == "sqlite":
        started = SandboxProcess("--ephemeral", "--humans", "200")
    else:
        server: PostgresqlServer = request.getfixturevalue("postgresql")
        started = SandboxProcess("--humans", "200", database=server.new_database())
    with started as running:
        yield running


@pytest.fixture(scope="module")
def anonymous(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def admin(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with as_person(sandbox, "admin") as client:
        yield client


@pytest.fixture(scope="module")
def agent(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with as_person(sandbox, "agent") as client:
        yield client


@pytest.fixture(scope="module")
def viewer(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with as_person(sandbox, "viewer") as client:
        yield client


@pytest.fixture(scope="module")
def crm(sandbox: SandboxProcess) -> str:
    return sandbox.crm


@pytest.fixture(scope="module")
def tag_ids(sandbox: SandboxProcess, admin: httpx.Client) -> dict[str, str]:
    listed = admin.get(f"/console/v1/bots/{sandbox.bot_id}/tags").json()["result"]
    return {tag["name"]: tag["id"] for tag in listed}


def as_person(sandbox: SandboxProcess, role: str) -> httpx.Client:
    token = sandbox.person(role).token
    assert token
    headers = {"X-SINITIC-TOKEN": token}
    return httpx.Client(base_url=sandbox.url, headers=headers, trust_env=False)


def bots_of(client: httpx.Client) -> dict[str, str]:
    """The ids of the caller's bots, by name and in their order."""
    listed = client.get("/console/v1/me").json()["result"]["bots"]
    return {bot["name"]: bot["id"] for bot in listed}
