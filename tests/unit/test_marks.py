"""Marks outlive what is shown, however many they are."""

from __future__ import annotations

from aicx_tui.services.marks import AT_ONCE, Marks

MANY = [f"eu_{number}" for number in range(AT_ONCE * 2 + 1)]


async def test_one_is_marked_and_unmarked() -> None:
    marks = Marks()
    marks.turn("eu_1")
    marks.turn("eu_2")
    marks.turn("eu_1")
    assert list(marks) == ["eu_2"]


async def test_all_are_marked_until_all_are() -> None:
    marks = Marks()
    marks.turn("eu_elsewhere")
    marks.turn(MANY[7])
    await marks.turn_all(MANY)
    assert len(marks) == len(MANY) + 1
    await marks.turn_all(MANY)
    assert list(marks) == ["eu_elsewhere"]


async def test_inverting_leaves_what_is_not_shown() -> None:
    marks = Marks()
    await marks.mark(["eu_elsewhere", *MANY[:3]])
    await marks.invert(MANY)
    assert await marks.count(MANY) == len(MANY) - 3
    assert "eu_elsewhere" in marks
    assert MANY[0] not in marks


async def test_clearing_wins_over_what_is_still_being_marked() -> None:
    marks = Marks()
    marking = marks.mark(MANY)
    marking.send(None)
    marks.clear()
    marking.close()
    assert len(marks) == 0
