"""The Authentication URL that is served: who is answered, who is not, and what is written of it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import trustme

from aicx_tui.endpoint.connections import MOST_CONNECTIONS
from tests.cli.test_open_cx import environment
from tests.cx_genie.serving import PATIENCE, Serving
from tests.cx_genie.shop import HEADER_TOKEN, USER_TOKEN, Shop
from tests.cx_genie.test_checking import token_of_somebody
from tests.sandbox_platform import SandboxPlatform

EVERYWHERE = "0.0.0.0"  # noqa: S104  # refused, or by TLS
OUR_HEADER = {"Authorization": f"{HEADER_TOKEN} Bearer"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, browsed_sandbox: SandboxPlatform) -> Shop:
    home = tmp_path_factory.mktemp("shop")
    return Shop(home, browsed_sandbox.environment()).at("http://127.0.0.1:1/", identity="id")


@pytest.fixture(scope="module")
def serving(shop: Shop) -> Iterator[Serving]:
    with Serving("shop", env=shop.environment) as running:
        yield running


def post(url: str, body: object, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.post(url, json=body, headers=OUR_HEADER if headers is None else headers)


def test_a_visitor_is_answered_for_and_check_says_that_it_would_do(
    serving: Serving, browsed_sandbox: SandboxPlatform, shop: Shop, tmp_path: Path
) -> None:
    token = token_of_somebody(browsed_sandbox)
    for header in (f"{HEADER_TOKEN} Bearer", f"Bearer {HEADER_TOKEN}", HEADER_TOKEN):
        reply = post(serving.url, {"access_token": token}, {"Authorization": header})
        assert reply.status_code == 200
        told: dict[str, Any] = reply.json()
        assert told["status"] is True
        assert told["data"]["id"]
        assert told["data"]["name"]
        assert token not in reply.text
    assert Shop(tmp_path).at(serving.url).check(token).json()["would_do"] is True
    visit = browsed_sandbox.url + "/sample/cx-genie/visit"
    body = {"url": serving.url, "header_token": HEADER_TOKEN, "access_token": token}
    signed_in = {"X-SINITIC-TOKEN": browsed_sandbox.token()}
    seen = [post(visit, body, signed_in).json()["result"] for _ in range(2)]
    assert [one["created"] for one in seen] == [True, False]
    assert seen[0]["chat_user"]["name"] == told["data"]["name"]
    assert list(shop.home.rglob("*.db")) == []
    written = serving.said()
    assert " POST 200 " in written
    assert token not in written
    assert HEADER_TOKEN not in written


def test_who_has_no_right_or_no_user_is_refused_by_a_reply_that_would_not_do(
    serving: Serving,
) -> None:
    url, body = serving.url, {"access_token": USER_TOKEN}
    nobody = post(url, body)
    assert (nobody.status_code, nobody.json()["status"]) == (404, False)
    for header in ("", "Bearer", "wrong Bearer", f"{HEADER_TOKEN} {HEADER_TOKEN}"):
        refused = post(url, body, {"Authorization": header})
        assert (refused.status_code, refused.json()["status"]) == (401, False)
    tokens = ["", 7, "\u200b", "a\0", "a\x1b", "\ud800", "a" * 16_000]
    for wrong in ({}, [USER_TOKEN], *({"access_token": token} for token in tokens)):
        refused = httpx.post(url, content=json.dumps(wrong), headers=OUR_HEADER)
        assert (refused.status_code, refused.json()["status"]) == (400, False), wrong
    assert post(url, {"access_token": "a" * 4_000}).status_code == 404
    large = post(url, {"access_token": "a" * 20_000})
    assert (large.status_code, large.headers["Connection"]) == (413, "close")
    assert httpx.get(url).status_code == 405
    assert httpx.get(f"{url}health").json() == {"status": "ok"}
    assert httpx.head(f"{url}health").status_code == 200
    assert "\x1b" not in serving.said()
    assert USER_TOKEN not in serving.said()


def test_too_many_calls_are_asked_to_pause_and_so_is_who_guesses_the_header(shop: Shop) -> None:
    with Serving("shop", "--calls-per-minute", "3", env=shop.environment) as running:
        codes = [post(running.url, {"access_token": "x"}).status_code for _ in range(5)]
        assert codes == [404, 404, 404, 429, 429]
        paused = post(running.url, {"access_token": "x"})
        assert int(paused.headers["Retry-After"]) > 0
    with Serving("shop", env=shop.environment) as running:
        wrong = {"Authorization": "guess Bearer"}
        with httpx.Client() as client:
            for _ in range(30):
                client.post(running.url, json={}, headers=wrong)
        assert post(running.url, {"access_token": "x"}).status_code == 429


def test_asked_to_end_it_finishes_and_says_nothing_of_trouble(shop: Shop) -> None:
    with Serving("shop", "--behind-proxy", "127.0.0.1", env=shop.environment) as running:
        forwarded = OUR_HEADER | {"X-Forwarded-For": "203.0.113.9"}
        assert post(running.url, {"access_token": "x"}, forwarded).status_code == 404
        forwarded["X-Forwarded-For"] = "nonsense"
        assert post(running.url, {"access_token": "x"}, forwarded).status_code == 404
        body = json.dumps({"access_token": "x"}).encode()
        head = f"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {len(body)}\r\n"
        head += f"Authorization: {OUR_HEADER['Authorization']}\r\n\r\n"
        where = urlsplit(running.url)
        with socket.create_connection((where.hostname, where.port)) as half:
            half.sendall(head.encode() + body[:5])
            httpx.get(f"{running.url}health")  # behind which the half call is being answered
            running.process.terminate()
            half.sendall(body[5:])
            assert b"Nobody has this access token." in b"".join(iter(lambda: half.recv(4096), b""))
        assert running.process.wait(PATIENCE) == 0
        assert "203.0.113.9 POST 404" in running.said()
        assert "nonsense" not in running.said()
        assert "Traceback" not in running.said()


def test_a_gateway_serves_only_the_tokens_of_a_file_and_says_so(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    shop = Shop(tmp_path, browsed_sandbox.environment(kind="gateway")).at("http://127.0.0.1:1/")
    alone = shop.aicx("serve", "shop", "--port", "0")
    assert alone.code == 6
    assert "only tokens given by file can be served" in alone.err
    token = token_of_somebody(browsed_sandbox)
    headers = {"X-SINITIC-TOKEN": browsed_sandbox.token()}
    bot = f"{browsed_sandbox.url}/console/v1/bots/{browsed_sandbox.announced['bot_id']}/humans"
    resolved = post(f"{bot}/resolve", {"access_token": token}, headers).json()["result"]
    others = httpx.get(bot, headers=headers, params={"limit": 2}).json()["result"]["items"]
    other = next(human["id"] for human in others if human["id"] != resolved["id"])
    file = tmp_path / "tokens.jsonl"
    lines = [
        {"access_token": token, "human_id": resolved["id"]},
        {"access_token": USER_TOKEN, "human_id": other},
        {"access_token": "of somebody deleted", "human_id": "eu_NoLongerHere"},
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    with Serving("shop", "--user-tokens", str(file), env=shop.environment) as running:
        found = post(running.url, {"access_token": token}).json()
        assert found["data"]["name"] == resolved["fullname"]
        assert post(running.url, {"access_token": "of nobody"}).status_code == 404
        assert post(running.url, {"access_token": "of somebody deleted"}).status_code == 404
        assert "Serves the 3 tokens of the file" in running.said()
    file.write_text("\n".join(json.dumps({"access_token": i, "human_id": i}) for i in ("", "../x")))
    refused = shop.aicx("serve", "shop", "--port", "0", "--user-tokens", str(file))
    assert refused.code == 2
    assert "line 1: no access_token" in refused.err
    assert "line 2: human_id is no id of a human" in refused.err
    contacts = Shop(tmp_path, environment(browsed_sandbox))
    unread = contacts.aicx("serve", "shop", "--port", "0", "--user-tokens", str(file))
    assert (unread.code, "no call that reads one human" in unread.err) == (6, True)


def test_others_are_served_by_tls_alone(shop: Shop, tmp_path: Path) -> None:
    for words, said in (
        (["--host", EVERYWHERE], "Other machines could reach"),
        (["--host", EVERYWHERE, "--allow-remote"], "needs --tls-cert and --tls-key"),
        (["--tls-cert", "a.pem"], "belong together"),
        (["--behind-proxy", "*"], "neither an address nor a network"),
        (["--behind-proxy", "nonsense"], "neither an address nor a network"),
        (["--tls-cert", str(tmp_path / "no"), "--tls-key", "no"], "cannot be read"),
    ):
        refused = shop.aicx("serve", "shop", "--port", "0", *words)
        assert (refused.code, said in refused.err) == (2, True), refused.err
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    chain, key, trusted = (tmp_path / name for name in ("cert.pem", "key.pem", "ca.pem"))
    chain.write_bytes(issued.cert_chain_pems[0].bytes())
    key.write_bytes(issued.private_key_pem.bytes())
    authority.cert_pem.write_to_path(trusted)
    words = [
        "--host",
        EVERYWHERE,
        "--allow-remote",
        "--tls-cert",
        str(chain),
        "--tls-key",
        str(key),
    ]
    with Serving("shop", *words, env=shop.environment) as running:
        url = running.url.replace(EVERYWHERE, "127.0.0.1")
        assert url.startswith("https://")
        there = Shop(tmp_path).at(url, ca_file=str(trusted)).check()
        assert "404 Not Found" in there.out
        untrusted = Shop(tmp_path).at(url).check()
        assert "certificate of 127.0.0.1" in untrusted.out


def test_an_agent_may_not_serve_and_is_told_what_can_be_done(
    shop: Shop, browsed_sandbox: SandboxPlatform
) -> None:
    agent = Shop(shop.home, browsed_sandbox.environment(person="agent"))
    refused = agent.aicx("serve", "shop", "--port", "0")
    assert refused.code == 6
    assert "only an admin may find humans by their tokens" in refused.err


def test_callers_who_begin_and_send_no_more_keep_nobody_else_from_being_answered(
    shop: Shop,
) -> None:
    with Serving("shop", env=shop.environment) as running, ExitStack() as held:
        where = urlsplit(running.url)
        assert where.port is not None
        for _ in range(MOST_CONNECTIONS):
            half = held.enter_context(socket.create_connection(("127.0.0.1", where.port)))
            half.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n")
        assert httpx.get(f"{running.url}health").json() == {"status": "ok"}
        assert post(running.url, {"access_token": "x"}).status_code == 404
        assert "1 connection without a call closed, the last of 127.0.0.1" in running.said()
        half.settimeout(PATIENCE)
        late = b"".join(iter(lambda: half.recv(4096), b""))
        assert late.startswith(b"HTTP/1.1 408 Request Timeout")
        assert b'"status": false' in late
        half = held.enter_context(socket.create_connection(("127.0.0.1", where.port)))
        half.sendall(b"no call at all\r\n\r\n")
        wrong = b"".join(iter(lambda: half.recv(4096), b""))
        assert wrong.startswith(b"HTTP/1.1 400 Bad Request")
        assert b'"status": false' in wrong
