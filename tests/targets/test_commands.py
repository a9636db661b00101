"""`aicx token targets`, and one token through all of it, found on standard input alone."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

import jsonschema_rs
import pytest

from aicx_tui.config import config_schema
from aicx_tui.services.actions import ACTIONS
from tests.cli.command import Ended, aicx
from tests.targets.stand_ins import GH, KUBECTL, StandIns
from tests.targets.vault_server import VAULT_TOKEN, vault_server

CANARY = "sk_canary+7f3e/9d1c5b=="
NEXT = "sk_next-one-0815"
ACME = """\
# Ours.
[contexts.acme]
kind = "console"
url = "http://127.0.0.1:9"

# The console.
[console]
theme = "dark"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text(ACME)
    return home


@pytest.fixture
def env(home: Path) -> dict[str, str]:
    return {"AICX_HOME": str(home), "AICX_CONTEXT": "acme"} | signed_in(CANARY)


def signed_in(token: str) -> dict[str, str]:
    return {"AICX_TOKEN": token, "AICX_URL": "http://127.0.0.1:9"}


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    path = tmp_path / ".env"
    path.write_text("A=1\nTOKEN=old\n")
    path.chmod(0o600)
    return path


def targets(*words: str, env: Mapping[str, str]) -> Ended:
    return aicx("token", "targets", *words, env=env)


def added(*words: str, env: Mapping[str, str]) -> None:
    ended = targets("add", *words, env=env)
    assert (ended.code, ended.out) == (0, ""), ended.err


def test_a_life_of_a_target(env: dict[str, str], home: Path, env_file: Path) -> None:
    none = targets("list", env=env)
    assert (none.code, none.out) == (0, "")
    assert "acme has no targets. Add one with: aicx token targets add KIND NAME" in none.err

    said = targets(
        "add", "env-file", "billing .env", "--file", str(env_file), "--key", "TOKEN", env=env
    )
    assert said.err == (
        "Added billing .env. Give it the token in use with: "
        "aicx token targets update 'billing .env'\n"
    )
    assert targets("list", env=env).out == "billing .env  env-file  ! never\n"

    checked = targets("check", env=env)
    assert checked.code == 9
    assert "billing .env: outdated" in checked.err
    assert "1 of 1 targets have not got the token" in checked.err

    updated = targets("update", env=env)
    assert updated.code == 0
    assert updated.err == f"billing .env: verified. TOKEN in {env_file} is the token.\n"
    assert env_file.read_text() == f"A=1\nTOKEN={CANARY}\n"
    assert targets("list", env=env).out.startswith("billing .env  env-file  ✓ 20")
    assert targets("update", "--missing", env=env).err == "No target lacks it.\n"

    later = env | signed_in(NEXT)
    assert "of another token" in targets("list", env=later).out
    assert targets("update", "--missing", env=later).code == 0
    assert env_file.read_text() == f"A=1\nTOKEN={NEXT}\n"

    removed = targets("remove", "Billing .ENV", env=env)
    assert removed.err == (
        "Removed billing .env from config.toml. What it has of the token stays there.\n"
    )
    assert (home / "config.toml").read_text() == ACME
    assert targets("list", "--json", env=env).json() == []


def test_by_hand_is_noted_with_who_and_when(env: dict[str, str]) -> None:
    added("by-hand", "legacy cron", "--instructions", "Edit the crontab of legacy.", env=env)
    told = targets("update", env=env)
    assert told.code == 0
    assert "legacy cron: by-hand. Edit the crontab of legacy. Once it is done" in told.err
    assert targets("list", env=env).out == "legacy cron  by-hand  ! to be done by hand\n"
    assert targets("check", env=env).code == 9

    noted = targets("confirm", "legacy cron", env=env | {"LOGNAME": "ana"})
    assert noted.err == "Noted that legacy cron has the token in use, by ana.\n"
    (listed,) = targets("list", "--json", env=env).json()
    assert listed["is_current"] is True
    assert listed["last"]["by"] == "ana"
    assert targets("list", env=env).out.endswith(", by ana\n")
    again = targets("check", env=env)
    assert (again.code, "ana noted on 20" in again.err) == (0, True)
    assert targets("update", "--missing", env=env).err == "No target lacks it.\n"
    assert targets("check", env=env | signed_in(NEXT)).code == 9


