"""Cells that a spreadsheet cannot be tricked by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicx_tui.models.human import Human, TagValue
from aicx_tui.models.tag import TagDefinition
from aicx_tui.services.spreadsheet import Sheet, raw_value, safe_cell


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+49 170", "-1", "@SUM(A1)", "|calc", "%0", "\t=1", "\r=1", "  =1", "\u00a0=1", "＝1"],
)
def test_what_could_run_is_held_as_text(value: str) -> None:
    assert safe_cell(value).startswith("'")


@pytest.mark.parametrize("value", ["Jane", "山田", "a=b", "jane@example.org", "2020-10-19"])
def test_plain_values_stay_as_they_are(value: str) -> None:
    assert safe_cell(value) == value


def test_nothing_is_an_empty_cell() -> None:
    assert safe_cell(None) == ""


HOSTILE = ["=1", "'=1", "''=1", "'", "' =x", "O'Neill", "'t Hooft", "'-1", "  =1", "＝1", "'' =1"]


@pytest.mark.parametrize("value", HOSTILE)
def test_an_import_reads_what_an_export_meant(value: str) -> None:
    assert raw_value(safe_cell(value)) == value


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "M", "Zl", "Zp"])))
def test_every_printable_value_comes_back(value: str) -> None:
    assert raw_value(safe_cell(value)) == value


def test_a_row_has_a_cell_for_every_heading() -> None:
    merchant = TagDefinition(id="t1", name="Merchant")
    consent = TagDefinition(id="t3", name="Consent")
    human = Human(id="eu_1", tags=(TagValue(id="t1", value="Gold"), TagValue(id="t2", value="x")))
    sheet = Sheet((merchant, consent))
    row = dict(zip(sheet.headings(), sheet.cells(human), strict=True))
    assert row["id"] == "eu_1"
    assert row["tag:Merchant"] == "Gold"
    assert row["tag:Consent"] == ""
    assert row["tags"] == '[{"id": "t2", "value": "x"}]'
    assert row["notes"] == ""


def test_tags_that_share_a_name_are_told_apart_by_id() -> None:
    sheet = Sheet((TagDefinition(id="t1", name="Tier"), TagDefinition(id="t2", name="Tier")))
    assert {"tag:t1", "tag:t2"} <= set(sheet.headings())


def test_a_tag_without_a_value_is_no_empty_cell() -> None:
    sheet = Sheet((TagDefinition(id="t1", name="Tier"),))
    human = Human(id="eu_1", tags=(TagValue(id="t1"),))
    row = dict(zip(sheet.headings(), sheet.cells(human), strict=True))
    assert (row["tag:Tier"], row["tags"]) == ("", '[{"id": "t1", "value": ""}]')
