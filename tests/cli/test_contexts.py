"""`aicx contexts` and `aicx config`, and which platform any other command means."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jsonschema_rs
import pytest

from aicx_tui.cli.commands import (
    on_a_platform,
    on_many,
    on_oneself,
    on_outbox,
    on_the_token,
    on_users,
)
from aicx_tui.cli.grammar import parse
from aicx_tui.services.actions import ACTIONS
from tests.api.faulty import faulty, json_reply
from tests.cli.command import Ended, aicx, clean_environment
from tests.sandbox_platform import SandboxPlatform

NOWHERE = "http://127.0.0.1:9"
"""Where nothing listens."""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {"AICX_HOME": str(tmp_path)}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Two contexts, of which `acme` is used."""
    path = tmp_path / "config.toml"
    path.write_text(
        'context = "acme"  # every day\n\n'
        f'[contexts.acme]\nkind = "console"\nurl = "{NOWHERE}"\n\n'
        f'[contexts.beta]\nkind = "console"\nurl = "{NOWHERE}/beta"\n'
    )
    return path


def described(path: Path, name: str, platform: SandboxPlatform, *lines: str) -> None:
    """Add a context of a running sandbox."""
    said = platform.announced
    text = (
        f'[contexts.{name}]\nkind = "console"\nurl = "{platform.url}"\n'
        f'company = "{said["company_id"]}"\nbot = "{said["bot_id"]}"\n'
    )
    with path.open("a") as file:
        file.write("\n" + text + "".join(f"{line}\n" for line in lines))


def does(*words: str, env: Mapping[str, str], stdin: str = "") -> Ended:
    """Run a command that succeeds."""
    ended = aicx(*words, env=env, stdin=stdin)
    assert ended.code == 0, ended.err
    return ended


def test_a_life_of_a_context(env: dict[str, str], tmp_path: Path) -> None:
    added = does(
        *("contexts", "add", "acme", "--kind", "gateway", "--url", "https://api.proto.cx/gateway"),
        *("--company", "cmp", "--bot", "b1", "--production", "--timeout", "5"),
        env=env,
    )
    assert added.out == ""
    assert "aicx login --context acme" in added.err
    assert "acme is used from now on" in added.err
    assert does("contexts", "add", "b", "--kind", "console", "--url", NOWHERE, env=env).out == ""

    listed = does("contexts", "list", env=env)
    assert listed.out.splitlines() == [
        "* acme     gateway  api.proto.cx  production  red",
        "  b        console  127.0.0.1:9",
        "  sandbox  console  on this machine, made-up data",
    ]
    used = does("contexts", "use", "b", env=env)
    assert (used.out, used.err) == ("", "b is used from now on.\n")
    assert [c["used"] for c in does("contexts", "list", "--json", env=env).json()] == [False, True]

    edited = does("contexts", "edit", "acme", "--read-only", "--unset", "timeout", env=env)
    assert (edited.out, edited.err) == ("", "Changed acme.\n")
    shown = does("contexts", "show", "acme", "--json", env=env).json()
    assert shown == {
        "name": "acme",
        "kind": "gateway",
        "url": "https://api.proto.cx",
        "company": "cmp",
        "bot": "b1",
        "read_only": True,
        "colour": "red",
        "production": True,
        "signed_in_by": "unknown: The keyring is switched off. The secret was not read.",
    }
    person = does("contexts", "show", "acme", env=env).out
    assert "read_only     yes" in person
    assert "url           https://api.proto.cx" in person

    removed = does("contexts", "remove", "b", env=env)
    assert removed.out == ""
    assert "Removed b" in removed.err
    assert json.loads(does("contexts", "list", "--json", env=env).out)[0]["used"] is False


def test_a_long_name_is_listed_whole(env: dict[str, str]) -> None:
    name = "customer-support-of-the-northern-region"
    does("contexts", "add", name, "--kind", "console", "--url", NOWHERE, env=env)
    assert f"* {name}  console" in does("contexts", "list", env=env).out


