"""Grants given to a real, certified provider: the platform speaks as the standards want it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.certified_provider import Person, running
from tests.sandbox.granting import answered, ask, begun, linked, signed_in, somebody
from tests.sandbox.issuer import CLIENT_ID, CLIENT_SECRET
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import ME
from tests.sandbox.test_refusals import refused

SUCCESS = "Your sign-in  was successful"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with running(client_id=CLIENT_ID, client_secret=CLIENT_SECRET) as address:
        yield address


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, provider: str) -> Iterator[SandboxProcess]:
    file = tmp_path_factory.mktemp("oidc") / "oidc.toml"
    file.write_text(
        f'[google]\nclient_id = "{CLIENT_ID}"\nclient_secret = "{CLIENT_SECRET}"\n'
        f'issuer = "{provider}"\n'
    )
    with SandboxProcess("--ephemeral", "--humans", "0", "--oidc", str(file)) as started:
        yield started


@pytest.fixture
def anybody(sandbox: SandboxProcess) -> Iterator[httpx.Client]:
    with somebody(sandbox) as client:
        yield client


@pytest.mark.timeout(240)  # the first time, npm has to fetch the provider
def test_a_person_links_an_account_there_and_signs_in_by_it(
    sandbox: SandboxProcess, anybody: httpx.Client
) -> None:
    with signed_in(sandbox, "agent") as agent:
        flow = begun(agent, "google", linking=True)
        assert SUCCESS in Person("bo").approve(
            flow["verification_uri"], user_code=flow["user_code"]
        )
        assert answered(agent, flow, linking=True).json()["result"] == {"status": "done"}
        assert [it["email"] for it in linked(agent)] == ["bo@elsewhere.example"]
    flow = begun(anybody, "google")
    assert ask(anybody, flow).json()["result"]["status"] in ("pending", "slow_down")
    assert SUCCESS in Person("bo").approve(flow["verification_uri_complete"])
    answer = answered(anybody, flow).json()["result"]
    assert answer["status"] == "done"
    headers = {"Authorization": f"Bearer {answer['session']['session']}"}
    account = anybody.get(ME, headers=headers).json()["result"]
    assert account["email"] == "agent@acme.example"


@pytest.mark.timeout(240)
def test_somebody_else_there_is_nobody_here(anybody: httpx.Client) -> None:
    flow = begun(anybody, "google")
    assert SUCCESS in Person("eve").approve(flow["verification_uri_complete"])
    reply = answered(anybody, flow)
    assert refused(reply, status=401, code="identity_unknown") == []


@pytest.mark.timeout(240)
def test_a_person_who_refuses_links_nothing(sandbox: SandboxProcess) -> None:
    with signed_in(sandbox, "viewer") as viewer:
        flow = begun(viewer, "google", linking=True)
        Person("chidi").refuse(flow["verification_uri_complete"])
        assert answered(viewer, flow, linking=True).json()["result"] == {"status": "denied"}
        assert linked(viewer) == []


@pytest.mark.timeout(240)
def test_a_code_that_nobody_entered_stays_pending(anybody: httpx.Client) -> None:
    flow = begun(anybody, "google")
    statuses = {ask(anybody, flow).json()["result"]["status"] for _ in range(10)}
    assert "pending" in statuses
    assert statuses <= {"pending", "slow_down"}
