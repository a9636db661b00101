"""Tags are found by some letters of their names, whatever those are."""

from __future__ import annotations

from datetime import date

import pytest

from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.tagging import Whom, differing, held_of, held_said
from aicx_tui.tui.tag_finding import found, likeness
from aicx_tui.tui.tag_offers import day_beside, offered

NAMES = ("Merchant", "Merchant since", "Customer since", "City", "VIP", "Último mês")
TAGS = {name: TagDefinition(id=name, name=name) for name in NAMES}

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("mer", "Merchant"),
        ("merchant s", "Merchant since"),
        ("since", "Customer since"),
        ("msi", "Merchant since"),
        ("VIP", "VIP"),
        ("ÚLT", "Último mês"),
    ],
)
def test_the_likeliest_comes_first(typed: str, first: str) -> None:
    assert found(TAGS, typed, recent=["Customer since"])[0] == first


def test_what_was_used_last_comes_first_while_nothing_is_typed() -> None:
    assert found(TAGS, "", recent=["VIP", "City", "gone"])[:3] == ["VIP", "City", "Merchant"]


def test_letters_in_another_order_find_nothing() -> None:
    assert found(TAGS, "tnahcrem", recent=[]) == []


def test_a_name_of_equal_letters_takes_no_longer_than_any_other() -> None:
    """There are more ways to place them than could be tried."""
    assert (
        likeness("a" * 100 + "b", "a" * 299 + "cb") > 0
    )  # every way to place them is beyond count


def test_who_has_what_is_said_in_a_line() -> None:
    assert held_said([("Gold", 2), ("Silver", 1)], of=12) == "3 of 12 have it: Gold 2, Silver 1"
    assert held_said([(str(n), 1) for n in range(5)], of=9) == "5 of 9 have it: 0 1, 1 1, 2 1, …"
    assert held_said([], of=12) == "none"
    assert held_said([("Gold", 1)], of=1) == "Gold"


def test_what_is_so_already_is_no_change() -> None:
    held = held_of({"a": "1", "b": "2"})
    staged = {"tag:a": "1", "tag:b": None, "tag:c": "3", "tag:d": None}
    assert differing(staged, held) == {"tag:b": None, "tag:c": "3"}


def test_one_human_without_a_name_goes_by_its_id() -> None:
    assert Whom(ids=["eu_1"]).said == "eu_1"
    assert Whom(ids=["eu_1", "eu_2"]).said == "2 humans"


def test_choices_are_found_by_typing_and_flags_are_yes_and_no() -> None:
    choices = TagDefinition(id="1", name="Merchant", kind="choice", choices=("Gold", "Silver"))
    assert offered(choices, "sil") == ["Silver"]
    assert offered(choices, "") == ["Gold", "Silver"]
    assert offered(TagDefinition(id="2", name="VIP", kind="flag"), "n") == ["no"]
    assert offered(TagDefinition(id="3", name="City"), "") == []


@pytest.mark.parametrize(
    ("typed", "days", "then"),
    [
        ("", 1, "2026-11-22"),
        ("today", 1, "2026-11-23"),
        ("2026-03-01", -1, "2026-02-28"),
        ("9999-12-31", 1, "9999-12-31"),
        ("soon", 1, "2026-11-22"),
    ],
)
def test_the_day_beside_the_one_that_was_typed(typed: str, days: int, then: str) -> None:
    assert day_beside(typed, days, today=TODAY) == then