WRONG: tuple[tuple[tuple[str, ...], str], ...] = (
    (("contexts", "use", "acne"), "Is acme meant?"),
    (("contexts", "show", "acne"), "Is acme meant?"),
    (("contexts", "remove", "acne"), "Is acme meant?"),
    (("humans", "list", "--context", "bta"), "Is beta meant?"),
    (("whoami", "--context", "sandbx"), "Is sandbox meant?"),
    (("login", "--context", "zzz"), "There is no context"),
    (("contexts", "add", "acme", "--kind", "console", "--url", NOWHERE), "already"),
    (("contexts", "add", "c", "--kind", "console", "--url", "http://x.example"), "in clear"),
    (("contexts", "add", "c", "--url", "https://x"), "--kind"),
    (("contexts", "edit", "acme"), "Nothing to change"),
    (("contexts", "edit", "acme", "--bot", "b", "--unset", "bot"), "at once"),
    (("contexts", "edit", "acme", "--url", "https://me:hunter2@x"), "credentials"),
    (("contexts", "edit", "acme", "--proxy", "http://me:hunter2@x"), "credentials"),
    (("contexts", "edit", "acme", "--ca-file", "missing.pem"), "readable file"),
    (("contexts", "show", "sandbox"), "no settings"),
    (("login", "--token", "hunter2"), "--token"),
    (("login", "hunter2"), "More than is taken"),
)


def test_what_cannot_be_meant_is_wrong_usage_and_changes_nothing(
    env: dict[str, str], config: Path
) -> None:
    before = config.read_bytes()
    with ThreadPoolExecutor() as pool:
        ends = list(pool.map(lambda case: aicx(*case[0], env=env), WRONG))
    for (words, part), ended in zip(WRONG, ends, strict=True):
        assert (ended.code, ended.out) == (2, ""), (words, ended)
        assert part in ended.err
        assert "hunter2" not in ended.err
    assert config.read_bytes() == before


def test_a_broken_file_is_said_in_full_and_left_alone(env: dict[str, str], config: Path) -> None:
    config.write_text('contxt = 1\n[contexts.a]\nkind = "\\u001b[2J"\n"c\\u001b[2J" = 1\n')
    before = config.read_bytes()
    for words in (("contexts", "list"), ("contexts", "use", "sandbox"), ("humans", "list")):
        ended = aicx(*words, env=env)
        assert (ended.code, ended.out) == (2, "")
        for part in ("contxt", "is context meant?", "contexts.a.url", "contexts.a.c␛[2J"):
            assert part in ended.err
        assert "\x1b" not in ended.err
    assert config.read_bytes() == before


def test_a_broken_file_does_not_hide_what_it_may_hold(env: dict[str, str], config: Path) -> None:
    config.write_text("contxt = 1")
    assert does("config", "path", env=env).out == f"{config}\n"
    assert does("config", "schema", env=env).json()["properties"]


def test_the_schema_is_printed_and_true(env: dict[str, str], config: Path) -> None:
    schema = does("config", "schema", env=env).json()
    validator = jsonschema_rs.validator_for(schema)
    assert validator.is_valid({"contexts": {"a": {"kind": "console", "url": "https://a.example"}}})
    assert not validator.is_valid({"contexts": {"a": {"kind": "console"}}})
    assert does("config", "path", env=env).out == f"{config}\n"


def test_an_environment_that_chooses_otherwise_is_pointed_out(
    env: dict[str, str], config: Path
) -> None:
    assert "chooses acme" in does("contexts", "use", "beta", env=env | {"AICX_CONTEXT": "acme"}).err
    aimed = env | {"AICX_URL": NOWHERE}
    assert "chooses environment" in does("contexts", "use", "acme", env=aimed).err
    assert "names a platform of its own" in does("contexts", "list", env=aimed).err
    stray = does("contexts", "list", env=env | {"AICX_CONTEXT": "acne"})
    assert "Is acme meant?" in stray.err
    assert "*" not in stray.out


