"""`aicx login`, `logout` and `whoami`, with a real platform and a real keyring."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pexpect
import pytest
import trustme

from tests.api.faulty import faulty, json_reply, reply
from tests.cli.command import Ended, aicx, clean_environment
from tests.keyring.secret_service import SecretService
from tests.sandbox.process import SandboxProcess
from tests.sandbox_platform import SandboxPlatform

Env = dict[str, str]

WEB_PAGE = reply(200, b"<!doctype html><p>Welcome", "Content-Type: text/html")
PATIENCE = 30


@pytest.fixture(scope="module")
def platform() -> Iterator[SandboxPlatform]:
    """A sandbox whose sessions come and go; its data stays."""
    with SandboxProcess("--ephemeral", "--humans", "10") as process:
        yield SandboxPlatform(process.announcement)


@pytest.fixture(scope="module")
def shared_service() -> Iterator[SecretService]:
    with SecretService() as running:
        yield running


@pytest.fixture
def service(shared_service: SecretService) -> SecretService:
    """An unlocked keyring without a secret of any earlier test: contexts are of other ports."""
    return shared_service


@pytest.fixture
def own_service() -> Iterator[SecretService]:
    """A keyring that a test may break."""
    with SecretService() as running:
        yield running


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A context of this test's own, so that it meets no other's secrets."""
    return f"c{abs(hash(request.node.nodeid)) % 10**9}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def environment(home: Path, service: SecretService | None, **more: str) -> Env:
    """Variables that aim a command at a home and a keyring, or at none."""
    keyring = dict(service.environment) if service else {"AICX_KEYRING": "off"}
    return keyring | {"AICX_HOME": str(home)} | more


def describe(home: Path, name: str, url: str, *lines: str, kind: str = "console") -> None:
    path = home / "config.toml"
    text = path.read_text() if path.exists() else f'context = "{name}"\n'
    settings = "".join(f"{line}\n" for line in lines)
    path.write_text(f'{text}\n[contexts.{name}]\nkind = "{kind}"\nurl = "{url}"\n{settings}')


def ids(platform: SandboxPlatform) -> tuple[str, str]:
    return (
        f'company = "{platform.announced["company_id"]}"',
        f'bot = "{platform.announced["bot_id"]}"',
    )


def does(*words: str, env: Mapping[str, str], stdin: str = "") -> Ended:
    ended = aicx(*words, env=env, stdin=stdin)
    assert ended.code == 0, ended.err
    return ended


def me(platform: SandboxPlatform, secret: str) -> int:
    """The status of a call with a session."""
    with httpx.Client(trust_env=False) as client:
        headers = {"Authorization": f"Bearer {secret}"}
        return client.get(f"{platform.url}/console/v1/me", headers=headers).status_code


def stored(service: SecretService, name: str) -> dict[str, str]:
    """What the keyring holds for a context, by slot."""
    return {
        where.removeprefix(f"aicx/{name}/"): secret
        for (where, _), secret in service.stored().items()
        if where.startswith(f"aicx/{name}/")
    }


