"""The encrypted mirror against a plain file of the same content, through the same code."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

from sqlcipher3 import dbapi2 as sqlcipher  # type: ignore[import-untyped]

from aicx_tui.storage.database import connect
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.query.tree import Text
from benchmarks.humans import KEY, Humans
from benchmarks.measures.search import SORTS, beginnings, milliseconds
from benchmarks.reading import Reader
from benchmarks.report import Finding, Line, Samples

BUDGET = 1.25
PAGES = 200


class Plain(sqlcipher.Connection):  # type: ignore[misc]
    """A connection that passes over whatever has to do with encryption."""

    def execute(self, statement: str, *values: object) -> object:
        """Execute a statement."""
        is_passed_over = statement.startswith(("PRAGMA key", "PRAGMA cipher"))
        return super().execute("SELECT 1 WHERE 0" if is_passed_over else statement, *values)


def measure(humans: Humans, pairs: int | None) -> Iterator[Line]:
    """Pages of the whole list, then searches; both files in turn."""
    source = humans.mirror()
    kept, bare = source.with_suffix(".kept"), source.with_suffix(".plain")
    for path, key in ((kept, f"x'{KEY.hex()}'"), (bare, "")):
        if not path.exists():
            _copy(source, path, key)
    with closing(Mirror(kept, KEY)) as encrypted, closing(_plain(bare)) as plain:
        both = (encrypted, plain)
        yield _line("encrypted: pages", *_pages(both, pairs or PAGES))
        texts = [text for text in beginnings() if len(text) > 2][: pairs or None]
        for name in ("updated", "name"):
            found = [_pair(both, text, name) for text in texts]
            own, reference = zip(*found, strict=True)
            yield _line(f"encrypted: search by {name}", own, reference)


def _pair(both: tuple[Mirror, Mirror], text: str, sort: str) -> tuple[float, float]:
    first, second = (milliseconds(mirror, Text(text), SORTS[sort], {}) for mirror in both)
    return first, second


def _pages(both: tuple[Mirror, Mirror], count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of random pages."""
    readers, chosen = [Reader(mirror) for mirror in both], random.Random(1)  # noqa: S311  # the same rows each time
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(count):
        row = chosen.randrange(readers[0].results.total)
        for reader, values in zip(readers, times, strict=True):
            started = perf_counter()
            reader.reads(row)
            values.append((perf_counter() - started) * 1000)
    return times


def _line(what: str, own: Sequence[float], reference: Sequence[float]) -> Finding:
    return Finding(
        what=what,
        own=Samples(name="aicx", values=own),
        reference=Samples(name="plain", values=reference),
        budget=BUDGET,
    )


def _plain(path: Path) -> Mirror:
    with patch.object(sqlcipher, "connect", partial(sqlcipher.connect, factory=Plain)):
        return Mirror(path, KEY)


def _copy(source: Path, target: Path, key: str) -> None:
    """Write a mirror anew, so that both copies lie in their files in the same way."""
    with closing(connect(source, KEY, cache_mebibytes=64)) as connection:
        connection.execute("ATTACH ? AS copy KEY ?", (str(target), key))
        if key:
            connection.execute("PRAGMA copy.cipher_hmac_algorithm = HMAC_SHA256")
        connection.execute("SELECT sqlcipher_export('copy')")
        for name in ("user_version", "application_id"):
            (value,) = connection.execute(f"PRAGMA {name}").fetchone()
            connection.execute(f"PRAGMA copy.{name} = {value}")
        connection.execute("DETACH copy")
