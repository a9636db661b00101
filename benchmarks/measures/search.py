"""A search's first page from the mirror: every beginning of words that are rare, common or absent.

The clock starts when the search is asked for and stops when its first rows are there: so it has the
plan, the places and their records, and giving up the search before, as when somebody types.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from time import perf_counter

from aicx_tui.storage.mirror import Mirror
from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.storage.query.tree import All, Node, Tagged, Text
from benchmarks.humans import KEY, Humans
from benchmarks.report import Finding, Line, Samples

LONGEST = 10
BUDGET, TAIL = 15.0, 30.0

WORDS = (
    *("maria", "alexander", "smith", "johnson", "garcia", "kim", "anna lee", "martin"),
    *("herbert wagner", "georg klasson", "aracelis simmons", "isadora hodge", "charo valdivia"),
    *(
        "顾堇萱",
        "목다예",
        "бабариченко",
        "φανησ",
        "kovács",
        "wörter",
        "example",
        "gmail",
        "post.example",
    ),
    *("eu_2at", "+8210", "0361", "2ef0de36", "zzz", "qxqxqxqx", "nobody at all", "xylophone"),
)

SORTS = {
    "updated": Sort(),
    "name": Sort(SortKey.NAME, descending=False),
    "created": Sort(SortKey.CREATED),
}

TAG, VALUE = "Merchant", "Gold"


def beginnings(words: tuple[str, ...] = WORDS) -> list[str]:
    """What is searched while the words are typed."""
    typed = [word[:end] for word in words for end in range(1, min(len(word), LONGEST) + 1)]
    return [text for text in typed if text.strip()]


def measure(humans: Humans, pairs: int | None) -> Iterator[Line]:
    """Each order, without a tag and with one."""
    mirror = Mirror(humans.mirror(), KEY)
    try:
        tags = tag_names(mirror)
        texts = beginnings()[: pairs or None]
        for name, sort in SORTS.items():
            for kind, tag in (("", None), (", tagged", Tagged(TAG, VALUE))):
                values = [milliseconds(mirror, _node(text, tag), sort, tags) for text in texts]
                yield Finding(
                    what=f"search by {name}{kind}",
                    own=Samples(name="aicx", values=values),
                    budget=BUDGET,
                    tail_budget=TAIL,
                )
    finally:
        mirror.close()


def milliseconds(mirror: Mirror, node: Node, sort: Sort, tags: dict[str, str]) -> float:
    """How long a search takes to its first rows."""
    started = perf_counter()
    mirror.search(node, sort, tags=tags, on_change=lambda _: None).result()
    return (perf_counter() - started) * 1000


def tag_names(mirror: Mirror) -> dict[str, str]:
    """Names of tags by their ids."""
    return {tag["id"]: tag["name"] for tag in json.loads(mirror.facts().result()["tags"])}


def _node(text: str, tag: Tagged | None) -> Node:
    return Text(text) if tag is None else All((Text(text), tag))
