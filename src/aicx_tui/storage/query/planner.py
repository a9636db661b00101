"""Which statements answer a search soonest.

Measured at a million humans: the text index answers in the order of places at once, however many
match. For another order a short answer is sorted, which costs a page of the file for each human.
A longer one is looked for in an index that has little but that order; and where very many match,
enough of them are found soonest by asking everybody in order whether they do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from aicx_tui.storage.database import Connection
from aicx_tui.storage.query.conditions import NOBODY, Condition, Conditions, Net
from aicx_tui.storage.query.sorting import Sort, SortKey
from aicx_tui.storage.query.tree import All, Node, TimeField, Within
from aicx_tui.storage.rows import microseconds_of

SORTED_LIMIT = 800
"""Hits of the text index up to which they are sorted."""

LISTED_LIMITS = {SortKey.NAME: 10_000, SortKey.CREATED: 20_000}
"""Hits up to which they are looked for in the index of an order. Asking everybody by name reads one
index; by time it reads a row for each."""

_INDEXES = {SortKey.NAME: "search_by_name_only", SortKey.CREATED: "search_by_created"}

EVERYWHERE = Condition("1")

_CAUGHT = "SELECT rowid FROM words WHERE words MATCH ?"


@dataclass(frozen=True)
class Statement:
    """A query that answers with places in order.

    Attributes:
        sql: Without a limit.
        values: In it.
    """

    sql: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True)
class Plan:
    """How a search is answered; both ways give the same, the first ones sooner or all sooner.

    Attributes:
        first: One after the other, until enough were found.
        every: Likewise, for all there are.
    """

    first: tuple[Statement, ...]
    every: tuple[Statement, ...]


def plan(conditions: Conditions, node: Node, sort: Sort) -> Plan:
    """Choose the statements for a search."""
    node, places = _bounded(conditions, node)
    net = conditions.net(node)
    if net == NOBODY:
        return Plan((), ())
    walked = _walked(conditions, node, sort, places)
    if net is None:
        return Plan(walked, walked)
    residue = EVERYWHERE if net.is_exact else conditions.exact(node)
    if sort.key is SortKey.UPDATED:
        caught = (_caught_in_order(net, residue, sort, places),)
        return Plan(caught, caught)
    return _for_order(conditions.connection, net, residue, sort, places, walked)


def places(connection: Connection, statements: tuple[Statement, ...]) -> Iterator[int]:
    """Run statements one after the other."""
    for statement in statements:
        for (place,) in connection.execute(statement.sql, statement.values):
            yield place


def first_places(
    connection: Connection, statements: tuple[Statement, ...], count: int
) -> list[int]:
    """The first places that statements answer with."""
    found: list[int] = []
    for statement in statements:
        limited = Statement(f"{statement.sql} LIMIT ?", (*statement.values, count - len(found)))
        found += islice(places(connection, (limited,)), count)
        if len(found) >= count:
            break
    return found


def _bounded(conditions: Conditions, node: Node) -> tuple[Node, Condition]:
    """Take spans of the latest update out of a node, as a span of places: they are in its order."""
    nodes = node.nodes if isinstance(node, All) else (node,)
    spans = [n for n in nodes if isinstance(n, Within) and n.field is TimeField.UPDATED]
    if not spans or not conditions.is_indexed:
        return node, EVERYWHERE
    parts: list[str] = []
    values: list[object] = []
    for span in spans:
        start = microseconds_of(span.start) if span.start is not None else 1
        before_start = _last_place(conditions.connection, max(start, 1))
        if before_start is not None:
            parts.append("search.place > ?")
            values.append(before_start)
        if span.end is not None:
            last = _last_place(conditions.connection, microseconds_of(span.end))
            parts.append("0" if last is None else "search.place <= ?")
            values += [] if last is None else [last]
    rest = tuple(n for n in nodes if n not in spans)
    return All(rest), Condition(" AND ".join(parts) or "1", tuple(values))


def _last_place(connection: Connection, moment: int) -> int | None:
    """The place of the human that was last updated before a moment."""
    found = connection.execute(
        "SELECT place FROM search INDEXED BY search_by_updated WHERE updated < ? "
        "ORDER BY updated DESC, place DESC LIMIT 1",
        (moment,),
    ).fetchone()
    return None if found is None else int(found[0])


def _walked(
    conditions: Conditions, node: Node, sort: Sort, within: Condition
) -> tuple[Statement, ...]:
    """Everybody in order, those who do not match left out."""
    matches = conditions.exact(node)
    values = (*within.values, *matches.values)
    where = f"{within.sql} AND {matches.sql}"
    direction = "DESC" if sort.descending else "ASC"
    by_name = "search INDEXED BY search_by_name"
    order, values_of_order = _order(sort)
    walks = [("search", where, order)]
    if conditions.is_placed and sort.key is SortKey.UPDATED:
        walks = [("search", where, f"search.place {direction}")]
    elif conditions.is_indexed and sort.key is SortKey.NAME:
        named = f"search.name {direction}"
        walks = [(by_name, f"search.name {sign} '' AND {where}", named) for sign in (">", "=")]
    elif conditions.is_indexed and sort.key is SortKey.CREATED:
        walks = [("search INDEXED BY search_by_created", where, order)]
    return tuple(
        Statement(
            f"SELECT search.place FROM {table} WHERE {condition} ORDER BY {by}",  # noqa: S608
            (*values, *values_of_order),
        )
        for table, condition, by in walks
    )


def _caught_in_order(net: Net, residue: Condition, sort: Sort, within: Condition) -> Statement:
    direction = "DESC" if sort.descending else "ASC"
    if residue == within == EVERYWHERE:
        return Statement(
            f"SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid {direction}",  # noqa: S608
            (net.expression,),
        )
    return Statement(
        "SELECT search.place FROM words CROSS JOIN search ON search.place = words.rowid "  # noqa: S608
        f"WHERE words MATCH ? AND {within.sql.replace('search.place', 'words.rowid')} "
        f"AND {residue.sql} ORDER BY words.rowid {direction}",
        (net.expression, *within.values, *residue.values),
    )


def _for_order(
    connection: Connection,
    net: Net,
    residue: Condition,
    sort: Sort,
    within: Condition,
    walked: tuple[Statement, ...],
) -> Plan:
    """The plan for another order than the text index has."""
    caught = Condition(_CAUGHT, (net.expression,))
    limit = LISTED_LIMITS.get(sort.key, SORTED_LIMIT)
    hits = connection.execute(f"{_CAUGHT} LIMIT ?", (net.expression, limit + 1)).fetchall()
    is_known = len(hits) <= limit
    if is_known:
        numbers = ",".join([str(place) for (place,) in hits])
        caught = Condition("SELECT value FROM json_each(?)", (f"[{numbers}]",))
    if len(hits) <= SORTED_LIMIT or sort.key not in _INDEXES:
        every = _sorted(caught, residue, sort, within)
    else:
        every = _listed(caught, residue, sort, within)
    return Plan(every if is_known else walked, every)


def _sorted(
    caught: Condition, residue: Condition, sort: Sort, within: Condition
) -> tuple[Statement, ...]:
    """Those caught, each looked up and then sorted."""
    order, values_of_order = _order(sort)
    return (
        Statement(
            f"SELECT search.place FROM search WHERE search.place IN ({caught.sql}) "  # noqa: S608
            f"AND {within.sql} AND {residue.sql} ORDER BY {order}",
            (*caught.values, *within.values, *residue.values, *values_of_order),
        ),
    )


def _listed(
    caught: Condition, residue: Condition, sort: Sort, within: Condition
) -> tuple[Statement, ...]:
    """Those caught, as they come in an index of the order."""
    column = f"search.{sort.key}"
    named = [f"{column} > ''", f"{column} = ''"] if sort.key is SortKey.NAME else ["1"]
    direction = "DESC" if sort.descending else "ASC"
    return tuple(
        Statement(
            f"SELECT search.place FROM search INDEXED BY {_INDEXES[sort.key]} "  # noqa: S608
            f"WHERE {part} AND +search.place IN ({caught.sql}) AND {within.sql} "
            f"AND {residue.sql} ORDER BY {column} {direction}",
            (*caught.values, *within.values, *residue.values),
        )
        for part in named
    )


def _order(sort: Sort) -> tuple[str, tuple[object, ...]]:
    """What is sorted by, those without a value last, and the values in it."""
    direction = "DESC" if sort.descending else "ASC"
    column = f"search.{sort.key}"
    match sort.key:
        case SortKey.CREATED | SortKey.UPDATED:
            return f"{column} {direction}", ()
        case SortKey.TAG:
            found = "SELECT tag_text(document, ?) FROM humans WHERE humans.place = search.place"
            return f"({found}) = '', ({found}) {direction}", (sort.tag_id, sort.tag_id)
        case SortKey.UID | SortKey.ID:
            return f"{column} = '', {sort.key}_key({column}) {direction}", ()
        case _:
            return f"{column} = '', {column} {direction}", ()
