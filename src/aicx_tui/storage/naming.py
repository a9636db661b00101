"""Whom a name means that somebody wrote down: an id, an e-mail, a uid or a phone number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import orjson

from aicx_tui.storage.database import Connection
from aicx_tui.storage.query.folding import digits, phone_digits
from aicx_tui.storage.rows import END, Document, keyed, searched

_NAMED = """
    SELECT humans.document FROM search JOIN humans USING (place)
    WHERE search.id IN (SELECT value FROM json_each(:ids))
    OR search.uid IN (SELECT value FROM json_each(:uids))
    OR search.email IN (SELECT value FROM json_each(:emails))
    OR search.phone IN (SELECT value FROM json_each(:phones))
    OR substr(search.phone, instr(search.phone, :end) + length(:end))
        IN (SELECT value FROM json_each(:phones))
"""
"""Whoever may be meant; goes through everybody once, however many names there are."""

Found = Mapping[str, Sequence[str]]
"""The ids of all humans that each name means."""


def look_up(connection: Connection, names: Iterable[str]) -> Found:
    """Find out whom names mean.

    An id or uid is compared as it is written, an e-mail in any case, a phone by its digits.
    """
    meant = _Meant(names)
    sent = {name: orjson.dumps(values).decode() for name, values in meant.values.items()}
    for (text,) in connection.execute(_NAMED, sent | {"end": END}):
        meant.add(orjson.loads(text))
    return meant.found


class _Meant:
    """What names may be compared with, and whom they were found to mean."""

    def __init__(self, names: Iterable[str]) -> None:
        self.found: dict[str, list[str]] = {name: [] for name in names}
        self._by_email: dict[str, list[str]] = defaultdict(list)
        self._by_phone: dict[str, list[str]] = defaultdict(list)
        for name in self.found:
            self._by_email[name.casefold()].append(name)
            if bare := phone_digits(name):
                self._by_phone[bare].append(name)

    @property
    def values(self) -> dict[str, list[str]]:
        """As the mirror holds them."""
        return {
            "ids": [keyed(searched(name), "id") for name in self.found],
            "uids": [keyed(searched(name), "uid") for name in self.found],
            "emails": [searched(name) for name in self.found],
            "phones": [f"{sign}{bare}{END}" for bare in self._by_phone for sign in ("", "+")],
        }

    def add(self, document: Document) -> None:
        """Add a human to the names that mean it."""
        get = document.get
        names = {name for name in (document["id"], get("uid")) if name in self.found}
        if email := get("email"):
            names.update(self._by_email.get(email.casefold(), ()))
        if phone := get("phone_number"):
            names.update(self._by_phone.get(digits(phone), ()))
        for name in names:
            self.found[name].append(document["id"])
