"""Addresses, ids and tokens: what is refused before anything is sent."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from aicx_tui.addresses import checked_id, platform_root
from aicx_tui.credentials import MAX_TOKEN_CHARACTERS, Credentials, checked_token
from aicx_tui.errors import UsageError
from aicx_tui.settings import context_from, home

COMPLETE = {"AICX_COMPANY_ID": "acme", "AICX_BOT_ID": "bot-1"}


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://api.proto.cx/gateway", "https://api.proto.cx"),
        ("https://api.proto.cx/gateway/", "https://api.proto.cx"),
        ("https://api.proto.cx", "https://api.proto.cx"),
        ("https://aicx.example:8443/", "https://aicx.example:8443"),
        ("https://example.org/aicx/gateway", "https://example.org/aicx"),
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765"),
        ("http://localhost:8765/gateway", "http://localhost:8765"),
        ("http://[::1]:8765", "http://[::1]:8765"),
    ],
)
def test_usable_addresses(url: str, root: str) -> None:
    assert platform_root(url, what="AICX_URL") == root


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://api.proto.cx/gateway", "in clear"),
        ("http://127.0.0.1.example.org", "in clear"),
        ("http://0.0.0.0:80", "in clear"),
        ("https://user:secret@api.proto.cx", "credentials"),
        ("https://user@api.proto.cx", "credentials"),
        ("https://api.proto.cx?x=1", "query"),
        ("https://api.proto.cx/#x", "fragment"),
        ("ftp://api.proto.cx", "https://"),
        ("api.proto.cx", "https://"),
        ("https://", "https://"),
        ("https://api.proto.cx:port", "cannot be read"),
        ("https://[::1", "cannot be read"),
        ("https://api.proto.cx/ gateway", "space"),
        ("https://api.proto.cx\n", "control"),
    ],
)
def test_refused_addresses_name_the_reason_and_not_the_secret(url: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        platform_root(url, what="AICX_URL")
    assert "secret" not in caught.value.message + caught.value.hint


def test_the_default_is_protos_documented_gateway() -> None:
    context = context_from(COMPLETE)
    assert (context.kind, context.root) == ("gateway", "https://api.proto.cx")


@pytest.mark.parametrize("missing", ["AICX_COMPANY_ID", "AICX_BOT_ID"])
def test_a_missing_id_says_where_to_find_it(missing: str) -> None:
    environ = {name: value for name, value in COMPLETE.items() if name != missing}
    with pytest.raises(UsageError, match=missing) as caught:
        context_from(environ)
    assert "Proto's web app" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AICX_PLATFORM", "proto"),
        ("AICX_TIMEOUT", "soon"),
        ("AICX_TIMEOUT", "0"),
        ("AICX_TIMEOUT", "nan"),
        ("AICX_CA_FILE", "/no/such/file.pem"),
        ("AICX_COMPANY_ID", "../other"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=name):
        context_from(COMPLETE | {name: value})


@pytest.mark.parametrize("value", ["", ".", "..", "a/b", "a b", "a?b", "a#b", "a%2fb", "é", "a\n"])
def test_what_could_reach_another_call_is_no_id(value: str) -> None:
    with pytest.raises(UsageError):
        checked_id(value, what="The id")


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "is empty"),
        ("sk_1\n", "newline"),
        (" sk_1", "white space"),
        ("sk 1", "white space"),
        ("sk_é", "non-ASCII"),
        ("sk\x01", "control"),
        ("s" * (MAX_TOKEN_CHARACTERS + 1), "longer"),
    ],
)
def test_a_token_that_cannot_travel_is_refused_unquoted(token: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as caught:
        checked_token(token, source="AICX_TOKEN")
    if token:
        assert token not in caught.value.message + caught.value.hint


def test_the_token_is_taken_out_of_the_environment() -> None:
    environ = {"AICX_TOKEN": "sk_1"}
    credentials = Credentials(environ)
    assert environ == {}
    found = asyncio.run(credentials.find(context_from(COMPLETE)))
    assert found is not None
    assert (found.secret.get_secret_value(), found.source) == ("sk_1", "AICX_TOKEN")


def test_home_can_be_moved(tmp_path: Path) -> None:
    assert home({"AICX_HOME": str(tmp_path)}) == tmp_path
    assert home({}).name == "aicx"
