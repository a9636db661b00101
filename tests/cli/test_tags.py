"""Tags are defined, renamed, imported and deleted: on a platform, or here for a gateway."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import Ended, aicx
from tests.sandbox_platform import SandboxPlatform

TIER = ("tags", "define", "Tier", "--choice", "Gold", "--choice", "Silver")


def does(*words: str, env: dict[str, str], stdin: str = "") -> Ended:
    ended = aicx(*words, env=env, stdin=stdin)
    assert ended.code == 0, ended.err
    return ended


def tag_called(name: str, env: dict[str, str]) -> dict[str, object]:
    listed = does("tags", "list", "--json", env=env).json()
    return next(tag for tag in listed if tag["name"] == name)


# On a platform


def test_a_tag_is_defined_changed_and_renamed(own_sandbox: SandboxPlatform) -> None:
    env = own_sandbox.environment()
    made = does(*TIER, "--json", env=env)
    tag = made.json()
    assert made.err == "Defined Tier: choice (Gold · Silver).\n"
    assert tag == {
        "id": tag["id"],
        "name": "Tier",
        "kind": "choice",
        "choices": ["Gold", "Silver"],
        "colour": None,
    }
    changed = does("tags", "define", "tier", "--colour", "#3a7d44", env=env)
    assert changed.out == f"{tag['id']}\n"
    assert changed.err == "Changed Tier: choice (Gold · Silver) #3a7d44.\n"
    again = does("tags", "define", "tier", "--colour", "#3a7d44", env=env)
    assert again.err == "Tier is like that already. Nothing was changed.\n"
    renamed = does("tags", "rename", "TIER", "Level", env=env)
    assert renamed.err == "Changed Level, until now Tier: choice (Gold · Silver) #3a7d44.\n"
    assert tag_called("Level", env) == tag | {"name": "Level", "colour": "#3a7d44"}
    by_id = does("tags", "define", "Tier", "--id", tag["id"], "--kind", "text", env=env)
    assert by_id.err == "Changed Tier, until now Level: text #3a7d44.\n"
    assert does("tags", "define", "Tier", "--colour", "", env=env).err == "Changed Tier: text.\n"
    assert tag_called("Tier", env) == tag | {"kind": "text", "choices": []}


def test_a_name_of_another_tag_is_refused(own_sandbox: SandboxPlatform) -> None:
    env = own_sandbox.environment()
    refused = aicx("tags", "rename", "City", "merchant", env=env)
    assert refused.code == 2
    assert "name: Another tag is called “merchant”." in refused.err
    assert tag_called("City", env)


def test_a_deleted_tag_is_gone_from_every_human(
    own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    env = own_sandbox.environment()
    tag = does(*TIER, env=env).out.strip()
    ids = [human["id"] for human in does("humans", "list", "--json", env=env).json()[:3]]
    words = ("tags", "assign", "--ids-from", "-", "--tag", f"{tag}=Gold")
    does(*words, env=env, stdin="\n".join(ids))
    deleted = does("tags", "delete", "tier", "--yes", "--json", env=env)
    assert deleted.json() == {"id": tag, "humans": 3}
    assert deleted.err == "Deleted Tier; 3 humans had it.\n"
    human = does("humans", "get", ids[0], "--json", env=env).json()
    assert tag not in json.dumps(human)
    assert aicx("tags", "delete", "tier", "--yes", env=env).code == 4


def test_an_agent_is_told_who_may(browsed_sandbox: SandboxPlatform) -> None:
    refused = aicx(*TIER, env=browsed_sandbox.environment(person="agent"))
    assert (refused.code, refused.out) == (6, "")
    assert "Only an admin may define tags" in refused.err


def test_the_local_copy_knows_at_once(own_sandbox: SandboxPlatform, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        f'[contexts.own]\nkind = "console"\nurl = "{own_sandbox.url}"\n'
        f'company = "{own_sandbox.announced["company_id"]}"\n'
        f'bot = "{own_sandbox.announced["bot_id"]}"\n'
    )
    here = {"AICX_HOME": str(tmp_path), "AICX_CONTEXT": "own"}
    env = here | {"AICX_TOKEN": own_sandbox.token(), "AICX_URL": own_sandbox.url}
    key = ("--mirror-key-file", str(tmp_path / "key"))
    does(*key, "sync", env=env)
    tag = does(*key, *TIER, env=env).out.strip()
    human = does(*key, "humans", "list", "--json", env=env).json()[0]["id"]
    does(*key, "tags", "assign", "--human", human, "--tag", f"{tag}=Gold", env=env)
    found = does(*key, "humans", "list", "tag:tier=gold", "--json", env=env).json()
    assert [it["id"] for it in found] == [human]
    does(*key, "tags", "delete", "Tier", "--yes", env=env)
    gone = aicx(*key, "humans", "list", "tag:tier", env=env)
    assert gone.code == 2
    assert "There is no tag tier" in gone.err


# Imported


FILE = """name,kind,choices,colour
Tier,choice,Gold|Silver,#3a7d44
Since,date,,
Newsletter,flag,,
"""


def test_tags_of_a_file_are_defined(own_sandbox: SandboxPlatform, tmp_path: Path) -> None:
    env = own_sandbox.environment()
    file = tmp_path / "tags.csv"
    file.write_text(FILE)
    before = does("tags", "list", "--json", env=env).json()
    tried = does("tags", "import", str(file), "--dry-run", env=env)
    assert tried.out.splitlines() == [
        "new        Tier  choice (Gold · Silver) #3a7d44",
        "new        Since  date",
        "new        Newsletter  flag",
    ]
    assert tried.err == "3 new, 0 changed, 0 as they are. Nothing was changed yet.\n"
    assert does("tags", "list", "--json", env=env).json() == before
    done = does("tags", "import", str(file), "--json", env=env)
    assert done.json() == {"new": 3, "changed": 0, "unchanged": 0}
    assert tag_called("Tier", env)["choices"] == ["Gold", "Silver"]
    lines = '{"name": "since", "kind": "text"}\n{"name": "Tier", "choices": ["Gold", "Silver"]}\n'
    tried = does("tags", "import", "-", "--dry-run", env=env, stdin=lines)
    assert tried.out.splitlines() == ["changed    Since  date  →  Since  text", "unchanged  Tier"]
    done = does("tags", "import", "-", env=env, stdin=lines)
    assert done.err == "0 new, 1 changed, 1 as they are.\n"
    assert tag_called("Since", env)["kind"] == "text"


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (
            "name,kind,choices\nNew,text,\nOther,colour,\nMerchant,flag,a\nCity\n",
            ["line 3: “colour” is no kind", "line 5: The row has 1 cells"],
        ),
        (
            "name,kind,choices\nNew,text,\nNext,choice,\nMerchant,flag,a\nNew,date,\n,text,\n",
            [
                "line 3, choices: A choice needs at least one.",
                "line 4, choices: Only the kind choice has them",
                "line 5: This tag is there twice.",
                "line 6: A tag needs a name.",
            ],
        ),
        ('{"name": "New", "choices": 7}\n', ["line 1: Its choices are no list."]),
        ('{"name": 7}\n', ["line 1: Its name is no text."]),
        ('[{"name": "New"}, 7]', ["item 2: It is no object."]),
        ('[{"name": "New", "id": "x"}]', ["item 1: There is no tag with the id x."]),
        ("name,size\nNew,7\n", ["A tag has no “size”."]),
        ("name,kind\n", ["The file has no tags."]),
        ("[", ["The file is not JSON."]),
    ],
)
def test_of_a_file_with_a_wrong_row_nothing_is_done(
    browsed_sandbox: SandboxPlatform, content: str, problems: list[str]
) -> None:
    env = browsed_sandbox.environment()
    before = does("tags", "list", "--json", env=env).json()
    refused = aicx("tags", "import", "-", env=env, stdin=content)
    assert (refused.code, refused.out) == (2, "")
    assert "Nothing was changed." in refused.err
    for problem in problems:
        assert problem in refused.err
    assert does("tags", "list", "--json", env=env).json() == before


# Of a gateway, which lists none


@pytest.fixture
def gateway(own_sandbox: SandboxPlatform, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "config.toml").write_text(
        f'[contexts.acme]\nkind = "gateway"\nurl = "{own_sandbox.url}"\n'
        f'company = "{own_sandbox.announced["company_id"]}"\n'
        f'bot = "{own_sandbox.announced["bot_id"]}"\n'
    )
    here = {"AICX_HOME": str(tmp_path), "AICX_CONTEXT": "acme"}
    return here | {"AICX_TOKEN": own_sandbox.token(), "AICX_URL": own_sandbox.url}


def test_a_gateways_tags_are_named_here_without_asking_it(
    gateway: dict[str, str], tmp_path: Path
) -> None:
    signed_out = {name: gateway[name] for name in ("AICX_HOME", "AICX_CONTEXT")}
    none = does("tags", "list", env=signed_out)
    assert none.out == ""
    assert "No tags are known here" in none.err
    assert "aicx tags define NAME --id ID" in none.err
    refused = aicx(*TIER, env=signed_out)
    assert refused.code == 2
    assert "--id ID" in refused.err
    assert does(*TIER, "--id", "t-1", env=signed_out).out == "t-1\n"
    does("tags", "rename", "tier", "Level", env=signed_out)
    does("tags", "import", "-", env=signed_out, stdin='{"id": "t-2", "name": "Since"}')
    assert does("tags", "list", env=signed_out).out.splitlines() == [
        f"{'t-1':<36}  {'Level':<20}  choice  Gold · Silver",
        f"{'t-2':<36}  {'Since':<20}  text",
    ]
    listed = does("tags", "list", "--json", env=signed_out)
    assert (tmp_path / "tags" / "acme.json").read_text().strip() == listed.out.strip()
    elsewhere = signed_out | {"AICX_CONTEXT": "environment", "AICX_PLATFORM": "gateway"}
    elsewhere |= {"AICX_URL": "https://api.proto.cx/gateway"}
    elsewhere |= {"AICX_COMPANY_ID": "c", "AICX_BOT_ID": "b"}
    copied = does("tags", "import", "-", env=elsewhere, stdin=listed.out)
    assert copied.err == "2 new, 0 changed, 0 as they are.\n"
    deleted = does("tags", "delete", "level", "--yes", env=signed_out)
    assert deleted.err == "Level is not named here any more; humans keep their values.\n"
    assert [tag["id"] for tag in does("tags", "list", "--json", env=signed_out).json()] == ["t-2"]
    does("contexts", "remove", "acme", env=signed_out)
    assert not (tmp_path / "tags" / "acme.json").exists()


def test_a_gateways_humans_are_shown_and_found_by_these_names(
    gateway: dict[str, str], own_sandbox: SandboxPlatform, tmp_path: Path
) -> None:
    listed = does("tags", "list", "--json", env=own_sandbox.environment()).json()
    merchant, city = (
        next(tag["id"] for tag in listed if tag["name"] == name) for name in ("Merchant", "City")
    )
    does("tags", "define", "Händler", "--id", merchant, env=gateway)
    key = ("--mirror-key-file", str(tmp_path / "key"))
    file = tmp_path / "humans.csv"
    file.write_text(f"fullname,tag:händler,tag:{city}\nJane,Gold,Bonn\nJoe,Silver,Bonn\n")
    does(*key, "humans", "import", str(file), "--yes", env=gateway)
    jane = does(*key, "humans", "list", "tag:händler=gold", "--json", env=gateway).json()[0]
    assert jane["fullname"] == "Jane"
    assert "tag:Händler" in does("humans", "get", jane["id"], env=gateway).out
    by_id = does(*key, "humans", "list", f"tag:{city}=bonn sort:tag:händler", "--json", env=gateway)
    assert [human["fullname"] for human in by_id.json()] == ["Jane", "Joe"]
    sheet = does(*key, "humans", "list", "--csv", env=gateway).out
    assert '"tag:Händler"' in sheet.splitlines()[0]
