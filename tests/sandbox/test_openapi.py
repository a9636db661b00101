"""The platform against its own OpenAPI document: it conforms, and nothing makes it fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
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

from tests.sandbox.process import SandboxProcess
from tests.sandbox.test_aliases import ALIASES, created, listed
from tests.sandbox.test_defining_tags import define
from tests.sandbox.test_files import drawn, stored
from tests.sandbox.test_gateway import create

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxProcess]:
    with SandboxProcess("--ephemeral", "--humans", "200") as running:
        yield running


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
) -> None:
    # Invented ids would only ever meet the refusal of an unknown company, bot, human or tag.
    known = {
        "company_id": sandbox.announcement["company_id"],
        "bot_id": sandbox.bot_id,
        "human_id": human_id,
        "tag_id": tag_ids["City"],
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
    token = sandbox.person(role).token
    case.call_and_validate(headers={"X-SINITIC-TOKEN": token}, checks=CHECKS)


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
