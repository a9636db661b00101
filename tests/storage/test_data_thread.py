"""The thread that a connection lives on: it does what was asked last, and nothing ends it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path

import pytest

from aicx_tui.storage.database import Connection, connect
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import EVERYBODY
from aicx_tui.storage.rows import Document
from aicx_tui.storage.thread import DataThread
from tests.storage.mirrors import KEY, PATIENCE, finish, opened
from tests.storage.syncing import human

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    opened = connect(tmp_path / "m.db", KEY, cache_mebibytes=1)
    yield opened
    opened.close()


@pytest.fixture
def thread(connection: Connection) -> Iterator[DataThread]:
    thread = DataThread("tested", interrupt=connection.interrupt)
    yield thread
    thread.close(lambda: None)


class Gate:
    """Holds a job until it is opened."""

    def __init__(self, thread: DataThread) -> None:
        self._open, self._reached = threading.Event(), threading.Event()
        thread.ask(self._hold)
        assert self._reached.wait(PATIENCE)

    def _hold(self) -> None:
        self._reached.set()
        assert self._open.wait(PATIENCE)

    def open(self) -> None:
        self._open.set()


def test_of_what_is_asked_for_a_slot_only_the_latest_is_done(thread: DataThread) -> None:
    done: list[int] = []
    gate = Gate(thread)
    futures = [thread.ask_latest("x", partial(done.append, number)) for number in range(5)]
    other = thread.ask_latest("y", lambda: done.append(99))
    gate.open()
    other.result(PATIENCE)
    assert done == [4, 99]
    assert [future.cancelled() for future in futures] == [True] * 4 + [False]


def test_a_question_that_runs_is_interrupted_by_the_next(
    thread: DataThread, connection: Connection
) -> None:
    running = threading.Event()

    def endless() -> None:
        running.set()
        connection.execute(ENDLESS).fetchone()

    first = thread.ask_latest("x", endless)
    assert running.wait(PATIENCE)
    second = thread.ask_latest("x", lambda: connection.execute("SELECT 1").fetchone())
    # An interruption that comes before the statement does nothing, so it comes again.
    while not first.done():
        connection.interrupt()
    assert "interrupted" in str(first.exception(PATIENCE))
    assert second.result(PATIENCE) == (1,)


def test_closing_ends_what_runs_and_gives_up_the_rest(connection: Connection) -> None:
    thread = DataThread("tested", interrupt=connection.interrupt)
    running, last = threading.Event(), threading.Event()
    # An interruption that comes before the statement does nothing, so this comes after it.
    connection.set_progress_handler(last.is_set, 1000)

    def endless() -> None:
        running.set()
        connection.execute(ENDLESS).fetchone()

    gate = Gate(thread)
    first, queued = thread.ask(endless), thread.ask(lambda: 1)
    gate.open()
    assert running.wait(PATIENCE)
    closing = threading.Thread(target=thread.close, args=(lambda: None,))
    closing.start()
    while not queued.cancelled():
        pass
    last.set()
    closing.join(PATIENCE)
    assert not closing.is_alive()
    assert "interrupted" in str(first.exception(PATIENCE))
    with pytest.raises(CancelledError):
        thread.ask(lambda: 1).result(PATIENCE)
    thread.close(lambda: None)


def test_a_search_is_answered_though_the_last_one_was_given_up_while_it_was_read_to_the_end(
    tmp_path: Path,
) -> None:
    with opened(tmp_path / "m.db") as mirror:
        fill(mirror)
        for _ in range(60):
            pending = [
                mirror.search(EVERYBODY, Sort(), tags={}, on_change=lambda _: None)
                for _ in range(3)
            ]
            assert pending[-1].result(PATIENCE).at(0) is not None
            assert mirror.count().result(PATIENCE) == 12_000


def test_a_walk_goes_on_while_somebody_searches(tmp_path: Path) -> None:
    with opened(tmp_path / "m.db") as mirror:
        fill(mirror)
        walk = mirror.every(EVERYBODY, Sort(), tags={})
        walked = 0

        def some() -> int:
            return len([1 for _, _ in zip(range(50), walk, strict=False)])

        while now := mirror.reader.ask(some).result(PATIENCE):
            walked += now
            for _ in range(2):
                last = mirror.search(EVERYBODY, Sort(), tags={}, on_change=lambda _: None)
            if walked % 1000 == 0:
                assert last.result(PATIENCE).at(0) is not None
        assert walked == 12_000


def fill(mirror: Mirror) -> None:
    many: list[Document] = [human(number, second=number % 3000) for number in range(12_000)]
    mirror.append(many, {}).result(PATIENCE)
    finish(mirror)
