"""Aliases are listed, created, changed, made default and deleted by commands."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.cli.command import Ended, aicx
from tests.hostile import PAYLOADS, what_acts_in_text
from tests.pictures import png
from tests.sandbox_platform import SandboxPlatform
from tests.slow_proxy import slow_proxy

Env = dict[str, str]


def does(*words: str, env: Env, stdin: str = "") -> Ended:
    ended = aicx(*words, env=env, stdin=stdin)
    assert ended.code == 0, ended.err
    return ended


def listed(env: Env) -> dict[str, dict[str, object]]:
    return {
        alias["display_name"]: alias for alias in does("aliases", "list", "--json", env=env).json()
    }


def test_an_alias_is_created_renamed_and_deleted(own_sandbox: SandboxPlatform) -> None:
    env = own_sandbox.environment()
    made = does("aliases", "create", "Ana from Billing", "--json", env=env)
    alias = made.json()
    assert made.err == "Created Ana from Billing.\n"
    assert (alias["display_name"], alias["default"], alias["avatar_id"]) == (
        *("Ana from Billing", False, None),
    )
    changed = does("aliases", "edit", "ana from billing", "--name", "Billing desk", env=env)
    assert changed.out == f"{alias['id']}\n"
    assert changed.err == "Changed Billing desk.\n"
    again = does("aliases", "edit", alias["id"], "--name", "Billing desk", env=env)
    assert again.err == "Billing desk is like that already. Nothing was changed.\n"
    gone = does("aliases", "delete", "Billing desk", "--yes", "--json", env=env)
    assert gone.json() == {"id": alias["id"]}
    assert "Billing desk" not in listed(env)


def test_one_default_takes_that_from_the_other_and_there_may_be_none(
    own_sandbox: SandboxPlatform,
) -> None:
    env = own_sandbox.environment()
    does("aliases", "create", "First", "--default", env=env)
    does("aliases", "create", "Second", env=env)
    said = does("aliases", "default", "Second", env=env).err
    assert said == "New conversations begin under Second.\n"
    assert [name for name, alias in listed(env).items() if alias["default"]] == ["Second"]
    assert "default" in next(
        line for line in does("aliases", "list", env=env).out.splitlines() if "Second" in line
    )
    gone = does("aliases", "delete", "Second", "--yes", env=env)
    assert "New conversations now begin under the account's own name, Ana Cruz." in gone.err
    assert not any(alias["default"] for alias in listed(env).values())
    does("aliases", "edit", "First", "--default", env=env)
    does("aliases", "edit", "First", "--no-default", env=env)
    assert not any(alias["default"] for alias in listed(env).values())


def test_a_picture_is_checked_before_it_is_sent(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = own_sandbox.environment()
    picture, page = tmp_path / "me.png", tmp_path / "page.png"
    picture.write_bytes(png(64, 48))
    page.write_text("<html>")
    made = does("aliases", "create", "Pictured", "--avatar", str(picture), "--json", env=env)
    assert made.json()["avatar_id"]
    gone = does("aliases", "edit", "Pictured", "--no-avatar", "--json", env=env)
    assert gone.json()["avatar_id"] is None
    for file, why in (
        (page, "no PNG, JPEG, WebP or GIF"),
        (tmp_path, "a folder"),
        (tmp_path / "nowhere", "no such file"),
    ):
        refused = aicx("aliases", "create", "Another", "--avatar", str(file), env=env)
        assert refused.code == 2
        assert why in refused.err
        assert "Nothing was sent." in refused.err
    assert "Another" not in listed(env)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("edit", "Nobody", "--name", "x"), 4, "There is no alias “Nobody”"),
        (("edit", "Nobody"), 2, "Nothing is given that could be changed."),
        (("create", "  "), 2, "This is needed."),
        (("edit", "Nobody", "--avatar", ""), 2, "The name of the file is empty."),
        (("delete", "Nobody"), 2, "Say that you mean it: --yes."),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(
    browsed_sandbox: SandboxPlatform, words: tuple[str, ...], code: int, said: str
) -> None:
    refused = aicx("aliases", *words, env=browsed_sandbox.environment())
    assert refused.code == code
    assert said in refused.err


async def test_a_lost_reply_is_looked_for(own_sandbox: SandboxPlatform) -> None:
    creating = b"POST /console/v1/profile/aliases "
    async with slow_proxy(own_sandbox.url) as proxy:
        env = {**own_sandbox.environment(), "AICX_URL": proxy.url}
        proxy.failing = creating
        failed = await asyncio.to_thread(aicx, "aliases", "create", "Desk", env=env)
        assert failed.code == 7
        assert "500, request req-7). Read again just now: nothing was changed." in failed.err
        proxy.failing, proxy.unanswered = b"", creating
        lost = await asyncio.to_thread(aicx, "aliases", "create", "Desk", env=env)
        assert lost.code == 8
        assert "there is an alias called so" in lost.err
        assert "aicx aliases list" in lost.err


def test_a_gateway_says_where_aliases_are_kept(browsed_sandbox: SandboxPlatform) -> None:
    refused = aicx("aliases", "list", env=browsed_sandbox.environment(kind="gateway"))
    assert refused.code == 6
    assert "the profile icon at the top right > Profile" in refused.err


def test_names_that_act_on_a_terminal_are_printed_harmlessly(own_sandbox: SandboxPlatform) -> None:
    env = own_sandbox.environment()
    names = [p.text for p in PAYLOADS if p.text.strip() and p.text.isprintable()][:8]
    for name in [*names, "é" * 120]:
        aicx("aliases", "create", "--", name, env=env)
    printed = does("aliases", "list", env=env)
    assert not what_acts_in_text(printed.out + printed.err)
