"""Finding humans by words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicx_tui.models.human import Human
from aicx_tui.services.search import Entry, Query
from aicx_tui.storage.query.folding import fold

JANE = Human(
    id="eu_KM8dKoKB5HJN",
    fullname="Jane Őrsi",
    email="jane.o@example.hu",
    phone_number="+36 (30) 123-4567",
    uid="f2067462",
)
HANAKO = Human(id="eu_000000000002", fullname="山田 花子")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "jane",
        "JANE",
        "orsi",
        "Őrsi",
        "jane example",
        "example jane",
        "eu_km8",
        "f206",
        "+36 30 1234567",
        "0630 1234567"[1:],
        "3630123",
        "123-45",
    ],
)
def test_what_finds_jane(text: str) -> None:
    assert Query.parse(text).matches(Entry.of(JANE))


@pytest.mark.parametrize("text", ["janet", "jane hanako", "999", "+36 31"])
def test_what_does_not_find_jane(text: str) -> None:
    assert not Query.parse(text).matches(Entry.of(JANE))


@pytest.mark.parametrize("text", ["山", "山田", "花子 山田"])
def test_any_script_is_found_by_its_letters(text: str) -> None:
    assert Query.parse(text).matches(Entry.of(HANAKO))


def test_full_width_and_sharp_s_are_found_as_typed_plainly() -> None:
    assert Query.parse("strasse").matches(Entry.of(Human(id="1", fullname="Hans Straße")))
    assert Query.parse("abc").matches(Entry.of(Human(id="1", fullname="ＡＢＣ")))
    assert Query.parse("lukasz").matches(Entry.of(Human(id="1", fullname="Łukasz")))


def test_the_scarcest_word_is_named() -> None:
    entries = [Entry.of(JANE), Entry.of(HANAKO)]
    assert Query.parse("eu_ nobody").scarcest_term(entries) == ("nobody", 0)
    assert Query.parse("").scarcest_term(entries) == ("", 0)


@given(st.text(max_size=30))
def test_everyone_is_found_by_their_whole_name(name: str) -> None:
    human = Human(id="eu_1", fullname=name)
    assert Query.parse(name).matches(Entry.of(human))


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
