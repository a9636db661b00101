"""Whom a pasted list means, whatever is in it and however much of the mirror is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.rows import Document
from aicx_tui.tui.screens.mark_list import names_in
from tests.storage.mirrors import PATIENCE, finish, opened

HUMANS: list[Document] = [
    {"id": "eu_1", "email": "Ana@Example.com", "uid": "u-1", "phone_number": "+49 170 123-45"},
    {"id": "eu_2", "email": "josé@example.com", "uid": "7", "phone_number": "+4917012346"},
    {"id": "eu_3", "email": "twice@example.com", "uid": "eu_1", "phone_number": "17012347"},
    {"id": "EU_3", "email": "twice@example.com", "uid": "U-1", "phone_number": None},
    {"id": "eu_5", "email": None, "uid": "山田\x00\x01", "phone_number": "(0170) 12348"},
]


@pytest.fixture(params=["indexed", "still read"])
def mirror(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Mirror]:
    with opened(tmp_path / "mirror.db") as mirror:
        mirror.append(HUMANS, {}).result(PATIENCE)
        if request.param == "indexed":
            finish(mirror)
        yield mirror


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("eu_2", ["eu_2"]),
        ("eu_3", ["eu_3"]),
        ("EU_3", ["EU_3"]),
        ("Eu_3", []),
        ("eu_1", ["eu_1", "eu_3"]),
        ("u-1", ["eu_1"]),
        ("7", ["eu_2"]),
        ("ana@example.COM", ["eu_1"]),
        ("example.com", []),
        ("josé@example.com", ["eu_2"]),
        ("jose@example.com", []),
        ("twice@example.com", ["EU_3", "eu_3"]),
        ("+491701 2345", ["eu_1"]),
        ("4917012346", ["eu_2"]),
        ("17012347", ["eu_3"]),
        ("(0170) 123 48", ["eu_5"]),
        ("170", []),
        ("山田\x00\x01", ["eu_5"]),
        ("\ud800", []),
        ("", []),
        ("'); DROP TABLE humans; --", []),
    ],
)
def test_a_name_means_whoever_has_it(mirror: Mirror, name: str, ids: list[str]) -> None:
    found = mirror.look_up([name]).result(PATIENCE)
    assert {key: sorted(value) for key, value in found.items()} == {name: ids}


def test_many_names_are_looked_up_at_once(mirror: Mirror) -> None:
    nobody = [f"nobody_{number}@example.com" for number in range(5_000)]
    names = [*nobody, "ANA@example.com", "ana@example.com", "+4917012345", "49 170 12345", "7"]
    found = mirror.look_up(names).result(PATIENCE)
    assert list(found) == names
    assert [found[name] for name in names[5_000:]] == [["eu_1"]] * 4 + [["eu_2"]]
    assert not any(found[name] for name in nobody)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a@x.example\nb@x.example\r\n\n", ["a@x.example", "b@x.example"]),
        ("a@x.example b@x.example", ["a@x.example", "b@x.example"]),
        ("+49 170 123-45, (0170) 1", ["+49 170 123-45", "(0170) 1"]),
        ('id,email\n"eu_1","a@x"\n', ["id", "email", "eu_1", "a@x"]),
        ("7;7\t8", ["7", "8"]),
        (" ,;\n'' ", []),
    ],
)
def test_a_list_is_read_however_it_is_written(text: str, names: list[str]) -> None:
    assert names_in(text) == names
    assert names_in(", ".join(names)) == names
