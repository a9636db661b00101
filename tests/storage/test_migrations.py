"""A mirror that an earlier version of the program left is used on; nobody is read anew."""

from __future__ import annotations

from pathlib import Path

from aicx_tui.models.human import Human
from aicx_tui.storage.database import connect
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import Field, Text
from tests.storage.mirrors import KEY, filled, finish, found, opened
from tests.storage.syncing import in_the_mirror

HUMANS = [
    Human(id="eu_aaaaaaaaaaaa", fullname="Ana", uid="cafe-1"),
    Human(id="eu_cafecafecafe", fullname="Bruno", uid="ＸÉ-2"),
    Human(id="eu_cccccccccccc", fullname="Chidi"),
]


def test_uids_of_the_first_version_are_found_and_ordered(tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    with filled(path, HUMANS):
        pass
    _turn_back_to_the_first_version(path)
    with opened(path) as mirror:
        assert not mirror.was_damaged
        finish(mirror)
        assert found(mirror, Text("cafe", Field.UID), Sort(), {}) == ["eu_aaaaaaaaaaaa"]
        assert found(mirror, Text("xe-2", Field.UID), Sort(), {}) == ["eu_cafecafecafe"]
        assert len(found(mirror, Text("cafe"), Sort(), {})) == 2
        assert len(in_the_mirror(mirror)) == len(HUMANS)


def _turn_back_to_the_first_version(path: Path) -> None:
    """Leave what the first version did: uids in the alphabet of ids."""
    connection = connect(path, KEY, cache_mebibytes=1)
    connection.execute("UPDATE search SET uid = id_key(uid_key(uid)) WHERE uid <> ''")
    connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
    connection.execute("DROP TABLE drafts")
    connection.execute("PRAGMA user_version = 1")
    connection.close()
