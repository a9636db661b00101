"""Every line of the table is exactly as wide as the table, whatever humans are called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from aicx_tui.services.columns import FIELDS, ColumnChoice
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.record import Record
from aicx_tui.tui.widgets.human_columns import place_columns
from aicx_tui.tui.widgets.human_lines import GUTTER, STYLES, LineMaker
from aicx_tui.tui.widgets.row_list import Look
from tests.hostile import PAYLOADS

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)

PIECES = (
    *(payload.text for payload in PAYLOADS),
    *(
        "山田 花子",
        "محمد",
        "יעל",
        "สมชาย",
        "अनुष्का",
        "Zoë",
        "👩\u200d👩\u200d👧\u200d👦",
        "🏳️\u200d🌈",
        "🇭🇺",
        "👍🏽",
        "e\u0301",
    ),
    *(
        "\u200d",
        "\ufe0f",
        "\u0301",
        "\u20e3",
        "\u200c",
        "\u200f",
        "1\ufe0f\u20e3",
        "\u3000",
        "ﷺ",
        "𒐫",
    ),
)
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=6).map("".join)
records = st.builds(
    Record,
    id=texts,
    fullname=st.none() | texts,
    email=st.none() | texts,
    phone_number=st.none() | texts,
    uid=st.none() | texts,
    profile_pic_id=st.none() | texts,
    created_at=st.none() | st.just(NOW - timedelta(days=400)),
    updated_at=st.none() | st.just(NOW),
    tags=st.dictionaries(st.just("t"), texts),
)
signs = st.sampled_from(("", *"⇡✗≠?"))
looks = st.builds(Look, st.booleans(), st.booleans(), st.booleans(), signs)
chosen = st.lists(
    st.builds(ColumnChoice, st.sampled_from((*FIELDS, "tag:t")), st.none() | st.integers(4, 30)),
    min_size=1,
    unique_by=lambda column: column.id,
)


def maker(width: int, columns: list[ColumnChoice]) -> LineMaker:
    return LineMaker(
        width=width,
        columns=place_columns(tuple(columns), max(width - GUTTER, 1), tags={}),
        styles={name: Style(meta={"name": name}) for name in STYLES},
        has_focus=True,
    )


@example(Record("eu_1", fullname="\u200d"), Look(False, False, False), [ColumnChoice("name")], 5)
@example(Record("eu_1", fullname="👨\u200d"), Look(False, False, False), [ColumnChoice("name")], 9)
@given(st.none() | records, looks, chosen, st.integers(1, 200))
def test_a_line_has_exactly_its_width(
    record: Record | None, look: Look, columns: list[ColumnChoice], width: int
) -> None:
    lines = maker(width, columns)
    for segments in (lines.row(record, look, now=NOW), lines.heading(Sort())):
        assert sum(segment.cell_length for segment in segments) == width
        assert cell_len("".join(segment.text for segment in segments)) == width


@pytest.mark.parametrize("text", PIECES)
def test_the_scrollbar_stays_in_the_last_cell(text: str) -> None:
    line = maker(80, [ColumnChoice("name")]).row(
        Record("eu_1", fullname=text), Look(True, True, True), now=NOW
    )
    shown = "".join(segment.text for segment in line)
    assert shown.startswith("▌✓ ")
    assert shown.endswith((" ▐", "…▐"))


@pytest.mark.parametrize("sign", "⇡✗≠?")
def test_how_far_a_change_is_stands_beside_the_row(sign: str) -> None:
    line = maker(80, [ColumnChoice("name")]).row(
        Record("eu_1", fullname="Jane"), Look(False, True, False, sign), now=NOW
    )
    assert "".join(segment.text for segment in line).startswith(f" ✓{sign}Jane")


def test_the_id_of_a_human_who_waits_is_not_shown() -> None:
    line = maker(80, [ColumnChoice("id")]).row(
        Record("local:0123", fullname="Jane"), Look(False, False, False, "⇡"), now=NOW
    )
    shown = "".join(segment.text for segment in line)
    assert "not yet at the pl" in shown
    assert "local" not in shown


def test_what_is_not_read_yet_is_a_quiet_dot() -> None:
    (_, *cells) = maker(40, [ColumnChoice("name")]).row(None, Look(False, False, False), now=NOW)
    assert cells[0].text.split() == ["·"]
    assert cells[0].style == Style(meta={"name": "quiet"})
