"""Hostile text in every place of the console and of commands, in a real terminal: none of it acts.

A platform of the test's own says whatever a hostile customer or server could say.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from aicx_tui.text import clean
from tests.e2e.terminal import Terminal
from tests.hostile import (
    CLIPBOARD,
    LONE_SURROGATE,
    LONG_PAYLOADS,
    MARK,
    MARKED,
    PAYLOADS,
    Payload,
    in_groups,
    joined,
    what_acts,
)

ROOM = (56, 206)
"""Rows and columns in which every payload has a line of its own."""

GROUPS = in_groups(5)
"""As many payloads as a message quotes."""

REAL_NAMES = (
    "Jane Doe",
    "محمد الأحمد",
    "יעל כהן",
    "山田 花子",
    "김민준",
    "สมชาย ใจดี",
    "अनुष्का शर्मा",
    "Nguyễn Thị Ánh",
    "Zoë 🎉 Müller",
    "🌻🌻🌻",
)

POINTERS = ("", "default", "pointer", "text")
"""Shapes of the pointer, which pyte takes for titles that start with a semicolon."""

CAPABILITIES = ["humans.get", "humans.create", "humans.feed", "tags.list", "sign-in"]

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
    """

    root: str = ""
    humans: list[dict[str, Any]] = field(default_factory=list)
    tags: list[dict[str, Any]] = field(default_factory=list)
    bots: list[dict[str, str]] = field(default_factory=lambda: [{"id": "bot", "name": "One"}])
    said: Sequence[Payload] = ()
    status: int = 200
    page: bytes = b""

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
            server = {"installation_id": "i", "version": "1", "capabilities": CAPABILITIES}
            return 200, {"result": server}
        if path.endswith("/sign-in"):
            return 422, self._error
        if path.endswith("/me"):
            return 200, {"result": self._account}
        if path.endswith("/tags"):
            return 200, {"result": self.tags}
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


@pytest.fixture
def platform() -> Iterator[HostilePlatform]:
    hostile = HostilePlatform()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._say()

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


Start = Callable[..., Terminal]


@pytest.fixture
def start(platform: HostilePlatform, tmp_path: Path) -> Iterator[Start]:
    """Starts the console on the platform, in a folder of its own."""
    started: list[Terminal] = []

    def begin(*words: str, size: tuple[int, int] = ROOM, aimed: bool = True) -> Terminal:
        env = platform.environment if aimed else {}
        terminal = Terminal(*words, home=home(tmp_path), env=env, size=size, folder=tmp_path)
        started.append(terminal)
        return terminal

    yield begin
    for terminal in started:
        terminal.program.close(force=True)


def home(folder: Path) -> Path:
    made = folder / "home"
    made.mkdir(exist_ok=True)
    return made


def ends_unharmed(
    terminal: Terminal, folder: Path, *, copied: int = 0, typed: bool = False
) -> None:
    """The console is still there, quits when asked, and nothing acted meanwhile."""
    assert terminal.screen.title.removeprefix(";") in POINTERS
    assert terminal.screen.icon_name == ""
    assert terminal.lines[0].startswith(" environment"), "the screen was cleared"
    terminal.types("\x11")
    assert terminal.ends() == 0
    assert what_acts(bytes(terminal.raw), copied=copied, typed=typed) == []
    assert [path.name for path in folder.iterdir()] == ["home"]


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


# The list and the details


