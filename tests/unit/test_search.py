"""Text reduced to what a search compares."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from aicx_tui.storage.query.folding import digits, fold, phone_digits


def test_full_width_and_sharp_s_are_found_as_typed_plainly() -> None:
    assert fold("Hans Straße") == "hans strasse"
    assert fold("ＡＢＣ") == "abc"
    assert fold("Łukasz Őrsi") == "lukasz orsi"


def test_digits_are_those_of_a_phone_however_it_is_written() -> None:
    assert digits("+36 (30) 123-4567") == "36301234567"
    assert phone_digits("+36 30 1") == "36301"
    assert phone_digits("eu_36") == ""


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
