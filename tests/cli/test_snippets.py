"""`aicx snippet`: the code on stdout or in a file, what to know on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cli.command import aicx
from tests.sandbox_platform import SandboxPlatform


def someone(query: str, env: dict[str, str]) -> dict[str, Any]:
    (human, *_) = aicx("humans", "list", query, "--limit", "1", "--json", env=env).json()
    return dict(human)


def test_the_code_is_printed_or_written_and_nothing_else_is(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = browsed_sandbox.environment()
    human = someone("has:uid", env)
    webchat = ("snippet", "webchat", human["id"], "--channel", "gw_1")
    printed = aicx(*webchat, env=env)
    assert printed.code == 0, printed.err
    assert printed.out.startswith("<script>\n")
    assert f'humanUid: "{human["uid"]}"' in printed.out
    assert "The uid is not signed" in printed.err
    called = aicx(*webchat, "--way", "call", "--json", env=env).json()
    assert f'Proto.setHumanUid("{human["uid"]}")' in called["code"]
    assert called["kind"] == "webchat"
    file = tmp_path / "shop.html"
    written = aicx(*webchat, "-o", str(file), env=env)
    assert (written.code, written.out) == (0, "")
    assert file.read_text() == printed.out
    assert f"The code for uid {human['uid']} is in {file}." in written.err
    again = aicx(*webchat, "-o", str(file), env=env)
    assert again.code == 2
    assert "is there already" in again.err
    mobile = ("snippet", "cx-genie-mobile", human["id"], "--channel", "bot-1")
    piped = aicx(*mobile, "--user-token-stdin", env=env, stdin="it's $me\n")
    assert piped.code == 0, piped.err
    assert r"userToken: 'it\'s \$me'" in piped.out


def test_what_would_make_one_person_of_many_is_refused(browsed_sandbox: SandboxPlatform) -> None:
    env = browsed_sandbox.environment()
    nobody = someone("no:uid", env)["id"]
    refused = aicx("snippet", "webchat", nobody, "--channel", "gw_1", env=env)
    assert (refused.code, refused.out) == (2, "")
    assert "everybody with an empty uid is one and the same person" in refused.err
    nowhere = aicx("snippet", "webchat", someone("has:uid", env)["id"], env=env)
    assert (nowhere.code, nowhere.out) == (2, "")
    assert "The id of the webchat channel is missing." in nowhere.err
    assert "Webchat > Settings" in nowhere.err
    without = aicx("snippet", "cx-genie-mobile", nobody, "--channel", "b", env=env)
    assert (without.code, without.out) == (2, "")