def test_a_password_of_the_environments_proxy_is_not_shown(env: dict[str, str]) -> None:
    aimed = env | {
        "AICX_URL": NOWHERE,
        "AICX_COMPANY_ID": "c",
        "AICX_BOT_ID": "b",
        "AICX_PROXY": "http://me:hunter2@proxy:3128",
    }
    for words in ((), ("--json",)):
        shown = does("contexts", "show", *words, env=aimed)
        assert "proxy:3128" in shown.out
        assert "hunter2" not in shown.out + shown.err


def test_a_keyring_variable_that_says_nothing_is_refused(env: dict[str, str]) -> None:
    for value in ("no", "offf"):
        ended = aicx("contexts", "list", env=env | {"AICX_KEYRING": value})
        assert ended.code == 2
        assert "neither off nor empty" in ended.err
    does("contexts", "list", env=env | {"AICX_KEYRING": " OFF "})


class TestWhichPlatformIsMeant:
    """Named, then `AICX_CONTEXT`, then the environment's own, then the one in use."""

    @pytest.fixture
    def env(
        self, env: dict[str, str], config: Path, browsed_sandbox: SandboxPlatform
    ) -> dict[str, str]:
        for name in ("here", "there"):
            described(config, name, browsed_sandbox)
        return env | {"AICX_URL": browsed_sandbox.url, "AICX_TOKEN": browsed_sandbox.token()}

    def who(self, *words: str, env: Mapping[str, str]) -> str:
        said = does(*words, "--json", env=env).json()
        assert said["account"]["role"] == "admin"
        assert said["signed_in_by"] == "AICX_TOKEN"
        return str(said["context"])

    def test_before_the_verb_and_behind_it(self, env: dict[str, str]) -> None:
        assert self.who("--context", "here", "whoami", env=env) == "here"
        assert self.who("whoami", "--context", "here", env=env) == "here"
        assert self.who("--context", "here", "whoami", "--context", "there", env=env) == "there"

    def test_a_named_one_goes_before_all(self, env: dict[str, str]) -> None:
        chosen = env | {"AICX_CONTEXT": "there"}
        assert self.who("whoami", "--context", "here", env=chosen) == "here"

    def test_the_variable_goes_before_the_environments_own(self, env: dict[str, str]) -> None:
        assert self.who("whoami", env=env | {"AICX_CONTEXT": " there "}) == "there"

    def test_the_environments_own_goes_before_the_one_in_use(
        self, env: dict[str, str], browsed_sandbox: SandboxPlatform
    ) -> None:
        aimed = env | browsed_sandbox.environment()
        assert self.who("whoami", env=aimed) == "environment"

    def test_the_one_in_use_comes_last(
        self, env: dict[str, str], browsed_sandbox: SandboxPlatform, tmp_path: Path
    ) -> None:
        token = tmp_path / "token"
        token.write_text(browsed_sandbox.token())
        kept = {"AICX_HOME": env["AICX_HOME"]}
        does("contexts", "use", "there", env=kept)
        said = does("--token-file", str(token), "whoami", "--json", env=kept).json()
        assert said["context"] == "there"
        assert said["signed_in_by"] == f"the file {token}"


def test_the_sandbox_can_be_named_like_any_other(env: dict[str, str]) -> None:
    """The token of another platform does not matter to it."""
    stray = env | {"AICX_TOKEN": "sk_stray", "AICX_URL": "https://elsewhere.example"}
    for words in (("--sandbox", "--ephemeral", "whoami"), ("whoami", "--context", "sandbox")):
        said = does(*words, "--json", env=stray).json()
        assert (said["context"], said["account"]["role"]) == ("sandbox", "admin")
        assert said["signed_in_by"] == "the sandbox itself"
        if "--ephemeral" in words:
            assert not (Path(env["AICX_HOME"]) / "sandbox").exists(), "nothing is kept"


