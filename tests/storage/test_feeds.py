"""Whatever a feed does, the mirror ends up as the platform is: nothing missing, nothing doubled."""

from __future__ import annotations

import json
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from aicx_tui.errors import NotTheApiError
from aicx_tui.models.human import Human
from aicx_tui.services.sync import Sync
from aicx_tui.storage import word_index
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import EVERYBODY, Tagged, Text
from tests.api.faulty import Answer, json_reply
from tests.storage.mirrors import PATIENCE, found, opened
from tests.storage.syncing import gone, human, in_the_mirror, page, scripted, synced

TOO_OLD = json_reply(410, {"error": {"code": "cursor_too_old", "message": "Read anew."}})


def names(mirror: Mirror) -> dict[str, str]:
    """Full names by id."""
    return {n: json.loads(text)["fullname"] for n, text in in_the_mirror(mirror).items()}


async def read_into(mirror: Mirror, *answers: Answer, full: bool = False) -> list[bytes]:
    """Sync with a platform that answers so, and return what it was asked."""
    async with scripted(*answers) as (platform, server):
        await synced(platform, mirror, full=full)
        return [request.split(b" ")[1] for request in server.requests]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mirror.db"


async def test_pages_that_come_twice_and_changed_meanwhile_count_once(path: Path) -> None:
    with opened(path) as mirror:
        await read_into(
            mirror,
            page([human(1), human(2), human(3, second=9)], "a", total=3),
            page([human(1), human(2), human(3, second=9)], "b"),
            page([human(2, "Bea", second=30)], "c"),
            page([human(2, "Cy", second=40), human(2, "Di", second=50)], "d"),
            page([], "d"),
        )
        assert names(mirror) == {"eu_1": "Ann", "eu_2": "Di", "eu_3": "Ann"}
        await read_into(mirror, page([human(2, "Di", second=50)] * 3, "e"), page([], "e"))
        assert len(in_the_mirror(mirror)) == 3


async def test_tombstones_while_everybody_is_read_take_out_and_let_in_again(path: Path) -> None:
    with opened(path) as mirror:
        await read_into(
            mirror,
            page([human(1), human(2), gone(9), human(3, second=90)], "a"),
            page([gone(1), gone(3)], "b"),
            page([human(4, second=10), gone(8)], "c"),
            page([human(1, "Back", second=95)], "d"),
            page([], "d"),
        )
        assert names(mirror) == {"eu_2": "Ann", "eu_4": "Ann", "eu_1": "Back"}


async def test_who_was_indexed_already_may_still_come_again_or_be_taken_out(path: Path) -> None:
    many = [human(number, second=number) for number in range(30)]
    with opened(path) as mirror, patch.object(word_index, "HUMANS_A_SEGMENT", 3):
        await read_into(
            mirror,
            page(many[:10], "a"),
            page(many[10:20], "b"),
            page([gone(1), human(2, "Bea", second=40), *many[20:]], "c"),
            page([gone(12), human(25, "Cy", second=50)], "d"),
            page([], "d"),
        )
        expected = {f"eu_{number}": "Ann" for number in range(30) if number not in (1, 12)}
        assert names(mirror) == expected | {"eu_2": "Bea", "eu_25": "Cy"}
        assert found(mirror, Text("bea"), Sort(), {}) == ["eu_2"]


async def test_an_order_that_breaks_late_is_mended_in_the_index_too(path: Path) -> None:
    many = [human(number, f"Ann {number:02}", second=number) for number in range(30)]
    with opened(path) as mirror, patch.object(word_index, "HUMANS_A_SEGMENT", 3):
        await read_into(
            mirror, page(many[10:], "a"), page(many[:5], "b"), page(many[5:10], "c"), page([], "c")
        )
        latest_first = [f"eu_{number}" for number in range(9, -1, -1)]
        assert found(mirror, Text("ann 0"), Sort(), {}) == latest_first
        assert len(in_the_mirror(mirror)) == 30


async def test_a_mirror_without_a_name_is_filled_too(path: Path) -> None:
    many = [human(number, second=number) for number in range(30)]
    with opened(path) as mirror, patch.object(word_index, "HUMANS_A_SEGMENT", 3):
        path.unlink()  # noqa: ASYNC240  # nobody else waits
        await read_into(mirror, page(many, "a"), page([gone(7)], "b"), page([], "b"))
        assert len(in_the_mirror(mirror)) == 29


