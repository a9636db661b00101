"""Users of a shop become humans: previewed, created once, updated where they differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx

from tests.cli.command import aicx
from tests.cli.test_open_cx import environment
from tests.cx_genie.accounts import accounts
from tests.cx_genie.shop import Shop
from tests.sandbox_platform import SandboxPlatform

ANA: dict[str, Any] = {
    "id": "u-1",
    "name": "Ana Cruz",
    "email": "ana@shop.example",
    "phone_number": "0901234567",
    "country_code": "+84",
    "label": "Gold",
}
BO: dict[str, Any] = {"id": "u-2", "name": "Bo", "email": "bo@shop.example"}


def tagged_shop(home: Path, sandbox: SandboxPlatform) -> Shop:
    """A shop on a platform that has a tag for its labels."""
    headers = {"X-SINITIC-TOKEN": sandbox.token()}
    tags = f"{sandbox.url}/console/v1/bots/{sandbox.announced['bot_id']}/tags"
    made = httpx.post(tags, json={"name": "Shop label", "kind": "text"}, headers=headers)
    assert made.status_code == 200, made.text
    return Shop(home, sandbox.environment())


def humans_of(sandbox: SandboxPlatform, uid: str) -> list[dict[str, Any]]:
    """The humans that have a uid, as the platform has them."""
    bot = f"{sandbox.url}/console/v1/bots/{sandbox.announced['bot_id']}/humans"
    reply = httpx.get(bot, headers={"X-SINITIC-TOKEN": sandbox.token()}, params={"limit": 1000})
    return [human for human in reply.json()["result"]["items"] if human.get("uid") == uid]


def test_users_are_previewed_then_created_then_updated_and_never_doubled(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    shop, file = tagged_shop(tmp_path, own_sandbox), tmp_path / "tokens"
    file.write_text('token-ana\n{"access_token": "token-bo"}\n\ntoken-of-nobody\n')
    words = ("sync-users", "shop", "--user-tokens", str(file))
    with accounts({"token-ana": ANA, "token-bo": BO}) as server:
        shop.at(server.url, label_tag="Shop label")
        preview = shop.aicx(*words, "--dry-run")
        assert preview.code == 9
        assert (
            "+ create Ana Cruz: Name Ana Cruz, E-mail ana@shop.example, UID u-1, "
            "Phone +84901234567, Shop label Gold" in preview.out
        )
        assert "✗ refused user 3: The reply would not do. status: status is false" in preview.out
        assert "2 to create, 0 to update" in preview.err
        assert humans_of(own_sandbox, "u-1") == []

        done = shop.aicx(*words, "--yes", "--json")
        assert done.code == 9
        ended = [json.loads(line) for line in done.out.splitlines()]
        assert [one["deed"] for one in ended] == ["create", "create", "refused"]
        (ana,) = humans_of(own_sandbox, "u-1")
        assert ana["id"] == ended[0]["human"]
        assert ana["phone_number"] == "+84901234567"
        assert [tag["value"] for tag in ana["tags"]] == ["Gold"]

        server.users["token-ana"] = ANA | {"email": "ana.c@shop.example", "label": "Silver"}
        server.users["token-bo"] = BO | {"phone_number": None}
        changed = shop.aicx(*words, "--dry-run")
        assert (
            "~ update Ana Cruz: E-mail ana@shop.example → ana.c@shop.example, "
            "Shop label Gold → Silver" in changed.out
        )
        assert "= same Bo: nothing" in changed.out
        again = shop.aicx(*words, "--yes")
        assert "0 created, 1 updated, 1 as they were." in again.err
        assert "✓" in shop.aicx("profiles", "list").out
        assert "user 3: The reply would not do." in again.err
    (ana,) = humans_of(own_sandbox, "u-1")
    assert ana["email"] == "ana.c@shop.example"
    assert [tag["value"] for tag in ana["tags"]] == ["Silver"]
    assert len(humans_of(own_sandbox, "u-2")) == 1
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.db*"))
    assert b"token-ana" not in kept
    assert "token-ana" not in done.out + done.err + preview.out + preview.err


def test_who_is_found_by_another_field_is_the_same_however_it_is_written(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    shop = tagged_shop(tmp_path, own_sandbox)
    one = ("sync-users", "shop", "--user-token-stdin", "--yes")
    with accounts({"a": ANA, "b": BO | {"email": "ANA@shop.example", "name": "Ana C."}}) as server:
        shop.at(server.url, identity="phone_number", label_tag="Shop label")
        assert shop.aicx(*one, stdin="a").code == 0
        server.users["a"] = ANA | {"phone_number": "+84 90 123 45 67", "country_code": ""}
        same = shop.aicx(*one, stdin="a")
        assert "0 created, 0 updated, 1 as they were." in same.err
        shop.at(server.url, identity="email")
        other = shop.aicx(*one, "--json", stdin="b")
        assert other.code == 0, other.err
        assert other.json()["changes"] == {
            "fullname": ["Ana Cruz", "Ana C."],
            "uid": ["u-1", "u-2"],
        }
        renamed = {"name": "Ana Cruz", "email": "ana@shop.example"}
        server.users["b"] = BO | renamed | {"avatar": "https://127.0.0.1/a.png"}
        pictured = shop.aicx(*one, "--with-avatars", stdin="b")
        assert pictured.code == 9
        assert "leads into a private network" in pictured.err
        assert "0 created, 1 updated" in pictured.err
        twice = tmp_path / "twice"
        twice.write_text("a\nb\n")
        both = shop.aicx("sync-users", "shop", "--user-tokens", str(twice), "--dry-run")
        assert "It is the same user as number 1." in both.out


def test_a_user_that_no_human_can_be_made_of_is_refused_and_said(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    shop, file = Shop(tmp_path, browsed_sandbox.environment()), tmp_path / "tokens"
    users = {"a": BO | {"name": ""}, "b": BO | {"id": "u-3", "name": "a\u0007b"}, "c": {"id": ""}}
    file.write_text("\n".join(users))
    with accounts(users) as server:
        shop.at(server.url)
        refused = shop.aicx("sync-users", "shop", "--user-tokens", str(file), "--dry-run")
    assert refused.code == 9
    assert "user 1: The full name is missing" in refused.err
    assert "user 2: fullname holds a control character" in refused.err
    assert "user 3: The reply would not do. data.id: The identity field is empty" in refused.err


def test_wrong_files_and_tags_are_refused_before_anybody_is_asked(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    shop, file = Shop(tmp_path, browsed_sandbox.environment()), tmp_path / "tokens"
    words = ("sync-users", "shop", "--user-tokens", str(file), "--dry-run")
    shop.at("http://127.0.0.1:1/", label_tag="No such tag")
    for content, said in (
        ("two words\n", "line 1: a token has no white space in it"),
        ('{"token": "x"}', "line 1: access_token is missing"),
        ("\n", "There is no token"),
        ("one", "There is no tag “No such tag”"),
    ):
        file.write_text(content)
        refused = shop.aicx(*words)
        assert refused.code in (2, 4)
        assert said in refused.err
    unasked = shop.aicx("sync-users", "shop", "--user-tokens", str(file))
    assert (unasked.code, "no terminal to ask on" in unasked.err) == (2, True)


def test_a_platform_that_lists_nobody_needs_a_local_copy_that_is_kept(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    shop = Shop(tmp_path, browsed_sandbox.environment(kind="gateway"))
    with accounts({"t": BO}) as server:
        shop.at(server.url)
        words = ("sync-users", "shop", "--user-token-stdin", "--dry-run")
        unkept = aicx("cx-genie", *words, env=shop.environment, stdin="t")
        assert (unkept.code, "everybody created again" in unkept.err) == (6, True)
        kept = shop.aicx(*words, stdin="t")
        assert kept.code == 0, kept.err
        assert "who is not in the local copy is taken to be new" in kept.err


def test_users_become_contacts_of_opencx_as_far_as_it_keeps_what_they_have(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    shop = Shop(tmp_path, environment(own_sandbox))
    one = ("sync-users", "shop", "--user-token-stdin", "--yes", "--json")
    with accounts({"a": ANA}) as server:
        by_id = shop.at(server.url, label_tag="Gold").aicx(*one, stdin="a")
        assert (by_id.code, "keeps no uid of a human" in by_id.err) == (6, True)
        shop.at(server.url, identity="email", label_tag="Gold")
        made = shop.aicx(*one, stdin="a")
        assert made.code == 0, made.err
        assert set(made.json()["changes"]) == {"fullname", "email", "phone_number"}
        assert "labels are left out" in made.err
        again = shop.aicx(*one, stdin="a")
        assert (again.json()["deed"], again.json()["human"]) == ("same", made.json()["human"])


def test_users_who_differ_only_in_how_they_are_written_become_one_human(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    shop, file = Shop(tmp_path, own_sandbox.environment()), tmp_path / "tokens"
    words = ("sync-users", "shop", "--user-tokens", str(file), "--yes", "--json")

    def deeds(identity: str, *, name: str, values: list[str], **more: str) -> list[str]:
        users = {f"t{n}": BO | more | {"name": name, identity: v} for n, v in enumerate(values)}
        file.write_text("\n".join(users))
        with accounts(users) as server:
            done = shop.at(server.url, identity=identity).aicx(*words)
        assert done.code in (0, 9), done.err
        return [json.loads(line)["deed"] for line in done.out.splitlines()]

    phones = ["0912345678", "+84 912 345 678", "---"]
    for first in ("create", "same"):
        said = deeds("phone_number", name="Phone", values=phones, country_code="+84")
        assert said == [first, "refused", "refused"]
    for first in ("create", "same"):
        said = deeds("phone_number", name="Odd", values=["090XXXXXXX", "(090) xxx"])
        assert said == [first, "refused"]
    mails = ["Mail@shop.example", " mail@SHOP.example "]
    for first in ("create", "same"):
        assert deeds("email", name="Mail", values=mails) == [first, "refused"]
    ids = ["u-Case", "u-case", "\u200b", "\u3164", "\ud800"]
    for first in ("create", "same"):
        assert deeds("id", name="Id", values=ids) == [first, first, *["refused"] * 3]


def test_what_the_platform_refuses_of_a_user_is_said_with_its_field(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    shop = Shop(tmp_path, own_sandbox.environment())
    with accounts({"a": BO | {"id": "u" * 300}}) as server:
        refused = shop.at(server.url).aicx(
            "sync-users", "shop", "--user-token-stdin", "--yes", stdin="a"
        )
    assert refused.code == 9
    assert "uid: " in refused.err