def test_two_platforms_cannot_be_named_at_once(env: dict[str, str], config: Path) -> None:
    for words in (("--sandbox", "--context", "acme", "whoami"), ("--ephemeral", "whoami")):
        assert aicx(*words, env=env).code == 2
    assert aicx("--sandbox", "login", env=env).code == 2, "not the one in use"
    assert aicx("--sandbox", "logout", env=env).code == 2
    assert "* sandbox" in does("--sandbox", "contexts", "list", env=env).out


async def test_a_token_of_another_origin_is_refused_and_not_sent(
    env: dict[str, str], tmp_path: Path
) -> None:
    async with faulty(json_reply(200, {})) as platform:
        (tmp_path / "config.toml").write_text(
            f'[contexts.acme]\nkind = "console"\nurl = "{platform.url}"\n'
        )
        for url, words in (
            ({}, ("humans", "list")),
            ({"AICX_URL": "https://other.example"}, ("whoami",)),
        ):
            given = env | url | {"AICX_TOKEN": "sk_canary", "AICX_CONTEXT": "acme"}
            ended = await asyncio.to_thread(aicx, *words, env=given)
            assert (ended.code, ended.out) == (2, "")
            assert f"was not sent to {platform.url}" in ended.err
            assert "unset AICX_TOKEN" in ended.err
            assert (url.get("AICX_URL") or "https://api.proto.cx") in ended.err
            assert "sk_canary" not in ended.err
        assert platform.requests == []


MUTATING = {
    "humans.create": ("humans", "create", "--fullname", "Jane"),
    "humans.update": ("humans", "update", "eu_1", "--fullname", "Jane"),
    "humans.import": ("humans", "import", "/dev/null", "--yes"),
    "humans.delete": ("humans", "delete", "eu_1", "--yes"),
    "tags.define": ("tags", "define", "Tier"),
    "tags.rename": ("tags", "rename", "Tier", "Level"),
    "tags.delete": ("tags", "delete", "Tier", "--yes"),
    "tags.import": ("tags", "import", "-"),
    "tags.assign": ("tags", "assign", "--human", "eu_1", "--tag", "t=1"),
    "tags.unassign": ("tags", "unassign", "--human", "eu_1", "--tag", "t"),
    "humans.set-field": ("humans", "set-field", "--human", "eu_1", "uid=1"),
    "bulk.resume": ("bulk", "resume", "1a"),
    "outbox.edit": ("outbox", "edit", "1a", "email=a"),
    "outbox.retry": ("outbox", "retry", "1a"),
    "outbox.resolve": ("outbox", "resolve", "1a", "--all-mine"),
    "outbox.send": ("outbox", "send"),
    "outbox.undo": ("undo",),
    "outbox.redo": ("redo",),
    "profile.set": ("profile", "set", "--timezone", "Asia/Tokyo"),
    "profile.avatar": ("profile", "avatar", "--none"),
    "profile.password": ("profile", "password", "--password-stdin"),
    "profile.two-factor-on": ("profile", "two-factor", "on"),
    "profile.two-factor-off": ("profile", "two-factor", "off", "--password-stdin"),
    "profile.link": ("profile", "link", "google"),
    "profile.unlink": ("profile", "unlink", "google"),
    "aliases.create": ("aliases", "create", "Ana"),
    "aliases.edit": ("aliases", "edit", "Ana", "--default"),
    "aliases.default": ("aliases", "default", "Ana"),
    "aliases.delete": ("aliases", "delete", "Ana", "--yes"),
    "token.issue": ("token", "issue", "--yes"),
    "token.rotate": ("token", "rotate", "--yes"),
    "cx-genie.sync-users": ("cx-genie", "sync-users", "shop", "--user-token-stdin", "--yes"),
}
"""How each command that changes data is typed."""

KEPT_HERE_FOR_A_GATEWAY = {
    *("tags.define", "tags.rename", "tags.delete", "tags.import"),
    "profile.set",
}


