"""A shop's own server: knows its users by their tokens, and answers as the documents say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override


class Accounts(ThreadingHTTPServer):
    """Answers for the tokens of its users.

    Attributes:
        users: The `data` of each, by token; they may change meanwhile.
    """

    def __init__(self, users: Mapping[str, Mapping[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.users = dict(users)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/user"


class _Answering(BaseHTTPRequestHandler):
    server: Accounts

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        data = self.server.users.get(body["access_token"])
        told = {"status": data is not None, "message": "Successfully!", "data": data}
        content = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: object) -> None:  # its name there
        """A test tells on its own."""


@contextmanager
def accounts(users: Mapping[str, Mapping[str, Any]]) -> Iterator[Accounts]:
    with Accounts(users) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
