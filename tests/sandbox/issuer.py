"""A provider of accounts in a test's own hands: it signs what is made up, and fails on demand."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "aicx-client"
CLIENT_SECRET = "canary-client-secret"
DEVICE_CODE = "canary-device-code"

Claims = dict[str, Any]


@cache
def key(name: str) -> RSAKey:
    """A key by its id; made once."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


@dataclass(frozen=True)
class Said:
    """An answer of the provider's, whatever it is."""

    status: int
    body: object
    headers: dict[str, str] = field(default_factory=dict)

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Issuer:
    """Serves while it is entered.

    Args:
        path: Of its issuer, behind its origin.
        announced: What it calls itself, behind its origin, where that differs.
    """

    def __init__(self, path: str = "", *, announced: str | None = None) -> None:
        self.interval = 0.001
        self.expires_in = 600
        self.google_words = not path
        self.published = [key("one")]
        self.extra_key: dict[str, Any] = {}
        self.instead: dict[str, Callable[[], Said]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._decided: dict[str, Said] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._path, self._announced = path, path if announced is None else announced
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def issuer(self) -> str:
        return self.origin + self._path

    def claims(self, subject: str, **changed: object) -> Claims:
        """What a good token says; None takes something away."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": subject,
            "iat": now,
            "exp": now + 300,
            "email": f"{subject}@elsewhere.example",
        }
        return {name: value for name, value in (good | changed).items() if value is not None}

    def token(self, claims: Claims, *, signed_by: str = "one") -> str:
        return jwt.encode({"alg": "RS256", "kid": signed_by}, claims, key(signed_by))

    def decide(self, user_code: str, said: Said | str) -> None:
        """Answer the next question about this code so: a token once, everything else again."""
        reply = Said(200, {"id_token": said}) if isinstance(said, str) else said
        with self._lock:
            self._decided[_device_code(user_code)] = reply

    def answer(self, path: str, form: dict[str, str]) -> Said:
        """What it says to a request."""
        name = path.removeprefix(self._path)
        with self._lock:
            self.asked.append((name, form))
        if instead := self.instead.get(name):
            return instead()
        match name:
            case "/.well-known/openid-configuration":
                return Said(200, self._configuration())
            case "/device":
                return self._begin()
            case "/token":
                return self._decision(form["device_code"])
            case "/keys":
                listed = [
                    dict(made.as_dict(private=False)) | self.extra_key for made in self.published
                ]
                return Said(200, {"keys": [{"kty": "unheard-of"}, *listed]})
        return Said(404, b"")

    def questions(self, name: str) -> int:
        """How often this was asked for."""
        return sum(asked == name for asked, _ in self.asked)

    def _configuration(self) -> dict[str, str]:
        return {
            "issuer": self.origin + self._announced,
            "device_authorization_endpoint": f"{self.issuer}/device",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def _begin(self) -> Said:
        with self._lock:
            user_code = f"CODE-{len(self.asked):06}"
            self._decided[_device_code(user_code)] = Said(428, {"error": "authorization_pending"})
        address = "verification_url" if self.google_words else "verification_uri"
        return Said(
            200,
            {
                "device_code": _device_code(user_code),
                "user_code": user_code,
                address: f"{self.origin}/enter",
                "expires_in": self.expires_in,
                "interval": self.interval,
            },
        )

    def _decision(self, device_code: str) -> Said:
        with self._lock:
            said = self._decided[device_code]
            if said.status == 200:
                self._decided[device_code] = Said(400, {"error": "invalid_grant"})
        return said


def _device_code(user_code: str) -> str:
    return f"{DEVICE_CODE}-{user_code}"


def _handler_of(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            form = parse_qs(self.rfile.read(length).decode())
            self._reply({name: values[0] for name, values in form.items()})

        def _reply(self, form: dict[str, str]) -> None:
            said = issuer.answer(urlsplit(self.path).path, form)
            content = said.content()
            self.send_response(said.status)
            headers = {"Content-Type": "application/json", "Content-Length": str(len(content))}
            for name, value in (headers | said.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
