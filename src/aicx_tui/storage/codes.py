"""Codes for tags and their values: one trigram each, so that the text index finds them too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from aicx_tui.storage.database import Connection
from aicx_tui.storage.query.folding import fold

_START, _LETTERS = 0xE000, 2000
"""Three alphabets of private characters, one for each place: so what stands across two codes is
never a code itself."""

FIRST, LAST = _START, _START + 3 * _LETTERS - 1
"""The characters of all three."""

_ANY_VALUE = ""
"""Stands for the tag whatever its value; a value is kept with a sign before it."""


def code(number: int) -> str:
    """The three characters that stand for a number below 8 thousand million."""
    rest, last = divmod(number, _LETTERS)
    first, middle = divmod(rest, _LETTERS)
    return chr(_START + first) + chr(_START + _LETTERS + middle) + chr(_START + 2 * _LETTERS + last)


class TagCodes:
    """Gives every tag and every value of it a number, once and for all."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._codes = lru_cache(maxsize=20_000)(self._stored_codes)

    def of(self, tags: Iterable[tuple[str, str]]) -> str:
        """The codes of a human, those not known yet stored.

        Args:
            tags: Ids with values.
        """
        return "".join([self._codes(tag_id, value) for tag_id, value in tags])

    def forget(self) -> None:
        """Forget numbers that a transaction gave and took back."""
        self._codes.cache_clear()

    def _stored_codes(self, tag_id: str, value: str) -> str:
        any_value, this_value = _ANY_VALUE, f"={value}"
        return code(self._stored_number(tag_id, any_value)) + code(
            self._stored_number(tag_id, this_value)
        )

    def _stored_number(self, tag_id: str, value: str) -> int:
        key = (_plain(tag_id), _plain(fold(value)))
        found = self._connection.execute(
            "SELECT number FROM tag_codes WHERE tag_id = ? AND folded = ?", key
        ).fetchone()
        if found is None:
            found = self._connection.execute(
                "INSERT INTO tag_codes (tag_id, folded, value) VALUES (?, ?, ?) RETURNING number",
                (*key, _plain(value[1:])),
            ).fetchone()
        return int(found[0])


def known_code(connection: Connection, tag_id: str, value: str | None) -> str:
    """The code of a tag, or of one of its values; empty where no human ever had it."""
    folded = _ANY_VALUE if value is None else fold(f"={value}")
    found = connection.execute(
        "SELECT number FROM tag_codes WHERE tag_id = ? AND folded = ?",
        (_plain(tag_id), _plain(folded)),
    ).fetchone()
    return code(found[0]) if found else ""


def values(connection: Connection, tag_id: str, *, limit: int = 200) -> Sequence[str]:
    """Values that humans have or had for a tag."""
    found = connection.execute(
        "SELECT value FROM tag_codes WHERE tag_id = ? AND folded > '=' ORDER BY folded LIMIT ?",
        (tag_id, limit),
    )
    return [value for (value,) in found]


def _plain(text: str) -> str:
    """A text that a database takes: half characters replaced."""
    return text.encode("utf-8", "replace").decode()