def test_targets_keep_the_order_in_which_they_get_it(env: dict[str, str], home: Path) -> None:
    for name in ("one", "two"):
        added("command", name, "--command", "true", env=env)
    added("command", "gate", "--command", "false", "--stop-on-failure", "--before", "two", env=env)
    report = targets("update", "--json", env=env)
    assert report.code == 9
    assert [(t["name"], t["outcome"]) for t in report.json()["targets"]] == [
        ("one", "updated"),
        ("gate", "failed"),
        ("two", "not-tried"),
    ]
    assert "2 of 3 targets have not got the token" in report.err
    assert [t["name"] for t in targets("list", "--json", env=env).json()] == ["one", "gate", "two"]
    chosen = targets("update", "two", "one", "--json", env=env)
    assert [t["name"] for t in chosen.json()["targets"]] == ["two", "one"]
    assert (home / "config.toml").read_text().startswith(ACME)


def test_a_dry_run_changes_nothing(env: dict[str, str], env_file: Path) -> None:
    added("env-file", "env", "--file", str(env_file), "--key", "TOKEN", env=env)
    before = env_file.read_text()
    dry = targets("update", "--dry-run", env=env)
    assert (dry.code, dry.err) == (0, f"env: Would replace TOKEN in {env_file}.\n")
    assert env_file.read_text() == before
    assert targets("list", env=env).out == "env  env-file  ! never\n"
    env_file.chmod(0o644)
    assert targets("update", "--dry-run", env=env).code == 9


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("env-file", "x", "--file", "relative", "--key", "T"), "is not a full path"),
        (("env-file", "x", "--file", "/x", "--key", "a b"), "cannot be one"),
        (("github", "x", "--secret", "T"), "repository: or organisation is needed"),
        (("github", "x", "--secret", "T", "--organisation", "a"), "visibility: is missing"),
        (("vault", "x", "--address", "https://v", "--path", "p", "--key", "k"), "token_env: or"),
        (
            ("vault", "x", "--address", "http://v.example", "--path", "p", "--key", "k"),
            "http:// would send the token in clear",
        ),
        (
            ("vault", "x", "--address", "https://v", "--path", "a/../b", "--key", "k"),
            "path: cannot be one",
        ),
        (("command", "x", "--command", "echo 'a"), "quotation mark without its other"),
        (("command", "x", "--command", "true", "--timeout", "0"), "number of seconds"),
        (("by-hand", " x", "--instructions", "y"), "without blanks"),
        (("by-hand", "None", "--instructions", "y"), "takes as a word"),
        (("by-hand", "x" * 41, "--instructions", "y"), "has 41 characters"),
        (("carrier-pigeon", "x"), "invalid choice"),
        (("env-file", "x", "--before", "none", "--file", "/x", "--key", "T"), "has no target"),
    ],
)
def test_what_cannot_be_one_is_not_added(
    words: tuple[str, ...], says: str, env: dict[str, str], home: Path
) -> None:
    refused = targets("add", *words, env=env)
    assert refused.code == 2
    assert says in refused.err
    assert (home / "config.toml").read_text() == ACME


def test_what_is_wrong_in_the_file_is_all_named(env: dict[str, str], home: Path) -> None:
    (home / "config.toml").write_text(
        ACME
        + '[[targets.acme]]\nname = "a"\nkind = "env-file"\nfil = "/x"\nkey = "T"\n'
        + '[[targets.acme]]\nname = "b"\nkind = "env_file"\n'
        + '[[targets.acme]]\nname = "c"\nkind = "vault"\ntoken = "hvs.secret"\n'
        + '[[targets.acme]]\nname = "C"\nkind = "by-hand"\ninstructions = "x"\n'
        + '[[targets.acme]]\nname = "c"\nkind = "by-hand"\ninstructions = "x"\n'
        + '[[targets.other]]\nname = "d"\nkind = "by-hand"\ninstructions = "x"\n'
    )
    refused = targets("list", env=env)
    assert refused.code == 2
    for said in (
        "targets.acme[1].fil: is not known; is file meant?",
        "targets.acme[1].file: is missing",
        "targets.acme[2].kind: is not known; is env-file meant?",
        "targets.acme[3].token: is not known",
        "targets.acme[5].name: is that of another target: c",
        "targets.other: is not known",
    ):
        assert said in refused.err
    assert "hvs.secret" not in refused.err


