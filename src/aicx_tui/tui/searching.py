"""What is searched for: read with every key, kept as it was while it cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as NotYet
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from aicx_tui.errors import AicxError, QueryError
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import EVERYBODY, Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aicx_tui.services.directory import Directory
    from aicx_tui.tui.reader import Reader

VALUES_SECONDS = 0.1
"""How long the values of a tag may take to be offered."""


class Searching:
    """The search of a list.

    Args:
        clock: The present, which words such as `today` go by.
        reader: Whose days are meant.
        directory: Knows the tags.

    Attributes:
        query: The latest search that could be read.
        problem: Why what is typed now cannot be read.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        reader: Reader,
        directory: Callable[[], Directory | None],
    ) -> None:
        self.query = Query(EVERYBODY, None, "")
        self.problem: QueryError | None = None
        self._clock = clock
        self._reader = reader
        self._directory = directory

    def read(self, text: str) -> None:
        """Take what is typed, or say in `problem` why that cannot be."""
        self.problem = None
        if not text.strip():
            self.query = Query(EVERYBODY, None, text)
            return
        from aicx_tui.storage.query.parser import parse  # only when something is typed

        directory, now = self._directory(), self._clock()
        zone = self._reader.zone_at(now)
        tags = directory.tag_names if directory is not None and directory.tags else None
        try:
            takes_ids = directory is not None and not directory.knows_all_tags
            self.query = parse(text, now=now, zone=zone, tags=tags, takes_ids=takes_ids)
        except QueryError as problem:
            self.problem = problem

    def order_of(self, text: str) -> Sort:
        """The order that a text names, such as `sort:name`; the usual one where it names none."""
        if not text:
            return Sort()
        kept = self.query, self.problem
        try:
            self.read(text)
            return Sort() if self.problem else self.query.sort or Sort()
        finally:
            self.query, self.problem = kept

    def order(self, usual: Sort) -> Sort:
        """The order that the search names, or else the usual one."""
        return self.query.sort or usual

    def suggest(self, text: str) -> tuple[str, ...]:
        """Texts to go on with; in a thread."""
        from aicx_tui.storage.query.suggestions import suggest  # only when something is typed

        directory = self._directory()

        def values(tag_id: str) -> Sequence[str]:
            with suppress(NotYet, CancelledError, AicxError):
                if directory is not None:
                    return directory.mirror.values_of(tag_id).result(VALUES_SECONDS)
            return ()

        names = directory.tag_names if directory is not None else {}
        return suggest(text, len(text), tags=names, values=values)