def test_every_payload_is_shown_in_list_details_and_json_and_clicked_and_none_acts(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    everybody_is_hostile(platform)
    terminal = start()
    terminal.sees(f"● {len(PAYLOADS)} humans", *(payload.mark for payload in MARKED))
    terminal.clicks(MARK)
    terminal.sees(f"eu_{len(PAYLOADS) - 1} ")
    terminal.types("\x1b[H")
    terminal.sees("eu_00 ")
    terminal.types("\r")
    for number, payload in enumerate(PAYLOADS):
        shows_human(terminal, number, payload, ("E-mail", "Tags"))
        if "click" in payload.name or "links" in payload.name:
            terminal.clicks(payload.mark)
        terminal.types("]")
    terminal.types("\r\x1b[C")
    for number, payload in reversed(list(enumerate(PAYLOADS))):
        shows_human(terminal, number, payload, ('"fullname"',))
        terminal.types("[")
    ends_unharmed(terminal, tmp_path)


def shows_human(terminal: Terminal, number: int, payload: Payload, names: tuple[str, ...]) -> None:
    """The details are of this human, and what can be read of the payload is in list and details."""
    names = names if payload not in LONG_PAYLOADS else names[:1]
    terminal.sees(f"eu_{number:02} ", *names)
    terminal.waits_for(lambda: terminal.text.count(payload.mark) > 3)


def test_every_payload_goes_to_the_clipboard_as_one_clean_line_and_is_told_in_a_toast(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    everybody_is_hostile(platform)
    terminal = start(size=(20, 120))
    terminal.sees(f"● {len(PAYLOADS)} humans")
    wanted: list[str] = []
    for payload in PAYLOADS:
        cursor_is_on(terminal, payload.start[:20])
        terminal.types("y")
        terminal.sees("─ Copy ─")
        terminal.types("e")
        wanted.append(clean(payload.text))
        terminal.waits_for(lambda: len(CLIPBOARD.findall(terminal.raw)) == len(wanted))
        terminal.sees_no_more("─ Copy ─")
        terminal.types("j")
    terminal.sees("Sent to the clipboard")
    copied = [base64.b64decode(sent).decode() for sent in CLIPBOARD.findall(terminal.raw)]
    assert copied == wanted
    assert all("\n" not in line for line in copied)
    ends_unharmed(terminal, tmp_path, copied=len(wanted))


def cursor_is_on(terminal: Terminal, name: str) -> None:
    terminal.waits_for(lambda: any(line.startswith(f"│▌{name}") for line in terminal.lines))


# What the platform says of itself, and of what went wrong


def test_company_bot_and_person_stand_in_the_header_and_do_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.bots = [{"id": f"bot-{number}", "name": "One"} for number in range(len(GROUPS))]
    terminal = start(size=(16, 240))
    terminal.sees("no humans yet")
    for number, group in enumerate(GROUPS):
        platform.said = group
        terminal.types("B")
        terminal.sees("Switch bot")
        terminal.types(f"bot-{number}\r")
        header_says(terminal, *(payload.mark for payload in group))
        terminal.sees_no_more("Switch bot")
        terminal.sees("no humans yet")
        terminal.clicks(MARK)
    ends_unharmed(terminal, tmp_path)


def header_says(terminal: Terminal, *marks: str) -> None:
    terminal.waits_for(lambda: all(mark in terminal.lines[0] for mark in marks))


def test_bots_are_picked_by_names_that_do_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.bots = [{"id": p.text[:40], "name": p.text} for p in PAYLOADS]
    terminal = start(size=(62, 120))
    terminal.sees("no humans yet")
    terminal.types("B")
    terminal.sees("Switch bot", *(payload.mark for payload in MARKED))
    terminal.pastes(joined(GROUPS[0]))
    terminal.sees("Nothing is called so")
    terminal.types("\x1b")
    terminal.sees(MARKED[-1].mark)
    terminal.clicks("[@click=app.quit]")
    terminal.types("\r")
    terminal.sees("The bot id cannot be one")  # such an id goes into no address
    ends_unharmed(terminal, tmp_path)


def test_messages_of_the_platform_are_notices_and_refusals_that_do_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    terminal = start(size=(30, 90))
    terminal.sees("no humans yet")
    for group in GROUPS:
        first, platform.said = group[0].mark, group
        platform.status = 401
        terminal.types("r")
        terminal.sees("Sign in to environment", first)  # the reason
        terminal.types("jane@example.com\tpassword\r")
        terminal.sees("│  ! ", first)  # the refusal, and what is wrong with the field
        terminal.clicks(MARK)
        terminal.types("\x1b")
        terminal.sees("signed out: press L", first)
        terminal.clicks(MARK)
        platform.status = 422
        terminal.types("r")
        terminal.sees("not connected", first)
        terminal.clicks(MARK)
        terminal.types("i")
        terminal.sees("Go to humans by id")
        terminal.types("eu_nobody\r")
        terminal.sees("│  ! ", first)
        terminal.clicks(MARK)
        terminal.types("\x1b")
        terminal.sees_no_more("Go to humans by id")
    ends_unharmed(terminal, tmp_path)


def test_a_refresh_that_fails_tells_the_reason_in_a_toast_that_does_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.humans = [human(0, "Jane")]
    terminal = start(size=(24, 100))
    terminal.sees("● 1 human")
    platform.status = 422
    for group in GROUPS:
        platform.said = group
        terminal.types("r")
        toast_says(terminal, group[0].mark)
    ends_unharmed(terminal, tmp_path)


def toast_says(terminal: Terminal, mark: str) -> None:
    terminal.waits_for(lambda: any(mark in line.rpartition("▌")[2] for line in terminal.lines))


def test_half_a_character_is_refused_with_the_whole_page_and_does_nothing(
    start: Start, platform: HostilePlatform, tmp_path: Path
) -> None:
    platform.page = (
        b'{"result": {"items": [{"id": "eu_1", "fullname": "half %s"}], "next": "n"}}'
        % (LONE_SURROGATE)
    )
    terminal = start(size=(24, 100))
    terminal.sees("not connected", "cannot be read")
    platform.status, platform.page = 422, b'{"error": {"message": "half %s"}}' % LONE_SURROGATE
    terminal.types("r")
    terminal.sees("half")
    ends_unharmed(terminal, tmp_path)