async def test_a_page_that_ends_with_a_tombstone_hides_no_disorder(path: Path) -> None:
    with opened(path) as mirror:
        await read_into(
            mirror,
            page([human(1, second=100), gone(9)], "a"),
            page([human(2, second=50)], "b"),
            page([], "b"),
        )
        assert found(mirror, EVERYBODY, Sort(), {}) == ["eu_1", "eu_2"]
        await read_into(mirror, page([human(3, second=70)], "c"), page([], "c"))
        assert found(mirror, EVERYBODY, Sort(), {}) == ["eu_1", "eu_3", "eu_2"]


async def test_tombstones_later_take_out_and_strangers_among_them_do_nothing(path: Path) -> None:
    with opened(path) as mirror:
        await read_into(mirror, page([human(1), human(2)], "a"), page([], "a"))
        await read_into(mirror, page([gone(1), gone(1), gone(77)], "b"), page([], "b"))
        assert names(mirror) == {"eu_2": "Ann"}


async def test_humans_without_a_sane_time_are_kept(path: Path) -> None:
    odd = [{"id": f"eu_{n}", "updated_at": at} for n, at in enumerate(("0001-01-01", "soon", None))]
    with opened(path) as mirror:
        await read_into(mirror, page([], "0"))
        await read_into(mirror, page(odd, "a"), page(odd[::-1], "b"), page([], "b"))
        kept = in_the_mirror(mirror)
        assert [Human.model_validate_json(kept[f"eu_{n}"]).updated_at for n in range(3)] == [
            datetime(1, 1, 1, tzinfo=UTC),
            None,
            None,
        ]


async def test_a_platform_whose_clock_goes_back_changes_the_right_humans(path: Path) -> None:
    many = [human(number, second=number) for number in range(60)]
    with opened(path) as mirror, patch("aicx_tui.storage.writing.ROOM_AT_LEAST", 2):
        await read_into(mirror, page(many, "a"), page([], "a"))
        expected = {f"eu_{number}": "Ann" for number in range(60)}
        for turn in range(60):
            number = turn * 7 % 60
            expected[f"eu_{number}"] = f"Turn {turn}"
            back = human(number, f"Turn {turn}", second=20)
            await read_into(mirror, page([back], f"b{turn}"), page([], f"b{turn}"))
        assert names(mirror) == expected


async def test_the_next_sync_goes_on_where_the_empty_page_said(path: Path) -> None:
    with opened(path) as mirror:
        await read_into(mirror, page([human(1)], "a"), page([], "later"))
        asked = await read_into(mirror, page([], "later"))
        assert all(request.endswith(b"cursor=later") for request in asked)


@pytest.mark.parametrize("is_first", [True, False])
async def test_a_feed_that_goes_round_is_not_read_for_ever(path: Path, is_first: bool) -> None:
    with opened(path) as mirror:
        if not is_first:
            await read_into(mirror, page([human(1)], "a"), page([], "a"))
        with pytest.raises(NotTheApiError, match="circle"):
            await read_into(mirror, *(page([human(1)], letter) for letter in "bcdb"))


async def test_a_cursor_too_old_while_everybody_is_read_begins_again(path: Path) -> None:
    tag = {"tags": [{"id": "t", "value": "old"}]}
    other = {"tags": [{"id": "u", "value": "new"}, {"id": "t", "value": "old"}]}
    with opened(path) as mirror:
        await read_into(
            mirror,
            page([human(1) | tag, human(2)], "a"),
            TOO_OLD,
            page([human(2) | other], "b"),
            page([human(3) | tag, human(4, second=9)], "c"),
            page([], "c"),
        )
        assert set(names(mirror)) == {"eu_2", "eu_3", "eu_4"}
        for tag_id, ids in (("t", {"eu_2", "eu_3"}), ("u", {"eu_2"})):
            tagged = Tagged(tag_id, None)
            assert set(found(mirror, tagged, Sort(), {"t": "t", "u": "u"})) == ids


