"""Cells that a spreadsheet cannot be tricked by."""

from __future__ import annotations

import pytest

from aicx_tui.models.human import Human, TagValue
from aicx_tui.services.spreadsheet import HUMAN_HEADINGS, human_cells, safe_cell


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


def test_a_row_has_a_cell_for_every_heading() -> None:
    human = Human(id="eu_1", tags=(TagValue(id="t1", value="Gold"), TagValue(id="t2", value="x")))
    row = dict(zip(HUMAN_HEADINGS, human_cells(human, tag_names={"t1": "Merchant"}), strict=True))
    assert row["id"] == "eu_1"
    assert row["tags"] == "Merchant=Gold; t2=x"
    assert row["notes"] == ""
