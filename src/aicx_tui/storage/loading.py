"""The first reading of a context: what is made of the tables once everybody is in them.

Each step is one that can be begun again, so a reading that was broken off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from aicx_tui.storage.database import Connection, IntegrityError
from aicx_tui.storage.schema import BY_ID, COLUMNS, GAP, INDEXES
from aicx_tui.storage.word_index import WordIndexing, look_again, prepared
from aicx_tui.storage.writing import put_meta, transaction

_COLUMN_LIST = ", ".join(COLUMNS)


class Step(NamedTuple):
    """How far the mirror is from being complete.

    Attributes:
        what: What is being done, as a person reads it.
        share: Of the whole, between 0 and 1.
    """

    what: str
    share: float


def meta(connection: Connection, name: str) -> str | None:
    """A fact about the mirror."""
    found = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if found is None else str(found[0])


def complete(connection: Connection, indexing: WordIndexing) -> Iterator[Step]:
    """Do what is left until the mirror is complete, telling what is done next.

    Args:
        connection: The writer's.
        indexing: Fills the text index; may have begun while humans were read.
    """
    for name, what, share, step in _STEPS:
        if meta(connection, "built") is not None and name <= str(meta(connection, "built")):
            continue
        yield Step(what, share)
        for done in step(connection, indexing):
            yield Step(what, share + done)
        with transaction(connection):
            put_meta(connection, {"built": name})


def _by_id(connection: Connection, indexing: WordIndexing) -> Iterator[float]:
    """One row for each human, the latest that came, and none where that was a tombstone."""
    indexing.keep_up(at_least=1)
    with transaction(connection):
        connection.execute("DROP INDEX IF EXISTS humans_by_id")
        try:
            connection.execute(BY_ID)
            is_each_there_once = True
        except IntegrityError:
            is_each_there_once = False
        if not is_each_there_once or not _are_as_many(connection):
            if indexing.is_coming:
                indexing.put()
            _take_out_the_gone(connection)
            if not is_each_there_once:
                connection.execute(BY_ID)
            indexing.forget()
    yield 0.0


def _are_as_many(connection: Connection) -> bool:
    """Whether nobody is a tombstone, where nobody came twice."""
    (is_equal,) = connection.execute(
        "SELECT (SELECT count(*) FROM humans) = (SELECT count(*) FROM search)"
    ).fetchone()
    return bool(is_equal)


def _take_out_the_gone(connection: Connection) -> None:
    connection.execute(
        "DELETE FROM humans WHERE place NOT IN (SELECT max(place) FROM humans GROUP BY id)"
    )
    connection.execute("DELETE FROM humans WHERE document IS NULL")
    gone = "place NOT IN (SELECT place FROM humans)"
    if (until := meta(connection, "words_until")) is not None:
        connection.execute(
            f"INSERT INTO words (words, rowid, {_COLUMN_LIST}) "  # noqa: S608
            f"SELECT 'delete', place, {_COLUMN_LIST} FROM search WHERE place <= ? AND {gone}",
            (int(until),),
        )
    connection.execute(f"DELETE FROM search WHERE {gone}")  # noqa: S608


def _in_order(connection: Connection, indexing: WordIndexing) -> Iterator[float]:
    """Places in the order of the latest update, where the platform did not read them out so."""
    if meta(connection, "is_unordered") is None:
        return
    with transaction(connection):
        if indexing.is_coming:
            indexing.put()
        connection.execute("DROP TABLE IF EXISTS temp.placed")
        connection.execute(
            "CREATE TEMP TABLE placed AS SELECT place AS old, "  # noqa: S608
            f"row_number() OVER (ORDER BY updated, place) * {GAP} AS place FROM search"
        )
        for table in ("humans", "search"):
            (schema,) = connection.execute(
                "SELECT sql FROM sqlite_schema WHERE name = ?", (table,)
            ).fetchone()
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")][1:]
            kept = ", ".join(columns)
            connection.execute(f"ALTER TABLE {table} RENAME TO unordered")
            connection.execute(schema)
            connection.execute(
                f"INSERT INTO {table} (place, {kept}) SELECT placed.place, {kept} "  # noqa: S608
                "FROM placed JOIN unordered ON unordered.place = placed.old ORDER BY placed.place"
            )
            connection.execute("DROP TABLE unordered")
        connection.execute("DROP TABLE placed")
        connection.execute(BY_ID)
        connection.execute("DROP TABLE IF EXISTS words")
        connection.execute("DELETE FROM meta WHERE name IN ('is_unordered', 'words_until')")
    indexing.forget()
    yield 0.0


def _words(connection: Connection, indexing: WordIndexing) -> Iterator[float]:
    """The text index, in the order of places; the other indexes while its words are gathered."""
    with transaction(connection):
        until = prepared(connection)
    (last,) = connection.execute("SELECT max(place) FROM search").fetchone()
    others = iter(INDEXES)
    while last is not None and (indexing.is_coming or until < last):
        if not indexing.is_coming:
            indexing.begin(until)
        while indexing.is_busy and (statement := next(others, None)):
            _make(connection, statement)
        with transaction(connection):  # nobody else can write while it is open: no step ends in it
            until = indexing.put()
        yield 0.45 * until / last if last > 0 else 0.0
    look_again(connection, "words")


def _indexes(connection: Connection, _: WordIndexing) -> Iterator[float]:
    for number, statement in enumerate(INDEXES):
        _make(connection, statement)
        yield 0.075 * number


def _make(connection: Connection, index: str) -> None:
    """Make an index, unless it was made while the words were gathered."""
    with transaction(connection):
        connection.execute(index.replace(" INDEX ", " INDEX IF NOT EXISTS "))


def _name_of(index: str) -> str:
    """The name in a statement that makes an index."""
    return index.partition(" INDEX ")[2].split()[0]


def _trigrams(connection: Connection, _: WordIndexing) -> Iterator[float]:
    """How many humans have each trigram: what one or two letters are found by."""
    with transaction(connection):
        connection.execute("DELETE FROM trigrams")
        connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row)")
        connection.execute("INSERT INTO trigrams SELECT term, doc FROM vocabulary")
        connection.execute("DROP TABLE temp.vocabulary")
    yield 0.0


_STEPS: tuple[
    tuple[str, str, float, Callable[[Connection, WordIndexing], Iterator[float]]], ...
] = (
    ("1 by id", "ordering", 0.0, _by_id),
    ("2 in order", "ordering", 0.1, _in_order),
    ("3 words", "indexing words", 0.2, _words),
    ("4 indexes", "indexing names", 0.65, _indexes),
    ("5 trigrams", "indexing letters", 0.95, _trigrams),
)
"""In this order, each of them begun anew or gone on with where it was broken off."""

COMPLETE = _STEPS[-1][0]
"""What `built` says of a mirror that nothing is missing from."""


def clear(connection: Connection) -> None:
    """Forget every human, to read them anew; in a transaction.

    Codes of tags stay what they are: this console and others go on using those they know.
    """
    connection.execute("DROP TABLE IF EXISTS words")
    for statement in (BY_ID, *INDEXES):
        connection.execute(f"DROP INDEX IF EXISTS {_name_of(statement)}")
    for table in ("humans", "search", "trigrams"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    connection.execute(
        "DELETE FROM meta WHERE name IN "
        "('built', 'words_until', 'is_unordered', 'cursor', 'total', 'read_at')"
    )
