"""A Vault that holds key-value secrets, version 2, and insists on the protocol.

After Vault's documentation of the engine's HTTP API; what it was not asked as documented it
refuses as Vault does, and it keeps every version.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from typing_extensions import override

VAULT_TOKEN = "hvs.own-token-of-vault"


@dataclass
class VaultServer:
    """What it holds, and what it was asked.

    Attributes:
        url: Its root.
        versions: Of each path, oldest first; None for one that was deleted.
        asked: Method and path of every call.
        problem: Status and words with which it refuses everything; None for none.
        before_write: Is called once before the next write, as somebody else would write.
        namespace: Which one it insists on.
    """

    url: str = ""
    versions: dict[str, list[dict[str, Any] | None]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    problem: tuple[int, str] | None = None
    before_write: Callable[[], None] | None = None
    namespace: str = ""

    def put(self, path: str, **values: str) -> None:
        """Write as somebody else does."""
        self.versions.setdefault(path, []).append(dict(values))

    def last(self, path: str) -> dict[str, Any] | None:
        """What the last version holds."""
        return self.versions[path][-1]

    def answer(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        """What Vault answers."""
        self.asked.append((method, path))
        if self.problem:
            status, words = self.problem
            body = words.encode() if status == 307 or "<" in words else _errors(words)
            return status, body
        if headers.get("x-vault-request") != "true":
            return 412, _errors("required 'X-Vault-Request' header is missing")
        if headers.get("x-vault-token") != VAULT_TOKEN:
            return 403, _errors("2 errors occurred: permission denied, invalid token")
        if headers.get("x-vault-namespace", "") != self.namespace:
            return 403, _errors("permission denied")
        if not path.startswith("/v1/secret/data/"):
            return 404, _errors("no handler for route")
        name = path.removeprefix("/v1/secret/data/")
        return self._read(name) if method == "GET" else self._write(method, name, body)

    def _read(self, name: str) -> tuple[int, bytes]:
        versions = self.versions.get(name)
        if not versions:
            return 404, json.dumps({"errors": []}).encode()
        metadata = {"version": len(versions), "deletion_time": "", "destroyed": False}
        status = 200 if versions[-1] is not None else 404
        return status, _data({"data": versions[-1], "metadata": metadata})

    def _write(self, method: str, name: str, body: bytes) -> tuple[int, bytes]:
        if self.before_write:
            interfere, self.before_write = self.before_write, None
            interfere()
        asked = json.loads(body)
        if (
            method != "POST"
            or set(asked) != {"options", "data"}
            or set(asked["options"]) != {"cas"}
        ):
            return 400, _errors("no data provided")
        versions = self.versions.setdefault(name, [])
        if asked["options"]["cas"] != len(versions):
            return 400, _errors("check-and-set parameter did not match the current version")
        versions.append(asked["data"])
        return 200, _data({"version": len(versions), "created_time": "2026-11-22T06:00:00Z"})


def _errors(*words: str) -> bytes:
    return json.dumps({"errors": words}).encode()


def _data(data: dict[str, Any]) -> bytes:
    return json.dumps({"request_id": "r", "lease_id": "", "data": data}).encode()


@contextmanager
def vault_server(tls: ssl.SSLContext | None = None) -> Iterator[VaultServer]:
    """Serve one on a free loopback port."""
    vault = VaultServer()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, answered = vault.answer(self.command, self.path, headers, body)
            self.send_response(status)
            if status == 307:
                self.send_header("Location", "https://elsewhere.example/v1")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answered)))
            self.end_headers()
            self.wfile.write(answered)

        do_GET = do_POST = do_PUT = do_PATCH = answer

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    vault.url = f"{'https' if tls else 'http'}://localhost:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield vault
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
