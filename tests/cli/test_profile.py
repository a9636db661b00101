"""`aicx profile` and signing in by code or by an account elsewhere, with a real platform."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pexpect
import pytest

from tests.cli.command import Ended, aicx, clean_environment
from tests.keyring.secret_service import SecretService
from tests.pictures import png
from tests.sandbox.granting import link, oidc_file, signed_in
from tests.sandbox.issuer import Issuer
from tests.sandbox.process import SandboxProcess
from tests.sandbox.signing_in import ME, Data, another, client_of, turn_two_factor_on
from tests.sandbox_platform import SandboxPlatform

Env = dict[str, str]

PATIENCE = 30
NEW = "a new and longer password 9"


@pytest.fixture
def google() -> Iterator[Issuer]:
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def sandbox(tmp_path: Path, google: Issuer) -> Iterator[SandboxProcess]:
    file = oidc_file(tmp_path, google=google)
    with SandboxProcess("--ephemeral", "--humans", "5", "--oidc", str(file)) as process:
        yield process


@pytest.fixture
def env(sandbox: SandboxProcess) -> Env:
    """What aims a command at it by the admin's token."""
    return SandboxPlatform(sandbox.announcement).environment()


@pytest.fixture(scope="module")
def keyring() -> Iterator[SecretService]:
    with SecretService() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path, sandbox: SandboxProcess, keyring: SecretService) -> Env:
    """What aims a command at a context of config.toml, with a keyring of its own."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "config.toml").write_text(
        f'context = "work"\n[contexts.work]\nkind = "console"\nurl = "{sandbox.url}"\n'
        f'bot = "{sandbox.announcement["bot_id"]}"\n'
    )
    return dict(keyring.environment) | {"AICX_HOME": str(folder)}


def does(*words: str, env: Env, stdin: str = "") -> Ended:
    ended = aicx(*words, env=env, stdin=stdin)
    assert ended.code == 0, ended.err
    return ended


def test_the_profile_is_shown_and_changed(env: Env, tmp_path: Path) -> None:
    shown = does("profile", "show", env=env).out
    assert "Ana Cruz" in shown
    assert "Asia/Manila" in shown
    words = ("--name", "Ana Reyes", "--timezone", "Europe/Paris", "--language", "fr")
    changed = does("profile", "set", *words, "--json", env=env).json()
    assert (changed["name"], changed["timezone"], changed["language"]) == (
        *("Ana Reyes", "Europe/Paris", "fr"),
    )
    (tmp_path / "me.png").write_bytes(png(20, 20))
    avatar = does("profile", "avatar", str(tmp_path / "me.png"), "--json", env=env).json()
    assert avatar["avatar_id"]
    assert does("profile", "avatar", "--none", "--json", env=env).json()["avatar_id"] is None


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("set",), 2, "Nothing is given that could be changed."),
        (("set", "--timezone", "Asia/Manilla"), 2, "Is Asia/Manila meant?"),
        (("set", "--language", "Klingon"), 2, "Is tlh meant?"),
        (("set", "--name", " "), 2, "The name is empty."),
        (("set", "--name", "a\x1b[2Jb"), 2, "A control character is in the name."),
        (("avatar", "/nowhere.png"), 2, "no such file"),
        (("password", "--password-stdin"), 2, "12 characters or more"),
        (("unlink", "google"), 4, "No account of Google is linked. Nothing was changed."),
        (("link", "microsoft"), 6, "It knows those of Google."),
    ],
)
def test_what_cannot_be_is_refused(env: Env, words: tuple[str, ...], code: int, said: str) -> None:
    refused = aicx("profile", *words, env=env, stdin="old\nshort\n")
    assert refused.code == code
    assert said in refused.err


def test_a_new_password_that_is_missing_is_said_to_be(env: Env) -> None:
    refused = aicx("profile", "password", "--password-stdin", env=env, stdin="only the old one\n")
    assert refused.code == 2
    assert "The second line, with the new password, is missing." in refused.err


def test_the_days_of_a_search_are_those_of_the_profile(env: Env) -> None:
    humans = does("humans", "list", "--json", env=env).json()
    late = next(h for h in humans if datetime.fromisoformat(h["created_at"]).hour >= 12)
    day = datetime.fromisoformat(late["created_at"]).astimezone(ZoneInfo("Pacific/Kiritimati"))
    query = f"id:{late['id']} created:{day:%Y-%m-%d}"
    for zone, found in (("Etc/UTC", []), ("Pacific/Kiritimati", [late["id"]])):
        does("profile", "set", "--timezone", zone, env=env)
        listed = does("humans", "list", query, "--json", env=env).json()
        assert [human["id"] for human in listed] == found


def test_a_picture_is_a_file_that_is_named(env: Env, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, code in (("", 2), (str(tmp_path / "pipe"), 2), (str(tmp_path), 2)):
        assert aicx("profile", "avatar", name, env=env).code == code


def test_a_gateway_keeps_zone_and_language_here_and_says_where_the_rest_is(
    sandbox: SandboxProcess, tmp_path: Path
) -> None:
    env = {"AICX_HOME": str(tmp_path)}
    words = ("--kind", "gateway", "--url", sandbox.url, "--company", "c", "--bot", "b")
    does("contexts", "add", "proto", *words, env=env)
    kept = does("profile", "set", "--timezone", "Asia/Tokyo", "--json", env=env)
    assert kept.json() == {"timezone": "Asia/Tokyo", "language": None}
    assert "Kept on this machine" in kept.err
    assert "Asia/Tokyo" in does("profile", "show", env=env).out
    refused = aicx("profile", "set", "--name", "Ana", env=env)
    assert refused.code == 6
    assert "the profile icon at the top right > Profile > GENERAL" in refused.err


def test_a_password_is_changed_by_a_token_and_its_own_session_ends(
    env: Env, sandbox: SandboxProcess
) -> None:
    old = sandbox.person("admin").password
    wrong = aicx("profile", "password", "--password-stdin", env=env, stdin=f"x{old}\n{NEW}\n")
    assert wrong.code == 6
    assert "current: This is not your password." in wrong.err
    stdin = f"{old}\n{NEW}\n"
    changed = does("profile", "password", "--password-stdin", "--json", env=env, stdin=stdin)
    assert changed.json() == {"changed": True}
    assert NEW not in changed.err
    does("whoami", env=env)


def test_two_factor_is_turned_on_by_the_code_and_off_by_the_password(
    env: Env, sandbox: SandboxProcess
) -> None:
    password = str(sandbox.person("admin").password)
    words = ("profile", "two-factor", "on", "--password-stdin", "--code-stdin", "--json")
    with piped(*words, env=env) as process:
        said = with_code(process, password, sandbox)
    assert '{"two_factor":true}' in said.replace(" ", "")
    assert does("profile", "show", "--json", env=env).json()["two_factor"] is True
    words = ("profile", "two-factor", "off", "--password-stdin", "--code-stdin", "--json")
    with piped(*words, env=env) as process:
        said = with_code(process, password, sandbox)
    assert '{"two_factor":false}' in said.replace(" ", "")


def test_a_sign_in_takes_the_code_that_is_piped(home: Env, sandbox: SandboxProcess) -> None:
    turn_two_factor_on(sandbox, "admin")
    who = sandbox.person("admin")
    words = ("login", "--email", who.email, "--password-stdin", "--code-stdin", "--json")
    with piped(*words, env=home) as process:
        said = with_code(process, str(who.password), sandbox)
    assert "Ana Cruz" in said
    assert "Ana Cruz" in does("whoami", env=home).out
    does("logout", env=home)


def test_a_code_that_nobody_can_give_is_asked_for_once_and_signs_nobody_in(
    home: Env, sandbox: SandboxProcess
) -> None:
    turn_two_factor_on(sandbox, "admin")
    who = sandbox.person("admin")
    before = sandbox.code_sent()
    words = ("login", "--email", who.email, "--password-stdin")
    refused = aicx(*words, env=home, stdin=f"{who.password}\n")
    assert refused.code == 3
    assert "there is no terminal to ask on" in refused.err
    assert "--code-stdin" in refused.err
    code = sandbox.code_sent()
    assert code != before
    wrong = aicx(*words, "--code-stdin", env=home, stdin=f"{who.password}\n{another(code)}\n")
    assert wrong.code != 0
    assert code not in wrong.err


def test_a_terminal_asks_for_the_code_until_it_is_right(home: Env, sandbox: SandboxProcess) -> None:
    turn_two_factor_on(sandbox, "admin")
    who = sandbox.person("admin")
    terminal = pexpect.spawn(
        sys.executable,
        ["-m", "aicx_tui", "login", "--email", who.email],
        env=clean_environment(home),
        encoding="utf-8",
        timeout=PATIENCE,
    )
    terminal.expect("Password of")
    terminal.sendline(str(who.password))
    terminal.expect("Code, or r for another:")
    terminal.sendline("12")
    terminal.expect("A code has six digits.")
    code = sandbox.code_sent()
    terminal.sendline(another(code))
    terminal.expect("not the code that was sent last")
    terminal.sendline(f"{code[:3]} {code[3:]}")
    terminal.expect("Signed in to work as Ana Cruz")
    terminal.expect(pexpect.EOF)
    does("logout", env=home)


def test_an_account_elsewhere_is_linked_signs_in_and_is_unlinked(
    home: Env, sandbox: SandboxProcess, google: Issuer
) -> None:
    with signed_in(sandbox, "admin") as client:
        link(client, google, "google", google.token(google.claims("ana")))
    with piped("login", "--oidc", "google", "--json", env=home) as process:
        grants(process, google, "ana")
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert "Ana Cruz" in out
    nobody = aicx("login", "--oidc", "microsoft", env=home)
    assert nobody.code == 6
    assert "knows no accounts of Microsoft" in nobody.err
    gone = does("profile", "unlink", "google", "--json", env=home)
    assert gone.json() == {"unlinked": "google"}
    with piped("profile", "link", "google", "--json", env=home) as process:
        grants(process, google, "ana")
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert '"linked": "google"' in out or '"linked":"google"' in out
    shown = does("profile", "show", env=home).out
    assert "Google ana@elsewhere.example" in shown
    does("logout", env=home)


def piped(*words: str, env: Env) -> subprocess.Popen[str]:
    """A command whose input is typed while it runs."""
    return subprocess.Popen(
        [sys.executable, "-m", "aicx_tui", *words],
        env=clean_environment(env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def with_code(process: subprocess.Popen[str], password: str, sandbox: SandboxProcess) -> str:
    """Pipe the password, and each code once it was sent; return what was printed."""
    assert process.stdin
    assert process.stderr
    process.stdin.write(f"{password}\n")
    process.stdin.flush()
    for line in process.stderr:
        if "A code was sent to" in line:
            process.stdin.write(f"{sandbox.code_sent()}\n")
            process.stdin.flush()
    assert process.stdout
    said = process.stdout.read()
    assert process.wait(PATIENCE) == 0
    return said


def grants(process: subprocess.Popen[str], google: Issuer, subject: str) -> None:
    """Allow in the browser what the command asks for."""
    assert process.stderr
    line = process.stderr.readline()
    assert f"Open {google.origin}/enter and type the code" in line, line
    google.decide(line.split()[-1], google.token(google.claims(subject)))


def test_a_session_that_is_too_old_is_replaced_by_a_new_one_in_the_keyring(
    tmp_path: Path, keyring: SecretService
) -> None:
    file = tmp_path / "data.db"
    with SandboxProcess("--data", str(file), "--humans", "1") as sandbox:
        who = sandbox.person("viewer")
        home = tmp_path / "older"
        home.mkdir()
        (home / "config.toml").write_text(
            f'context = "older"\n[contexts.older]\nkind = "console"\nurl = "{sandbox.url}"\n'
            f'bot = "{sandbox.announcement["bot_id"]}"\n'
        )
        env = dict(keyring.environment) | {"AICX_HOME": str(home)}
        words = ("login", "--email", who.email, "--password-stdin")
        does(*words, env=env, stdin=f"{who.password}\n")
        before = kept_session(keyring)
        Data(sandbox, file).change("UPDATE sessions SET started_at = '2020-01-01T00:00:00.000000Z'")
        change = ("profile", "password", "--password-stdin")
        does(*change, env=env, stdin=f"{who.password}\n{NEW}\n")
        after = kept_session(keyring)
        assert after != before
        assert who.email in does("whoami", env=env).out
        with client_of(sandbox, before) as client:
            assert client.get(ME).status_code == 401
        does("logout", env=env)


def kept_session(keyring: SecretService) -> str:
    return next(
        secret for (where, _), secret in keyring.stored().items() if where == "aicx/older/session"
    )


def test_of_several_bots_none_has_to_be_chosen_for_what_is_about_oneself(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    url, token = browsed_sandbox.url, tmp_path / "token"
    token.write_text(browsed_sandbox.token())
    (tmp_path / "config.toml").write_text(
        f'context = "work"\n[contexts.work]\nkind = "console"\nurl = "{url}"\n'
    )
    env, by_token = {"AICX_HOME": str(tmp_path)}, ("--token-file", str(token))
    assert "Ana Cruz" in does(*by_token, "profile", "show", env=env).out
    assert "Ana from Acme" in does(*by_token, "aliases", "list", env=env).out
    refused = aicx(*by_token, "humans", "list", env=env)
    assert refused.code == 2
    assert "several bots and none is chosen" in refused.err
