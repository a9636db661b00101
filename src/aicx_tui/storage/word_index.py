"""Fills the text index beside the reading of humans: on a thread, and in a memory, of its own.

To fill it takes longer than to read, and only one connection can write at a time. So the words of
many humans are gathered in a table in memory, and what that table consists of goes into the mirror
row by row, in a transaction of the writer that also notes how far it reaches. That is all that is
kept: whoever is killed goes on after the last humans that were noted.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from aicx_tui.storage.database import Connection, DatabaseError
from aicx_tui.storage.schema import COLUMNS, GAP, WORDS
from aicx_tui.storage.thread import DataThread
from aicx_tui.storage.writing import put_meta, transaction

HUMANS_A_SEGMENT = 100_000
"""Humans gathered at once: each time leaves a segment of the index, and few are read faster."""

HASH_BYTES = 64 * 1024 * 1024
"""Memory that the text index gathers words in before it writes them down."""

FILLING_CACHE = 32
"""MiB of pages that the writer keeps decrypted meanwhile."""

PAGES_A_CHECKPOINT, _USUAL_CHECKPOINT = 10_000, 1_000
"""Pages in the log from which they are written into the file: meanwhile, and as a rule."""

NICENESS = 5
"""How far it steps back behind what reads humans and shows them, where a thread can."""

_NEVER_MERGED = 1999
"""Segments from which the index would merge them: they are not in memory any more."""

_LIST = ", ".join(COLUMNS)
_ASIDE = WORDS.replace("TABLE words", "TABLE temp.aside").replace("'search'", "''")
_ASIDE = _ASIDE.replace("content_rowid = 'place',", "")
_AVERAGES, _STRUCTURE = 1, 10
"""Rows that are there once, and written anew with each segment."""


class WordIndexing:
    """Gathers the words of humans behind a place, some at a time; on the writer's thread only.

    Args:
        writing: The writer's connection, which has more memory until `close`.
        connect: Opens another one; None where the mirror's file has no name any more, and all is
            done on the writer's.
    """

    def __init__(self, writing: Connection, connect: Callable[[], Connection] | None) -> None:
        self._writing = writing
        self._connection = connect() if connect else writing
        self._thread = (
            DataThread("mirror words", interrupt=self._connection.interrupt) if connect else None
        )
        self._coming: Future[int] | None = None
        self._is_begun = False
        writing.execute(f"PRAGMA cache_size = {-1024 * FILLING_CACHE}")
        writing.execute(f"PRAGMA wal_autocheckpoint = {PAGES_A_CHECKPOINT}")

    @property
    def is_coming(self) -> bool:
        """Whether something is being gathered, or was and is not put in yet."""
        return self._coming is not None

    @property
    def is_busy(self) -> bool:
        """Whether something is still being gathered."""
        return self._coming is not None and not self._coming.done()

    def begin(self, since: int) -> None:
        """Gather the words of the next humans; those that were committed.

        Args:
            since: The place of the last one that is in the index.
        """
        work = partial(self._gathered, since)
        if self._thread is not None:
            self._coming = self._thread.ask(work)
            return
        self._coming = Future()
        self._coming.set_result(work())

    def keep_up(self, *, at_least: int | None = None) -> None:
        """Put in what was gathered, and gather on where that is worth it; not in a transaction.

        Args:
            at_least: Humans that are worth it; None for a whole segment.
        """
        if self._thread is None or self.is_busy:
            return
        if self.is_coming:
            with transaction(self._writing):
                self.put()
        (last,) = self._writing.execute("SELECT max(place) FROM search").fetchone()
        until = int(_meta(self._writing, "words_until") or 0)
        left = ((last or 0) - until) // GAP
        if left < (at_least or HUMANS_A_SEGMENT) or _meta(self._writing, "is_unordered"):
            return
        with transaction(self._writing):
            since = prepared(self._writing)
        self.begin(since)

    def put(self) -> int:
        """Put in what was gathered, once it is there; in a transaction.

        Until then its thread has nothing to do, so that its connection can be read from here.

        Returns:
            The place of the last human in the index.
        """
        assert self._coming is not None  # noqa: S101  # a fault of ours
        until, self._coming = self._coming.result(), None
        execute, write = self._connection.execute, self._writing.executemany
        pages = execute("SELECT id, block FROM temp.aside_data")
        write("REPLACE INTO words_data VALUES (?, ?)", pages)
        terms = execute("SELECT segid, term, pgno FROM temp.aside_idx")
        write("INSERT INTO words_idx VALUES (?, ?, ?)", terms)
        execute("DELETE FROM temp.aside_data WHERE id NOT IN (?, ?)", (_AVERAGES, _STRUCTURE))
        execute("DELETE FROM temp.aside_idx")
        put_meta(self._writing, {"words_until": until})
        return until

    def forget(self) -> None:
        """Begin anew with what the mirror has: its index was changed otherwise, or dropped."""
        if self._is_begun:
            self._is_begun = False
            if self._thread is not None:
                self._thread.ask(self._drop)
            else:
                self._drop()

    def give_up(self) -> None:
        """Gather no more; whoever waits for it is told. May be called on any thread."""
        if self._thread is not None:
            self._thread.close(self._connection.close)

    def close(self) -> None:
        """Give up what is being gathered, and free the memory."""
        self.give_up()
        if self._thread is None and self._is_begun:
            with suppress(DatabaseError):
                self._drop()
        with suppress(DatabaseError):
            self._writing.execute(f"PRAGMA wal_autocheckpoint = {_USUAL_CHECKPOINT}")
            self._writing.execute("PRAGMA shrink_memory")
            self._writing.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # On its own thread

    def _drop(self) -> None:
        self._connection.execute("DROP TABLE temp.aside")

    def _gathered(self, since: int) -> int:
        execute = self._connection.execute
        if not self._is_begun:
            self._set_up()
        (until,) = execute(
            "SELECT max(place) FROM "
            "(SELECT place FROM main.search WHERE place > ? ORDER BY place LIMIT ?)",
            (since, HUMANS_A_SEGMENT),
        ).fetchone()
        execute(
            f"INSERT INTO temp.aside (rowid, {_LIST}) SELECT place, {_LIST} "  # noqa: S608
            "FROM main.search NOT INDEXED WHERE place > ? AND place <= ? ORDER BY place",
            (since, until),
        )
        return int(until)

    def _set_up(self) -> None:
        """Make the table in memory go on where the one in the mirror ends."""
        self._is_begun = True
        if self._thread is not None and sys.platform == "linux":  # where each thread has its own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        execute = self._connection.execute
        execute("PRAGMA temp_store = MEMORY")  # a file of its own would not be encrypted
        execute(_ASIDE)
        for setting, value in (
            ("hashsize", HASH_BYTES),
            ("automerge", 0),
            ("crisismerge", _NEVER_MERGED),
        ):
            execute("INSERT INTO temp.aside (aside, rank) VALUES (?, ?)", (setting, value))
        execute(
            "REPLACE INTO temp.aside_data SELECT id, block FROM main.words_data WHERE id IN (?, ?)",
            (_AVERAGES, _STRUCTURE),
        )
        look_again(self._connection, "temp.aside")


def prepared(connection: Connection) -> int:
    """Make the text index where there is none yet, and return how far it reaches; in a transaction.

    Returns:
        The place of the last human that is in it.
    """
    if (until := _meta(connection, "words_until")) is not None:
        return int(until)
    connection.execute("DROP TABLE IF EXISTS words")
    connection.execute(WORDS)
    (first,) = connection.execute("SELECT min(place) FROM search").fetchone()
    put_meta(connection, {"words_until": (first or 0) - 1})
    return (first or 0) - 1


def look_again(connection: Connection, table: str) -> None:
    """Let a text index read anew what it consists of: it keeps that until a change is taken back.

    Args:
        connection: Not in a transaction.
        table: `words`, or the one in memory.
    """
    connection.execute("BEGIN")
    try:
        nothing = ", ".join(["''"] * len(COLUMNS))
        connection.execute(f"INSERT INTO {table} (rowid, {_LIST}) VALUES (1, {nothing})")  # noqa: S608
    finally:
        connection.execute("ROLLBACK")


def _meta(connection: Connection, name: str) -> Any:  # noqa: ANN401  # as it was kept
    found = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return found and found[0]
