"""The table of humans alone, over rows of every kind."""

from __future__ import annotations

import pytest
from textual.geometry import Region

from aicx_tui.services.columns import read_columns
from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.tui.widgets.marking import MarkingTable
from tests.tui.console import Person
from tests.tui.table import ROWS_IN_VIEW, WIDTH, FakeRows, TableApp, human, table_of


def row_at_cursor(person: Person) -> str:
    (line,) = [line for line in person.lines if line.startswith("▌")]
    return line[3:].split("  ")[0]


def marked_rows(person: Person) -> list[str]:
    return [line[3:].split("  ")[0] for line in person.lines if line[1:2] == "✓"]


def thumb_lines(person: Person) -> list[int]:
    return [y for y, line in enumerate(person.lines) if line.endswith("▐")]


async def test_keys_move_through_a_million() -> None:
    async with table_of(FakeRows(range(1_000_000))) as (table, person):
        await person.presses("down", "j", "k")
        assert row_at_cursor(person) == "Human 1"
        await person.presses("pagedown")
        assert row_at_cursor(person) == f"Human {ROWS_IN_VIEW}"
        await person.presses("end")
        assert row_at_cursor(person) == "Human 999999"
        assert thumb_lines(person) == [ROWS_IN_VIEW]
        await person.presses("down", "pageup", "home")
        assert row_at_cursor(person) == "Human 0"
        assert table.current is not None


async def test_there_is_no_scrollbar_where_all_is_seen() -> None:
    async with table_of(FakeRows(range(ROWS_IN_VIEW))) as (table, person):
        assert thumb_lines(person) == []
        table.show(FakeRows(range(ROWS_IN_VIEW * 2)), sort=Sort())
        await person.presses("down")
        assert thumb_lines(person) == [1, 2, 3, 4, 5]


async def test_rows_that_are_not_read_yet_are_dots_until_they_arrive() -> None:
    rows = FakeRows(range(100), missing=range(5, 100))
    async with table_of(rows) as (table, person):
        assert rows.asked >= set(range(5, ROWS_IN_VIEW))
        assert set(person.lines[6].split()) == {"·"}
        await person.presses("end")
        assert "Human" not in row_at_cursor(person)
        rows.arrive()
        table.rows_arrived()
        await person.sees("Human 99")
        assert row_at_cursor(person) == "Human 99"
        assert table.current is not None


async def test_the_cursor_stays_on_its_human_or_else_on_its_row() -> None:
    async with table_of(FakeRows(range(100))) as (table, person):
        await person.presses(*["down"] * 5)
        table.show(FakeRows(range(99, -1, -1)), sort=Sort())
        await person.sees("Human 5 ")
        assert row_at_cursor(person) == "Human 5"
        table.show(FakeRows(range(200, 300)), sort=Sort())
        await person.sees("Human 294")
        assert row_at_cursor(person) == "Human 294"
        table.show(FakeRows(range(3)), sort=Sort())
        await person.sees("Human 2 ")
        assert row_at_cursor(person) == "Human 2"
        table.show(FakeRows(range(100)), sort=Sort(), from_top=True)
        await person.sees("Human 9 ")
        assert row_at_cursor(person) == "Human 0"


async def test_a_human_whose_row_is_not_known_yet_is_found_when_it_is() -> None:
    async with table_of(FakeRows(range(100))) as (table, person):
        await person.presses("down", "down")
        rows = FakeRows(range(99, -1, -1), missing=range(50, 100))
        table.show(rows, sort=Sort())
        rows.arrive()
        table.rows_arrived()
        await person.sees("Human 2 ")
        assert row_at_cursor(person) == "Human 2"


async def test_who_moves_on_is_not_taken_back() -> None:
    async with table_of(FakeRows(range(100))) as (table, person):
        await person.presses("down", "down")
        rows = FakeRows(range(99, -1, -1), missing=range(50, 100))
        table.show(rows, sort=Sort())
        await person.presses("home")
        rows.arrive()
        table.rows_arrived()
        await person.presses("down")
        assert row_at_cursor(person) == "Human 98"