class TestAToken:
    @pytest.mark.parametrize("way", ["file", "file before the noun", "stdin", "CRLF and BOM"])
    def test_is_taken_each_way_and_kept_in_the_keyring(
        self, way: str, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, platform.url)
        env, token = environment(home, service), platform.token()
        file = home / "token"
        file.write_text(token)
        words, stdin = {
            "file": (("login", "--token-file", str(file)), ""),
            "file before the noun": (("--token-file", str(file), "login"), ""),
            "stdin": (("login", "--token-stdin"), token + "\n"),
            "CRLF and BOM": (("login", "--token-stdin"), f"\ufeff{token}\r\n"),
        }[way]
        ended = does(*words, env=env, stdin=stdin)
        assert ended.out == ""
        assert f"Signed in to {name} as Ana Cruz; the token is in Secret Service" in ended.err
        assert stored(service, name) == {"token": token}

    def test_is_what_other_commands_use_then(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, platform.url, *ids(platform))
        env = environment(home, service)
        service.put(f"aicx/{name}/token", platform.url, platform.token().encode())
        who = does("whoami", "--json", env=env).json()
        assert who["signed_in_by"] == "Secret Service"
        assert "token from Secret Service" in does("contexts", "show", env=env).out

    def test_fills_in_company_and_bot_and_keeps_comments(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, platform.url, "# mine")
        env = environment(home, service)
        ended = does("login", "--token-stdin", env=env, stdin=platform.token())
        text = (home / "config.toml").read_text()
        assert "# mine" in text
        for line in ids(platform):
            assert line in text
        assert f"Its bot is {platform.announced['bot_id']}" in ended.err
        assert len(does("humans", "list", "--json", env=env).json()) == 10

    def test_signs_in_to_a_gateway_and_says_that_whose_it_is_stays_unknown(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, platform.url, *ids(platform), 'account = "x@y.z"', kind="gateway")
        env = environment(home, service)
        does("login", "--token-stdin", env=env, stdin=platform.token())
        said = does("whoami", env=env)
        assert "Secret Service" in said.out
        assert "no call is documented that tells whose it is" in said.err
        assert does("whoami", "--json", env=env).json()["account"] is None

    def test_takes_the_place_of_a_session(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, platform.url)
        env = environment(home, service)
        by_password(platform, env)
        assert list(stored(service, name)) == ["session"]
        does("login", "--token-stdin", env=env, stdin=platform.token())
        assert stored(service, name) == {"token": platform.token()}
        by_password(platform, env)
        assert list(stored(service, name)) == ["session"]


def by_password(platform: SandboxPlatform, env: Env, *words: str) -> Ended:
    admin = platform.announced["admin"]
    given = ("login", "--email", admin["email"], "--password-stdin", *words)
    return does(*given, env=env, stdin=admin["password"] + "\n")


