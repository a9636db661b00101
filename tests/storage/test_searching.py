"""What the mirror's SQL finds is what a search means, whatever is searched and whoever is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aicx_tui.models.human import Human
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.query import conditions, planner
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import EVERYBODY, Query
from tests.query_evaluator import TAG_NAMES, humans, in_order, matches, queries, sort_value, sorts
from tests.storage.mirrors import (
    PATIENCE,
    changed,
    document,
    filled,
    first_found,
    found,
    opened,
    removed,
)

MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

PEOPLE = st.lists(humans(), min_size=1, max_size=25, unique_by=lambda human: human.id)

SEARCHES = st.lists(queries(), min_size=1, max_size=12)

LIMITS = {"as they are": (3_000, 20_000), "as among a million": (1, 1)}
"""How many hits are sorted, and how many trigrams looked up: so every plan is tried."""


def is_found_as_meant(
    mirror: Mirror, people: Sequence[Human], searches: Sequence[Query], sort: Sort
) -> None:
    """Hold the mirror against plain Python."""
    for query in searches:
        order = query.sort or sort
        expected = [human for human in people if matches(query.where, human, TAG_NAMES)]
        by_id = {human.id: human for human in people}
        for search in (found, first_found):
            ids = search(mirror, query.where, order, TAG_NAMES)
            assert sorted(ids) == sorted(human.id for human in expected), query
            values = [sort_value(by_id[human_id], order) for human_id in ids]
            meant = [sort_value(human, order) for human in in_order(expected, order)]
            assert values == meant, (query, order)


@pytest.mark.parametrize("limits", LIMITS.values(), ids=[*LIMITS])
@given(people=PEOPLE, searches=SEARCHES, sort=sorts())
@MANY
def test_a_search_finds_whom_it_means_in_order(
    limits: tuple[int, int], people: list[Human], searches: list[Query], sort: Sort
) -> None:
    sorted_limit, short_limit = limits
    with (
        TemporaryDirectory() as folder,
        patch.object(planner, "SORTED_LIMIT", sorted_limit),
        patch.object(conditions, "SHORT_LIMIT", short_limit),
        filled(Path(folder, "m.db"), people) as mirror,
    ):
        is_found_as_meant(mirror, people, searches, sort)


@given(people=PEOPLE, searches=SEARCHES, sort=sorts())
@MANY
def test_a_search_finds_the_same_while_the_rest_is_still_read(
    people: list[Human], searches: list[Query], sort: Sort
) -> None:
    with TemporaryDirectory() as folder, opened(Path(folder, "m.db")) as mirror:
        mirror.append([document(human) for human in people], {}).result(PATIENCE)
        is_found_as_meant(mirror, people, searches, sort)


@given(
    before=PEOPLE,
    after=PEOPLE,
    gone=st.sets(st.integers(0, 40), max_size=10),
    searches=SEARCHES,
    sort=sorts(),
)
@MANY
def test_a_search_finds_the_same_after_any_changes(
    before: list[Human],
    after: list[Human],
    gone: set[int],
    searches: list[Query],
    sort: Sort,
) -> None:
    now = {human.id: human for human in before}
    with TemporaryDirectory() as folder, filled(Path(folder, "m.db"), before) as mirror:
        known = sorted(now)
        changes = [
            human.model_copy(update={"id": known[at]}) if at < len(known) and at % 2 else human
            for at, human in enumerate(after)
        ]
        for human in changes:
            changed(mirror, human)
            now[human.id] = human
        for at in gone:
            if at < len(known) and removed(mirror, known[at]):
                del now[known[at]]
        is_found_as_meant(mirror, [*now.values()], searches, sort)


def test_a_place_is_found_between_any_two_neighbours(tmp_path: Path) -> None:
    """A hundred humans come in at the very same place, which has room for four of them."""
    old, new = "2025-01-01T00:00:00Z", "2025-03-01T00:00:00Z"
    first = [
        Human.model_validate({"id": f"eu_{moment}{n}", "updated_at": moment})
        for moment in (old, new)
        for n in range(20)
    ]
    with filled(tmp_path / "m.db", first) as mirror:
        between = []
        for minute in range(100):
            moment = f"2025-02-01T00:{minute // 60:02}:{59 - minute % 60:02}Z"
            human = Human.model_validate(
                {"id": f"eu_{minute}", "fullname": f"Name {minute}", "updated_at": moment}
            )
            changed(mirror, human)
            between.append(human)
        everybody = [*first, *between]
        order = Sort()
        ids = found(mirror, EVERYBODY, order, TAG_NAMES)
        by_id = {human.id: human for human in everybody}
        assert sorted(ids) == sorted(by_id)
        values = [sort_value(by_id[human_id], order) for human_id in ids]
        assert values == sorted(values, reverse=True)
