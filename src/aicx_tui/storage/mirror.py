"""The mirror of one context: what was read of its humans, searched in memory-like time.

Reading, counting and writing each have a connection and a thread of their own, so that a search
never waits for a page of a sync to be written, nor for all that another one finds.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock

from aicx_tui.errors import MirrorError
from aicx_tui.storage import loading
from aicx_tui.storage.changes import LOCAL
from aicx_tui.storage.codes import TagCodes, values
from aicx_tui.storage.database import (
    Connection,
    DamagedError,
    DatabaseError,
    connect,
    interrupt,
    prepare,
    set_aside,
    shut,
    told,
    unusable,
)
from aicx_tui.storage.loading import COMPLETE, Step, meta
from aicx_tui.storage.naming import Found, look_up
from aicx_tui.storage.query.conditions import Conditions
from aicx_tui.storage.query.planner import Plan, first_places, places, plan
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import Node
from aicx_tui.storage.results import PAGE, SLOT, Results
from aicx_tui.storage.rows import Document
from aicx_tui.storage.thread import DataThread
from aicx_tui.storage.word_index import WordIndexing
from aicx_tui.storage.writing import Writer, append, count_change, put_meta, transaction

READING_CACHE, COUNTING_CACHE, WRITING_CACHE = 16, 4, 8
"""MiB of pages that the connections keep decrypted."""

COUNTED = 10_001
"""Humans counted for a word that excludes others; nobody needs to know it more exactly."""

NEVER = 0.0
"""When a human was read by id of whom only what was sent is known."""

T = TypeVar("T")


class Mirror:
    """An open mirror.

    Every method but those that return a future blocks on the disk; call those in a thread.

    Args:
        path: The file.
        key: 32 random bytes.

    Attributes:
        was_damaged: Whether a file was set aside, so that everybody is read anew.
        openings: How often a file was opened; what was found in the one before is of no use.

    Raises:
        MirrorError: The file cannot be opened or made.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self.was_damaged = False
        self.openings = 0
        self.at_close: Callable[[], None] = _nothing
        self._key = key
        self._is_damaged = False
        self._results: Results | None = None
        self._indexing: WordIndexing | None = None
        try:
            self._open(path, key)
        except DamagedError:
            self._open_anew()
        self.reader = DataThread(
            "mirror reader", interrupt=lambda: interrupt(self._reading), told=self._told
        )
        self.counter = DataThread(
            "mirror counter", interrupt=lambda: interrupt(self._counting), told=self._told
        )
        self.writer = DataThread(
            "mirror writer", interrupt=lambda: interrupt(self._writing), told=self._told
        )

    @property
    def is_usable(self) -> bool:
        """Whether no damage was met and the file is still the one that its name means."""
        return not self._is_damaged and self._named() in (None, self._opened)

    def reopen(self) -> None:
        """Open the file that the name means now, without the one that was open if it is damaged.

        Raises:
            MirrorError: It cannot be opened or made, or had no name.
        """
        if self._named() is None:
            raise MirrorError(
                "The local copy, kept for this run only, is damaged.",
                hint="Start aicx again: everybody is read from the platform anew.",
            )
        self.reader.ask(lambda: self._reading.close()).result()
        self.counter.ask(lambda: self._counting.close()).result()
        self.writer.ask(lambda: self._writing.close()).result()
        self._open_anew()

    def _open_anew(self) -> None:
        lock = FileLock(self.path.with_suffix(".opening"))
        try:
            lock.acquire()  # else two consoles would set each other's new file aside
        except OSError as error:
            raise unusable(self.path, error) from None
        try:
            if self._is_damaged and self._named() == self._opened:
                self._set_aside()
            try:
                self._open(self.path, self._key)
            except DamagedError:
                self._set_aside()
                self._open(self.path, self._key)
        finally:
            lock.release()

    def _set_aside(self) -> None:
        set_aside(self.path)
        self.was_damaged = True

    def _named(self) -> int | None:
        """What the system calls the file of this name; None where there is none."""
        try:
            return self.path.stat().st_ino
        except OSError:
            return None

    def _open(self, path: Path, key: bytes) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unusable(path, error) from None
        self._writing = connect(path, key, cache_mebibytes=WRITING_CACHE)
        try:
            prepare(self._writing, path)
            self._reading = connect(path, key, cache_mebibytes=READING_CACHE)
            self._counting = connect(path, key, cache_mebibytes=COUNTING_CACHE)
        except BaseException:
            self._writing.close()
            raise
        self._reading.execute("PRAGMA query_only = ON")
        self._counting.execute("PRAGMA query_only = ON")
        self._codes = TagCodes(self._writing)
        self._opened = self._named()
        self.openings += 1
        self._is_damaged = False

    def _told(self, error: BaseException) -> BaseException:
        """What the database says of its file, as everybody else is told it."""
        if not isinstance(error, DatabaseError):
            return error
        problem = told(self.path, error)
        self._is_damaged = self._is_damaged or isinstance(problem, DamagedError)
        return problem

    def close(self) -> None:
        """Close every connection; what was committed is kept."""
        self.counter.close(lambda: shut(self._counting))
        self.reader.close(lambda: shut(self._reading))
        if (indexing := self._indexing) is not None:  # the writer may be waiting for it
            indexing.give_up()
        self.writer.close(lambda: shut(self._writing))
        self.at_close()

    # Reading

    def search(
        self,
        where: Node,
        sort: Sort,
        *,
        tags: Mapping[str, str],
        on_change: Callable[[Results], None],
    ) -> Future[Results]:
        """Find humans; a search that is still going on is given up.

        Args:
            where: Whom.
            sort: In which order.
            tags: Names of tags by their ids, as far as they are known.
            on_change: Called on another thread when more of the result is known.
        """
        if self._results is not None:
            self._results.drop()
        self.counter.give_up(SLOT)
        return self.reader.ask_latest(SLOT, partial(self._searched, where, sort, tags, on_change))

    def _searched(
        self,
        where: Node,
        sort: Sort,
        tags: Mapping[str, str],
        on_change: Callable[[Results], None],
    ) -> Results:
        if self._results is not None:
            self._results.drop()
        chosen = plan(self._conditions(tags), where, sort)
        found = first_places(self._reading, chosen.first, PAGE + 1)
        is_all = len(found) <= PAGE
        results = Results(self.reader, self._reading, first=(found, is_all), on_change=on_change)
        self._results = results
        if not is_all:
            results.counting = self.counter.ask_latest(
                SLOT, partial(results.complete, self._counting, chosen)
            )
        return results

    def every(
        self, where: Node, sort: Sort, *, tags: Mapping[str, str]
    ) -> Generator[str, None, None]:
        """The documents of all humans found, in order; on the reader's thread only."""
        chosen: Plan = plan(self._conditions(tags), where, sort)
        for place in array("q", places(self._reading, chosen.every)):  # nothing stays open between
            found = self._reading.execute(
                "SELECT document FROM humans WHERE place = ?", (place,)
            ).fetchone()
            if found is not None:
                yield found[0]

    def count_of(self, where: Node, *, tags: Mapping[str, str]) -> Future[int]:
        """How many humans match, counted up to `COUNTED`."""

        def counted() -> int:
            chosen = plan(self._conditions(tags), where, Sort())
            return len(first_places(self._reading, chosen.first, COUNTED))

        return self.reader.ask(counted)

    def document(self, human_id: str, *, place: int | None = None) -> Future[str | None]:
        """A human's document.

        Args:
            human_id: Whose.
            place: Where it was found: before everybody was read there is no index of ids.
        """

        def found() -> str | None:
            by_place = "SELECT document FROM humans WHERE place = ? AND id = ?"
            row = self._reading.execute(by_place, (place, human_id)).fetchone()
            by_id = "SELECT document FROM humans WHERE id = ?"
            row = row or self._reading.execute(by_id, (human_id,)).fetchone()
            return None if row is None else str(row[0])

        return self.reader.ask(found)

    def look_up(self, names: Sequence[str]) -> Future[Found]:
        """Whom names mean: ids, e-mails, uids or phones."""
        return self.counter.ask(lambda: look_up(self._counting, names))

    def facts(self) -> Future[dict[str, str]]:
        """All that is kept about the mirror itself."""
        return self.reader.ask(lambda: dict(self._reading.execute("SELECT * FROM meta")))

    def count(self) -> Future[int]:
        """How many humans there are."""
        return self.reader.ask(
            lambda: self._reading.execute("SELECT count(*) FROM humans").fetchone()[0]
        )

    def ids_not_read_since(self, moment: float, now: float) -> Future[list[str]]:
        """Humans that were last read by id before a moment, or by a clock that is ahead of now."""

        def ids() -> list[str]:
            found = self._reading.execute(
                "SELECT humans.id FROM humans LEFT JOIN reads ON reads.id = humans.id "
                "WHERE (reads.at IS NULL OR reads.at <= ? OR reads.at > ?) "
                "AND substr(humans.id, 1, length(?)) <> ? ORDER BY reads.at",
                (moment, now, LOCAL, LOCAL),
            )
            return [human_id for (human_id,) in found]

        return self.reader.ask(ids)

    def values_of(self, tag_id: str) -> Future[Sequence[str]]:
        """Values that humans have or had for a tag."""
        return self.reader.ask(lambda: values(self._reading, tag_id))

    def read(self, work: Callable[[Connection], T]) -> Future[T]:
        """Read something else than humans."""
        return self.reader.ask(lambda: work(self._reading))

    def version(self) -> Future[int]:
        """A number that changes with every change, by whomever."""
        return self.reader.ask(lambda: self._reading.execute("PRAGMA data_version").fetchone()[0])

    def _conditions(self, tags: Mapping[str, str]) -> Conditions:
        is_indexed = meta(self._reading, "built") == COMPLETE
        is_placed = is_indexed or meta(self._reading, "is_unordered") is None
        return Conditions(self._reading, tags, is_indexed=is_indexed, is_placed=is_placed)

    # Writing

    def write(
        self, work: Callable[[Connection, Writer], T], *, is_durable: bool = False
    ) -> Future[T]:
        """Do something in one transaction.

        Args:
            work: What to do.
            is_durable: Whether it must be on the disk when it is done; else losing the last moment
                with the machine costs nothing but reading it again.
        """

        def done() -> T:
            if not is_durable:
                return in_a_transaction()
            self._writing.execute("PRAGMA synchronous = FULL")
            try:
                return in_a_transaction()
            finally:
                self._writing.execute("PRAGMA synchronous = NORMAL")

        def in_a_transaction() -> T:
            with transaction(self._writing, self._codes):
                writer = Writer(self._writing, self._codes)
                result = work(self._writing, writer)
                if writer.has_changed:
                    count_change(self._writing)
                return result

        return self.writer.ask(done)

    def keep(self, facts: Mapping[str, Any]) -> Future[None]:
        """Keep facts about the mirror itself."""
        return self.write(lambda connection, _: put_meta(connection, dict(facts)))

    def outdate(self, human_ids: Sequence[str]) -> Future[None]:
        """Let humans count as never read by id."""

        def work(connection: Connection, _: Writer) -> None:
            outdated = [(NEVER, human_id) for human_id in human_ids]
            connection.executemany("UPDATE reads SET at = ? WHERE id = ?", outdated)

        return self.write(work)

    def append(self, documents: Sequence[Document], facts: Mapping[str, Any]) -> Future[None]:
        """Put what is read for the first time behind the rest, with where that went on."""

        def done() -> None:
            with transaction(self._writing, self._codes):
                append(self._writing, documents, self._codes)
                count_change(self._writing)
                put_meta(self._writing, dict(facts))
            self._filled().keep_up()

        return self.writer.ask(done)

    def complete(self) -> Generator[Step, None, None]:
        """Index what was read for the first time; on the writer's thread only."""
        try:
            yield from loading.complete(self._writing, self._filled())
        finally:
            self.end_filling()

    def _filled(self) -> WordIndexing:
        if self._indexing is None:
            again = partial(connect, self.path, self._key, cache_mebibytes=COUNTING_CACHE)
            self._indexing = WordIndexing(self._writing, again if self._named() else None)
        return self._indexing

    def end_filling(self) -> None:
        """Free what filling the mirror takes, done or not; on the writer's thread only."""
        indexing, self._indexing = self._indexing, None
        if indexing is not None:
            indexing.close()
            with suppress(DatabaseError):
                self._writing.execute(f"PRAGMA cache_size = {-1024 * WRITING_CACHE}")

    def clear(self) -> Future[None]:
        """Forget every human, and that there was a first reading."""
        return self.write(lambda connection, _: loading.clear(connection))


def _nothing() -> None:
    """Nothing is left to do."""
