"""A key of a secret in Vault, over its own protocol."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from aicx_tui.services import target_updating
from aicx_tui.services.targets import (
    Outcome,
    Target,
    TargetResult,
    check_targets,
    rehearse_targets,
    update_targets,
)
from tests.api.faulty import faulty, json_reply, silence
from tests.targets.giving import giving
from tests.targets.vault_server import VAULT_TOKEN, VaultServer, vault_server

CANARY = "sk_canary+7f3e/9d1c5b=="
TOKEN = SecretStr(CANARY)
PATH = "billing/aicx"


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_VAULT_TOKEN", VAULT_TOKEN)
    monkeypatch.setattr(target_updating, "PAUSE_SECONDS", 0.001)


@pytest.fixture
def vault() -> Iterator[VaultServer]:
    with vault_server() as server:
        yield server


def at(url: str, **more: str) -> Target:
    settings = {"address": url, "path": PATH, "key": "token", "token_env": "TEST_VAULT_TOKEN"}
    return Target("vault", "vault", settings | more, seconds=20)


def update(target: Target) -> TargetResult:
    (result,) = asyncio.run(update_targets([target], giving(TOKEN), told=lambda _: None))
    shown = f"{result.message} {result.hint}"
    assert CANARY not in shown
    assert VAULT_TOKEN not in shown
    return result


def test_one_key_changes_and_the_others_stay(vault: VaultServer) -> None:
    vault.put(PATH, token="old", user="billing")
    result = update(at(vault.url))
    assert (result.outcome, result.message) == (
        Outcome.VERIFIED,
        "token of the secret is the token.",
    )
    assert vault.last(PATH) == {"token": CANARY, "user": "billing"}
    assert vault.asked == [(method, f"/v1/secret/data/{PATH}") for method in ("GET", "POST", "GET")]


def test_a_secret_that_never_was_is_made(vault: VaultServer) -> None:
    assert update(at(vault.url)).outcome is Outcome.VERIFIED
    assert vault.versions == {PATH: [{"token": CANARY}]}


def test_one_that_was_deleted_gets_another_version(vault: VaultServer) -> None:
    vault.versions[PATH] = [{"token": "a"}, None]
    assert update(at(vault.url)).outcome is Outcome.VERIFIED
    assert vault.versions[PATH] == [{"token": "a"}, None, {"token": CANARY}]


def test_what_somebody_writes_in_between_is_not_lost(vault: VaultServer) -> None:
    vault.put(PATH, token="old", user="billing")
    vault.before_write = lambda: vault.put(PATH, token="old", user="changed")
    assert update(at(vault.url)).outcome is Outcome.VERIFIED
    assert vault.last(PATH) == {"token": CANARY, "user": "changed"}
    assert len(vault.versions[PATH]) == 3


def test_somebody_who_always_writes_in_between_is_told_of(vault: VaultServer) -> None:
    vault.put(PATH, n="0")

    def interfere() -> None:
        vault.put(PATH, n="again")
        vault.before_write = interfere

    vault.before_write = interfere
    result = update(at(vault.url))
    assert result.outcome is Outcome.FAILED
    assert result.message.startswith("Somebody else wrote this secret at ")
    assert result.message.endswith("Nothing was written.")
    assert vault.last(PATH) == {"n": "again"}


@pytest.mark.parametrize(
    ("status", "words", "says", "next_step"),
    [
        (503, "Vault is sealed", "refused it (503: Vault is sealed)", "unseal it"),
        (403, "permission denied", "refused it (403: permission denied)", "its policy lacks"),
        (500, f"internal error of {CANARY}", "500: internal error of ********", ""),
        (307, "", "redirects (307). That was not followed", "active node"),
        (502, "<html>Bad gateway", "refused it (502)", ""),
        (400, "1 error occurred: bad", "refused it (400: 1 error occurred: bad)", ""),
    ],
)
def test_a_refusal_says_what_was_not_done(
    status: int, words: str, says: str, next_step: str, vault: VaultServer
) -> None:
    vault.put(PATH, token="old")
    vault.problem = (status, words)
    result = update(at(vault.url))
    assert result.outcome is Outcome.FAILED
    assert says in result.message
    assert next_step in result.hint
    vault.problem = None
    assert vault.last(PATH) == {"token": "old"}
    assert update(at(vault.url)).outcome is Outcome.VERIFIED


def test_a_token_of_vault_that_ended(vault: VaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_VAULT_TOKEN", "hvs.another")
    result = update(at(vault.url))
    assert "403: 2 errors occurred: permission denied, invalid token" in result.message
    assert "hvs.another" not in result.message
    monkeypatch.delenv("TEST_VAULT_TOKEN")
    asked = len(vault.asked)
    missing = update(at(vault.url))
    assert missing.message == "TEST_VAULT_TOKEN holds no token for Vault. Nothing was sent."
    assert len(vault.asked) == asked


def test_the_token_of_vault_may_be_in_a_file(vault: VaultServer, tmp_path: Path) -> None:
    file = tmp_path / ".vault-token"
    settings = {"address": vault.url, "path": PATH, "key": "token", "token_file": str(file)}
    target = Target("vault", "vault", settings)
    assert "holds no token for Vault that can be read" in update(target).message
    file.write_text(VAULT_TOKEN + "\n")
    assert update(target).outcome is Outcome.VERIFIED


def test_another_mount_and_a_namespace(vault: VaultServer) -> None:
    vault.namespace = "admin/team"
    assert "permission denied" in update(at(vault.url)).message
    assert update(at(vault.url, namespace="admin/team")).outcome is Outcome.VERIFIED
    elsewhere = update(at(vault.url, namespace="admin/team", mount="kv"))
    assert "404: no handler for route" in elsewhere.message
    assert "Check the mount" in elsewhere.hint
    assert vault.asked[-1] == ("GET", f"/v1/kv/data/{PATH}")


def test_the_certificate_is_checked(tmp_path: Path) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    pem = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(pem))
    with vault_server(tls) as vault:
        refused = update(at(vault.url))
        assert "was not accepted" in refused.message
        assert "Nothing was sent." in refused.message
        assert "ca_file of the target" in refused.hint
        assert vault.asked == []
        assert update(at(vault.url, ca_file=str(pem))).outcome is Outcome.VERIFIED
    other = tmp_path / "none.pem"
    assert "holds no certificate" in update(at("https://localhost:9", ca_file=str(other))).message


def test_a_vault_that_is_silent_is_not_waited_for() -> None:
    async def run() -> TargetResult:
        async with faulty(silence) as platform:
            target = at(platform.url)
            quick = Target(target.name, target.kind, target.settings, seconds=0.2)
            (result,) = await update_targets([quick], giving(TOKEN), told=lambda _: None)
            return result

    result = asyncio.run(run())
    assert result.outcome is Outcome.FAILED
    assert "0.2 s" in result.message


def test_what_is_no_vault_is_said() -> None:
    async def run() -> TargetResult:
        async with faulty(json_reply(200, {"result": "ok"})) as platform:
            (result,) = await update_targets([at(platform.url)], giving(TOKEN), told=lambda _: None)
            return result

    assert "is no secret of a key-value engine, version 2" in asyncio.run(run()).message


def test_a_rehearsal_and_a_check_write_nothing(vault: VaultServer) -> None:
    vault.put(PATH, token="old")
    (would,) = asyncio.run(rehearse_targets([at(vault.url)], TOKEN, told=lambda _: None))
    assert would.message == f"Would replace token of {PATH}, whose last version is 1."
    (seen,) = asyncio.run(check_targets([at(vault.url)], TOKEN, told=lambda _: None))
    assert (seen.outcome, seen.message) == (
        Outcome.OUTDATED,
        "token of the secret is another token.",
    )
    assert {method for method, _ in vault.asked} == {"GET"}