STDIN = {
    "tags.import": '{"name": "Tier"}',
    "profile.password": "the present one\na new and longer password 9\n",
    "profile.two-factor-off": "the present one\n",
    "cx-genie.sync-users": "token",
}
"""What is piped."""


def test_every_command_that_changes_data_is_known_here() -> None:
    changing = {action.id for action in ACTIONS.values() if action.mutates and action.headless}
    assert set(MUTATING) == changing
    ways = (on_a_platform, on_outbox, on_many, on_oneself, on_the_token, on_users)
    assert changing <= set().union(*(commands() for commands in ways))
    assert {parse(words).command for words in MUTATING.values()} == changing


@pytest.mark.parametrize("action_id", MUTATING)
async def test_a_read_only_context_refuses_what_changes_data(
    action_id: str, env: dict[str, str], tmp_path: Path
) -> None:
    async with faulty(json_reply(200, {"result": {}})) as platform:
        kind = "console" if action_id in KEPT_HERE_FOR_A_GATEWAY else "gateway"
        (tmp_path / "config.toml").write_text(
            f'[contexts.acme]\nkind = "{kind}"\nurl = "{platform.url}"\n'
            'company = "c"\nbot = "b"\nread_only = true\n'
            f'[cx_genie.shop]\nurl = "{platform.url}"\n'
        )
        given = env | {"AICX_TOKEN": "t", "AICX_URL": platform.url, "AICX_CONTEXT": "acme"}
        ended = await asyncio.to_thread(
            aicx, *MUTATING[action_id], env=given, stdin=STDIN.get(action_id, "")
        )
        assert platform.requests == []
    assert (ended.code, ended.out) == (6, "")
    assert "acme is read-only. Nothing was sent" in ended.err
    assert "--no-read-only" in ended.err


def test_a_read_only_context_can_be_read(
    env: dict[str, str], config: Path, browsed_sandbox: SandboxPlatform
) -> None:
    described(config, "here", browsed_sandbox, "read_only = true")
    given = env | {"AICX_URL": browsed_sandbox.url, "AICX_TOKEN": browsed_sandbox.token()}
    listed = does("humans", "list", "--context", "here", "--limit", "3", "--json", env=given)
    assert len(listed.json()) == 3


def test_a_token_file_signs_in_where_a_variable_of_another_origin_would_not(
    env: dict[str, str], config: Path, browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    described(config, "here", browsed_sandbox)
    token = tmp_path / "token"
    token.write_text(f"\ufeff{browsed_sandbox.token()}\r\n")
    given = env | {"AICX_TOKEN": "sk_stray", "AICX_CONTEXT": "here"}
    said = does("--token-file", str(token), "whoami", "--json", env=given).json()
    assert said["account"]["role"] == "admin"


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "empty"),
        (b"two words", "white space in it"),
        (b" sk_1\n", "starts or ends"),
        ("sk_ключ".encode(), "non-ASCII"),
        (b"sk_\x1b[2J", "control character"),
        (b"\xff\xfe", "not text"),
        (b"x" * 5000, "longer than"),
        (None, "No such file"),
    ],
)
def test_a_file_that_holds_no_token_is_refused_without_quoting_it(
    content: bytes | None, part: str, env: dict[str, str], config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    ended = aicx("--token-file", str(file), "whoami", env=env)
    assert (ended.code, ended.out) == (2, "")
    assert part in ended.err
    assert "sent" in ended.err
    assert "sk_" not in ended.err


def test_a_completing_shell_is_told_the_names(env: dict[str, str], config: Path) -> None:
    """And a broken file leaves it with the sandbox."""
    from aicx_tui.cli.grammar.options import _context_names

    with pytest.MonkeyPatch.context() as patch:
        for name, value in clean_environment(env).items():
            patch.setenv(name, value)
        assert _context_names() == ["acme", "beta", "sandbox"]
        config.write_text("x = ")
        assert _context_names() == ["sandbox"]
