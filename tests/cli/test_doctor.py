"""`aicx doctor` on this computer as it is, and with each part of it broken in turn."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pexpect
import pytest
import trustme

from tests.api.faulty import Answer, FaultyPlatform, faulty, json_reply, raw, reply, silence
from tests.cli.command import PATIENCE, Ended, aicx, clean_environment
from tests.keyring.secret_service import SecretService
from tests.sandbox_platform import SandboxPlatform

CANARY = "sk_canary_1c77de02"
HUMAN_MISSING = json_reply(404, {"error": {"code": "human_not_found", "message": "no"}})
SERVER = json_reply(
    200, {"result": {"installation_id": "i", "version": "1", "capabilities": ["humans.feed"]}}
)
UNSEEN = ("TMUX", "STY", "SSH_CONNECTION", "COLORTERM", "NO_COLOR")
"""Of the terminal in which the tests run."""

Document = dict[str, str]


class Report:
    """What `aicx doctor --json` said."""

    def __init__(self, ended: Ended) -> None:
        self.code, self.err = ended.code, ended.err
        document = ended.json()
        self.ok: bool = document["ok"]
        self.checks: list[Document] = document["checks"]
        assert self.ok is (self.code == 0)
        assert self.ok is all(check["status"] != "failed" for check in self.checks)
        for check in self.checks:
            assert set(check) == {"name", "context", "status", "found", "next_step"}
            assert check["status"] in ("ok", "warning", "failed")
            assert check["found"]
            assert bool(check["next_step"]) is (check["status"] != "ok"), check

    def every(self, name: str, context: str | None = None) -> list[Document]:
        return [c for c in self.checks if c["name"] == name and c["context"] == context]

    def one(self, name: str, context: str | None = None) -> Document:
        (check,) = self.every(name, context)
        return check

    def status(self, context: str | None = None) -> dict[str, str]:
        return {c["name"]: c["status"] for c in self.checks if c["context"] == context}


def doctor(*words: str, env: Mapping[str, str] | None = None) -> Report:
    return Report(aicx("doctor", "--json", *words, env=env or {}))


async def doctor_meanwhile(*words: str, env: Mapping[str, str]) -> Report:
    """As above, while this process serves what it looks at."""
    return await asyncio.to_thread(doctor, *words, env=env)


def written(home: Path, text: str, *, mode: int = 0o600) -> dict[str, str]:
    """The environment in which config.toml says this."""
    file = home / "config.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return {"AICX_HOME": str(home)}


def gateway(name: str, url: str, *more: str) -> str:
    lines = [f"[contexts.{name}]", 'kind = "gateway"', f'url = "{url}"', 'company = "c"']
    return "\n".join([*lines, 'bot = "b"', *more, ""])


def console(name: str, url: str, *more: str) -> str:
    return "\n".join([f"[contexts.{name}]", 'kind = "console"', f'url = "{url}"', *more, ""])


def dated(answer: Mapping[str, object], *, ahead: timedelta) -> Answer:
    moment = format_datetime(datetime.now(UTC) + ahead, usegmt=True)
    return json_reply(200, answer, f"Date: {moment}")


class TestAPlatformThatWorks:
    @pytest.mark.parametrize("kind", ["console", "gateway"])
    def test_of_the_environment(self, browsed_sandbox: SandboxPlatform, kind: str) -> None:
        report = doctor(env=browsed_sandbox.environment(kind=kind))
        there = report.status("environment")
        expected = {"platform", "tls", "api", "credential", "mode"}
        assert set(there) == expected | ({"bot"} if kind == "console" else set())
        assert set(there.values()) == {"ok"}
        assert "answers in" in report.one("platform", "environment")["found"]
        assert "not used" in report.one("tls", "environment")["found"]
        assert "token from AICX_TOKEN, accepted" in report.one("credential", "environment")["found"]
        assert "environment" in report.one("clock")["found"]

    def test_of_config_toml_with_the_token_in_the_keyring(
        self, browsed_sandbox: SandboxPlatform, tmp_path: Path
    ) -> None:
        token = browsed_sandbox.token("agent")
        text = console("acme", browsed_sandbox.url, "production = true", "read_only = true")
        with SecretService() as service:
            env = service.environment | written(tmp_path, text)
            signing_in = aicx("login", "--context", "acme", "--token-stdin", env=env, stdin=token)
            assert signing_in.code == 0, signing_in.err
            ended = aicx("doctor", "--json", env=env)
            shown = aicx("doctor", env=env)
        report = Report(ended)
        found = report.one("credential", "acme")["found"]
        assert found == "token from Secret Service, accepted, as agent"
        assert report.one("mode", "acme")["found"] == "production, read-only"
        assert report.one("bot", "acme")["found"] == "Webchat"
        assert report.one("config")["found"].endswith("1 context")
        for text in (ended.out + ended.err, shown.out + shown.err):
            assert token not in text
            assert "@acme.example" not in text

    def test_is_the_only_one_that_is_sent_a_token_given_for_it(
        self, browsed_sandbox: SandboxPlatform, tmp_path: Path
    ) -> None:
        async def run() -> tuple[Report, FaultyPlatform]:
            async with faulty(HUMAN_MISSING) as other:
                text = console("acme", browsed_sandbox.url) + gateway("other", other.url)
                env = written(tmp_path, 'context = "acme"\n' + text)
                file = tmp_path / "token"
                file.write_text(browsed_sandbox.token())
                process = await asyncio.to_thread(
                    aicx, "--token-file", str(file), "doctor", "--json", env=env
                )
                return Report(process), other

        report, other = asyncio.run(run())
        assert "accepted" in report.one("credential", "acme")["found"]
        assert report.status("other") == {}
        assert other.requests == []


class TestTheCredential:
    def test_is_missing(self, browsed_sandbox: SandboxPlatform, tmp_path: Path) -> None:
        env = written(tmp_path, console("acme", browsed_sandbox.url))
        with SecretService() as service:
            report = doctor(env=service.environment | env)
        assert report.ok
        assert report.one("api", "acme")["status"] == "ok"
        check = report.one("credential", "acme")
        assert check["status"] == "warning"
        assert "aicx login --context acme" in check["next_step"]

    @pytest.mark.parametrize("kind", ["console", "gateway"])
    def test_is_not_accepted(self, browsed_sandbox: SandboxPlatform, kind: str) -> None:
        env = browsed_sandbox.environment(kind=kind) | {"AICX_TOKEN": CANARY}
        ended = aicx("doctor", "--json", env=env)
        assert CANARY not in ended.out + ended.err
        report = Report(ended)
        assert report.code == 1
        assert report.one("credential", "environment")["status"] == "failed"
        assert report.one("api", "environment")["status"] == "ok"

    async def test_belongs_elsewhere_and_is_not_sent(self, tmp_path: Path) -> None:
        async with faulty(reply(401)) as platform:
            env = written(tmp_path, gateway("acme", platform.url))
            report = await doctor_meanwhile(env=env | {"AICX_TOKEN": CANARY})
        check = report.one("credential", "acme")
        assert check["status"] == "warning"
        assert "AICX_TOKEN belongs to https://api.proto.cx" in check["found"]
        assert len(platform.requests) == 1
        assert CANARY.encode() not in platform.requests[0]

    def test_cannot_be_one(self) -> None:
        report = doctor(env={"AICX_TOKEN": f"{CANARY} with spaces"})
        assert report.one("token")["status"] == "failed"
        assert CANARY not in str(report.checks) + report.err

    def test_is_for_another_company_or_bot(self, browsed_sandbox: SandboxPlatform) -> None:
        for name in ("AICX_COMPANY_ID", "AICX_BOT_ID"):
            for kind in ("console", "gateway"):
                env = browsed_sandbox.environment(kind=kind) | {name: "other"}
                report = doctor(env=env)
                assert report.one("credential", "environment")["status"] == "ok"
                assert report.one("bot", "environment")["status"] == "failed"


class TestAContextThatFails:
    async def test_never_stops_the_others(
        self, browsed_sandbox: SandboxPlatform, tmp_path: Path
    ) -> None:
        hung, late, closed, page, down, pausing = (
            silence,
            SERVER,
            raw(b""),
            reply(200, b"<html>", "Content-Type: text/html"),
            reply(500, b"oops"),
            reply(429, b"", "Retry-After: 30"),
        )
        async with AsyncExitStack() as stack:
            answers = {"closed": closed, "page": page, "down": down, "pausing": pausing}
            text = console("good", browsed_sandbox.url)
            for name, answer in ({"hung": hung} | answers).items():
                url = (await stack.enter_async_context(faulty(answer))).url
                text += console(name, url, "timeout = 0.5")
            async with faulty(late) as gone:
                text += gateway("gone", gone.url)
            report = await doctor_meanwhile(env=written(tmp_path, text))
        assert report.one("api", "good")["status"] == "ok"
        for name, words in (
            ("hung", "0.5 s"),
            ("closed", "broke off"),
            ("gone", "nothing listens there"),
        ):
            check = report.one("platform", name)
            assert check["status"] == "failed"
            assert words in check["found"]
            assert not report.every("api", name)
        for name, status, words in (
            ("page", "failed", "web page"),
            ("down", "failed", "500"),
            ("pausing", "warning", "pause"),
        ):
            assert report.one("platform", name)["status"] == "ok"
            check = report.one("api", name)
            assert check["status"] == status
            assert words in check["found"]

    async def test_after_it_answered_keeps_its_deadline(self) -> None:
        async with faulty(SERVER, silence) as platform:
            env = {"AICX_URL": platform.url, "AICX_PLATFORM": "console", "AICX_TIMEOUT": "1"}
            ids = {"AICX_COMPANY_ID": "c", "AICX_BOT_ID": "b", "AICX_TOKEN": CANARY}
            report = await doctor_meanwhile(env=env | ids)
        assert report.one("api", "environment")["status"] == "ok"
        check = report.one("credential", "environment")
        assert check["status"] == "failed"
        assert "1 s" in check["found"]

    async def test_is_of_another_kind(self) -> None:
        async with faulty(reply(404, b"{}")) as platform:
            env = {"AICX_URL": platform.url, "AICX_PLATFORM": "console"}
            ids = {"AICX_COMPANY_ID": "c", "AICX_BOT_ID": "b"}
            report = await doctor_meanwhile(env=env | ids)
        check = report.one("api", "environment")
        assert check["status"] == "failed"
        assert "kind is gateway" in check["next_step"]

    def test_by_itself_is_looked_at_where_it_is_named(self, tmp_path: Path) -> None:
        url = "https://no-such-host.invalid"
        env = written(tmp_path, gateway("first", url) + gateway("second", url))
        report = doctor("--context", "second", env=env)
        assert "no such host name" in report.one("platform", "second")["found"]
        assert report.status("first") == {}
        unknown = aicx("doctor", "--context", "secnd", env=env)
        assert (unknown.code, unknown.out) == (2, "")
        assert "Is second meant?" in unknown.err

    def test_for_want_of_settings_in_the_environment(self) -> None:
        report = doctor(env={"AICX_PLATFORM": "console"})
        check = report.one("settings", "environment")
        assert check["status"] == "failed"
        assert "AICX_COMPANY_ID is not set" in check["found"]


class TestTls:
    @pytest.fixture(scope="class")
    def authority(self) -> trustme.CA:
        return trustme.CA()

    async def checked(
        self, authority: trustme.CA, file: Path | None, *, expires_in: timedelta, host: str
    ) -> Report:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        expires_at = datetime.now(UTC) + expires_in
        authority.issue_cert(host, not_after=expires_at).configure_cert(context)
        async with faulty(HUMAN_MISSING, tls=context) as platform:
            ids = {"AICX_COMPANY_ID": "c", "AICX_BOT_ID": "b"}
            trusted = {"AICX_CA_FILE": str(file)} if file else {}
            return await doctor_meanwhile(env={"AICX_URL": platform.url} | ids | trusted)

    async def test_is_trusted_by_the_file_that_is_named(
        self, authority: trustme.CA, tmp_path: Path
    ) -> None:
        file = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(str(file))
        report = await self.checked(authority, file, expires_in=timedelta(days=1), host="127.0.0.1")
        check = report.one("tls", "environment")
        assert check["status"] == "ok"
        assert str(file) in check["found"]
        assert report.one("api", "environment")["status"] == "ok"

    @pytest.mark.parametrize(
        ("is_known", "days", "host", "words", "step"),
        [
            (False, 1, "127.0.0.1", "issuer", "ca_file"),
            (True, -1, "127.0.0.1", "expired", "clock"),
            (True, 1, "other.example", "mismatch", "for another"),
        ],
        ids=["unknown", "expired", "of another host"],
    )
    async def test_is_refused_for_its_own_reason(
        self,
        authority: trustme.CA,
        tmp_path: Path,
        is_known: bool,
        days: int,
        host: str,
        words: str,
        step: str,
    ) -> None:
        file = tmp_path / "authority.pem"
        authority.cert_pem.write_to_path(str(file))
        report = await self.checked(
            authority, file if is_known else None, expires_in=timedelta(days=days), host=host
        )
        check = report.one("tls", "environment")
        assert check["status"] == "failed"
        assert words in check["found"]
        assert step in check["next_step"]
        assert not report.every("platform", "environment")

    def test_has_a_file_without_certificates(self, tmp_path: Path) -> None:
        file = tmp_path / "empty.pem"
        file.write_text("nothing")
        report = doctor(
            env={
                "AICX_URL": "https://no-such-host.invalid",
                "AICX_COMPANY_ID": "c",
                "AICX_BOT_ID": "b",
                "AICX_CA_FILE": str(file),
            }
        )
        assert "no certificate" in report.one("platform", "environment")["found"]


class TestTheKeyring:
    def state(self, env: Mapping[str, str]) -> Document:
        return doctor(env=env).one("keyring")

    def test_answers(self) -> None:
        with SecretService() as service:
            check = self.state(service.environment)
        assert check["status"] == "ok"
        assert "Secret Service answers in" in check["found"]

    def test_is_not_there_or_locked_or_off(self) -> None:
        with SecretService(daemon=False) as bus:
            none = self.state(bus.environment)
        with SecretService() as service:
            service.lock()
            locked = self.state(service.environment)
        off = self.state({"AICX_KEYRING": "off"})
        for check, words in ((none, "no keyring"), (locked, "is locked"), (off, "switched off")):
            assert check["status"] == "warning"
            assert words in check["found"]

    def test_hangs_and_contexts_are_looked_at_all_the_same(
        self, browsed_sandbox: SandboxPlatform, tmp_path: Path
    ) -> None:
        env = written(tmp_path, console("acme", browsed_sandbox.url))
        with SecretService() as service:
            service.freeze()
            report = doctor(env=service.environment | env)
            service.thaw()
        check = report.one("keyring")
        assert check["status"] == "failed"
        assert "did not answer in time" in check["found"]
        assert report.one("api", "acme")["status"] == "ok"
        assert report.one("credential", "acme")["status"] == "warning"


class TestConfig:
    def test_has_every_problem_listed_and_its_good_contexts_looked_at(
        self, browsed_sandbox: SandboxPlatform, tmp_path: Path
    ) -> None:
        text = f"""
            context = "nowhere"
            thme = 1
            [contexts.bad]
            kind = "gatway"
            ur = "https://x.example"
            [console]
            theme = "pink"
            {console("good", browsed_sandbox.url)}
        """
        report = doctor(env=written(tmp_path, text))
        found = " ".join(check["found"] for check in report.every("config"))
        for words in (
            "thme: is not known",
            "context: is not known",
            "contexts.bad.ur: is not known; is url meant?",
            "contexts.bad.url: is missing",
            "contexts.bad.kind: has to be one of gateway, console",
            "console.theme: has to be one of",
        ):
            assert words in found
        assert {check["status"] for check in report.every("config")} == {"failed"}
        assert report.one("api", "good")["status"] == "ok"
        assert report.status("bad") == {}

    @pytest.mark.parametrize("content", [b"[", b"\xff", b"contexts = 1"])
    def test_cannot_be_read(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "config.toml").write_bytes(content)
        report = doctor(env={"AICX_HOME": str(tmp_path)})
        assert "failed" in [check["status"] for check in report.every("config")]

    def test_is_open_to_others(self, tmp_path: Path) -> None:
        report = doctor(env=written(tmp_path, "", mode=0o644))
        fine, open_to_others = report.every("config")
        assert fine["status"] == "ok"
        assert open_to_others["status"] == "warning"
        assert "chmod 600" in open_to_others["next_step"]

    def test_does_not_know_the_context_that_is_chosen(self, tmp_path: Path) -> None:
        env = written(tmp_path, gateway("acme", "https://no-such-host.invalid"))
        report = doctor(env=env | {"AICX_CONTEXT": "acm"})
        assert "Is acme meant?" in report.one("context")["found"]

    def test_lies_where_nothing_can_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        report = doctor(env={"AICX_HOME": str(tmp_path / "file" / "aicx")})
        assert report.one("home")["status"] == "failed"
        assert doctor(env={"AICX_HOME": str(tmp_path / "new")}).one("home")["status"] == "ok"


NOBODY = {"result": {"id": "eu_1"}}
"""What a gateway that knows every human answers."""


class TestTheClock:
    @pytest.mark.parametrize(
        ("ahead", "words"),
        [
            (timedelta(minutes=-5, seconds=-30), "5 min"),
            (timedelta(hours=3, seconds=30), "3 h"),
        ],
        ids=["ahead", "behind"],
    )
    async def test_is_wrong(self, tmp_path: Path, ahead: timedelta, words: str) -> None:
        async with faulty(dated(NOBODY, ahead=ahead)) as platform:
            report = await doctor_meanwhile(env=written(tmp_path, gateway("acme", platform.url)))
        check = report.one("clock")
        assert check["status"] == "warning"
        direction = "behind" if ahead > timedelta() else "ahead of"
        assert f"{words}" in check["found"]
        assert f"{direction} acme's" in check["found"]
        assert report.ok

    async def test_may_be_the_platforms_that_is_wrong(
        self, browsed_sandbox: SandboxPlatform, tmp_path: Path
    ) -> None:
        async with faulty(dated(NOBODY, ahead=timedelta(days=2))) as platform:
            text = gateway("odd", platform.url) + console("good", browsed_sandbox.url)
            report = await doctor_meanwhile(env=written(tmp_path, text))
        check = report.one("clock")
        assert check["status"] == "warning"
        assert "agrees with good" in check["found"]
        assert "runs the platform" in check["next_step"]

    async def test_is_not_compared_where_no_date_comes(self, tmp_path: Path) -> None:
        async with faulty(json_reply(200, {}, "Date: some day")) as platform:
            report = await doctor_meanwhile(env=written(tmp_path, gateway("acme", platform.url)))
        assert "not compared" in report.one("clock")["found"]


class TestTheTerminal:
    def test_is_missing(self) -> None:
        check = doctor().one("terminal")
        assert check["status"] == "warning"
        assert "standard input and standard output are not on one" in check["found"]

    def seen(self, env: Mapping[str, str], size: tuple[int, int] = (24, 80)) -> str:
        """What a person sees on a terminal of so many rows and columns."""
        given = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        kept = {name: value for name, value in clean_environment({}).items() if name not in UNSEEN}
        terminal: pexpect.spawn[str] = pexpect.spawn(
            sys.executable,
            ["-m", "aicx_tui", "doctor"],
            env={**kept, **given, **env},
            dimensions=size,
            timeout=PATIENCE,
            encoding="utf-8",
        )
        terminal.expect(pexpect.EOF)
        terminal.close()
        assert terminal.exitstatus == 0, terminal.before
        return str(terminal.before)

    def test_is_fine(self) -> None:
        text = self.seen({})
        assert "✓ ok       terminal     80×24, TERM=xterm-256color" in text
        assert "✓ ok       colours      256" in text
        assert "\x1b" not in text

    def test_is_too_small(self) -> None:
        text = self.seen({"TMUX": "socket", "SSH_CONNECTION": "1 2 3 4"}, size=(15, 59))
        assert "! warning  terminal     59×15, TERM=xterm-256color, in tmux, over SSH" in text
        assert "at least 60×16" in text

    def test_cannot_move_its_cursor(self) -> None:
        assert "Set TERM" in self.seen({"TERM": "dumb"})

    @pytest.mark.parametrize(
        ("env", "words"),
        [
            ({"COLORTERM": "truecolor"}, "16 million"),
            ({"TERM": "xterm"}, "16"),
            ({"NO_COLOR": "1"}, "none, as NO_COLOR says"),
        ],
    )
    def test_has_so_many_colours(self, env: dict[str, str], words: str) -> None:
        assert f"✓ ok       colours      {words}\r\n" in self.seen(env)

    def test_does_not_show_utf_8(self) -> None:
        check = doctor(env={"LC_ALL": "C"}).one("encoding")
        assert check["status"] == "warning"
        assert "UTF-8" in check["next_step"]


def test_what_failed_is_marked_in_words_and_the_next_step_stands_below(tmp_path: Path) -> None:
    ended = aicx(
        "doctor", env=written(tmp_path, gateway("acme", "https://no-such-host.invalid", "a = 1"))
    )
    assert ended.code == 1
    lines = ended.out.splitlines()
    failed = [at for at, line in enumerate(lines) if line.startswith("  ✗ failed   config")]
    assert len(failed) == 2
    assert "config schema" in lines[failed[1] + 1]
    assert lines[failed[1] + 1].startswith(" " * 26)
    assert "2 checks failed" in ended.err


def test_the_sandbox_is_not_started(tmp_path: Path) -> None:
    report = Report(aicx("--sandbox", "doctor", "--json", env={"AICX_HOME": str(tmp_path)}))
    assert {check["context"] for check in report.checks} == {None}
    assert list(tmp_path.iterdir()) == []
