"""Secrets, given in every way, through every failure: found nowhere but in the keyring."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pexpect
import pytest

from tests.api.faulty import Answer, faulty, json_reply, raw, reply, silence
from tests.cli.command import clean_environment
from tests.keyring.secret_service import SecretService

TOKEN = "sk_canary+7f3e/9d1c5b"
PASSWORD = "canary passw0rd 4e8a/77"
SESSION = "se_canary_1b9d02"
CODE = "731904"
CHALLENGE = "ch_canary_5d20f1"
SECRETS = (TOKEN, PASSWORD, SESSION, CODE, CHALLENGE)
PATIENCE = 30

SERVER = {"installation_id": "i", "version": "1", "capabilities": ["sign-in", "humans.feed"]}
ACCOUNT = {
    "user_id": "u",
    "email": "jane@example.com",
    "name": "Jane",
    "role": "admin",
    "company": {"id": "c", "name": "C"},
    "bots": [{"id": "b", "name": "B"}],
}
ASKED = {
    "challenge": CHALLENGE,
    "channel": "email",
    "hint": "j…@example.com",
    "expires_at": "2030-01-01T00:00:00Z",
}
KEPT = {"session": SESSION, "expires_at": "2030-01-01T00:00:00Z"}


def result(value: object) -> Answer:
    return json_reply(200, {"result": value})


def refusal(status: int, echo: str, code: str = "x") -> Answer:
    return json_reply(status, {"error": {"code": code, "message": f"No: {echo}"}})


FAILURES: dict[str, Callable[[str], Answer]] = {
    "refused": lambda echo: refusal(401, echo),
    "not found": lambda echo: refusal(404, echo, "bot_not_found"),
    "invalid": lambda echo: json_reply(
        422, {"error": {"code": echo, "fields": [{"field": echo, "message": echo}]}}
    ),
    "plain words": lambda echo: reply(400, echo.encode()),
    "web page": lambda echo: reply(200, f"<html>{echo}".encode(), "Content-Type: text/html"),
    "redirect": lambda echo: reply(302, b"", f"Location: https://{quote(echo)}.example/{echo}"),
    "no HTTP": lambda echo: raw(echo.encode()),
    "failed": lambda echo: reply(500, echo.encode(), f"X-Request-ID: {echo}"),
    "slow down": lambda echo: reply(429, echo.encode(), "Retry-After: 50"),
    "another shape": lambda echo: json_reply(404, {"error": {echo: echo}, "detail": [echo]}),
}
"""What a careless or hostile platform makes of what it was sent."""


def forms(secret: str) -> set[bytes]:
    """The ways in which it could have been written down."""
    plain = secret.encode()
    written = {plain, plain.hex().encode(), b64encode(plain), quote(secret, safe="").encode()}
    return written | {secret.encode("unicode_escape"), secret.encode("latin-1")}


def is_clean(data: bytes) -> bool:
    return not any(form in data for secret in SECRETS for form in forms(secret))


@dataclass
class Place:
    """All that a test leaves: a home, and what its commands said."""

    home: Path
    service: SecretService | None
    said: list[bytes] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        places = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")
        own = {name: str(self.home / name.lower()) for name in (*places, "TMPDIR")}
        for folder in own.values():
            Path(folder).mkdir(exist_ok=True)
        keyring = {"AICX_KEYRING": "off"}
        if self.service:
            keyring = {**self.service.environment}
        return {**own, **keyring, "AICX_HOME": str(self.home), "AICX_TIMEOUT": "2"}

    def describe(self, url: str, kind: str) -> None:
        self.home.mkdir(exist_ok=True)
        (self.home / "config.toml").write_text(
            f'context = "c"\n[contexts.c]\nkind = "{kind}"\nurl = "{url}"\n'
            'company = "c"\nbot = "b"\ntimeout = 2\n'
        )

    async def run(self, *words: str, env: Mapping[str, str], stdin: str) -> int:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aicx_tui", *words),
            env=clean_environment(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.said.extend(await process.communicate(stdin.encode()))
        assert b"Traceback" not in self.said[-1]
        assert b"internal error" not in self.said[-1]
        return process.returncode or 0

    def check(self) -> None:
        """Neither what was said nor any file of the home or the keyring holds a secret."""
        for said in self.said:
            assert is_clean(said), said
        homes = [self.home, *([Path(self.service.environment["HOME"])] if self.service else [])]
        for file in (file for home in homes for file in home.rglob("*")):
            if file.is_file():
                assert is_clean(file.read_bytes()), file
                assert is_clean(os.fsencode(file)), "nor does a file's name"


@pytest.fixture(scope="module")
def service() -> Iterator[SecretService]:
    with SecretService() as running:
        yield running


@dataclass(frozen=True)
class Way:
    """How a secret is given to a command.

    Attributes:
        words: The command.
        stdin: What is piped to it.
        variable: Whether the token is in `AICX_TOKEN`.
    """

    words: tuple[str, ...]
    stdin: str = ""
    variable: bool = False


def ways(file: Path) -> dict[str, Way]:
    by_password = ("login", "--email", "jane@example.com", "--password-stdin")
    return {
        "login, token in a file": Way(("login", "--token-file", str(file))),
        "login, token piped": Way(("login", "--token-stdin"), stdin=TOKEN + "\n"),
        "login, password piped": Way(by_password, stdin=PASSWORD + "\n"),
        "login, password and code piped": Way(
            (*by_password, "--code-stdin"), stdin=f"{PASSWORD}\n{CODE}\n"
        ),
        "one command, token in a file": Way(("--token-file", str(file), "humans", "list")),
        "one command, token in the environment": Way(("whoami", "--json"), variable=True),
    }


def environment_of(way: Way, place: Place, url: str) -> dict[str, str]:
    given = {"AICX_TOKEN": TOKEN, "AICX_URL": url, "AICX_CONTEXT": "c"} if way.variable else {}
    return place.environment | given


@pytest.mark.parametrize("failure", FAILURES)
async def test_no_failure_gives_a_secret_away(
    failure: str, service: SecretService, tmp_path: Path
) -> None:
    async def fails(number: int, kind: str, way: Way) -> None:
        place = Place(tmp_path / str(number), service)
        first = [result(SERVER)] if kind == "console" else []
        first += [result(ASKED)] if CODE in way.stdin else []

        async def echo(writer: asyncio.StreamWriter) -> None:
            asked = platform.requests[-1].decode()
            said = " ".join(secret for secret in SECRETS if secret in asked)
            assert said, "what is looked for was sent"
            await FAILURES[failure](said)(writer)

        async with faulty(*first, echo) as platform:
            place.describe(platform.url, kind)
            env = environment_of(way, place, platform.url)
            code = await place.run(*way.words, env=env, stdin=way.stdin)
            assert code or (kind, failure) == ("gateway", "another shape"), "that lets a token in"
            assert platform.requests
        place.check()

    file = token_file(tmp_path)
    from_file, _, by_password, by_code, one_command, by_variable = ways(file).values()
    chosen = [("console", way) for way in (by_password, by_code, one_command)]
    chosen += [("gateway", way) for way in (from_file, by_variable)]
    await asyncio.gather(*(fails(n, kind, way) for n, (kind, way) in enumerate(chosen)))


def token_file(folder: Path) -> Path:
    file = folder / "token"
    file.write_text(TOKEN)
    return file


@pytest.mark.parametrize("has_keyring", [True, False])
async def test_no_success_gives_a_secret_away(
    has_keyring: bool, service: SecretService, tmp_path: Path
) -> None:
    async def succeeds(number: int, name: str, way: Way) -> None:
        place = Place(tmp_path / str(number), service if has_keyring else None)
        answers = [result(SERVER), result(ACCOUNT)]
        if "password" in name:
            asked = [result(ASKED)] if CODE in way.stdin else []
            given = [*asked, result(KEPT), result(ACCOUNT)]
            answers = [result(SERVER), *given, result(SERVER), result(None)]
        if way.words[-1] == "list":
            page = result({"items": [], "next": "x"})
            answers = [result(SERVER), result(ACCOUNT), page]
        async with faulty(*answers) as platform:
            place.describe(platform.url, "console")
            env = environment_of(way, place, platform.url)
            code = await place.run(*way.words, env=env, stdin=way.stdin)
            assert code == (1 if "login" in name and not has_keyring else 0), place.said[-1]
            if "login" in name and has_keyring:
                kept = {key[1]: secret for key, secret in service.stored().items()}
                assert kept[platform.url] in (TOKEN, SESSION)
                await place.run("contexts", "show", "--json", env=env, stdin="")
                await place.run("logout", env=env, stdin="")
        place.check()

    chosen = ways(token_file(tmp_path)).items()
    await asyncio.gather(*(succeeds(n, name, way) for n, (name, way) in enumerate(chosen)))


async def test_no_unreachable_host_gives_a_secret_away(
    service: SecretService, tmp_path: Path
) -> None:
    place, file = Place(tmp_path / "home", service), token_file(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        place.describe(url, "console")
        codes = await asyncio.gather(
            *(
                place.run(*way.words, env=environment_of(way, place, url), stdin=way.stdin)
                for way in ways(file).values()
            )
        )
    assert codes == [7] * 6
    place.check()


@pytest.mark.parametrize("unusable", ["\x1b[2J", "\n", "é"])
async def test_a_token_that_cannot_be_one_is_not_quoted(
    unusable: str, service: SecretService, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}{unusable}{TOKEN}")
    place = Place(tmp_path / "home", service)
    place.describe("http://127.0.0.1:9", "console")
    env = place.environment
    given = file.read_text()
    assert await place.run("login", "--token-file", str(file), env=env, stdin="") == 2
    assert await place.run("login", "--token-stdin", env=env, stdin=given) == 2
    assert await place.run("whoami", env=env | {"AICX_TOKEN": given}, stdin="") == 2
    place.check()


async def test_a_token_of_another_origin_is_not_quoted(tmp_path: Path) -> None:
    place = Place(tmp_path, None)
    place.describe("http://127.0.0.1:9", "console")
    env = place.environment | {"AICX_TOKEN": TOKEN}
    assert await place.run("whoami", env=env, stdin="") == 2
    await place.run("contexts", "show", env=env, stdin="")
    place.check()


@pytest.mark.parametrize(("secret", "pasted"), [(TOKEN, False), (PASSWORD, True)])
def test_a_terminal_shows_nothing_of_what_is_typed_or_pasted(
    secret: str, pasted: bool, tmp_path: Path
) -> None:
    place = Place(tmp_path, None)
    place.describe("http://127.0.0.1:9", "console")
    words = ["-m", "aicx_tui", "login"]
    words += ["--email", "jane@example.com"] if secret == PASSWORD else []
    program: pexpect.spawn[bytes] = pexpect.spawn(
        sys.executable, words, env=clean_environment(place.environment), timeout=PATIENCE
    )
    program.expect(b": ")
    place.said.append(bytes(program.before or b""))
    program.waitnoecho()
    program.sendline(f"\x1b[200~{secret}\x1b[201~" if pasted else secret)
    program.expect(pexpect.EOF)
    place.said.append(bytes(program.before or b""))
    program.close()
    assert program.exitstatus in (2, 7)
    place.check()


@pytest.mark.parametrize(
    ("given", "ends"), [("variable", signal.SIGINT), ("stdin", signal.SIGTERM)]
)
async def test_no_other_process_can_read_it(
    given: str, ends: signal.Signals, service: SecretService, tmp_path: Path
) -> None:
    """While a call is under way, and after it was broken off."""
    asked = asyncio.Event()

    async def answer(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await silence(writer)

    place = Place(tmp_path, service)
    async with faulty(answer) as platform:
        place.describe(platform.url, "gateway")
        aimed = {"AICX_TOKEN": TOKEN, "AICX_URL": platform.url, "AICX_CONTEXT": "c"}
        env = place.environment | (aimed if given == "variable" else {})
        words = ("whoami",) if given == "variable" else ("login", "--token-stdin")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aicx_tui", *words),
            env=clean_environment(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A background job inherits an ignored SIGINT, which Python then leaves ignored.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        assert process.stdin
        process.stdin.write(b"" if given == "variable" else TOKEN.encode())
        process.stdin.close()
        await asked.wait()
        place.said.append(of_process(process.pid, "cmdline"))
        if given == "stdin":
            place.said.append(of_process(process.pid, "environ"))
        process.send_signal(ends)
        place.said.extend(await process.communicate())
    place.check()


def of_process(pid: int | str, what: str) -> bytes:
    """What every process of the same person can read of a process."""
    return Path(f"/proc/{pid}/{what}").read_bytes()


@pytest.mark.parametrize("words", [("--sandbox", "--ephemeral"), ("--context", "sandbox")])
def test_the_sandbox_that_a_command_starts_does_not_inherit_it(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    place = Place(tmp_path, None)
    with subprocess.Popen(
        [sys.executable, "-m", "aicx_tui", *words, "humans", "list", "--jsonl"],
        env=clean_environment(place.environment | {"AICX_TOKEN": TOKEN}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        place.said.append(process.stdout.readline())  # it runs now, and the sandbox too
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        place.said.extend(of_process(child, "environ") for child in children)
        lines = [of_process(child, "cmdline") for child in children]
        place.said.extend(process.communicate(timeout=PATIENCE))
    assert any(b"aicx_tui.sandbox" in line for line in lines)
    place.check()
