"""Mirrors as tests fill them: from humans, without a platform."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from aicx_tui.models.human import Human
from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.query.sorting import Sort
from aicx_tui.storage.query.tree import Node
from aicx_tui.storage.rows import Document

KEY = bytes(range(32))

PATIENCE = 30
"""Seconds after which what a test waits for will not come any more."""


def document(human: Human) -> Document:
    """A human as a platform sends it."""
    sent: Document = human.model_dump(mode="json", exclude={"access_token"})
    return sent


@contextmanager
def opened(path: Path) -> Iterator[Mirror]:
    """A mirror, closed at the end."""
    mirror = Mirror(path, KEY)
    try:
        yield mirror
    finally:
        mirror.close()


@contextmanager
def filled(path: Path, humans: Iterable[Human]) -> Iterator[Mirror]:
    """A mirror that has read these humans for the first time, in this order, and is complete."""
    with opened(path) as mirror:
        mirror.append([document(human) for human in humans], {}).result(PATIENCE)
        finish(mirror)
        yield mirror


def changed(mirror: Mirror, human: Human) -> bool:
    """Put a human in place of what was known of it."""
    return mirror.write(lambda _, writer: writer.put(document(human))).result(PATIENCE)


def removed(mirror: Mirror, human_id: str) -> bool:
    """Take a human out."""
    return mirror.write(lambda _, writer: writer.remove(human_id)).result(PATIENCE)


def finish(mirror: Mirror) -> None:
    """Index what was read."""
    mirror.writer.ask(lambda: list(mirror.complete())).result(PATIENCE)


def found(mirror: Mirror, where: Node, sort: Sort, tags: Mapping[str, str]) -> list[str]:
    """The ids of all that a search finds, in order."""

    def documents() -> list[str]:
        return [json.loads(text)["id"] for text in mirror.every(where, sort, tags=tags)]

    return mirror.reader.ask(documents).result(PATIENCE)


def first_found(mirror: Mirror, where: Node, sort: Sort, tags: Mapping[str, str]) -> list[str]:
    """The ids that a search shows at once, in order."""
    results = mirror.search(where, sort, tags=tags, on_change=lambda _: None).result(PATIENCE)
    rows = [results.at(row) for row in range(results.total)]
    return [row.id for row in rows if row is not None]
