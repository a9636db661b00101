"""Pictures whose addresses others name: fetched by HTTPS from public addresses, up to a size."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
import trustme
from typing_extensions import override

from aicx_tui.api.pictures import fetch_picture, is_public
from aicx_tui.errors import AicxError, UsageError

MOST = 2000


class Pictures(BaseHTTPRequestHandler):
    """Answers with as many bytes as its path says; keeps the headers that came."""

    heard: list[dict[str, str]]

    def do_GET(self) -> None:
        self.heard.append({name.lower(): value for name, value in self.headers.items()})
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/100")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"x" * int(self.path[1:]))

    @override
    def log_message(self, format: str, *args: object) -> None:  # its name there
        """A test tells on its own."""


@pytest.fixture
def pictures() -> Iterator[tuple[str, ssl.SSLContext, list[dict[str, str]]]]:
    """A server by HTTPS on loopback, what trusts it, and what it heard."""
    authority = trustme.CA()
    heard: list[dict[str, str]] = []
    given = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(given)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    handler = type("Handler", (Pictures,), {"heard": heard})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.socket = given.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"https://localhost:{server.server_address[1]}", trusting, heard
        finally:
            server.shutdown()
            thread.join()


async def test_a_picture_comes_without_a_credential_and_not_from_elsewhere(
    pictures: tuple[str, ssl.SSLContext, list[dict[str, str]]],
) -> None:
    url, tls, heard = pictures
    assert await fetch_picture(f"{url}/100", most=MOST, allows=_any, tls=tls) == b"x" * 100
    assert heard[0]["host"].startswith("localhost:")
    assert {"authorization", "cookie", "x-sinitic-token"}.isdisjoint(heard[0])
    for path, said in (("2001", "larger than"), ("moved", "redirects are not followed")):
        with pytest.raises(AicxError, match=said):
            await fetch_picture(f"{url}/{path}", most=MOST, allows=_any, tls=tls)
    with pytest.raises(UsageError, match="leads into a private network"):
        await fetch_picture(f"{url}/100", most=MOST, tls=tls)
    assert len(heard) == 3


def _any(_address: object) -> bool:
    return True


@pytest.mark.parametrize(
    "url",
    ["http://example.com/a", "file:///etc/passwd", "https://", "https://a:b@example.com/", "a"],
)
async def test_what_is_no_address_of_a_picture_is_not_asked(url: str) -> None:
    with pytest.raises(UsageError, match="not usable"):
        await fetch_picture(url, most=MOST)


@pytest.mark.parametrize(
    "private",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "0.1.2.3"),
        *("100.64.0.1", "224.0.0.1", "::1", "fc00::1", "fe80::1", "::ffff:127.0.0.1", "::"),
        *("64:ff9b::a00:1", "64:ff9b:1::1", "::10.0.0.1", "::ffff:0:10.0.0.1", "fec0::1"),
        *("2001:0:a00:1::", "2002:a00:1::"),
    ],
)
def test_private_addresses_are_told_from_public_ones(private: str) -> None:
    assert not is_public(ip_address(private))
    assert is_public(ip_address("64:ff9b::5db8:d70e"))
    assert is_public(ip_address("93.184.215.14"))
    assert is_public(ip_address("2606:2800:21f:cb07:6820:80da:af6b:8b2c"))
