"""The first reading of a context: what is made of the tables once everybody is in them.

Each step is one that can be begun again, so a reading that was broken off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from aicx_tui.storage.database import Connection, IntegrityError
from aicx_tui.storage.schema import BY_ID, COLUMNS, GAP, INDEXES, WORDS
from aicx_tui.storage.writing import put_meta, transaction

ROWS_AT_ONCE = 20_000
"""Humans indexed by one statement."""

STATEMENTS_AT_ONCE = 5
"""Statements in one transaction: each leaves a segment of the index, and few are read faster."""

HASH_BYTES = 64 * 1024 * 1024
"""Memory that the text index gathers words in before it writes them down."""

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


def complete(connection: Connection) -> Iterator[Step]:
    """Do what is left until the mirror is complete, telling what is done next."""
    for name, what, share, step in _STEPS:
        if meta(connection, "built") is not None and name <= str(meta(connection, "built")):
            continue
        yield Step(what, share)
        for done in step(connection):
            yield Step(what, share + done)
        with transaction(connection):
            put_meta(connection, {"built": name})


def _by_id(connection: Connection) -> Iterator[float]:
    """One row for each human, the latest that came, and none where that was a tombstone."""
    with transaction(connection):
        connection.execute("DROP INDEX IF EXISTS humans_by_id")
        try:
            connection.execute(BY_ID)
        except IntegrityError:
            connection.execute(
                "DELETE FROM humans WHERE place NOT IN (SELECT max(place) FROM humans GROUP BY id)"
            )
            connection.execute(BY_ID)
        if (
            connection.execute("DELETE FROM humans WHERE document IS NULL").rowcount
            or (
                connection.execute(
                    "SELECT (SELECT count(*) FROM humans) < (SELECT count(*) FROM search)"
                ).fetchone()[0]
            )
        ):
            connection.execute("DELETE FROM search WHERE place NOT IN (SELECT place FROM humans)")
    yield 0.0


def _in_order(connection: Connection) -> Iterator[float]:
    """Places in the order of the latest update, where the platform did not read them out so."""
    if meta(connection, "is_unordered") is None:
        return
    with transaction(connection):
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
        connection.execute("DELETE FROM meta WHERE name = 'is_unordered'")
    yield 0.0


def _words(connection: Connection) -> Iterator[float]:
    """The text index, in the order of places; a chunk at a time, so that it can be given up."""
    with transaction(connection):
        if meta(connection, "words_until") is None:
            connection.execute("DROP TABLE IF EXISTS words")
            connection.execute(WORDS)
            first = connection.execute("SELECT min(place) FROM search").fetchone()[0]
            put_meta(connection, {"words_until": (first or 0) - 1})
    for setting, value in (("hashsize", HASH_BYTES), ("automerge", 0)):
        connection.execute("INSERT INTO words (words, rank) VALUES (?, ?)", (setting, value))
    last = connection.execute("SELECT max(place) FROM search").fetchone()[0]
    until = None
    while last is not None and (until is None or until < last):
        with transaction(connection):  # nobody else can write while it is open: no step ends in it
            until = int(meta(connection, "words_until") or 0)
            for _ in range(STATEMENTS_AT_ONCE):
                until = _index_words(connection, until)
            put_meta(connection, {"words_until": until})
        yield 0.45 * until / last if last > 0 else 0.0
    connection.execute("INSERT INTO words (words, rank) VALUES ('automerge', 4)")


def _index_words(connection: Connection, until: int) -> int:
    """Index the next humans, and return the place of the last of them."""
    places = connection.execute(
        "SELECT max(place) FROM (SELECT place FROM search WHERE place > ? ORDER BY place LIMIT ?)",
        (until, ROWS_AT_ONCE),
    ).fetchone()
    if places[0] is None:
        return until
    connection.execute(
        f"INSERT INTO words (rowid, {_COLUMN_LIST}) SELECT place, {_COLUMN_LIST} "  # noqa: S608
        "FROM search WHERE place > ? AND place <= ? ORDER BY place",
        (until, places[0]),
    )
    return int(places[0])


def _indexes(connection: Connection) -> Iterator[float]:
    for number, statement in enumerate(INDEXES):
        name = _name_of(statement)
        with transaction(connection):
            connection.execute(f"DROP INDEX IF EXISTS {name}")
            connection.execute(statement)
        yield 0.075 * number


def _name_of(index: str) -> str:
    """The name in a statement that makes an index."""
    return index.partition(" INDEX ")[2].split()[0]


def _trigrams(connection: Connection) -> Iterator[float]:
    """How many humans have each trigram: what one or two letters are found by."""
    with transaction(connection):
        connection.execute("DELETE FROM trigrams")
        connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row)")
        connection.execute("INSERT INTO trigrams SELECT term, doc FROM vocabulary")
        connection.execute("DROP TABLE temp.vocabulary")
    yield 0.0


_STEPS: tuple[tuple[str, str, float, Callable[[Connection], Iterator[float]]], ...] = (
    ("1 by id", "ordering", 0.0, _by_id),
    ("2 in order", "ordering", 0.1, _in_order),
    ("3 words", "indexing words", 0.2, _words),
    ("4 indexes", "indexing names", 0.65, _indexes),
    ("5 trigrams", "indexing letters", 0.95, _trigrams),
)
"""In this order: the text index is filled six times faster before the others are there."""

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
