"""Which statements answer a search soonest.

Measured at a million humans: the text index answers in the order of places at once, however many
match. For another order its answer is sorted while it is short; where it is long, going through
everybody in that order finds enough of them sooner.
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

SORTED_LIMIT = 3_000
"""Hits of the text index up to which they are sorted for the first page."""

EVERYWHERE = Condition("1")


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
    caught = (_caught_and_sorted(net, residue, sort, places),)
    return Plan(caught if _is_short(conditions.connection, net) else walked, caught)


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
    if conditions.is_indexed and sort.key is SortKey.UPDATED:
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


def _caught_and_sorted(net: Net, residue: Condition, sort: Sort, within: Condition) -> Statement:
    values = (net.expression, *within.values, *residue.values)
    if sort.key is SortKey.NAME and residue == within == EVERYWHERE:
        direction = "DESC" if sort.descending else "ASC"
        return Statement(
            "SELECT names.place FROM words CROSS JOIN names ON names.place = words.rowid "  # noqa: S608
            f"WHERE words MATCH ? ORDER BY names.name = '', names.name {direction}",
            values,
        )
    order, values_of_order = _order(sort)
    return Statement(
        "SELECT search.place FROM words CROSS JOIN search ON search.place = words.rowid "  # noqa: S608
        f"WHERE words MATCH ? AND {within.sql} AND {residue.sql} ORDER BY {order}",
        (*values, *values_of_order),
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
            return f"{column} = '', key_text({column}) {direction}", ()
        case _:
            return f"{column} = '', {column} {direction}", ()


def _is_short(connection: Connection, net: Net) -> bool:
    (count,) = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)",
        (net.expression, SORTED_LIMIT + 1),
    ).fetchone()
    return int(count) <= SORTED_LIMIT
