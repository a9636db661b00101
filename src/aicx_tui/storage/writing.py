"""Puts humans into the mirror's tables: in bulk while they are read first, then one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import count
from typing import Any

import orjson

from aicx_tui.storage.changes import Change, upon_all
from aicx_tui.storage.codes import TagCodes
from aicx_tui.storage.database import Connection
from aicx_tui.storage.outbox_reading import shown
from aicx_tui.storage.retagging import Tags, recode, retag, with_tags
from aicx_tui.storage.rows import Document, SearchRow, search_row, tag_values, written
from aicx_tui.storage.schema import COLUMNS, GAP

_PUT_HUMAN = "INSERT INTO humans (place, id, document) VALUES (?, ?, ?)"
_PUT_SEARCH = "INSERT INTO search VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_WORDS_OF = f"SELECT place, {', '.join(COLUMNS)} FROM search WHERE place = ?"  # noqa: S608
_INDEX = f"INSERT INTO words (rowid, {', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_UNINDEX = (
    f"INSERT INTO words (words, rowid, {', '.join(COLUMNS)}) "  # noqa: S608
    "VALUES ('delete', ?, ?, ?, ?, ?, ?, ?)"
)
_COUNT_TRIGRAM = (
    "INSERT INTO trigrams VALUES (?, 1) ON CONFLICT (term) DO UPDATE SET humans = humans + 1"
)
_MOVED = ("humans", "search")

ROWS_A_STATEMENT = 100
"""Rows that one statement puts in while humans are read for the first time."""

ROOM_AT_LEAST = 8
"""Neighbours that move together when there is no room between two of them."""


@contextmanager
def transaction(connection: Connection, codes: TagCodes | None = None) -> Iterator[None]:
    """All of it or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")  # which a full disk may refuse too
    except BaseException:
        if codes is not None:
            codes.forget()
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def put_meta(connection: Connection, values: dict[str, Any]) -> None:
    """Keep facts about the mirror."""
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(values.items()))


def count_change(connection: Connection) -> None:
    """Let everybody who looks see that humans have changed."""
    connection.execute(
        "INSERT INTO meta VALUES ('revision', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1"
    )


def platform_document(connection: Connection, human_id: str) -> str | None:
    """A human as the platform had it last, without what is being changed; None where unknown."""
    (text,) = connection.execute(
        "SELECT coalesce((SELECT document FROM originals WHERE human_id = :id), "
        "(SELECT document FROM humans WHERE id = :id))",
        {"id": human_id},
    ).fetchone()
    return None if text is None else str(text)


def append(connection: Connection, documents: Sequence[Document], codes: TagCodes) -> None:
    """Put humans behind all others while they are read for the first time; nothing is indexed yet.

    A human that comes again stands twice until `loading` takes the earlier one out. A tombstone,
    a document with nothing but its id and `deleted`, stands for what it takes out.
    """
    (last,) = connection.execute("SELECT coalesce(max(place), 0) FROM humans").fetchone()
    latest = connection.execute("SELECT updated FROM search ORDER BY place DESC LIMIT 1").fetchone()
    newest = latest[0] if latest else None  # which is not the last human's if that is a tombstone
    places = count(last + GAP, GAP)
    is_unordered = False
    humans: list[Any] = []
    searched: list[Any] = []
    for place, document in zip(places, documents, strict=False):
        if document.get("deleted") is True:
            humans += (place, document["id"], None)
            continue
        humans += (place, document["id"], written(document))
        row = search_row(document, codes=codes.of(tag_values(document)))
        searched.append(place)
        searched += row
        is_unordered = is_unordered or (newest is not None and row.updated < newest)
        newest = row.updated
    _put_all(connection, "humans (place, id, document)", humans, width=3)
    _put_all(connection, "search", searched, width=9)
    if is_unordered:
        put_meta(connection, {"is_unordered": True})


