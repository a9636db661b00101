"""How far something is, in words."""

from __future__ import annotations

import itertools

import pytest

from aicx_tui.services.pace import Pace


@pytest.mark.parametrize(
    ("before", "count", "total", "seconds", "said"),
    [
        (0, 0, 10, 0.0, "0 of 10 rows, 0%"),
        (0, 12_300, 400_000, 0.5, "12,300 of 400,000 rows, 3%, 24,600/s, 0:16 left"),
        (0, 2_500, 10_000, 25.0, "2,500 of 10,000 rows, 25%, 100/s, 1:15 left"),
        (2_000, 2_500, 10_000, 5.0, "2,500 of 10,000 rows, 25%, 100/s, 1:15 left"),
        (0, 100, None, 2.0, "100 rows, 50/s"),
        (0, 12, 10, 1.0, "12 of 10 rows, 100%, 12/s, 0:00 left"),
        (0, 0, 0, 1.0, "0 of 0 rows"),
    ],
)
def test_progress_says_count_share_rate_and_time_left(
    before: int, count: int, total: int | None, seconds: float, said: str
) -> None:
    ticks = iter([100.0, 100.0 + seconds])
    pace = Pace(before, clock=lambda: next(ticks))
    assert pace.progress(count, total).said("rows") == said


def test_news_are_not_told_too_often() -> None:
    now = 0.0
    pace = Pace(clock=lambda: now)
    told = []
    for count in range(1, 101):
        now = count / 100
        if news := pace.news(count, 100):
            told.append(news.count)
    assert 8 <= len(told) <= 10
    assert all(later - earlier >= 10 for earlier, later in itertools.pairwise(told))
