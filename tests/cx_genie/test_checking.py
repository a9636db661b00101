"""`aicx cx-genie check` against real servers, good ones and hostile ones."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cx_genie.shop import HEADER_TOKEN, Shop
from tests.sandbox_platform import SandboxPlatform

SAMPLE = "/sample/cx-genie/authentication"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def token_of_somebody(sandbox: SandboxPlatform) -> str:
    """The access token of one of the sandbox's humans."""
    headers = {"X-SINITIC-TOKEN": sandbox.token()}
    with httpx.Client(base_url=sandbox.url, headers=headers) as client:
        bot = f"/console/v1/bots/{sandbox.announced['bot_id']}/humans"
        crm = f"/gateway/{sandbox.announced['company_id']}/{sandbox.announced['bot_id']}/crm/human"
        for human in client.get(bot, params={"limit": 400}).json()["result"]["items"]:
            if token := client.get(f"{crm}/{human['id']}").json()["result"]["access_token"]:
                return str(token)
    raise AssertionError("Nobody has one.")


def test_a_profile_is_added_checked_listed_and_removed(
    shop: Shop, browsed_sandbox: SandboxPlatform
) -> None:
    url = browsed_sandbox.url + SAMPLE
    added = shop.aicx("profiles", "add", "shop", "--url", url, "--token-env", "SHOP_TOKEN")
    assert (added.code, "Try it: aicx cx-genie check shop" in added.err) == (0, True)
    again = shop.aicx("profiles", "add", "shop", "--url", url, "--token-env", "SHOP_TOKEN")
    assert (again.code, "There is a profile shop already" in again.err) == (2, True)
    token = token_of_somebody(browsed_sandbox)
    done = shop.check(token)
    assert done.code == 0, done.err
    told = done.json()
    assert told["would_do"] is True
    assert told["status"] == 200
    assert [f["status"] for f in told["findings"]][:4] == ["ok"] * 4
    assert told["user"]["name"]
    assert "content-type" in told["headers"]

    readable = shop.aicx("check", "shop", "--user-token-stdin", stdin=token)
    assert readable.code == 0
    assert "******** Bearer" in readable.out
    assert "✓ data.id: The identity field is a text." in readable.out

    (listed,) = shop.aicx("profiles", "list", "--json").json()
    assert listed["last"]["would_do"] is True
    assert "The reply would do" in listed["last"]["message"]
    kept = "".join(p.read_text() for p in shop.home.rglob("*") if p.is_file())
    said = done.out + done.err + readable.out + readable.err + kept
    assert token not in said
    assert HEADER_TOKEN not in said

    assert shop.aicx("profiles", "remove", "shop").code == 0
    assert shop.aicx("profiles", "list", "--json").json() == []
    unknown = shop.check()
    assert (unknown.code, "There is no profile" in unknown.err) == (2, True)


@pytest.mark.parametrize(
    ("reply", "finding"),
    [
        ("html", "The body is a web page."),
        ("false", "status is false. Its message: The token has ended."),
        ("types", "The identity field is a list."),
        ("large", "The body is longer than 1 MiB and was not read on."),
        ("packed", "The body is packed as gzip, which nobody asked for."),
        ("empty", "The body is empty."),
        ("redirect", "to elsewhere.example. It was not followed"),
        ("v1", "The identity field is missing or null."),
    ],
)
def test_a_hostile_reply_is_told_for_what_it_is(
    shop: Shop, browsed_sandbox: SandboxPlatform, reply: str, finding: str
) -> None:
    done = shop.at(f"{browsed_sandbox.url}{SAMPLE}?reply={reply}").check()
    assert done.code == 1
    told = done.json()
    assert told["would_do"] is False
    failed = [f for f in told["findings"] if f["status"] == "failed"]
    assert any(finding in f["found"] for f in failed), failed
    (kept,) = (path.read_text() for path in shop.home.rglob("checks.json"))
    assert "The reply would not do: " in kept
    assert "The token has ended" not in kept
    assert all(f["next_step"] for f in failed)
    assert "would not do" in done.err


class Recorder(socketserver.ThreadingTCPServer):
    """Answers every call alike, and keeps what came."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, answer: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Recording)
        self.answer = answer
        self.heard: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Recording(socketserver.BaseRequestHandler):
    """One call."""

    server: Recorder

    def handle(self) -> None:
        heard = self.request.recv(65536)
        while b"\r\n\r\n" in heard and not heard.rstrip().endswith(b"}"):
            heard += self.request.recv(65536)
        self.server.heard.append(heard)
        self.request.sendall(self.server.answer)


@contextmanager
def recorder(answer: bytes) -> Iterator[Recorder]:
    with Recorder(answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def test_another_host_that_is_redirected_to_hears_nothing_of_it(shop: Shop) -> None:
    with recorder(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as elsewhere:
        head = f"HTTP/1.1 307 Moved\r\nLocation: {elsewhere.url}/\r\nContent-Length: 0\r\n\r\n"
        with recorder(head.encode()) as here:
            done = shop.at(f"{here.url}/user", fields="user_id").check(
                "user-token-4711", "--field", "user_id=42"
            )
            assert done.code == 1
            assert len(here.heard) == 1
            assert b"Authorization: sample-header-token Bearer\r\n" in here.heard[0]
            assert here.heard[0].endswith(b'{"access_token": "user-token-4711", "user_id": "42"}')
        assert elsewhere.heard == []


def test_a_redirect_to_nowhere_that_can_be_read_is_told_for_what_it_is(shop: Shop) -> None:
    with recorder(
        b"HTTP/1.1 302 Found\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n"
    ) as server:
        done = shop.at(server.url).check()
    (finding,) = done.json()["findings"]
    assert finding["found"].startswith("302 Found, to an address that cannot be read.")
    assert done.json()["headers"]["location"] == "http://["


def test_what_a_reply_repeats_of_secrets_is_not_shown(shop: Shop) -> None:
    said = b'{"status": false, "message": "sample-header-token and user-token-4711"}'
    head = f"HTTP/1.1 200 OK\r\nX-Echo: {HEADER_TOKEN}\r\nContent-Length: {len(said)}\r\n\r\n"
    with recorder(head.encode() + said) as server:
        done = shop.at(server.url).check()
    assert done.code == 1
    assert HEADER_TOKEN not in done.out + done.err
    assert "user-token-4711" not in done.out + done.err


def test_what_is_missing_is_said_before_anything_is_sent(shop: Shop) -> None:
    with recorder(b"") as server:
        shop.at(server.url, fields="user_id")
        done = shop.check()
        assert (done.code, "--field user_id=VALUE" in done.err) == (2, True)
        empty = shop.check("\n")
        assert (empty.code, "The user's token is empty" in empty.err) == (2, True)
        assert server.heard == []
    gone = shop.check("user-token-4711", "--field", "user_id=1")
    assert (gone.code, "nothing listens there" in gone.out) == (1, True)
    refused = shop.aicx(
        *("profiles", "add", "plain", "--url", "http://shop.example/user", "--token-env", "A")
    )
    assert (refused.code, "would send the token in clear" in refused.err) == (2, True)
