"""What a search found, asked for before all of it is known and after the mirror went bad."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from aicx_tui.errors import MirrorError
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import EVERYBODY
from aicx_tui.storage.results import MOST_TRIES, PAGE, Page, Results
from tests.storage.mirrors import PATIENCE, finish, opened
from tests.storage.syncing import human

MANY = 5 * PAGE


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    with opened(tmp_path / "mirror.db") as mirror:
        mirror.append([human(number, second=number) for number in range(MANY)], {}).result(PATIENCE)
        finish(mirror)
        yield mirror


@pytest.fixture
def held(mirror: Mirror) -> Iterator[Event]:
    """Nobody is counted until this is set."""
    event = Event()
    mirror.counter.ask(lambda: event.wait(PATIENCE))
    yield event
    event.set()


def everybody(mirror: Mirror) -> Results:
    return mirror.search(EVERYBODY, Sort(), tags={}, on_change=lambda _: None).result(PATIENCE)


async def test_the_ids_to_the_end_are_all_of_them_however_early_they_are_asked_for(
    mirror: Mirror, held: Event
) -> None:
    results = everybody(mirror)
    assert not results.is_counted
    ids = asyncio.create_task(asyncio.wait_for(results.ids(), PATIENCE))
    assert await results.ids(0, 2) == [f"eu_{number}" for number in (319, 318, 317)]
    held.set()
    assert await ids == [f"eu_{number}" for number in reversed(range(MANY))]


async def test_the_ids_to_the_end_of_a_search_that_was_given_up_are_refused(
    mirror: Mirror, held: Event
) -> None:
    results = everybody(mirror)
    ids = asyncio.create_task(results.ids())
    await asyncio.sleep(0)  # it has begun
    everybody(mirror)
    with pytest.raises(MirrorError, match="Another search came before"):
        await asyncio.wait_for(ids, PATIENCE)
    held.set()


async def test_rows_that_cannot_be_read_are_not_asked_for_without_end(mirror: Mirror) -> None:
    changes = 0

    def changed(_: Results) -> None:
        nonlocal changes
        changes += 1

    search = mirror.search(EVERYBODY, Sort(), tags={}, on_change=changed)
    results = search.result(PATIENCE)
    assert results.counting is not None
    results.counting.result(PATIENCE)
    mirror.reader.ask(lambda: mirror._reading.close()).result(PATIENCE)
    before = changes
    for _ in range(20):
        assert results.at(MANY - 1) is None
        mirror.reader.ask(lambda: None).result(PATIENCE)
    assert changes == before + MOST_TRIES
    assert isinstance(results.problem, MirrorError)


@pytest.mark.timeout(PATIENCE)
def test_a_page_that_was_read_before_all_were_counted_is_read_to_its_end(
    mirror: Mirror, held: Event
) -> None:
    results = everybody(mirror)
    assert results.total == PAGE + 1
    while results.at(PAGE) is None:
        pass
    held.set()
    assert results.counting is not None
    results.counting.result(PATIENCE)
    while (record := results.at(PAGE + 9)) is None:
        pass
    assert record.id == f"eu_{MANY - 1 - PAGE - 9}"


@pytest.mark.timeout(PATIENCE)
def test_rows_that_could_not_be_read_for_a_moment_are_read_again(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = everybody(mirror)
    assert results.counting is not None
    results.counting.result(PATIENCE)
    read, failures = results._read_page, [MirrorError("interrupted")]

    def read_page(number: int) -> Page:
        if failures:
            raise failures.pop()
        return read(number)

    monkeypatch.setattr(results, "_read_page", read_page)
    record = None
    while record is None:
        record = results.at(MANY - 1)
    assert record.id == "eu_0"
    assert results.problem is None


def test_where_a_human_is_is_told_later_where_it_is_not_known_at_once(mirror: Mirror) -> None:
    changed, held = Event(), Event()
    results = mirror.search(EVERYBODY, Sort(), tags={}, on_change=lambda _: changed.set()).result(
        PATIENCE
    )
    assert results.counting is not None
    results.counting.result(PATIENCE)
    changed.clear()
    mirror.reader.ask(lambda: held.wait(PATIENCE))
    assert results.place_of("eu_0") is None
    assert results.is_looking_for("eu_0")
    assert not changed.is_set()
    held.set()
    assert changed.wait(PATIENCE)
    assert not results.is_looking_for("eu_0")
    held.clear()
    mirror.reader.ask(lambda: held.wait(PATIENCE))
    assert results.place_of("eu_0") == MANY - 1, "it was asked for once"
    held.set()
    assert results.place_of("eu_nobody") is None
    assert not results.is_looking_for("eu_nobody")
