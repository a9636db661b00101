"""`aicx token`, as a person and cron run it, with a real keyring and platform."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
from pydantic import SecretStr

from aicx_tui.services.rotation_journal import fingerprint
from tests.keyring.desk import PATIENCE, Desk, Make
from tests.keyring.losing_proxy import LosingProxy, losing_proxy
from tests.sandbox.process import SandboxProcess


def of(token: str | None) -> str:
    return fingerprint(SecretStr(token or ""))


@pytest.fixture
def desk(make: Make, platform: LosingProxy) -> Desk:
    made = make(platform)
    made.describe()
    return made


@pytest.fixture
def gateway(make: Make, platform: LosingProxy) -> Desk:
    made = make(platform, kind="gateway")
    made.describe()
    return made


class TestStatus:
    async def test_tells_of_the_token_and_does_not_show_it(self, desk: Desk) -> None:
        ended = await desk.aicx("token", "status", "--json")
        assert ended.code == 0
        told = ended.json()
        assert told["fingerprint"] == told["live_fingerprint"] == of(desk.token)
        assert told["token"].endswith(desk.token[-4:])
        assert set(told["token"][:-4]) == {"•"}
        assert (told["stored_in"], told["accepted"]) == ("Secret Service", True)
        assert (told["age_days"], told["is_old"]) == (0, False)
        words = (await desk.aicx("token", "status")).out
        assert "Secret Service" in words
        assert "accepted     yes" in words

    async def test_of_a_dead_token_ends_as_not_signed_in(self, desk: Desk) -> None:
        desk.issued_elsewhere()
        ended = await desk.aicx("token", "status", "--json")
        assert ended.code == 3
        assert ended.json()["accepted"] is False
        assert "aicx login" in ended.err

    async def test_says_where_else_a_token_comes_from(self, desk: Desk) -> None:
        given = {"AICX_TOKEN": desk.token, "AICX_URL": desk.proxy.url, "AICX_CONTEXT": "work"}
        ended = await desk.aicx("token", "status", "--json", **given)
        assert ended.json()["stored_in"] == "AICX_TOKEN"

    async def test_of_nobody(self, desk: Desk) -> None:
        assert (await desk.aicx("token", "forget")).code == 0
        ended = await desk.aicx("token", "status", "--json")
        assert (ended.code, ended.json()["token"]) == (3, None)
        assert "No token of work is kept" in ended.err

    async def test_of_a_keyring_that_is_locked_does_not_say_that_there_is_none(
        self, desk: Desk
    ) -> None:
        desk.service.lock()
        ended = await desk.aicx("token", "status")
        assert ended.code == 3
        assert "is kept is not known" in ended.err
        assert "locked" in ended.err
        assert "aicx login" not in ended.err


class TestVerify:
    async def test_a_token_that_works(self, desk: Desk) -> None:
        ended = await desk.aicx("token", "verify")
        assert (ended.code, ended.out) == (0, "")
        assert "accepts the token from Secret Service" in ended.err

    async def test_one_that_does_not(self, desk: Desk) -> None:
        desk.issued_elsewhere()
        assert (await desk.aicx("token", "verify", "--json")).code == 3

    async def test_a_platform_that_is_not_there(self, desk: Desk) -> None:
        text = (desk.home / "config.toml").read_text()
        (desk.home / "config.toml").write_text(text.replace(desk.proxy.url, "http://127.0.0.1:9"))
        given = {"AICX_TOKEN": "t", "AICX_URL": "http://127.0.0.1:9", "AICX_CONTEXT": "work"}
        assert (await desk.aicx("token", "verify", **given)).code == 7


class TestRotate:
    async def test_reports_once_and_the_next_command_uses_the_new_token(self, desk: Desk) -> None:
        ended = await desk.aicx("token", "rotate", "--yes", "--json")
        assert ended.code == 0, ended.err
        report = ended.json()
        assert report["outcome"] == "issued"
        assert report["replaced"] == of(desk.token)
        assert report["fingerprint"] == of(desk.stored())
        assert report["steps"][-1] == "ended"
        assert (await desk.aicx("whoami", "--json")).code == 0

    async def test_asks_nobody_where_there_is_no_terminal(self, desk: Desk) -> None:
        ended = await desk.aicx("token", "rotate", "--json")
        assert ended.code == 2
        assert ended.json()["error"]["code"] == 2
        assert "--yes" in ended.err
        assert desk.proxy.keys == []

    async def test_a_target_nobody_knows_issues_nothing(self, desk: Desk) -> None:
        ended = await desk.aicx("token", "rotate", "--yes", "--targets", "nowhere")
        assert ended.code == 2
        assert "no target nowhere" in ended.err
        assert desk.proxy.keys == []

    async def test_a_platform_that_issues_none_says_where_it_is_done(self, gateway: Desk) -> None:
        ended = await gateway.aicx("token", "rotate", "--yes")
        assert ended.code == 6
        assert "ISSUE NEW TOKEN" in ended.err

    async def test_a_token_that_is_dead_issues_nothing(self, desk: Desk) -> None:
        desk.issued_elsewhere()
        ended = await desk.aicx("token", "rotate", "--yes")
        assert ended.code == 3
        assert "nothing was issued" in ended.err
        assert desk.journals == []

    async def test_a_session_issues_a_first_one(self, desk: Desk) -> None:
        await desk.aicx("token", "forget")
        desk.store("session", desk.session)
        ended = await desk.aicx("token", "issue", "--yes", "--json")
        assert ended.code == 0, ended.err
        assert desk.works(desk.stored())

    async def test_a_token_of_the_environment_is_said_to_be_dead_there(self, desk: Desk) -> None:
        given = {"AICX_TOKEN": desk.token, "AICX_URL": desk.proxy.url, "AICX_CONTEXT": "work"}
        ended = await desk.aicx("token", "rotate", "--yes", **given)
        assert ended.code == 0, ended.err
        assert "AICX_TOKEN still holds the one before" in ended.err
        assert desk.works(desk.stored())

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    async def test_stopped_after_issuing_keeps_the_new_one_first(
        self, desk: Desk, number: signal.Signals
    ) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aicx_tui", "token", "rotate", "--yes", "--json"),
            env=desk.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        desk.proxy.when_issued = lambda: process.send_signal(number)
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        desk.out += [out, err]
        assert process.returncode == 130
        assert "is replaced and safe" in json.loads(out)["error"]["message"]
        assert desk.works(desk.stored())
        assert desk.journals == []


class TestThePlacesThatUseIt:
    async def test_get_the_new_token_and_one_that_fails_loses_nothing(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        desk.describe("[[targets.work]]", *env_file(tmp_path), *failing_command())
        ended = await desk.aicx("token", "rotate", "--yes", "--json")
        assert ended.code == 9, ended.err
        report = ended.json()
        outcomes = {target["name"]: target["outcome"] for target in report["targets"]}
        assert outcomes == {"billing": "verified", "legacy": "failed"}
        assert report["outcome"] == "issued"
        assert desk.works(desk.stored())
        assert (tmp_path / ".env").read_text() == f"A=1\nAICX_TOKEN={desk.stored()}\n"
        assert "legacy" in report["error"]["message"]
        told = (await desk.aicx("token", "status")).err
        assert "Not given the token yet: legacy." in told

    async def test_get_it_from_who_adopts_what_another_issued_for_itself(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        desk.describe("[[targets.work]]", *env_file(tmp_path))
        issuing = await desk.process(freezes_at="issued")
        issuing.go_on()
        assert (await issuing.said())["step"] == "issued"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aicx_tui", "token", "rotate", "--yes", "--json"),
            env=desk.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stderr
        waits = await asyncio.wait_for(process.stderr.readline(), PATIENCE)
        assert b"it is waited for" in waits
        issuing.go_on()
        assert (await issuing.ended())["outcome"] == "issued"
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
        desk.out += [out, err]
        report = json.loads(out)
        assert (process.returncode, report["outcome"]) == (0, "adopted")
        assert [target["outcome"] for target in report["targets"]] == ["verified"]
        assert str(desk.stored()) in (tmp_path / ".env").read_text()

    @pytest.mark.parametrize("names", [["none"], ["billing"]])
    async def test_are_chosen_by_name(self, desk: Desk, tmp_path: Path, names: list[str]) -> None:
        desk.describe("[[targets.work]]", *env_file(tmp_path), *failing_command())
        ended = await desk.aicx("token", "rotate", "--yes", "--json", "--targets", *names)
        assert ended.code == 0, ended.err
        assert [target["name"] for target in ended.json()["targets"]] == [
            name for name in names if name != "none"
        ]

    async def test_are_named_where_a_start_finishes_what_was_cut_off(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        desk.describe("[[targets.work]]", *env_file(tmp_path))
        running = await desk.process(killed_at="stored")
        running.go_on()
        await running.killed()
        ended = await desk.aicx("token", "verify")
        assert "aicx token targets update --missing" in ended.err
        assert (await desk.aicx("token", "targets", "update", "--missing")).code == 0
        assert str(desk.stored()) in (tmp_path / ".env").read_text()

    async def test_are_not_said_to_have_a_token_that_is_not_kept(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        desk.describe("[[targets.work]]", *env_file(tmp_path))
        assert (await desk.aicx("token", "targets", "update")).code == 0
        assert "✓" in (await desk.aicx("token", "targets", "list")).out
        assert (await desk.aicx("token", "forget")).code == 0
        told = (await desk.aicx("token", "targets", "list")).out
        assert "of a token not kept here" in told
        assert "✓" not in told
        (listed,) = (await desk.aicx("token", "targets", "list", "--json")).json()
        assert listed["is_current"] is False

    @pytest.mark.parametrize("words", [["update", "--missing"], ["check"], ["update", "--dry-run"]])
    async def test_are_given_no_dead_token_where_a_rotation_was_cut_off(
        self, desk: Desk, tmp_path: Path, words: list[str]
    ) -> None:
        desk.describe("[[targets.work]]", *env_file(tmp_path))
        running = await desk.process(killed_at="stored")
        running.go_on()
        await running.killed()
        desk.proxy.refuses = True
        ended = await desk.aicx("token", "targets", *words)
        assert ended.code == 8
        assert "Nothing was given to any target" in ended.err
        assert desk.token not in (tmp_path / ".env").read_text()

    async def test_get_the_new_token_where_a_rotation_was_cut_off(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        desk.describe("[[targets.work]]", *env_file(tmp_path))
        running = await desk.process(killed_at="stored")
        running.go_on()
        await running.killed()
        ended = await desk.aicx("token", "targets", "update", "--missing")
        assert ended.code == 0, ended.err
        assert "was cut off and is finished now" in ended.err
        assert desk.works((tmp_path / ".env").read_text().strip().rpartition("=")[2])


def env_file(folder: Path) -> list[str]:
    """A file of variables, as config.toml describes it."""
    (folder / ".env").write_text("A=1\nAICX_TOKEN=old\n")
    (folder / ".env").chmod(0o600)
    return [
        'name = "billing"',
        'kind = "env-file"',
        f'file = "{folder / ".env"}"',
        'key = "AICX_TOKEN"',
    ]


def failing_command() -> list[str]:
    return ["[[targets.work]]", 'name = "legacy"', 'kind = "command"', 'command = "false"']


class TestWithoutAKeyring:
    async def test_nothing_is_issued_without_a_place_for_it(self, desk: Desk) -> None:
        given = {"AICX_TOKEN": desk.token, "AICX_URL": desk.proxy.url, "AICX_CONTEXT": "work"}
        ended = await desk.aicx("token", "rotate", "--yes", AICX_KEYRING="off", **given)
        assert ended.code == 1
        assert desk.proxy.keys == []
        assert desk.works(desk.token)

    async def test_a_file_takes_it_month_after_month(self, desk: Desk, tmp_path: Path) -> None:
        file, token = tmp_path / "token", desk.token
        given = {"AICX_URL": desk.proxy.url, "AICX_CONTEXT": "work", "AICX_KEYRING": "off"}
        words = ("token", "rotate", "--yes", "--save-to", str(file))
        for _ in range(2):
            ended = await desk.aicx(*words, AICX_TOKEN=token, **given)
            assert ended.code == 0, ended.err
            assert file.stat().st_mode & 0o777 == 0o600
            token = file.read_text().strip()
            assert desk.works(token)
        assert desk.journals == []

    async def test_a_lost_reply_is_had_again_after_a_command_that_finds_nothing_to_sign_in_with(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        file = tmp_path / "token"
        file.write_text(desk.token + "\n")
        file.chmod(0o600)
        rotating = ("--token-file", str(file), "token", "rotate", "--yes", "--save-to", str(file))
        desk.proxy.loses = 1000
        assert (await desk.aicx(*rotating, AICX_KEYRING="off")).code == 8
        desk.proxy.loses = 0
        told = (await desk.aicx("humans", "list", AICX_KEYRING="off")).err
        assert "run it with what signed in: aicx --token-file FILE token rotate" in told
        ended = await desk.aicx(*rotating, AICX_KEYRING="off")
        assert ended.code == 0, ended.err
        assert desk.works(file.read_text().strip())
        assert desk.journals == []

    async def test_a_file_of_something_else_is_left_alone(self, desk: Desk, tmp_path: Path) -> None:
        file = tmp_path / "notes"
        for content in ("remember the milk\n", "another_programs_secret\n"):
            file.write_text(content)
            ended = await desk.aicx("token", "rotate", "--yes", "--save-to", str(file))
            assert ended.code == 2
            assert "no token that aicx knows" in ended.err
            assert file.read_text() == content
        assert desk.proxy.keys == []


async def test_the_file_that_a_token_is_read_from_and_saved_to_has_the_new_one(
    desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text(desk.token + "\n")
    file.chmod(0o600)
    words = ("--token-file", str(file), "token", "rotate", "--yes", "--save-to", str(file))
    for _ in range(2):
        ended = await desk.aicx(*words)
        assert ended.code == 0, ended.err
        assert "still holds the one before" not in ended.err
        assert desk.works(file.read_text().strip())
    assert desk.journals == []


class TestAKeyringThatFailsAfterIssuing:
    async def test_cron_is_told_and_the_next_run_has_the_same_token(self, desk: Desk) -> None:
        desk.proxy.when_issued = desk.service.kill_daemon
        ended = await desk.aicx("token", "rotate", "--yes", "--json")
        assert ended.code == 1
        assert "--save-to" in ended.json()["error"]["hint"]
        desk.proxy.when_issued = lambda: None
        desk.service.restart_daemon()
        again = await desk.aicx("token", "rotate", "--yes", "--json")
        assert (again.code, again.json()["outcome"]) == (0, "resumed")
        assert desk.works(desk.stored())
        assert len(set(desk.proxy.keys)) == 1

    async def test_the_file_that_was_named_takes_it(self, desk: Desk, tmp_path: Path) -> None:
        file = tmp_path / "token"
        desk.proxy.when_issued = desk.service.kill_daemon
        ended = await desk.aicx("token", "rotate", "--yes", "--json", "--save-to", str(file))
        assert ended.code == 0, ended.err
        assert str(file) in ended.json()["stored_in"]
        assert desk.works(file.read_text().strip())
        desk.proxy.when_issued = lambda: None
        desk.service.restart_daemon()
        assert (await desk.aicx("token", "verify")).code == 0  # it is in the keyring by now
        assert desk.stored() == file.read_text().strip()

    @pytest.mark.parametrize("way", ["retry", "show", "file"])
    async def test_a_person_is_not_let_go_before_it_is_safe(
        self, desk: Desk, tmp_path: Path, way: str
    ) -> None:
        desk.proxy.when_issued = desk.service.kill_daemon
        await asyncio.to_thread(self._at_a_terminal, desk, tmp_path / "token", way)

    def _at_a_terminal(self, desk: Desk, file: Path, way: str) -> None:
        words = ["-m", "aicx_tui", "token", "rotate"]
        child = pexpect.spawn(
            sys.executable,
            words,
            env=desk.environment | {"TERM": "xterm"},
            timeout=PATIENCE,
            encoding="utf-8",
        )
        child.expect("stops working at once")
        child.sendline("y")
        child.expect("did not take the new one")
        child.expect("f: save it to a file >")
        child.sendline("nothing of these")
        child.expect("f: save it to a file >")
        child.kill(signal.SIGINT)  # heard, and not obeyed yet
        if way == "retry":
            child.sendline("r")
            child.expect("f: save it to a file >")
            desk.service.restart_daemon()
            child.sendline("r")
        elif way == "show":
            child.sendline("s")
            child.expect(r"sk_\w+")
            shown = str(child.after)
            child.expect("Type yes")
            child.sendline("yes")
        else:
            child.sendline("f")
            child.expect("File:")
            child.sendline(str(file))
        child.expect(pexpect.EOF)
        child.wait()
        if way == "file":
            shown = file.read_text().strip()
        assert desk.works(desk.stored() if way == "retry" else shown)


class TestSet:
    @pytest.mark.parametrize("way", [["--stdin"], ["--fd", "0"], ["--file", "FILE"]])
    async def test_takes_a_token_issued_elsewhere(
        self, gateway: Desk, way: list[str], tmp_path: Path
    ) -> None:
        pasted = gateway.issued_elsewhere()
        (tmp_path / "pasted").write_text(pasted)
        words = [str(tmp_path / "pasted") if word == "FILE" else word for word in way]
        ended = await gateway.aicx("token", "set", *words, "--json", stdin=pasted + "\n")
        assert ended.code == 0, ended.err
        assert ended.json()["fingerprint"] == of(pasted)
        assert gateway.stored() == pasted

    async def test_one_of_no_use_leaves_what_signs_in(self, desk: Desk) -> None:
        ended = await desk.aicx("token", "set", "--stdin", stdin="sk_of_no_use")
        assert ended.code == 3
        assert "as it was" in ended.err
        assert desk.stored() == desk.token

    async def test_one_of_no_use_leaves_what_is_pending_of_a_rotation_that_was_cut_off(
        self, desk: Desk
    ) -> None:
        running = await desk.process(killed_at="stored")
        running.go_on()
        await running.killed()
        pending = desk.stored("pending")
        desk.proxy.refuses = True
        ended = await desk.aicx("token", "set", "--stdin", stdin="sk_of_no_use")
        assert ended.code == 3
        assert desk.stored("pending") == pending
        desk.proxy.refuses = False
        again = await desk.aicx("token", "rotate", "--yes", "--json")
        assert again.json()["outcome"] == "resumed"
        assert desk.stored() == pending
        assert desk.works(pending)

    async def test_one_of_no_use_leaves_the_key_of_a_reply_that_was_lost(self, desk: Desk) -> None:
        desk.proxy.loses = 1000
        assert (await desk.aicx("token", "rotate", "--yes")).code == 8
        desk.proxy.loses, desk.proxy.refuses = 0, True
        assert (await desk.aicx("token", "set", "--stdin", stdin="sk_of_no_use")).code == 3
        desk.proxy.refuses = False
        again = await desk.aicx("token", "rotate", "--yes", "--json")
        assert again.json()["outcome"] == "resumed"
        assert desk.works(desk.stored())
        assert len(set(desk.proxy.keys)) == 1

    async def test_a_living_one_ends_what_was_cut_off(self, desk: Desk) -> None:
        running = await desk.process(killed_at="stored")
        running.go_on()
        await running.killed()
        pasted = desk.issued_elsewhere()
        ended = await desk.aicx("token", "set", "--stdin", stdin=pasted)
        assert ended.code == 0, ended.err
        assert desk.stored() == pasted
        assert desk.stored("pending") is None
        assert desk.journals == []

    async def test_is_verified_by_a_human_that_is_known(self, gateway: Desk) -> None:
        words = ("token", "set", "--stdin", "--json")
        first = await gateway.aicx(*words, stdin=gateway.token)
        assert first.json()["verified_by_human"] is False
        named = await gateway.aicx(*words, "--human", gateway.human_id(), stdin=gateway.token)
        assert named.json()["verified_by_human"] is True
        nobody = await gateway.aicx(*words, "--human", "eu_nobody0000", stdin=gateway.token)
        assert "has no human eu_nobody0000" in nobody.err
        assert (nobody.code != 0, gateway.stored()) == (True, gateway.token)
        assert (await gateway.aicx("humans", "get", gateway.human_id(), "--json")).code == 0
        assert (await gateway.aicx("sync")).code == 0
        again = await gateway.aicx(*words, stdin=gateway.token)
        assert again.json()["verified_by_human"] is True

    async def test_needs_one(self, desk: Desk) -> None:
        assert (await desk.aicx("token", "set", "--stdin")).code == 2
        assert (await desk.aicx("token", "set", "--fd", "99")).code == 2
        assert (await desk.aicx("token", "set", "sk_on_the_line")).code == 2


class TestForget:
    async def test_removes_it_and_it_stays_valid(self, desk: Desk) -> None:
        ended = await desk.aicx("token", "forget")
        assert ended.code == 0
        assert "stays valid" in ended.err
        assert desk.stored() is None
        assert desk.works(desk.token)
        assert "No token" in (await desk.aicx("token", "forget")).err


async def test_a_start_of_any_command_finishes_what_was_cut_off_and_says_so(
    make: Make, sandbox: SandboxProcess
) -> None:
    async with losing_proxy(sandbox.url) as proxy:
        desk = make(proxy)
        desk.describe()
        running = await desk.process(killed_at="stored")
        running.go_on()
        await running.killed()
        ended = await desk.aicx("humans", "list", "--limit", "1", "--json")
        assert ended.code == 0, ended.err
        assert "was cut off and is finished now" in ended.err
        assert desk.works(desk.stored())
        assert os.listdir(desk.home / "tokens") != []


async def test_signing_in_again_ends_what_was_cut_off(desk: Desk) -> None:
    running = await desk.process(killed_at="noted")
    running.go_on()
    await running.killed()
    token = desk.issued_elsewhere()
    ended = await desk.aicx("login", "--token-stdin", stdin=token)
    assert ended.code == 0, ended.err
    assert desk.journals == []
    assert desk.stored() == token
