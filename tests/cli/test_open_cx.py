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