async def test_a_cursor_too_old_later_compares_everybody(path: Path) -> None:
    with opened(path) as mirror:
        people = [human(number) for number in range(1, 6)]
        await read_into(mirror, page(people, "a"), page([], "a"))
        async with scripted(
            TOO_OLD,
            page([human(1), human(2, "Changed", second=5)], "x", total=4),
            page([human(4), human(6, "New", second=6), gone(4)], "y"),
            page([], "z"),
        ) as (platform, _):
            progress = await synced(platform, mirror)
        assert names(mirror) == {"eu_1": "Ann", "eu_2": "Changed", "eu_6": "New"}
        assert progress[-1].changed == 5  # one changed, one new, three gone
        asked = await read_into(mirror, page([], "z"))
        assert all(request.endswith(b"cursor=z") for request in asked)


async def test_a_comparison_that_broke_off_goes_on_and_takes_out_nobody_it_saw(path: Path) -> None:
    with opened(path) as mirror:
        people = [human(number) for number in range(1, 6)]
        await read_into(mirror, page(people, "a"), page([], "a"))
        with pytest.raises(NotTheApiError):
            await read_into(mirror, page(people[:2], "x"), json_reply(200, []), full=True)
        await read_into(mirror, page(people[3:], "y"), page([], "y"))
        assert set(names(mirror)) == {"eu_1", "eu_2", "eu_4", "eu_5"}


async def test_one_human_read_while_everybody_is_read_harms_nothing(path: Path) -> None:
    with opened(path) as mirror:
        async with scripted(
            page([human(1), human(2, second=1)], "a"),
            page([human(3, second=2)], "b"),
            page([], "b"),
        ) as (platform, _):
            sync = Sync(platform, mirror)
            read = Human.model_validate(human(2, "By itself", second=3))
            with patch.object(word_index, "HUMANS_A_SEGMENT", 1):
                async for _ in sync.run():
                    await sync.keep([read])
        assert names(mirror)["eu_2"] in ("Ann", "By itself")
        await sync.keep([read])
        assert names(mirror) == {"eu_1": "Ann", "eu_2": "By itself", "eu_3": "Ann"}


async def test_a_sync_given_up_at_any_step_lets_the_next_one_finish(path: Path) -> None:
    many = [human(number, second=number % 50) for number in range(40)]
    pages = [page(many[:20], "a"), page(many[20:], "b"), page([], "b")]
    left = {None: pages, "a": pages[1:], "b": pages[2:]}
    with opened(path) as mirror, patch.object(word_index, "HUMANS_A_SEGMENT", 2):
        async with scripted(*pages) as (platform, server):
            is_given_up, steps = True, 0
            while is_given_up:
                steps += 1
                cursor = mirror.facts().result(PATIENCE).get("cursor")
                server.answers = list(left[cursor])
                is_given_up = await given_up_after(steps, Sync(platform, mirror))
        assert steps > 3
        assert names(mirror) == {f"eu_{number}": "Ann" for number in range(40)}


async def given_up_after(steps: int, sync: Sync) -> bool:
    """Take so many steps of a sync, and return whether that was before its end."""
    async with aclosing(sync.run(page=20)) as run:
        async for _ in run:
            steps -= 1
            if not steps:
                return True
    return False


async def test_what_platforms_write_oddly_is_kept_and_read(path: Path) -> None:
    odd = {
        "id": "eu_1",
        "fullname": None,
        "tags": [{"id": "t", "value": None}, "u", {"id": "v"}],
        "created_at": "2026-01-01",
        "updated_at": "2026-01-01 09:30:00.123456789+02:00",
    }
    with opened(path) as mirror:
        await read_into(mirror, page([odd], "a"), page([], "a"))
        human_read = Human.model_validate_json(in_the_mirror(mirror)["eu_1"])
        assert [(tag.id, tag.value) for tag in human_read.tags] == [("t", ""), ("u", ""), ("v", "")]
        assert found(mirror, EVERYBODY, Sort(), {}) == ["eu_1"]
        results = mirror.search(EVERYBODY, Sort(), tags={}, on_change=lambda _: None)
        record = results.result(PATIENCE).at(0)
        assert record is not None
        assert (record.created_at, record.updated_at) == (
            human_read.created_at,
            human_read.updated_at,
        )