async def test_a_human_is_sought_on_while_other_rows_come_and_given_up_where_it_is_in_none() -> (
    None
):
    async with table_of(FakeRows(range(100))) as (table, person):
        await person.presses("down", "down")
        for last in (150, 200):  # as of a list that grows
            rows = FakeRows(range(last, -1, -1), missing=range(50, last + 1))
            table.show(rows, sort=Sort())
        assert row_at_cursor(person) != "Human 2"
        rows.arrive()
        table.rows_arrived()
        await person.sees("Human 2 ")
        assert row_at_cursor(person) == "Human 2"
        table.show(FakeRows(range(10, 300)), sort=Sort())
        kept = table.current
        table.show(FakeRows(range(300)), sort=Sort())
        assert table.current == kept, "who is not there is not gone back to"


async def test_who_is_sought_may_come_with_the_next_rows_and_not_later() -> None:
    async with table_of(FakeRows(range(5))) as (table, person):
        table.seek("eu_7")
        table.show(FakeRows(range(10)), sort=Sort())
        await person.sees("Human 7 ")
        assert row_at_cursor(person) == "Human 7"
        table.seek("eu_12")
        table.show(FakeRows(range(11)), sort=Sort())
        table.show(FakeRows(range(20)), sort=Sort())
        await person.sees("Human 9 ")
        assert row_at_cursor(person) == "Human 7"


async def test_only_what_changed_is_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    async with table_of(FakeRows(range(100))) as (table, person):
        await person.presses("down")
        painted: list[tuple[Region, ...]] = []
        monkeypatch.setattr(table, "refresh", lambda *regions: painted.append(regions))
        table.rows_arrived()
        assert painted == []
        table.show(FakeRows([0, 1, 2, 77, *range(4, 100)]), sort=Sort())
        lines = {region.y for regions in painted for region in regions}
        assert lines <= {0, 4}
        assert 4 in lines


# Marks


async def test_space_marks_and_goes_down() -> None:
    async with table_of(FakeRows(range(100))) as (table, person):
        await person.presses("space", "space", "up", "space")
        assert marked_rows(person) == ["Human 0"]
        assert row_at_cursor(person) == "Human 2"
        assert table.said == "1 marked"


async def test_a_range_is_seen_while_it_grows_and_marked_at_its_end() -> None:
    async with table_of(FakeRows(range(100))) as (table, person):
        await person.presses("down", "V", "down", "down")
        assert marked_rows(person) == ["Human 1", "Human 2", "Human 3"]
        assert table.said == "3 in the range"
        await person.presses("V", "home")
        await person.waits_for(lambda: table.said == "3 marked")
        await person.presses("V", "down")
        table.give_up_range()
        assert table.said == "3 marked"


async def test_all_that_match_are_marked_unmarked_and_inverted() -> None:
    async with table_of(FakeRows(range(20_000))) as (table, person):
        await person.presses("space", "a")
        await person.waits_for(lambda: table.said == "20,000 marked")
        await person.presses("space", "asterisk")
        await person.waits_for(lambda: table.said == "1 marked")
        assert marked_rows(person) == ["Human 1"]
        await person.presses("a")
        await person.waits_for(lambda: table.said == "20,000 marked")
        await person.presses("a")
        await person.waits_for(lambda: table.said == "")
        await person.presses("space", "A")
        assert table.said == ""


async def test_marks_outlive_what_is_shown_and_are_counted() -> None:
    async with table_of(FakeRows(range(100))) as (table, person):
        await person.presses("space", "space", "space")
        table.show(FakeRows(range(2, 50)), sort=Sort(), from_top=True)
        await person.waits_for(lambda: table.said == "3 marked, 2 not shown")
        assert marked_rows(person) == ["Human 2"]
        table.show(FakeRows(range(100)), sort=Sort())
        await person.waits_for(lambda: table.said == "3 marked")
        assert marked_rows(person) == ["Human 0", "Human 1", "Human 2"]


