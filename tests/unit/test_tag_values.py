"""Values of tags: what people may type, and what is stored of it."""

from __future__ import annotations

from datetime import date

import pytest

from aicx_tui.errors import UsageError
from aicx_tui.models.tag import TagDefinition, TagKind
from aicx_tui.services.tag_values import tag_value

TODAY = date(2026, 11, 22)
TIER = TagDefinition(id="t1", name="Tier", kind="choice", choices=("Gold", "gold plus", "Straße"))


def value(kind: TagKind, said: str) -> str:
    return tag_value(TagDefinition(id="t", name="It", kind=kind), said, today=TODAY)


@pytest.mark.parametrize("said", ["", " two words ", "1,5", "山田"])
def test_a_text_is_stored_as_it_was_typed(said: str) -> None:
    assert value("text", said) == said


@pytest.mark.parametrize(
    ("said", "stored"),
    [("Gold", "Gold"), (" GOLD ", "Gold"), ("Gold Plus", "gold plus"), ("STRASSE", "Straße")],
)
def test_a_choice_is_put_in_the_case_of_its_definition(said: str, stored: str) -> None:
    assert tag_value(TIER, said, today=TODAY) == stored


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("12", "12"),
        (" +012.50 ", "12.5"),
        ("-0.0", "0"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1200", "1200"),
        ("1e3", "1000"),
        ("12e-2", "0.12"),
        ("123456789012345678901234567890.1", "123456789012345678901234567890.1"),
    ],
)
def test_a_number_has_one_way_of_writing(said: str, stored: str) -> None:
    assert value("number", said) == stored


@pytest.mark.parametrize(
    ("said", "stored"),
    [("2026-11-22", "2026-11-22"), (" 2024-02-29 ", "2024-02-29"), ("Today", "2026-11-22")],
)
def test_a_date_is_written_as_in_iso(said: str, stored: str) -> None:
    assert value("date", said) == stored


@pytest.mark.parametrize(
    ("said", "stored"),
    [("yes", "yes"), ("NO", "no"), (" y ", "yes"), ("n", "no"), ("True", "yes"), ("false", "no")],
)
def test_a_flag_is_yes_or_no(said: str, stored: str) -> None:
    assert value("flag", said) == stored


REFUSED: list[tuple[TagKind, str, str]] = [
    ("number", "", "with a point"),
    ("number", "1,5", "with a point"),
    ("number", "1 000", "with a point"),
    ("number", "1_000", "with a point"),
    ("number", "٣", "with a point"),
    ("number", "nan", "with a point"),
    ("number", "1e999", "with a point"),
    ("date", "", "2026-11-22"),
    ("date", "22.11.2026", "2026-11-22"),
    ("date", "2026-02-31", "2026-11-22"),
    ("date", "20261122", "2026-11-22"),
    ("date", "2026-W47-7", "2026-11-22"),
    ("flag", "", "yes or no"),
    ("flag", "maybe", "yes or no"),
]


@pytest.mark.parametrize(("kind", "said", "instead"), REFUSED)
def test_what_cannot_be_is_refused_with_what_can(kind: TagKind, said: str, instead: str) -> None:
    with pytest.raises(UsageError, match="It takes") as caught:
        value(kind, said)
    assert f"“{said}”" in caught.value.message
    assert instead in caught.value.hint


def test_what_is_no_choice_is_answered_with_the_choices() -> None:
    with pytest.raises(UsageError, match="Tier takes one of its choices") as caught:
        tag_value(TIER, "Silver", today=TODAY)
    assert caught.value.hint == "Choose one of: Gold · gold plus · Straße."
