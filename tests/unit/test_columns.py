"""Which columns are shown, kept as texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicx_tui.services.columns import (
    DEFAULT,
    FIELDS,
    LEAST_WIDTH,
    MOST_WIDTH,
    ColumnChoice,
    read_columns,
    written,
)
from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.tui.widgets.human_columns import order_by, orders, place_columns

widths = st.none() | st.integers(LEAST_WIDTH, MOST_WIDTH)
ids = st.sampled_from(FIELDS) | st.builds("tag:{}".format, st.text(min_size=1))
columns = st.lists(
    st.builds(ColumnChoice, ids, widths), min_size=1, unique_by=lambda column: column.id
)


@given(columns)
def test_columns_read_as_they_were_written(chosen: list[ColumnChoice]) -> None:
    assert read_columns(written(tuple(chosen))) == tuple(chosen)


@given(st.lists(st.text()))
def test_nothing_that_is_said_cannot_be_read(said: list[str]) -> None:
    assert read_columns(said)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (["name", "colour", "", "email:30", "tag:"], ["name", "email:30"]),
        (["name:1", "uid:9999"], ["name:4", "uid:200"]),
        (["id", "name", "id:20"], ["id", "name"]),
        (["email:", "name:wide"], ["email"]),
        (["nonsense"], written(DEFAULT)),
    ],
)
def test_what_is_unknown_is_dropped(said: list[str], shown: list[str]) -> None:
    assert written(read_columns(said)) == shown


def test_narrow_lists_keep_what_matters_and_the_order() -> None:
    chosen = read_columns(["updated", "phone", "tag:t", "email", "name"])

    def shown(width: int) -> list[str]:
        return [placed.choice.id for placed in place_columns(chosen, width, tags={})]

    assert shown(100) == ["updated", "phone", "tag:t", "email", "name"]
    assert shown(70) == ["updated", "tag:t", "email", "name"]
    assert shown(45) == ["updated", "tag:t", "name"]
    assert shown(10) == ["name"]


@given(columns, st.integers(1, 300))
def test_columns_never_take_more_than_there_is(chosen: list[ColumnChoice], width: int) -> None:
    placed = place_columns(tuple(chosen), width, tags={})
    assert sum(column.width + 1 for column in placed) <= width


def test_a_chosen_width_holds_while_others_share_the_rest() -> None:
    placed = place_columns(read_columns(["name", "email:30"]), 100, tags={})
    assert [column.width for column in placed] == [68, 30]


def test_every_column_but_the_picture_orders_both_ways() -> None:
    for column in map(ColumnChoice, (*FIELDS, "tag:t")):
        first = order_by(column, Sort(SortKey.TAG, tag_id="other"))
        if column.id == "picture":
            assert first is None
            continue
        assert first is not None
        assert orders(column, first)
        again = order_by(column, first)
        assert again == Sort(first.key, not first.descending, first.tag_id)
