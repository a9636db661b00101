"""Gives humans other tags in the mirror, many at a time, and touches nothing else of them.

What is shown of them is there at once. What they are searched by is put in order later, since it
takes four times as long: nothing but their codes is indexed anew, and the characters of codes
stand in no other column, so what else is indexed of a human stays as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from aicx_tui.storage.codes import FIRST, LAST, TagCodes
from aicx_tui.storage.database import Connection
from aicx_tui.storage.rows import Document, tag_values, written

Tags = Mapping[str, str | None]
"""Values by tag id; None takes the tag away."""

_KNOWN = """
    SELECT humans.place, humans.id, humans.document, originals.human_id IS NOT NULL
    FROM json_each(?) AS wanted JOIN humans ON humans.id = wanted.value
    LEFT JOIN originals ON originals.human_id = humans.id
    WHERE humans.document IS NOT NULL ORDER BY humans.place
"""

_INDEXED = """
    SELECT humans.place, humans.document, search.codes,
        search.name || search.email || search.phone || search.uid || search.id
    FROM json_each(?) AS wanted JOIN humans ON humans.id = wanted.value
    JOIN search ON search.place = humans.place ORDER BY humans.place
"""
"""In the order of their places: the text index begins anew with each step back."""

_INDEX = "INSERT INTO words (rowid, codes) VALUES (?, ?)"
_UNINDEX = "INSERT INTO words (words, rowid, codes) VALUES ('delete', ?, ?)"
_COUNT = "INSERT INTO trigrams VALUES (?, ?) ON CONFLICT (term) DO UPDATE SET humans = humans + ?2"
_LIKE_CODES = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]")


def retag(connection: Connection, wanted: Mapping[str, Tags]) -> tuple[bool, Sequence[str]]:
    """Give humans other tags; they are found by those once `recode` was there.

    Args:
        connection: In a transaction.
        wanted: Tags by human id.

    Returns:
        Whether anybody is other than before, and the ids of those that somebody is changing, who
        can only be put as a whole.
    """
    documents: list[tuple[str, int]] = []
    apart: list[str] = []
    for place, human_id, text, is_changing in connection.execute(
        _KNOWN, (_listed(wanted),)
    ).fetchall():
        if is_changing:
            apart.append(human_id)
            continue
        anew = written(with_tags(orjson.loads(text), wanted[human_id]))
        if anew != text:
            documents.append((anew, place))
    connection.executemany("UPDATE humans SET document = ? WHERE place = ?", documents)
    return bool(documents), apart


def recode(
    connection: Connection, codes: TagCodes, human_ids: Iterable[str]
) -> tuple[bool, Sequence[Document]]:
    """Let humans be found by the tags that they have.

    Args:
        connection: In a transaction.
        codes: Of tags.
        human_ids: Whose tags may be others than they are found by.

    Returns:
        Whether anybody was not found before, and those humans whose texts hold what codes are
        made of, who can only be put as a whole.
    """
    indexed: list[tuple[int, str, str]] = []
    apart: list[Document] = []
    for place, text, before, words in connection.execute(
        _INDEXED, (_listed(human_ids),)
    ).fetchall():
        document = orjson.loads(text)
        now = codes.of(tag_values(document))
        if now == before:
            continue
        if _LIKE_CODES.search(words):
            apart.append(document)
        else:
            indexed.append((place, before, now))
    _index(connection, indexed)
    return bool(indexed), apart


def with_tags(document: Document, tags: Tags) -> dict[str, Any]:
    """A human with other tags."""
    known: dict[str, str | None] = dict(tag_values(document))
    known.update(tags)
    kept = [{"id": tag_id, "value": value} for tag_id, value in known.items() if value is not None]
    return {**document, "tags": kept or None}


def _index(connection: Connection, changed: Sequence[tuple[int, str, str]]) -> None:
    """Index other codes.

    Args:
        connection: In a transaction.
        changed: Places in order, with the codes before and now.
    """
    terms: Counter[str] = Counter()
    for place, before, now in changed:
        connection.execute(_UNINDEX, (place, before))
        connection.execute(_INDEX, (place, now))
        terms.update(_trigrams(now) - _trigrams(before))
    connection.executemany(
        "UPDATE search SET codes = ? WHERE place = ?", [(now, place) for place, _, now in changed]
    )
    connection.executemany(_COUNT, list(terms.items()))


def _listed(human_ids: Iterable[str]) -> str:
    return orjson.dumps(list(human_ids)).decode()


def _trigrams(text: str) -> set[str]:
    return {text[at : at + 3] for at in range(len(text) - 2)}
