"""Remote text on a terminal: nothing acts, and every real script still reads."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from aicx_tui.text import MAX_DISPLAY_CHARACTERS, clean, fit, has_control_character

ANY_TEXT = st.text(alphabet=st.characters(), max_size=60)

REAL_NAMES = [
    "Jane Doe",
    "Jane Őrsi",
    "山田 花子",
    "김민준",
    "สมชาย ใจดี",
    "محمد الأحمد",
    "יעל כהן",
    "अनुष्का शर्मा",
    "Nguyễn Thị Ánh",
    "Zoë 👩‍👩‍👧 🇭🇺",
]


@pytest.mark.parametrize("name", REAL_NAMES)
def test_real_names_stay_as_they_are(name: str) -> None:
    assert clean(name) == name


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b[2Jb", "a␛[2Jb"),
        ("a\x1b]0;t\x07b", "a␛]0;t␇b"),
        ("a\x9b31mb", "a\N{REPLACEMENT CHARACTER}31mb"),
        ("a\x00b", "a␀b"),
        ("a\x7fb", "a␡b"),
        ("a\nb", "a⏎b"),
        ("a\tb", "a b"),
        ("a\u202eb", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\u2066b", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\ud800b", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\u2028b", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\U000e0041b", "a\N{REPLACEMENT CHARACTER}b"),
        ("a\ufeffb", "ab"),
        ("a" + "\u0301" * 200, "a" + "\u0301" * 4),
        ("[/]", "[/]"),
    ],
)
def test_what_would_act_is_shown_instead(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


@given(ANY_TEXT)
def test_cleaned_text_has_nothing_that_acts(text: str) -> None:
    for character in clean(text):
        assert unicodedata.category(character) not in {"Cc", "Cs", "Co", "Zl", "Zp"}
        assert not "\u202a" <= character <= "\u202e"


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT, st.integers(0, 40))
def test_fitted_text_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


def test_several_lines_stay_lines_where_wanted() -> None:
    assert clean("a\nb\x1b", multiline=True) == "a\nb␛"


def test_endless_text_is_cut() -> None:
    assert len(clean("é" * MAX_DISPLAY_CHARACTERS * 2)) == MAX_DISPLAY_CHARACTERS + 1
    assert clean("é" * MAX_DISPLAY_CHARACTERS * 2).endswith("…")


@pytest.mark.parametrize("text", ["a\x00", "\x1b", "a\x85", "a\r\n"])
def test_control_characters_are_found(text: str) -> None:
    assert has_control_character(text)


@pytest.mark.parametrize("text", [*REAL_NAMES, ""])
def test_real_names_have_none(text: str) -> None:
    assert not has_control_character(text)
