"""A server of the console contract that says whatever a hostile customer or server could say."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.hostile import PAYLOADS, Payload, in_groups, joined

GROUPS = in_groups(5)
"""As many payloads as a message quotes."""

CAPABILITIES = ["humans.get", "humans.create", "humans.feed", "tags.list", "sign-in"]

OWN_CAPABILITIES = ["profile.edit", "profile.aliases", "profile.identities"]
"""What it can do besides, once it has a profile."""

Answer = tuple[int, object]


@dataclass
class HostilePlatform:
    """A server of the console contract that says what a test puts into it.

    Attributes:
        root: Its address.
        humans: Everybody, oldest change first.
        tags: The definitions of tags.
        bots: The company's bots.
        said: What names in the header and every error message quote.
        status: How the next calls are answered, other than well.
        page: The raw bytes of a page of humans, if they are to be others.
        profile: The user's own, if it has profiles.
        aliases: The user's.
    """

    root: str = ""
    humans: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, Any]] = field(default_factory=list)
    bots: list[dict[str, str]] = field(default_factory=lambda: [{"id": "bot", "name": "One"}])
    said: Sequence[Payload] = ()
    status: int = 200
    page: bytes = b""
    profile: dict[str, Any] = field(default_factory=dict)
    aliases: list[dict[str, Any]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What aims the console or a command at it."""
        return {
            "AICX_URL": self.root,
            "AICX_PLATFORM": "console",
            "AICX_COMPANY_ID": "acme",
            "AICX_BOT_ID": "bot",
            "AICX_TOKEN": "sk_1",
        }

    def answer(self, method: str, path: str) -> Answer:
        """What is said to a request."""
        if path.endswith("/capabilities"):
            own = OWN_CAPABILITIES if self.profile else []
            server = {"installation_id": "i", "version": "1", "capabilities": CAPABILITIES + own}
            return 200, {"result": server}
        if path.endswith("/sign-in"):
            return 422, self._error
        if path.endswith("/me"):
            return 200, {"result": self._account}
        if path.endswith("/tags"):
            return 200, {"result": self.tags}
        if method == "GET" and "/profile" in path:
            return 200, {"result": self.aliases if path.endswith("/aliases") else self.profile}
        if self.status != 200:
            return self.status, self._error
        if method == "POST":
            return 200, {"result": {"id": joined(self.said)}}
        if "/crm/human/" in path:
            return 200, {"result": self.humans[0]}
        items = [] if path.endswith("cursor=end") else self.humans
        return 200, {"result": {"items": items, "next": "end", "total": len(self.humans)}}

    @property
    def _error(self) -> object:
        fields = [{"field": f, "message": joined(self.said)} for f in ("email", joined(self.said))]
        return {"error": {"code": "x", "message": joined(self.said), "fields": fields}}

    @property
    def _account(self) -> object:
        """The company, the bots and the person, each with its share of what is said."""
        share = -(-len(self.said) // 3)
        company, name = joined(self.said[:share]), joined(self.said[share * 2 :])
        bot = joined(self.said[share : share * 2])
        bots = [b | ({"name": bot} if bot else {}) for b in self.bots] if self.said else self.bots
        return {
            "user_id": "u",
            "email": joined(self.said) or "jane@example.com",
            "name": name or "Jane",
            "role": "admin",
            "company": {"id": "acme", "name": company or "Acme"},
            "bots": bots,
        }


@contextmanager
def hostile_platform() -> Iterator[HostilePlatform]:
    """Serves one on this machine."""
    hostile = HostilePlatform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._say()

        def do_PATCH(self) -> None:
            self.do_POST()

        def _say(self) -> None:
            status, value = hostile.answer(self.command, self.path)
            is_page = bool(hostile.page) and "/humans" in self.path
            body = hostile.page if is_page else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as the base has it
            """The console's terminal is what is listened to."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        hostile.root = f"http://127.0.0.1:{server.server_address[1]}"
        serving = Thread(target=server.serve_forever, args=(0.02,))
        serving.start()
        yield hostile
        server.shutdown()
        serving.join()


def human(number: int, text: str, *, tag: str = "") -> dict[str, Any]:
    """A human with a text in every field."""
    return {
        "id": f"eu_{number:02} {text[:60]}",
        "fullname": text,
        "email": text,
        "phone_number": text,
        "uid": text,
        "profile_pic_id": text,
        "notes": {text: [text]} if number % 2 else text,
        "tags": [{"id": tag or text, "value": text}, {"id": f"{text[:60]} unknown", "value": text}],
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": f"2026-01-01T00:00:{59 - number:02}Z",
        text[:60]: text,
    }


def everybody_is_hostile(platform: HostilePlatform) -> None:
    """One human for each payload, in their order, and the tags they have."""
    for number, payload in enumerate(PAYLOADS):
        tag = f"tag-{number}"
        platform.humans.append(human(number, payload.text, tag=tag))
        platform.tags.append({"id": tag, "name": payload.text, "choices": [payload.text]})