def _put_all(connection: Connection, table: str, values: Sequence[Any], *, width: int) -> None:
    """Put rows into a table, many by one statement: other threads have Python meanwhile.

    Args:
        connection: In a transaction.
        table: Which, with the names of its columns unless they are all of them.
        values: Of one row after the other.
        width: Values in a row.
    """
    row = f"({', '.join('?' * width)})"
    for at in range(0, len(values), width * ROWS_A_STATEMENT):
        some = values[at : at + width * ROWS_A_STATEMENT]
        rows = ", ".join([row] * (len(some) // width))
        connection.execute(f"INSERT INTO {table} VALUES {rows}", some)  # noqa: S608


class Writer:
    """Puts changed humans where they belong, in a mirror that is complete.

    Args:
        connection: In a transaction, whenever something is put.
        codes: Of tags.

    Attributes:
        has_changed: Whether anything was put or taken out.
    """

    def __init__(self, connection: Connection, codes: TagCodes) -> None:
        self._connection = connection
        self._codes = codes
        self.has_changed = False

    def put(self, document: Document) -> bool:
        """Put a human as the platform has it, and return whether anything differs.

        What somebody is changing shows with the change; the platform's version is kept beside it.
        """
        human_id = document["id"]
        if human_id not in self._in_change:
            return self.show(document)
        self._connection.execute(
            "UPDATE originals SET document = ? WHERE human_id = ?", (written(document), human_id)
        )
        return self.show(upon_all(self._in_change[human_id], document))

    def show(self, document: Document) -> bool:
        """Put a human in place of what was known of it, and return whether anything differs."""
        text = written(document)
        found = self._connection.execute(
            "SELECT place, document FROM humans WHERE id = ?", (document["id"],)
        ).fetchone()
        if found is not None and found[1] == text:
            return False
        self._put_anew(document)
        return True

    def _put_anew(self, document: Document) -> None:
        row = search_row(document, codes=self._codes.of(tag_values(document)))
        self.has_changed = True
        self.take_away(document["id"])  # first, since making room may move it
        self._put_in(self._place_for(row.updated), document["id"], written(document), row)

    def retag(self, wanted: Mapping[str, Tags]) -> None:
        """Give humans other tags, by id, as the platform has them from now on.

        They are searched by what they had until `recode`.
        """
        has_changed, apart = retag(self._connection, wanted)
        self.has_changed = self.has_changed or has_changed
        for human_id in apart:
            text = platform_document(self._connection, human_id)
            self.put(with_tags(orjson.loads(text or "{}"), wanted[human_id]))

    def recode(self, human_ids: Iterable[str]) -> None:
        """Let humans be found by the tags that they have."""
        has_changed, apart = recode(self._connection, self._codes, human_ids)
        self.has_changed = self.has_changed or has_changed
        for document in apart:
            self._put_anew(document)

    def remove(self, human_id: str) -> bool:
        """Take out a human that the platform has no more, and return whether it was there."""
        self._connection.execute("DELETE FROM originals WHERE human_id = ?", (human_id,))
        return self.take_away(human_id)

    @cached_property
    def _in_change(self) -> dict[str, list[Change]]:
        """The changes that are shown, by the humans whose versions are kept beside them."""
        ids = self._connection.execute("SELECT human_id FROM originals").fetchall()
        return {human_id: shown(self._connection, human_id) for (human_id,) in ids}

    def take_away(self, human_id: str) -> bool:
        """Show a human no more, and return whether it was there."""
        found = self._connection.execute(
            "SELECT place FROM humans WHERE id = ?", (human_id,)
        ).fetchone()
        if found is None:
            return False
        self.has_changed = True
        self._take_out(found[0])
        return True

    def _put_in(self, place: int, human_id: str, text: str, row: SearchRow) -> None:
        execute = self._connection.execute
        execute(_PUT_HUMAN, (place, human_id, text))
        execute(_PUT_SEARCH, (place, *row))
        words = row.words
        execute(_INDEX, (place, *words))
        terms = {text[at : at + 3] for text in words for at in range(len(text) - 2)}
        self._connection.executemany(_COUNT_TRIGRAM, [(term,) for term in terms])

    def _take_out(self, place: int) -> None:
        self._unindex(place)
        for table in _MOVED:
            self._connection.execute(f"DELETE FROM {table} WHERE place = ?", (place,))  # noqa: S608

    def _unindex(self, place: int) -> None:
        row = self._connection.execute(_WORDS_OF, (place,)).fetchone()
        self._connection.execute(_UNINDEX, row)

    def _place_for(self, updated: int) -> int:
        """A free place behind everybody updated until then."""
        one = self._connection.execute
        (last,) = one("SELECT max(place) FROM search").fetchone()
        (newest,) = one("SELECT max(updated) FROM search").fetchone()
        if last is None or updated >= newest:
            return int(last or 0) + GAP
        before = one(
            "SELECT place FROM search WHERE updated <= ? ORDER BY updated DESC, place DESC LIMIT 1",
            (updated,),
        ).fetchone()
        first = one("SELECT min(place) FROM search").fetchone()[0]
        lower = before[0] if before else first - 2 * GAP
        after = one(
            "SELECT place FROM search WHERE place > ? ORDER BY place LIMIT 1", (lower,)
        ).fetchone()[0]
        if after - lower < 2:
            self._make_room(lower)
            return int(lower) + 1
        return int(lower + after) // 2

    def _make_room(self, lower: int) -> None:
        """Spread those behind a place so that there is room right behind it."""
        size = ROOM_AT_LEAST
        while True:
            places = [
                place
                for (place,) in self._connection.execute(
                    "SELECT place FROM search WHERE place > ? ORDER BY place LIMIT ?",
                    (lower, size + 1),
                )
            ]
            is_end = len(places) <= size
            moved = places if is_end else places[:-1]
            room = GAP * (len(moved) + 1) if is_end else places[-1] - lower
            step = room // (len(moved) + 1)
            if step >= 2:
                break
            size *= 2
        targets = [lower + step * number for number in range(1, len(moved) + 1)]
        for place, target in self._without_collisions(moved, targets):
            self._move(place, target)

    @staticmethod
    def _without_collisions(
        places: Sequence[int], targets: Sequence[int]
    ) -> Iterator[tuple[int, int]]:
        """The moves in an order in which nobody is moved to where another still is."""
        pairs = list(zip(places, targets, strict=True))
        yield from (pair for pair in pairs if pair[1] < pair[0])
        yield from (pair for pair in reversed(pairs) if pair[1] > pair[0])

    def _move(self, place: int, target: int) -> None:
        row = self._connection.execute(_WORDS_OF, (place,)).fetchone()
        self._connection.execute(_UNINDEX, row)
        for table in _MOVED:
            self._connection.execute(
                f"UPDATE {table} SET place = ? WHERE place = ?",  # noqa: S608
                (target, place),
            )
        self._connection.execute(_INDEX, (target, *row[1:]))