def test_the_schema_says_the_same(env: dict[str, str], env_file: Path, home: Path) -> None:
    import tomllib

    added("env-file", "e", "--file", str(env_file), "--key", "TOKEN", "--timeout", "5", env=env)
    added("by-hand", "h", "--instructions", "x", "--check", "true", env=env)
    schema = jsonschema_rs.validator_for(config_schema(tuple(ACTIONS)))
    said = tomllib.loads((home / "config.toml").read_text())
    schema.validate(said)
    for wrong in ({"kind": "env-file", "name": "x"}, {"kind": "pigeon", "name": "x"}):
        assert not schema.is_valid({"targets": {"acme": [wrong]}})


def test_a_context_that_goes_takes_its_targets_along(env: dict[str, str], home: Path) -> None:
    added("by-hand", "a", "--instructions", "x", env=env)
    added("by-hand", "b", "--instructions", "x", env=env)
    assert aicx("contexts", "remove", "acme", env=env).code in (0, 1)
    left = (home / "config.toml").read_text()
    assert "targets" not in left
    assert "# The console." in left


def test_nobody_signed_in_is_said(env: dict[str, str]) -> None:
    added("command", "c", "--command", "true", env=env)
    refused = targets("update", env=env | {"AICX_TOKEN": ""})
    assert refused.code == 3
    assert "Nothing was done." in refused.err


def forms(secret: str) -> set[bytes]:
    plain = secret.encode()
    inner = {b64encode(b"x" * n + plain)[4:20] for n in range(3)}
    return {plain, plain[4:14], plain.hex().encode(), b64encode(plain), *inner}


def test_one_canary_is_found_on_standard_input_alone(
    env: dict[str, str], home: Path, env_file: Path, tmp_path: Path, stand_ins: StandIns
) -> None:
    for name, code in (("gh", GH), ("kubectl", KUBECTL), ("push", ""), ("look", "")):
        stand_ins.add(name, code)
    stand_ins.add_plain("echoes", "#!/bin/sh\nt=$(cat); echo $t; echo no: $t >&2; exit 4\n")
    where = {"TEST_VAULT_TOKEN": VAULT_TOKEN, "PATH": os.environ["PATH"], "COPY": f"is {CANARY}"}
    said: list[Ended] = []
    with vault_server() as vault:
        for words in (
            ("env-file", "e", "--file", str(env_file), "--key", "TOKEN"),
            ("github", "g", "--secret", "T", "--repository", "a/b", "--check", "look"),
            (
                *("vault", "v", "--address", vault.url, "--path", "p", "--key", "k"),
                *("--token-env", "TEST_VAULT_TOKEN"),
            ),
            ("kubernetes", "k", "--secret", "s", "--key", "k", "--namespace", "n"),
            ("command", "p", "--command", "push --it"),
            ("command", "echoes", "--command", "echoes"),
            ("by-hand", "h", "--instructions", "Do it."),
        ):
            said.append(targets("add", *words, env=env))
        for problem in (False, True):
            if problem:
                stand_ins.fail("refused: TOKEN")
                vault.problem = (500, f"cannot store {CANARY}")
                env_file.chmod(0o644)
            for verb in (
                ("update", "--dry-run"),
                ("update", "e", "g", "k", "p", "echoes", "h"),
                ("update", "v", "--json"),
                ("check",),
                ("check", "--json"),
                ("confirm", "h"),
                ("list",),
                ("list", "--json"),
            ):
                said.append(targets(*verb, env=env | where))
    assert len(stand_ins.calls) > 20
    assert any(call["stdin"] == CANARY for call in stand_ins.calls)
    assert VAULT_TOKEN not in str([call["environ"] for call in stand_ins.calls])
    haystack = [ended.out.encode() + ended.err.encode() for ended in said]
    haystack += [str((c["words"], c["environ"])).encode() for c in stand_ins.calls]
    haystack += [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    for form in forms(CANARY) | {VAULT_TOKEN.encode()}:
        found = [data for data in haystack[: len(said)] if form in data]
        assert not found, (form, found[0].decode())
    for form in forms(CANARY):
        spread = [data for data in haystack if form in data]
        assert not spread, (form, spread[0].decode())
    records = list((home / "targets").glob("*.json"))
    assert records
    assert all(path.stat().st_mode & 0o077 == 0 for path in records)
    assert json.loads(records[0].read_text())["h"]["by"]
