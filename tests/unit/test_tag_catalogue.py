"""Tags by their names and ids, and those that a machine keeps for itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from aicx_tui.errors import NotFoundError, UsageError
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.local_tags import LocalTags
from aicx_tui.services.tag_catalogue import TagCatalogue
from aicx_tui.settings import Context

TIER, SINCE = TagDefinition(id="t1", name="Tier"), TagDefinition(id="t2", name="Since")
NAMESAKE, ODD = TagDefinition(id="t3", name="TIER"), TagDefinition(id="Tier", name="Odd")
TWICE = TagDefinition(id="t4", name="Tier")


@pytest.mark.parametrize(
    ("tags", "said", "found"),
    [
        ((TIER, SINCE), "t2", SINCE),
        ((TIER, SINCE), "Tier", TIER),
        ((TIER, SINCE), " tIEr ", TIER),
        ((TIER, NAMESAKE), "TIER", NAMESAKE),
        ((TIER, ODD), "Tier", ODD),
    ],
)
def test_a_tag_is_found_by_id_and_then_by_name(
    tags: tuple[TagDefinition, ...], said: str, found: TagDefinition
) -> None:
    assert TagCatalogue(tags).find(said) == found
    assert TagCatalogue(tags).meant(said) == found


@pytest.mark.parametrize(
    ("tags", "said", "ids"),
    [((TIER, TWICE), "Tier", "t1, t4"), ((TIER, NAMESAKE), "tier", "t1, t3")],
)
@pytest.mark.parametrize("is_whole", [True, False])
def test_a_name_of_several_is_answered_with_their_ids(
    tags: tuple[TagDefinition, ...], said: str, ids: str, is_whole: bool
) -> None:
    catalogue = TagCatalogue(tags, is_whole=is_whole)
    for find in (catalogue.find, catalogue.meant):
        with pytest.raises(UsageError, match="Several tags") as caught:
            find(said)
        assert ids in caught.value.hint


def test_what_is_not_there_is_answered_with_what_is() -> None:
    with pytest.raises(NotFoundError, match="no tag “Tear”") as caught:
        TagCatalogue((TIER, SINCE)).meant("Tear")
    assert "Tier, Since: aicx tags list" in caught.value.hint


def test_where_not_all_are_known_another_id_is_taken() -> None:
    some = TagCatalogue((TIER,), is_whole=False)
    assert some.meant("f2067462") == TagDefinition(id="f2067462", name="f2067462")
    with pytest.raises(NotFoundError):
        some.find("f2067462")


@pytest.fixture
def local(tmp_path: Path) -> LocalTags:
    return LocalTags(tmp_path, Context(name="acme", kind="gateway", root="https://x.example"))


def test_tags_of_this_machine_are_found_again(local: LocalTags) -> None:
    assert (local.read(), local.stamp()) == ((), None)
    local.change(lambda tags: [*tags, TIER])
    first = local.stamp()
    local.change(lambda tags: [*tags, SINCE])
    assert local.read() == (TIER, SINCE)
    assert local.stamp() != first
    assert local.path.stat().st_mode & 0o077 == 0
    local.change(lambda tags: tags[1:])
    assert local.read() == (SINCE,)
    local.forget()
    assert local.read() == ()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"id": "t1"}]', "\ufeff[]", "\x00"])
def test_a_file_that_cannot_be_used_is_left_as_it_is(local: LocalTags, text: str) -> None:
    local.path.parent.mkdir()
    local.path.write_text(text)
    for use in (local.read, lambda: local.change(lambda tags: tags)):
        with pytest.raises(UsageError, match=r"acme\.json cannot be used.*left as it is"):
            use()
    assert local.path.read_text() == text


def test_a_change_that_fails_changes_nothing(local: LocalTags) -> None:
    local.change(lambda tags: [TIER])

    def fail(tags: tuple[TagDefinition, ...]) -> tuple[TagDefinition, ...]:
        raise UsageError("No.")

    with pytest.raises(UsageError, match="No"):
        local.change(fail)
    assert local.read() == (TIER,)


ADDING = """
import sys
from pathlib import Path
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.local_tags import LocalTags
from aicx_tui.settings import Context

local = LocalTags(Path(sys.argv[1]), Context(name="acme", kind="gateway", root="https://x.example"))
for number in range(20):
    name = f"{sys.argv[2]}-{number}"
    local.change(lambda tags: [*tags, TagDefinition(id=name, name=name)])
"""


def test_two_that_define_at_once_lose_nothing(local: LocalTags, tmp_path: Path) -> None:
    command = [sys.executable, "-c", ADDING, str(tmp_path)]
    running = [subprocess.Popen([*command, name]) for name in "ab"]
    assert [process.wait(60) for process in running] == [0, 0]
    wanted = {f"{name}-{number}" for name in "ab" for number in range(20)}
    assert {tag.id for tag in local.read()} == wanted
