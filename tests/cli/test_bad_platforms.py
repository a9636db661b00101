"""Commands against platforms that misbehave: exit codes, messages, and no token anywhere."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from functools import partial

import pytest

from tests.api.faulty import Answer, bomb, drip, faulty, json_reply, raw, reply, silence
from tests.cli.command import Ended, clean_environment

CANARY = "sk_canary_9b1e44d7"
HTML = reply(200, b"<!doctype html>", "Content-Type: text/html")
CUT = raw(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"result": {"id')
SLOW_DOWN = reply(429, b"", "Retry-After: 45")
REDIRECT = reply(302, b"", "Location: https://elsewhere.example/")
LONG = "x" * 190
ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in CANARY)
ECHOES = [
    json_reply(401, {"error": {"code": "x", "message": f"no such token {CANARY}"}}),
    json_reply(401, {"error": {"code": "x", "message": f"{LONG}{CANARY}"}}),
    json_reply(
        422,
        {"error": {"code": "x", "message": "", "fields": [{"field": CANARY, "message": CANARY}]}},
    ),
    reply(400, f'{{"detail": "bad {ESCAPED}"}}'.encode()),
    reply(400, f"plain {CANARY}".encode()),
    reply(302, b"", f"Location: https://{CANARY}.example/"),
    reply(500, b"", f"X-Request-ID: {CANARY}"),
]


async def start(
    *words: str, url: str, deadline: str = "2", platform: str = "gateway"
) -> asyncio.subprocess.Process:
    env = clean_environment(
        {
            "AICX_URL": url,
            "AICX_PLATFORM": platform,
            "AICX_COMPANY_ID": "acme",
            "AICX_BOT_ID": "bot",
            "AICX_TOKEN": CANARY,
            "AICX_TIMEOUT": deadline,
        }
    )
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "aicx_tui", *words),
        env=env,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        # A background job inherits an ignored SIGINT, which Python then leaves ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


async def end(process: asyncio.subprocess.Process) -> Ended:
    out, err = await process.communicate()
    assert b"Traceback" not in err
    return Ended(process.returncode or 0, out.decode(), err.decode())


GET = ("humans", "get", "eu_1", "--json")
CREATE = ("humans", "create", "--fullname", "Jane", "--json")


@pytest.mark.parametrize(
    ("answer", "words", "code", "part"),
    [
        (HTML, GET, 7, "web page"),
        (HTML, CREATE, 8, "web page"),
        (CUT, GET, 7, "cut off or damaged"),
        (CUT, CREATE, 8, "may or may not have been made"),
        (bomb(1024), GET, 7, "larger than 16 MiB"),
        (REDIRECT, GET, 7, "redirects to elsewhere.example"),
        (SLOW_DOWN, GET, 6, "pause of 45 s"),
        (SLOW_DOWN, CREATE, 6, "nothing was changed"),
        (drip(0.2), GET, 7, "within 2 s"),
        (drip(0.2), CREATE, 8, "may or may not have been made"),
        (silence, GET, 7, "2 s"),
        (reply(500, b"oops"), GET, 7, "500"),
        (reply(500, b"oops"), CREATE, 8, "may or may not have been made"),
        (raw(b""), CREATE, 8, "may or may not have been made"),
    ],
)
async def test_each_fault_has_its_message_and_code(
    answer: Answer, words: tuple[str, ...], code: int, part: str
) -> None:
    async with faulty(answer) as platform:
        ended = await end(await start(*words, url=platform.url))
    assert (ended.code, ended.out) == (code, "")
    assert part in ended.err
    assert CANARY not in ended.err


@pytest.mark.parametrize("echo", ECHOES)
async def test_a_platform_that_echoes_the_token_does_not_get_it_printed(echo: Answer) -> None:
    async with faulty(echo) as platform:
        ended = await end(await start(*GET, url=platform.url))
    assert ended.code != 0
    assert CANARY not in ended.out + ended.err
    assert CANARY[:10] not in ended.err


async def test_an_end_users_token_that_is_echoed_is_not_printed() -> None:
    secret = "end-user-token-51cd"
    words = {"message": f"bad {secret}", "fields": [{"field": "access_token", "message": secret}]}
    async with faulty(json_reply(422, {"error": {"code": "x"} | words})) as platform:
        process = await start(*CREATE, "--access-token-stdin", url=platform.url)
        out, err = await process.communicate(secret.encode())
    assert secret.encode() in platform.requests[0]
    assert process.returncode == 6
    assert secret.encode() not in out + err


async def test_a_number_that_json_has_not_is_not_printed_as_json() -> None:
    body = b'{"result": {"id": "eu_1", "notes": NaN}}'
    async with faulty(reply(200, body, "Content-Type: application/json")) as platform:
        ended = await end(await start(*GET, url=platform.url))
    assert (ended.code, ended.out) == (7, "")


async def test_an_access_token_of_any_type_is_masked() -> None:
    answer = json_reply(200, {"result": {"id": "eu_1", "access_token": 987654321012}})
    async with faulty(answer) as platform:
        ended = await end(await start(*GET, url=platform.url))
    assert ended.json()["access_token"] == "********"


async def test_a_feed_that_goes_round_in_a_circle_is_left() -> None:
    server = {"installation_id": "i", "version": "1", "capabilities": ["humans.feed"]}
    page = {"items": [{"id": "eu_1"}], "next": "again"}
    answers = (json_reply(200, {"result": server}), json_reply(200, {"result": page}))
    async with faulty(*answers) as platform:
        process = await start("humans", "list", url=platform.url, platform="console")
        ended = await end(process)
    assert ended.code == 7
    assert "circle" in ended.err
    assert len(platform.requests) == 3


@pytest.mark.parametrize(
    ("words", "part"), [(GET, "Interrupted"), (CREATE, "may have been made")], ids=["get", "create"]
)
async def test_an_interrupt_ends_with_130_and_says_what_may_have_happened(
    words: tuple[str, ...], part: str
) -> None:
    asked = asyncio.Event()

    async def answer(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await silence(writer)

    async with faulty(answer) as platform:
        process = await start(*words, url=platform.url, deadline="60")
        await asked.wait()
        process.send_signal(signal.SIGINT)
        ended = await end(process)
    assert ended.code == 130
    assert part in ended.err