# Mouse


async def test_a_click_chooses_and_a_double_click_opens() -> None:
    async with table_of(FakeRows(range(100))) as (table, person):
        await person.clicks(10, 4)
        assert row_at_cursor(person) == "Human 3"
        await person.clicks(10, 6, times=2)
        app = table.app
        assert isinstance(app, TableApp)
        assert [record.id for record in app.opened] == ["eu_5"]


@pytest.mark.parametrize(("heading", "key"), [("Name", SortKey.NAME), ("Phone", SortKey.PHONE)])
async def test_a_click_on_a_heading_orders(heading: str, key: SortKey) -> None:
    async with table_of(FakeRows(range(3))) as (_, person):
        await person.clicks(person.lines[0].index(heading), 0)
        await person.sees(f"{heading} ↑")
        await person.clicks(person.lines[0].index(heading), 0)
        await person.sees(f"{heading} ↓")


async def test_the_scrollbar_is_clicked_and_dragged() -> None:
    async with table_of(FakeRows(range(1_000))) as (table, person):
        await person.clicks(WIDTH - 1, ROWS_IN_VIEW)
        await person.sees("Human 999")
        await person.drags((WIDTH - 1, ROWS_IN_VIEW), (WIDTH - 1, 1))
        await person.sees("Human 0 ")
        assert row_at_cursor(person) == "Human 0"
        assert table.cursor == 0


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    async with table_of(FakeRows(range(100))) as (_, person):
        await person.turns_wheel(2)
        assert "Human 6 " in person.lines[1]
        await person.turns_wheel(-1)
        assert "Human 3 " in person.lines[1]
        await person.presses("down")
        assert row_at_cursor(person) == "Human 1"


async def test_ctrl_click_marks_one_and_shift_click_a_range() -> None:
    async with table_of(FakeRows(range(100))) as (table, person):
        await person.clicks(10, 3, control=True)
        assert marked_rows(person) == ["Human 2"]
        await person.clicks(10, 6, shift=True)
        await person.waits_for(lambda: table.said == "4 marked")
        assert marked_rows(person) == ["Human 2", "Human 3", "Human 4", "Human 5"]


async def test_columns_are_chosen_and_tags_go_by_their_ids() -> None:
    async with table_of(FakeRows(range(3))) as (table, person):
        table.columns = read_columns(["id", "tag:vip", "name:10"])
        await person.sees("vip")
        assert person.lines[0].split() == ["Id", "vip", "Name"]
        assert person.lines[1].split() == ["▌", "eu_0", "–", "Human", "0"]


async def test_without_colours_nothing_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with table_of(FakeRows(range(3))) as (table, _):
        for strip in table.render_lines(table.size.region):
            for segment in strip:
                style = segment.style
                assert style is not None
                colours = [c for c in (style.color, style.bgcolor) if c and c.triplet]
                assert all(len(set(colour.triplet or ())) == 1 for colour in colours)


async def test_a_table_of_nobody_has_nothing_to_mark() -> None:
    async with table_of(FakeRows(())) as (table, person):
        await person.presses("space", "V", "a", "asterisk", "down", "end", "enter")
        await person.waits_for(lambda: table.said == "")
        assert isinstance(table, MarkingTable)
        assert table.current is None


async def test_other_rows_under_the_cursor_are_told() -> None:
    async with table_of(FakeRows(range(100))) as (table, person):
        await person.presses("end")
        app = table.app
        assert isinstance(app, TableApp)
        table.show(FakeRows(range(200, 210)), sort=Sort())
        told = app.highlighted
        await person.waits_for(lambda: told[-1] == human(209))
