"""A real browser that finds the vendors' loaders on loopback, and what those are told."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import trustme
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificate

PATIENCE = 60

PAGES = "pages.test"

LOADERS = {
    "app.proto.cx/webchat/client.js": """
        window.Proto = {
          init: function (settings, then) { told("init", settings); then(); },
          setHumanUid: function (uid) { told("setHumanUid", { humanUid: uid }); },
          show: function () { told("show", {}); }
        };""",
    "unpkg.com/@opencx/widget@latest/dist-embed/script.js": """
        window.initOpenScript = function (options) {
          var user = options.user;
          told("init", { token: options.token, user: user.token || "", ...user.data });
        };""",
    "widget.cxgenie.ai/widget.js": """
        var attributes = document.currentScript.attributes;
        told("init", Object.fromEntries([...attributes].map(a => [a.name, a.value])));""",
}
"""Stand-ins for what the vendors serve, by address; they tell the page around what they get."""

TELLING = """
    function told(call, values) {
      var said = {};
      for (var name of Object.keys(values)) {
        var text = values[name];
        if (typeof text === "string") {
          said[name] = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
        }
      }
      parent.heard[FRAME].push([call, said]);
    }
"""

Call = tuple[str, dict[str, str]]
"""What was called, and the texts that it was given."""


class Loopback:
    """Serves pages and loaders by HTTPS, each under its own host's name, on one port."""

    def __init__(self, documents: Mapping[str, bytes]) -> None:
        hosts = sorted({address.partition("/")[0] for address in documents})
        certificate = trustme.CA().issue_cert(*hosts)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        self.hosts = hosts
        self.spki = _spki(certificate.cert_chain_pems[0].bytes())
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(documents))
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Loopback:
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(documents: Mapping[str, bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # as the base calls it
            body = documents.get(f"{self.headers['Host'].partition(':')[0]}{self.path}")
            kind = "text/javascript" if self.path.endswith(".js") else "text/html; charset=latin-1"
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:  # noqa: ANN401  # as the base calls it
            """Nobody reads it."""

    return Handler


def _spki(certificate: bytes) -> str:
    """What the browser is told to trust: this one key, and no other."""
    key = load_pem_x509_certificate(certificate).public_key()
    digest = hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return base64.b64encode(digest.digest()).decode()


def heard_by_loaders(snippets: Sequence[str], *, profile: Path) -> list[list[Call]]:
    """What each snippet tells the loader that it loads, called by a real Chromium.

    Args:
        snippets: Put into a page of its own each.
        profile: An empty folder for the browser's own files.
    """
    frames = "".join(f'<iframe src="/{number}.html"></iframe>' for number in range(len(snippets)))
    outside = f"""<!doctype html><script>
        var heard = {json.dumps([[] for _ in snippets])};
        var broken = [];
        addEventListener("load", function () {{
          var out = document.body.appendChild(document.createElement("pre"));
          out.id = "heard";
          out.textContent = JSON.stringify({{ heard: heard, broken: broken }});
        }});
        </script><body>{frames}"""
    documents = {f"{PAGES}/": outside.encode()}
    for number, snippet in enumerate(snippets):
        telling = TELLING.replace("FRAME", str(number))
        catching = 'addEventListener("error", function (e) { parent.broken.push(e.message); });'
        page = f"<!doctype html><title>A shop</title><script>{catching}{telling}</script>"
        documents[f"{PAGES}/{number}.html"] = f"{page}<body>{snippet}<p>Wares</p>".encode("ascii")
    documents |= {address: code.encode() for address, code in LOADERS.items()}
    with Loopback(documents) as server:
        said = json.loads(_dumped(server, profile))
    assert said["broken"] == []
    return [[_call(call) for call in calls] for calls in said["heard"]]


def _call(call: tuple[str, dict[str, list[int]]]) -> Call:
    name, values = call
    texts = {
        key: b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le")
        for key, units in values.items()
    }
    return name, texts


def _dumped(server: Loopback, profile: Path) -> str:
    rules = [f"MAP {host} 127.0.0.1:{server.port}" for host in server.hosts]
    command = (
        *("chromium", "--headless", "--disable-gpu", "--no-first-run"),
        "--no-sandbox",  # the pages are ours, and a container lets it make none
        *("--disable-background-networking", "--disable-dev-shm-usage", "--disable-extensions"),
        f"--user-data-dir={profile}",
        f"--host-resolver-rules={','.join([*rules, 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1'])}",
        f"--ignore-certificate-errors-spki-list={server.spki}",
        *("--dump-dom", f"https://{PAGES}/"),
    )
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    found = re.search(r'<pre id="heard">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    return html.unescape(found[1])
