"""The platform against its own OpenAPI document: it conforms, and nothing makes it fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.sandbox.granting import LINKS, begun, link, oidc_file
from tests.sandbox.issuer import Issuer
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import (
    PASSWORD,
    RESEND,
    SIGN_IN,
    TWO_FACTOR,
    TWO_FACTOR_VERIFY,
    VERIFY,
    Data,
    by_password,
    result_of,
    signed_in,
    turn_two_factor_on,
)
from tests.sandbox.test_aliases import ALIASES, created, listed
from tests.sandbox.test_defining_tags import define
from tests.sandbox.test_files import FILES, drawn, stored
from tests.sandbox.test_gateway import create
from tests.sandbox.test_token import TOKEN

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


OF_A_SESSION = (PASSWORD, TWO_FACTOR, LINKS, TOKEN)
"""Addresses where a token only meets its refusal, or its end."""


@pytest.fixture(scope="session")
def google() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory, google: Issuer) -> Iterator[Data]:
    folder = tmp_path_factory.mktemp("data")
    file, providers = folder / "a.db", oidc_file(folder, google=google)
    words = ("--humans", "200", "--oidc", str(providers))
    with SandboxProcess("--data", str(file), *words) as running:
        yield Data(running, file)


@pytest.fixture(scope="session")
def sandbox(data: Data) -> SandboxProcess:
    return data.sandbox


@dataclass
class SignedInViewer:
    """Has a session of a moment ago, and a password that may change."""

    client: httpx.Client
    password: str
    google: Issuer

    def answers(self, sandbox: SandboxProcess, path: str) -> dict[str, str]:
        """What a call has to be sent to get beyond its first refusal, by field."""
        known = {"current": self.password, "password": self.password}
        if path in (VERIFY, RESEND):
            known = {"challenge": by_password(sandbox, "admin")["challenge"]}
        elif path == TWO_FACTOR_VERIFY:
            known = {"challenge": result_of(self.client.post(TWO_FACTOR))["challenge"]}
        elif path in (f"{SIGN_IN}/oidc/start", f"{LINKS}/start"):
            self.client.delete(f"{LINKS}/google")
            known = {"provider": "google"}
        elif path in (f"{SIGN_IN}/oidc/poll", f"{LINKS}/poll"):
            known = {"flow": self._granted(linking=path.startswith(LINKS))}
        return known

    def _granted(self, *, linking: bool) -> str:
        """A flow whose next answer is that it is done."""
        self.client.delete(f"{LINKS}/google")
        token = self.google.token(self.google.claims("viewer"))
        if not linking:
            link(self.client, self.google, "google", token)
        flow = begun(self.client, "google", linking=linking)
        self.google.decide(flow["user_code"], token)
        return flow["flow"]


@pytest.fixture(scope="module")
def signed_in_viewer(sandbox: SandboxProcess, google: Issuer) -> Iterator[SignedInViewer]:
    turn_two_factor_on(sandbox, "admin")
    with signed_in(sandbox, "viewer") as client:
        yield SignedInViewer(client, str(sandbox.person("viewer").password), google)


@pytest.fixture(scope="module")
def human_id(agent: httpx.Client, crm: str) -> str:
    return create(agent, crm)


@pytest.fixture(scope="session")
def document(sandbox: SandboxProcess) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{sandbox.url}/openapi.json")


schema = schemathesis.pytest.from_fixture("document")


@schema.parametrize()
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_reply_conforms(
    case: schemathesis.Case[Any],
    sandbox: SandboxProcess,
    agent: httpx.Client,
    admin: httpx.Client,
    human_id: str,
    tag_ids: dict[str, str],
    data: Data,
    signed_in_viewer: SignedInViewer,
) -> None:
    # Invented ids would only ever meet the refusal of an unknown company, bot, human or tag.
    known = {
        "company_id": sandbox.announcement["company_id"],
        "bot_id": sandbox.bot_id,
        "human_id": human_id,
        "tag_id": tag_ids["City"],
        "provider": "google",
    }
    if case.operation.path.startswith(ALIASES):
        forget_aliases(agent)
    if "file_id" in case.path_parameters:
        known["file_id"] = stored(agent, drawn())
    if "alias_id" in case.path_parameters:
        known["alias_id"] = created(agent)["id"]
    case.path_parameters.update({name: known[name] for name in case.path_parameters})
    role = "agent"
    if "/tags" in case.operation.path:
        role = "admin"
    if case.operation.method == "delete":  # which would leave the others nothing to meet
        role = "agent" if "alias_id" in known else "admin"
        if "tag_id" in case.path_parameters:
            tags = f"/console/v1/bots/{sandbox.bot_id}/tags"
            case.path_parameters["tag_id"] = str(define(admin, tags)["id"])
        elif "human_id" in case.path_parameters:
            case.path_parameters["human_id"] = create(agent, sandbox.crm)
    headers = {"X-SINITIC-TOKEN": str(sandbox.person(role).token)}
    path = case.operation.path
    body: dict[str, Any] = case.body if isinstance(case.body, dict) else {}
    if path.startswith(OF_A_SESSION):
        headers = {"Authorization": signed_in_viewer.client.headers["Authorization"]}
    if path.startswith((SIGN_IN, *OF_A_SESSION)):
        # As if time had gone by: how to wait is all that would be answered.
        data.change("DELETE FROM sign_in_attempts")
        at_hand = signed_in_viewer.answers(sandbox, path)
        body.update({name: at_hand[name] for name in at_hand if name in body})
    if path == FILES and len(str(body.get("file"))) % 2:  # or else never a picture
        body["file"] = drawn()
    reply = case.call_and_validate(headers=headers, checks=CHECKS)
    if path == PASSWORD and reply.status_code == 200:
        signed_in_viewer.password = body["new"]


def forget_aliases(agent: httpx.Client) -> None:
    """Lest there be too many for one more."""
    for alias in listed(agent):
        agent.delete(f"{ALIASES}/{alias['id']}")


def test_every_write_documents_its_key(anonymous: httpx.Client) -> None:
    paths = anonymous.get("/openapi.json").json()["paths"]
    writes = {
        (method, path): operation
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method != "get" and ("human" in path or "tags" in path)
        if not path.endswith("/resolve")  # it reads by what no address may hold
    }
    assert len(writes) == 8
    for (method, path), operation in writes.items():
        headers = {it["name"] for it in operation["parameters"] if it["in"] == "header"}
        checks_version = method in ("put", "delete") and "human" in path
        assert headers == {"Idempotency-Key"} | ({"If-Match"} if checks_version else set())
        assert {"400", "401", "403", "404", "409", "422"} <= set(operation["responses"])
        assert ("412" in operation["responses"]) == checks_version


def test_the_documents_page_needs_nothing_from_elsewhere(anonymous: httpx.Client) -> None:
    page = anonymous.get("/docs").text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    for address in addresses:
        assert address.startswith("/")
        assert anonymous.get(address).status_code == 200
