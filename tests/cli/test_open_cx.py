"""OpenCX from the command line: its contacts are humans like others, as far as it can do that."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import Ended, aicx
from tests.sandbox_platform import SandboxPlatform


def environment(sandbox: SandboxPlatform, person: str = "admin") -> dict[str, str]:
    return {
        "AICX_URL": f"{sandbox.url}/open-cx",
        "AICX_PLATFORM": "open-cx",
        "AICX_TOKEN": sandbox.token(person),
    }


def does(*words: str, env: dict[str, str]) -> Ended:
    ended = aicx(*words, env=env)
    assert ended.code == 0, ended.err
    return ended


def test_contacts_are_listed_created_changed_and_deleted(own_sandbox: SandboxPlatform) -> None:
    env = environment(own_sandbox)
    listed = does("humans", "list", "--json", env=env).json()
    assert len(listed) == 120
    assert {"id", "fullname", "email", "custom_data"} <= set(listed[0])
    new = ("humans", "create", "--fullname", "Nora New", "--email", "nora@new.example", "--json")
    made = does(*new, env=env).json()["id"]
    does("humans", "update", made, "--phone", "+639171234567", env=env)
    (nora,) = does("humans", "list", "email:nora", "--json", env=env).json()
    assert (nora["id"], nora["fullname"], nora["phone_number"]) == (
        *(made, "Nora New", "+639171234567"),
    )
    history = does("audit", "--human", made, env=env)
    assert history.code == 0
    does("humans", "delete", made, "--yes", env=env)
    assert does("humans", "list", "email:nora", "--json", env=env).json() == []


def test_what_opencx_has_no_call_for_is_refused_before_anything_is_sent(
    browsed_sandbox: SandboxPlatform,
) -> None:
    env = environment(browsed_sandbox)
    (somebody, *_) = does("humans", "list", "--limit", "1", "--json", env=env).json()
    for words, said in (
        (("humans", "get", somebody["id"]), "no call that reads one contact"),
        (("humans", "update", somebody["id"], "--clear", "phone"), "no way to empty a field"),
        (("humans", "update", somebody["id"], "--uid", "1"), "A contact of OpenCX has no uid."),
        (("humans", "set-field", "--query", "contact1", "phone=1", "--yes"), "no such call"),
        (("tags", "define", "Tier"), "documents no tags of contacts"),
    ):
        refused = aicx(*words, env=env)
        assert refused.code in (2, 6), (words, refused)
        assert said in refused.err, (words, refused.err)


def test_a_key_that_is_wrong_or_may_not_is_told_apart(browsed_sandbox: SandboxPlatform) -> None:
    env = environment(browsed_sandbox)
    wrong = aicx("humans", "list", env=env | {"AICX_TOKEN": "ocx_live_wrong"})
    assert wrong.code == 3
    assert "Unauthorized" in wrong.err
    assert "ocx_live_wrong" not in wrong.err
    viewer = aicx(
        *("humans", "create", "--fullname", "Nora New"), env=environment(browsed_sandbox, "viewer")
    )
    assert viewer.code == 6
    assert "Forbidden resource" in viewer.err


def test_a_context_of_the_kind_is_described_and_examined(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = {"AICX_HOME": str(tmp_path), "AICX_TOKEN": browsed_sandbox.token()}
    url = f"{browsed_sandbox.url}/open-cx"
    does("contexts", "add", "ocx", "--kind", "open-cx", "--url", url, env=env)
    env |= {"AICX_URL": url, "AICX_CONTEXT": "ocx"}
    assert "open-cx" in does("contexts", "show", "--json", env=env).out
    assert "serves OpenCX's contacts" in aicx("doctor", env=env).out
    who = does("whoami", env=env)
    assert "no call is documented that tells whose it is" in who.err
    assert "120 humans" in does("sync", env=env).err


def test_a_human_of_another_platform_is_vouched_for(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = own_sandbox.environment() | {"AICX_HOME": str(tmp_path)}
    (human, *_) = does("humans", "list", "has:email", "--limit", "1", "--json", env=env).json()
    vouch = ("open-cx", "authenticate", human["id"])
    nowhere = aicx(*vouch, env=env)
    assert nowhere.code == 2
    assert "aicx contexts add open-cx --kind open-cx" in nowhere.err
    url = f"{own_sandbox.url}/open-cx"
    does("contexts", "add", "ocx", "--kind", "open-cx", "--url", url, env=env)
    (tmp_path / "chat.txt").write_text("Speaks Tagalog.")
    more = (
        "--language",
        "tl",
        "--custom",
        "plan=gold",
        "--context-file",
        str(tmp_path / "chat.txt"),
    )
    seen = does(*vouch, *more, "--dry-run", env=env)
    assert "Authorization: Bearer ********" in seen.out
    assert '"chat_context": "Speaks Tagalog."' in seen.out
    assert own_sandbox.token() not in seen.out
    told = does(*vouch, *more, "--json", env=env).json()
    assert set(told) == {"token", "contact_id", "expires_at"}
    plain = does(*vouch, env=env)
    assert plain.out.count(".") == 2
    assert f"Contact {told['contact_id']} at 127.0.0.1" in plain.err
    assert "it says that it ends in 59:" in plain.err
    code = aicx(
        *("snippet", "open-cx", human["id"], "--channel", "wt", "--user-token-stdin"),
        env=env,
        stdin=plain.out,
    )
    assert f'user: {{ token: "{plain.out.strip()}" }}' in code.out
    contacts = does("humans", "list", "--json", env=env | environment(own_sandbox)).json()
    assert human["email"] in {contact["email"] for contact in contacts}
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(told["token"].encode() in content for content in written)


def test_what_cannot_be_meant_is_said_before_anything_is_sent(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = environment(browsed_sandbox)
    (contact, *_) = does("humans", "list", "--limit", "1", "--json", env=env).json()
    vouch = ("open-cx", "authenticate", contact["id"])
    (tmp_path / "maps.json").write_text('{"cookies": {}, "headers": {"a": "b"}}')
    for more, said in (
        (("--language", "xx"), "none of the 56 codes"),
        (("--email", " "), "OpenCX needs one"),
        (("--overrides-file", str(tmp_path / "maps.json")), "There are only: query_params"),
        (("--context-file", str(tmp_path / "none")), "cannot be read"),
    ):
        refused = aicx(*vouch, *more, env=env)
        assert (refused.code, refused.out) == (2, "")
        assert said in refused.err


def test_a_key_is_checked_and_what_came_of_it_is_listed(
    browsed_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = {"AICX_HOME": str(tmp_path)}
    key = tmp_path / "key"
    key.write_text(browsed_sandbox.token())
    url = f"{browsed_sandbox.url}/open-cx"
    does("contexts", "add", "ocx", "--kind", "open-cx", "--url", url, env=env)
    check = ("open-cx", "check", "--key-file", str(key))
    assert does(*check, "--json", env=env).json() == {"context": "ocx", "accepted": True}
    assert "ocx" in does("integrations", "list", env=env).out
    assert "The key is accepted." in does("integrations", "list", env=env).out
    key.write_text("ocx_live_wrong")
    refused = aicx(*check, env=env)
    assert (refused.code, refused.out) == (3, "")
    (listed,) = does("integrations", "list", "--json", env=env).json()
    assert listed["last"]["ok"] is False
    assert "ocx_live_wrong" not in f"{refused.err}{listed}"
