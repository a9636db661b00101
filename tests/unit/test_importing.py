"""Files of rows, what their columns are, and the journal of what became of them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from aicx_tui.api.base import Platform
from aicx_tui.errors import AicxError, NotFoundError, UsageError
from aicx_tui.models.capability import Capability
from aicx_tui.models.human import Human, VersionedHuman
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.importing_by_id import ids_in, import_by_id
from aicx_tui.services.importing_columns import matched
from aicx_tui.services.importing_files import table_of
from aicx_tui.services.importing_journal import Journal, Outcome, journal_path
from aicx_tui.services.importing_journals import remove_old_journals
from aicx_tui.services.tag_catalogue import TagCatalogue
from aicx_tui.settings import Context

NOW = 1_800_000_000
"""Some moment, in seconds since 1970."""

TAGS = TagCatalogue((TagDefinition(id="t1", name="Tier"), TagDefinition(id="t2", name="Since")))


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    file = table_of(b'fullname,email\n\n"Jane\nDoe",a\n\nJoe,b\n')
    assert [row.line for row in file.rows()] == [3, 6]


def test_a_cell_gives_up_the_apostrophe_that_an_export_put_there() -> None:
    (row,) = table_of(b"fullname;phone\n'+1;'t\n").rows()
    assert row.cells == {"fullname": "+1", "phone": "'t"}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("tag:Tier", "tag:t1"),
        ("tag:tier", "tag:t1"),
        ("tag:t2", "tag:t2"),
        ("TAG: Since", "tag:t2"),
    ],
)
def test_a_tag_is_known_by_name_and_by_id(said: str, meant: str) -> None:
    columns = matched(["fullname", said], chosen={}, tags=TAGS)
    assert columns.fields[said] == meant


def test_where_tags_cannot_be_listed_an_id_is_taken_as_it_is() -> None:
    assert (
        matched(["name", "tag:x"], chosen={}, tags=TagCatalogue(is_whole=False)).fields["tag:x"]
        == "tag:x"
    )


def test_tags_of_one_name_are_asked_for_by_id() -> None:
    twins = TagCatalogue(tuple(TagDefinition(id=i, name="Tier") for i in ("t1", "t2")))
    with pytest.raises(UsageError, match="Several tags") as caught:
        matched(["fullname", "tag:Tier"], chosen={}, tags=twins)
    assert "t1, t2" in caught.value.hint


def test_a_column_can_be_left_out() -> None:
    columns = matched(["fullname", "tag:Nonsense"], chosen={"tag:Nonsense": ""}, tags=TAGS)
    assert columns.ignored == {"tag:Nonsense": "left out"}


@pytest.mark.parametrize("column", ["access_token", "Access Token", "ACCESS-TOKEN"])
def test_an_access_token_is_not_even_kept_in_memory(column: str) -> None:
    (row,) = table_of(f"fullname,{column}\nJane,secret-1\n".encode()).rows()
    assert "secret-1" not in repr(row)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_the_last_word_counts_and_a_torn_one_does_not(tmp_path: Path) -> None:
    path = tmp_path / "imports" / "x.jsonl"
    with Journal(path) as journal:
        await asyncio.gather(*(journal.record(line, Outcome.SENDING) for line in range(50)))
        await journal.record(1, Outcome.DONE, human_id="eu_1")
    with path.open("ab") as file:
        file.write(b'{"line": 2, "outc')
    with Journal(path) as journal:
        await journal.record(3, Outcome.FAILED)
    with Journal(path) as journal:
        said = [journal.outcomes[line].value for line in (1, 2, 3, 4)]
    assert said == ["done", "sending", "failed", "sending"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_journal_in_which_nothing_was_written_leaves_no_file(tmp_path: Path) -> None:
    with Journal(tmp_path / "x.jsonl"):
        pass
    assert not (tmp_path / "x.jsonl").exists()


def test_a_journal_is_held_by_one_alone(tmp_path: Path) -> None:
    with (
        Journal(tmp_path / "x.jsonl"),
        pytest.raises(AicxError, match="by another process"),
        Journal(tmp_path / "x.jsonl"),
    ):
        pass


async def test_a_journal_of_a_complete_import_is_short_and_still_knows_every_line(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.jsonl"
    lines = [*range(2, 40), 42, *range(50, 60)]
    with Journal(path) as journal:
        await asyncio.gather(*(journal.record(line, Outcome.DONE) for line in lines))
        journal.shorten()
        assert journal.is_complete(len(lines))
    assert path.read_text() == '{"done": [[2, 39], [42, 42], [50, 59]]}\n'
    assert path.stat().st_mode & 0o777 == 0o600
    with Journal(path) as journal:
        assert journal.is_complete(len(lines))
        assert sorted(journal.outcomes) == lines
        await journal.record(60, Outcome.SENDING)
    with Journal(path) as journal:
        assert journal.outcomes == dict.fromkeys(lines, Outcome.DONE) | {60: Outcome.SENDING}
    assert names_in(tmp_path) == ["x.jsonl", "x.lock"]


async def test_journals_go_after_a_month_unless_they_are_in_use(tmp_path: Path) -> None:
    day = 86_400
    for name, age in (("young", 29), ("old", 31), ("used", 31)):
        with Journal(tmp_path / f"{name}.jsonl") as journal:
            await journal.record(2, Outcome.SENDING)
        for ending in ("jsonl", "lock"):
            os.utime(tmp_path / f"{name}.{ending}", (NOW - age * day, NOW - age * day))
    with Journal(tmp_path / "used.jsonl") as journal:
        remove_old_journals(tmp_path, now=NOW)
        assert journal.outcomes == {2: Outcome.SENDING}
    assert names_in(tmp_path) == ["used.jsonl", "used.lock", "young.jsonl", "young.lock"]
    remove_old_journals(tmp_path / "nowhere", now=NOW)


def test_a_file_is_done_in_one_place_only() -> None:
    there = Context(name="a", kind="console", root="https://a.example", bot_id="b1")
    elsewhere = Context(name="a", kind="console", root="https://a.example", bot_id="b2")
    renamed = Context(name="z", kind="console", root="https://a.example", bot_id="b1")
    paths = [journal_path(Path("/h"), "d", context) for context in (there, elsewhere, renamed)]
    assert paths[0] == paths[2] != paths[1]


@pytest.mark.parametrize(
    "content", [b"eu_1\n\neu_2\r\n", b"\xef\xbb\xbfid\neu_1\neu_2", b'{"id":"eu_1"}\n{"id":"eu_2"}']
)
def test_ids_are_found_however_they_are_listed(content: bytes) -> None:
    assert ids_in(content) == ["eu_1", "eu_2"]


class CountingPlatform(Platform):
    """Knows every human but one, and how many are asked for at once."""

    capabilities = frozenset({Capability.HUMANS_GET})

    def __init__(self) -> None:
        self.now = self.most = self.asked = 0

    async def get_human(self, human_id: str, /) -> VersionedHuman:
        self.asked += 1
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(20 - int(human_id) % 5):
            await asyncio.sleep(0)
        self.now -= 1
        if human_id == "13":
            raise NotFoundError("No such human.")
        return VersionedHuman(Human(id=human_id), None)


async def read_by_id(platform: Platform, ids: Sequence[str]) -> list[tuple[str, bool]]:
    kept: list[str] = []

    async def keep(human: Human) -> None:
        kept.append(human.id)

    told = [(i, error is None) async for i, error in import_by_id(platform, ids, keep=keep)]
    assert sorted(kept) == sorted(human_id for human_id, is_there in told if is_there)
    return told


async def test_at_most_eight_are_read_at_once_and_told_in_order() -> None:
    platform = CountingPlatform()
    ids = [str(number) for number in range(100)]
    told = await read_by_id(platform, [*ids, "7"])
    assert told == [(human_id, human_id != "13") for human_id in ids]
    assert (platform.most, platform.asked) == (8, 100)


async def test_who_stops_listening_ends_the_reading() -> None:
    platform = CountingPlatform()

    async def keep(_human: Human) -> None:
        return

    outcomes = import_by_id(platform, [str(number) for number in range(100)], keep=keep)
    await anext(outcomes)
    await outcomes.aclose()
    assert platform.asked <= 9