class TestAPassword:
    def test_gives_a_session_that_logout_ends_at_the_platform_too(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, platform.url)
        env = environment(home, service)
        ended = by_password(platform, env)
        assert "the session is in Secret Service" in ended.err
        session = stored(service, name)["session"]
        assert me(platform, session) == 200
        assert 'account = "admin@acme.example"' in (home / "config.toml").read_text()
        # A token given for this run is not what is signed out.
        aimed = env | {"AICX_TOKEN": platform.token(), "AICX_URL": platform.url}
        gone = does("logout", "--context", name, env=aimed)
        assert "the session is gone from the keyring" in gone.err
        assert "token" not in gone.err
        assert me(platform, session) == 401
        assert stored(service, name) == {}
        assert aicx("whoami", env=env).code == 3
        assert "Nobody was signed in" in does("logout", env=env).err

    def test_belongs_to_the_account_that_signed_in_last(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        admin = platform.announced["admin"]
        describe(home, name, platform.url, f'account = "{admin["email"]}"')
        env = environment(home, service)
        does("login", "--password-stdin", env=env, stdin=admin["password"])
        assert list(stored(service, name)) == ["session"]

    def test_is_typed_on_a_terminal_that_shows_nothing_of_it(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        admin = platform.announced["admin"]
        describe(home, name, platform.url)
        env = environment(home, service)
        screen = typed("login", "--email", admin["email"], env=env, text=admin["password"])
        assert admin["password"] not in screen
        assert "Signed in" in screen
        assert list(stored(service, name)) == ["session"]


def typed(*words: str, env: Env, text: str, code: int = 0) -> str:
    """All that a terminal shows while something is typed at the first question."""
    program = pexpect.spawn(
        sys.executable,
        ["-m", "aicx_tui", *words],
        env=clean_environment(env),
        timeout=PATIENCE,
        encoding="utf-8",
    )
    program.expect(": ")
    asked = str(program.before)
    program.waitnoecho()
    program.sendline(text) if text != "\x03" else program.sendintr()
    program.expect(pexpect.EOF)
    shown = asked + str(program.before)
    program.close()
    assert program.exitstatus == code, shown
    return shown


class TestATerminal:
    @pytest.mark.parametrize("words", [(), ("--token-stdin",)])
    def test_shows_nothing_of_a_token(
        self,
        words: tuple[str, ...],
        platform: SandboxPlatform,
        service: SecretService,
        home: Path,
        name: str,
    ) -> None:
        describe(home, name, platform.url)
        env = environment(home, service)
        screen = typed("login", *words, env=env, text=platform.token())
        assert platform.token() not in screen
        assert "Token, from Profile > API" in screen
        assert stored(service, name) == {"token": platform.token()}

    def test_lets_the_question_be_left_with_one_key(self, home: Path, name: str) -> None:
        describe(home, name, "http://127.0.0.1:9")
        env = environment(home, None)
        assert "Interrupted" in typed("login", env=env, text="\x03", code=130)
        assert "Nothing was typed" in typed("login", env=env, text="\x04", code=2)

    def test_is_needed_where_nothing_is_given(self, home: Path, name: str) -> None:
        describe(home, name, "http://127.0.0.1:9")
        ended = aicx("login", env=environment(home, None))
        assert (ended.code, ended.out) == (2, "")
        assert "--token-stdin or --token-file" in ended.err


class TestWhatIsRefusedIsToldApart:
    """By exit code and by words."""

    def said(self, home: Path, *words: str, stdin: str, code: int) -> str:
        ended = aicx("login", *words, env=environment(home, None), stdin=stdin)
        assert (ended.code, ended.out) == (code, ""), ended.err
        assert stdin not in ended.err
        return ended.err

    def test_a_wrong_password(self, platform: SandboxPlatform, home: Path) -> None:
        describe(home, "c", platform.url)
        words = ("--email", "agent@acme.example", "--password-stdin")
        said = self.said(home, *words, stdin="wrong-one", code=3)
        assert "Check e-mail and password" in said
        assert "oken" not in said

    def test_a_revoked_token(self, platform: SandboxPlatform, home: Path) -> None:
        for kind, name in (("console", "c"), ("gateway", "g")):
            describe(home, name, platform.url, *ids(platform), kind=kind)
            words = ("--token-stdin", "--context", name)
            said = self.said(home, *words, stdin="sk_revoked", code=3)
            assert "The token was not accepted" in said
            assert "ends the one before" in said

    def test_a_host_where_nothing_listens(self, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            describe(home, "c", f"http://127.0.0.1:{free.getsockname()[1]}")
            said = self.said(home, "--token-stdin", stdin="sk_1", code=7)
        assert "nothing listens there" in said

    def test_a_name_that_no_host_has(self, home: Path) -> None:
        describe(home, "c", "https://nowhere.invalid")
        assert "No connection" in self.said(home, "--token-stdin", stdin="sk_1", code=7)

    async def test_a_certificate_that_is_not_trusted(self, home: Path) -> None:
        authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
        async with faulty(json_reply(200, {}), tls=tls) as server:
            describe(home, "c", server.url)
            said = await asyncio.to_thread(self.said, home, "--token-stdin", stdin="sk_1", code=7)
            assert "certificate" in said
            assert "ca_file" in said
            assert server.requests == []
            # The authority that is named is trusted, so that the answer is what is wrong now.
            authority.cert_pem.write_to_path(home / "ca.pem")
            describe(home, "t", server.url, f'ca_file = "{home}/ca.pem"')
            words = ("--token-stdin", "--context", "t")
            said = await asyncio.to_thread(self.said, home, *words, stdin="sk_1", code=7)
            assert "certificate" not in said
            assert len(server.requests) == 1
        describe(home, "m", "https://127.0.0.1:9", 'ca_file = "/not/there.pem"')
        words = ("--token-stdin", "--context", "m")
        assert "no certificate that can be read" in self.said(home, *words, stdin="sk_1", code=2)

    @pytest.mark.parametrize("kind", ["console", "gateway"])
    async def test_a_web_page_in_place_of_the_api(self, kind: str, home: Path) -> None:
        async with faulty(WEB_PAGE) as server:
            describe(home, "c", server.url, 'company = "c"', 'bot = "b"', kind=kind)
            said = await asyncio.to_thread(self.said, home, "--token-stdin", stdin="sk_1", code=7)
        assert "web page" in said

    def test_a_server_of_the_other_kind(self, platform: SandboxPlatform, home: Path) -> None:
        describe(home, "c", f"{platform.url}/nothing/here")
        said = self.said(home, "--token-stdin", stdin=platform.token(), code=7)
        assert "does not serve the console contract" in said

    @pytest.mark.parametrize("kind", ["console", "gateway"])
    @pytest.mark.parametrize("wrong", ["company", "bot"])
    def test_a_company_or_bot_of_somebody_else(
        self, kind: str, wrong: str, platform: SandboxPlatform, home: Path
    ) -> None:
        lines = [line if wrong not in line else f'{wrong} = "x1"' for line in ids(platform)]
        describe(home, "c", platform.url, *lines, kind=kind)
        said = self.said(home, "--token-stdin", stdin=platform.token(), code=4)
        assert wrong in said
        env = environment(home, None, AICX_TOKEN=platform.token(), AICX_URL=platform.url)
        asked = aicx("whoami", "--context", "c", env=env)
        assert (asked.code, asked.out) == (4, "")
        assert wrong in asked.err

    def test_a_password_where_only_tokens_sign_in(
        self, platform: SandboxPlatform, home: Path
    ) -> None:
        describe(home, "c", platform.url, *ids(platform), kind="gateway")
        for words in (("--email", "a@b.c", "--password-stdin"), ("--email", "a@b.c")):
            assert "no sign-in by password" in self.said(home, *words, stdin="pw-1", code=2)

    def test_what_cannot_sign_in_at_all(self, home: Path) -> None:
        describe(home, "c", "http://127.0.0.1:9")
        wrong: tuple[tuple[tuple[str, ...], str, str], ...] = (
            (("--password-stdin",), "pw-1", "--email"),
            (("--email", "a@b.c", "--token-stdin"), "sk_1", "alone"),
            (("--email", "a@b.c", "--password-stdin"), "\n", "both needed"),
            (("--token-stdin",), " \n", "white space"),
            (("--token-stdin", "--password-stdin"), "sk_1", "not allowed with"),
            (("--token-stdin", "--context", "sandbox"), "sk_1", "needs no sign-in"),
        )
        env = environment(home, None)
        with ThreadPoolExecutor() as pool:
            ends = pool.map(lambda case: aicx("login", *case[0], env=env, stdin=case[1]), wrong)
        for (words, _, part), ended in zip(wrong, ends, strict=True):
            assert (ended.code, ended.out) == (2, ""), words
            assert part in ended.err

    def test_no_context_at_all(self, home: Path) -> None:
        assert "No context is chosen" in self.said(home, "--token-stdin", stdin="sk_1", code=2)
        env = environment(home, None, AICX_URL="http://127.0.0.1:9")
        ended = aicx("logout", env=env)
        assert (ended.code, "AICX_TOKEN" in ended.err) == (2, True)


class TestWhoami:
    def test_names_every_source(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, platform.url, *ids(platform))
        env = environment(home, service)
        does("login", "--token-stdin", env=env, stdin=platform.token("viewer"))
        file = home / "token"
        file.write_text(platform.token("agent"))
        aimed = env | {"AICX_TOKEN": platform.token("admin"), "AICX_URL": platform.url}
        aimed["AICX_CONTEXT"] = name
        for words, given, source, role in (
            (("--token-file", str(file)), aimed, f"the file {file}", "agent"),
            ((), aimed, "AICX_TOKEN", "admin"),
            ((), env, "Secret Service", "viewer"),
        ):
            said = does(*words, "whoami", "--json", env=given).json()
            assert (said["signed_in_by"], said["account"]["role"]) == (source, role)
            assert said["company_id"] == platform.announced["company_id"]

    @pytest.mark.parametrize("kind", ["console", "gateway"])
    def test_needs_no_context_where_the_environment_says_it_all(
        self, kind: str, platform: SandboxPlatform
    ) -> None:
        said = does("whoami", env=platform.environment(kind=kind))
        assert "environment" in said.out
        assert "AICX_TOKEN" in said.out
        assert ("Ana Cruz <admin@acme.example>, admin" in said.out) is (kind == "console")
        assert platform.token() not in said.out + said.err

    def test_says_that_a_token_is_revoked(self, platform: SandboxPlatform) -> None:
        for kind in ("console", "gateway"):
            env = platform.environment(kind=kind) | {"AICX_TOKEN": "sk_revoked"}
            ended = aicx("whoami", "--json", env=env)
            assert (ended.code, ended.out) == (3, "")

    async def test_shows_a_hostile_name_as_text(self) -> None:
        account = {
            "user_id": "u",
            "email": "e",
            "name": "\x1b]0;PWNED\x07\x9b2J\u202e",
            "role": "admin",
            "company": {"id": "c", "name": "[/]"},
            "bots": [{"id": "b", "name": "b"}],
        }
        server = {"installation_id": "i", "version": "1", "capabilities": ["sign-in"]}
        for words in ((), ("--json",)):
            answers = [json_reply(200, {"result": said}) for said in (server, account)]
            async with faulty(*answers) as platform:
                env = {
                    "AICX_URL": platform.url,
                    "AICX_PLATFORM": "console",
                    "AICX_COMPANY_ID": "c",
                    "AICX_BOT_ID": "b",
                    "AICX_TOKEN": "t",
                }
                said = await asyncio.to_thread(does, "whoami", *words, env=env)
            assert "PWNED" in said.out
            assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(said.out)


class TestWithoutAKeyring:
    def test_login_says_that_nothing_is_stored_and_ends_its_session(
        self, platform: SandboxPlatform, home: Path
    ) -> None:
        describe(home, "c", platform.url)
        before = (home / "config.toml").read_bytes()
        env = environment(home, None)
        ended = aicx("login", "--token-stdin", env=env, stdin=platform.token())
        assert (ended.code, ended.out) == (1, "")
        assert "accepted it, but it could not be kept" in ended.err
        assert "was not stored" in ended.err
        assert platform.token() not in ended.err
        assert (home / "config.toml").read_bytes() == before

    async def test_a_session_that_cannot_be_kept_is_ended(self, home: Path) -> None:
        server = {"installation_id": "i", "version": "1", "capabilities": ["sign-in"]}
        account = {
            "user_id": "u",
            "email": "e",
            "name": "n",
            "role": "admin",
            "company": {"id": "c", "name": "c"},
            "bots": [],
        }
        session = {"session": "se-1", "expires_at": "2030-01-01T00:00:00Z"}
        said = [server, session, account, server, None]
        async with faulty(*(json_reply(200, {"result": one}) for one in said)) as platform:
            describe(home, "c", platform.url)
            words = ("login", "--email", "e@x.y", "--password-stdin")
            env = environment(home, None)
            ended = await asyncio.to_thread(aicx, *words, env=env, stdin="pw")
        assert ended.code == 1
        assert [request.split()[1] for request in platform.requests][-1] == b"/console/v1/sign-out"
        assert b"Bearer se-1" in platform.requests[-1]


class TestAKeyringInTrouble:
    """Locked, hung or gone: each command says so, ends, and sends nothing it should not."""

    COMMANDS = (
        ("login", "--token-stdin"),
        ("logout",),
        ("whoami",),
        ("humans", "list"),
    )

    def said(self, env: Env, token: str) -> list[str]:
        """What each command says; all at once, since each may wait for its patience to end."""
        with ThreadPoolExecutor() as pool:
            ends = list(pool.map(lambda words: aicx(*words, env=env, stdin=token), self.COMMANDS))
        for ended in ends:
            assert ended.out == ""
            assert ended.code in (1, 3), ended.err
            assert token not in ended.err
        return [ended.err for ended in ends]

    def test_locked(
        self, platform: SandboxPlatform, own_service: SecretService, home: Path
    ) -> None:
        describe(home, "c", platform.url)
        env = environment(home, own_service)
        by_password(platform, env)
        session = stored(own_service, "c")["session"]
        own_service.lock()
        for said in self.said(env, platform.token()):
            assert "keyring" in said
            assert "locked" in said or "could not be shown" in said
        ended = aicx("contexts", "remove", "c", env=env)
        assert ended.code == 1
        assert "may still be in the keyring" in ended.err
        own_service.restart_daemon()
        assert stored(own_service, "c") == {"session": session}, "nothing was lost"

    def test_hung(self, platform: SandboxPlatform, own_service: SecretService, home: Path) -> None:
        describe(home, "c", platform.url)
        env = environment(home, own_service)
        own_service.freeze()
        for said in self.said(env, platform.token()):
            assert "did not answer in time" in said
        own_service.thaw()

    def test_gone(self, platform: SandboxPlatform, own_service: SecretService, home: Path) -> None:
        describe(home, "c", platform.url)
        env = environment(home, own_service)
        own_service.stop_bus()
        for said in self.said(env, platform.token()):
            assert "keyring" in said

    def test_does_not_matter_to_a_token_that_is_given(
        self, platform: SandboxPlatform, own_service: SecretService, home: Path
    ) -> None:
        describe(home, "c", platform.url, *ids(platform))
        own_service.freeze()
        env = environment(home, own_service, AICX_TOKEN=platform.token(), AICX_URL=platform.url)
        assert "AICX_TOKEN" in does("whoami", "--context", "c", env=env).out


class TestSecretsBelongToOneContextAtOneAddress:
    def test_another_address_does_not_get_the_secret(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, platform.url)
        env = environment(home, service)
        does("login", "--token-stdin", env=env, stdin=platform.token())
        moved = does("contexts", "edit", name, "--url", "http://127.0.0.1:9", env=env)
        assert f"at {platform.url} is not sent to http://127.0.0.1:9" in moved.err
        ended = aicx("humans", "list", env=env)
        assert (ended.code, "Nobody is signed in" in ended.err) == (3, True)
        does("contexts", "edit", name, "--url", platform.url, env=env)
        assert "token from" in does("contexts", "show", name, env=env).out

    def test_not_even_where_the_file_was_edited_by_hand(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, platform.url)
        env = environment(home, service)
        does("login", "--token-stdin", env=env, stdin=platform.token())
        path = home / "config.toml"
        path.write_text(path.read_text().replace(platform.url, "http://127.0.0.1:9"))
        assert "nobody is signed in" in does("contexts", "show", env=env).out

    def test_two_contexts_of_one_address_share_nothing(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        for each in (name, f"{name}b"):
            describe(home, each, platform.url)
        env = environment(home, service)
        does("login", "--token-stdin", env=env, stdin=platform.token())
        assert aicx("whoami", "--context", f"{name}b", env=env).code == 3
        does("logout", "--context", f"{name}b", env=env)
        assert stored(service, name) == {"token": platform.token()}

    def test_removing_a_context_removes_all_its_secrets(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, platform.url)
        env = environment(home, service)
        does("login", "--token-stdin", env=env, stdin=platform.token())
        service.put(f"aicx/{name}/view", platform.url, b'{"query": "Jane"}')
        ended = does("contexts", "remove", name, env=env)
        assert "gone from the keyring" in ended.err
        assert stored(service, name) == {}

    def test_logout_of_a_token_says_that_it_stays_valid(
        self, platform: SandboxPlatform, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, platform.url)
        env = environment(home, service)
        does("login", "--token-stdin", env=env, stdin=platform.token())
        ended = does("logout", env=env)
        assert "stays valid at the platform" in ended.err
        assert stored(service, name) == {}
        assert json.loads(does("whoami", "--json", env=platform.environment()).out)["account"]

    def test_logout_says_where_the_platform_could_not_be_told(
        self, service: SecretService, home: Path, name: str
    ) -> None:
        describe(home, name, "http://127.0.0.1:9")
        service.put(f"aicx/{name}/session", "http://127.0.0.1:9", b"se-1")
        ended = does("logout", env=environment(home, service))
        assert "could not be told" in ended.err
        assert stored(service, name) == {}
