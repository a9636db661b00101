"""A search as SQL: exactly whom it matches, and a wider net that the text index can cast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from aicx_tui.storage.codes import known_code
from aicx_tui.storage.database import Connection
from aicx_tui.storage.query.folding import phone_digits
from aicx_tui.storage.query.tag_names import tag_ids
from aicx_tui.storage.query.tree import (
    SEARCHED_FIELDS,
    All,
    Either,
    Field,
    Has,
    HasTags,
    Node,
    Not,
    Tagged,
    Text,
    Within,
)
from aicx_tui.storage.rows import keyed, microseconds_of, needle

SHORT_LIMIT = 20_000
"""Humans up to which one or two letters are looked up in the text index; where more have them,
going through everybody in order finds enough of them sooner."""

MOST_TERMS = 1_000
"""Trigrams that are looked up for one or two letters."""

FEW_TERMS = 100
"""Trigrams that are looked up beside something else that the index knows, however many humans have
them: reading the rows of whoever else matches costs a page of the file for each."""

TRIGRAM = 3
"""Characters below which the text index knows nothing."""

_LAST_CHARACTER = "\U0010ffff"

_KEYS = (Field.UID, Field.ID)
_DOCUMENT_NAMES = {Field.PICTURE: "profile_pic_id", Field.NOTES: "notes"}


class Condition(NamedTuple):
    """An expression on the table `search`, and the values in it."""

    sql: str
    values: tuple[object, ...] = ()


class Net(NamedTuple):
    """What the text index is asked for: everybody who matches, and maybe others.

    Attributes:
        expression: In the index's own language; empty where nobody can match.
        is_exact: Whether nobody else is in it.
    """

    expression: str
    is_exact: bool


NOBODY = Net("", is_exact=True)


@dataclass(frozen=True)
class Conditions:
    """Makes conditions and nets, looking up in the mirror what they stand for.

    Attributes:
        connection: To the mirror.
        tags: Names of tags by their ids, as far as they are known.
        is_indexed: Whether there is a text index yet.
        is_placed: Whether places are in the order of updates yet.
    """

    connection: Connection
    tags: Mapping[str, str]
    is_indexed: bool
    is_placed: bool

    def exact(self, node: Node) -> Condition:
        """Exactly whom a node matches."""
        match node:
            case Text():
                return self._contains(node)
            case Tagged():
                codes = self._codes(node)
                return _either([Condition("instr(search.codes, ?)", (code,)) for code in codes])
            case Has(field=field, present=present):
                return _has(field, present=present)
            case HasTags(present=present):
                return Condition(f"search.codes {'<>' if present else '='} ''")
            case Within():
                return _within(node)
            case Not(node=inner):
                sql, values = self.exact(inner)
                return Condition(f"NOT {sql}", values)
            case All(nodes=nodes):
                return _joined(" AND ", [self.exact(n) for n in nodes], without="1")
            case Either(nodes=nodes):
                return _either([self.exact(n) for n in nodes])

    def net(self, node: Node) -> Net | None:
        """A net for a node; None where the index knows of no limit to whom it matches."""
        if not self.is_indexed:
            return None
        match node:
            case Text():
                return self._text_net(node)
            case Tagged():
                codes = self._codes(node)
                return _either_net([Net(f'codes : "{code}"', is_exact=True) for code in codes])
            case All(nodes=nodes):
                return self._all_net(nodes)
            case Either(nodes=nodes):
                nets = [self.net(n) for n in nodes]
                return None if None in nets else _either_net([n for n in nets if n is not None])
            case _:
                return None

    def _all_net(self, nodes: tuple[Node, ...]) -> Net | None:
        wanted = [self.net(n) for n in nodes]
        if any(net is not None for net in wanted):
            wanted = [net or self._net_beside(n) for net, n in zip(wanted, nodes, strict=True)]
        nets = [net for net in wanted if net is not None]
        if not nets:
            return None
        if any(not net.expression for net in nets):
            return NOBODY
        expression = " AND ".join(f"({net.expression})" for net in nets)
        is_exact = all(net.is_exact for net in nets)
        for node, net in zip(nodes, wanted, strict=True):
            if isinstance(node, Not):
                taken_out = self.net(node.node)
                if taken_out is None or not taken_out.is_exact:
                    is_exact = False
                elif taken_out.expression:
                    expression = f"({expression}) NOT ({taken_out.expression})"
            elif net is None:
                is_exact = False
        return Net(expression, is_exact)

    def _contains(self, node: Text) -> Condition:
        if node.field in _DOCUMENT_NAMES:
            name, text = _DOCUMENT_NAMES[node.field], needle(node.needle)
            return _on_document(f"instr(field_text(document, '{name}'), ?)", (text,))
        return _either(
            [Condition(f"instr(search.{field}, ?)", (text,)) for field, text in _texts(node)]
        )

    def _net_beside(self, node: Node) -> Net | None:
        return self._text_net(node, is_beside=True) if isinstance(node, Text) else None

    def _text_net(self, node: Text, *, is_beside: bool = False) -> Net | None:
        if node.field in _DOCUMENT_NAMES:
            return None
        fields: dict[str, list[Field]] = {}
        for field, text in _texts(node):
            fields.setdefault(text, []).append(field)
        nets = [
            self._net_of(" ".join(names), text, is_beside=is_beside)
            for text, names in fields.items()
        ]
        if None in nets:
            return None
        return _either_net([net for net in nets if net is not None])

    def _net_of(self, fields: str, text: str, *, is_beside: bool) -> Net | None:
        """A net for a text in any of some fields: one phrase, since each is looked up anew."""
        if len(text) >= TRIGRAM:
            return Net(f"{{{fields}}} : {_quoted(text)}", is_exact=True)
        found = self.connection.execute(
            "SELECT term, humans FROM trigrams WHERE term >= ? AND term < ?",
            (text, f"{text}{_LAST_CHARACTER}"),
        ).fetchmany(MOST_TERMS + 1)
        is_common = sum(humans for _, humans in found) > SHORT_LIMIT
        if len(found) > MOST_TERMS or (is_common and not (is_beside and len(found) <= FEW_TERMS)):
            return None
        if not found:
            return NOBODY
        terms = " OR ".join(_quoted(term) for term, _ in found)
        return Net(f"{{{fields}}} : ({terms})", is_exact=True)

    def _codes(self, node: Tagged) -> list[str]:
        ids = {*tag_ids(node.name, self.tags), node.name}
        known = (known_code(self.connection, i, node.value) for i in ids)
        return [code for code in known if code]


def _texts(node: Text) -> Iterator[tuple[Field, str]]:
    """What is looked for in which field: the text, and in phones its digits too."""
    text, found = needle(node.needle), phone_digits(node.needle)
    for field in SEARCHED_FIELDS if node.field is None else (node.field,):
        yield field, keyed(text, field) if field in _KEYS else text
        if field is Field.PHONE and found not in ("", text):
            yield field, found


def _has(field: Field, *, present: bool) -> Condition:
    sign = "<>" if present else "="
    if field in _DOCUMENT_NAMES:
        return _on_document(f"field_text(document, '{_DOCUMENT_NAMES[field]}') {sign} ''", ())
    return Condition(f"search.{field} {sign} ''")


def _on_document(sql: str, values: tuple[object, ...]) -> Condition:
    return Condition(
        f"(SELECT {sql} FROM humans WHERE humans.place = search.place)",  # noqa: S608
        values,
    )


def _within(node: Within) -> Condition:
    bounds: list[tuple[str, datetime | None]] = [(">=", node.start), ("<", node.end)]
    parts = [Condition(f"search.{node.field} > 0")] + [
        Condition(f"search.{node.field} {sign} ?", (microseconds_of(moment),))
        for sign, moment in bounds
        if moment is not None
    ]
    return _joined(" AND ", parts, without="1")


def _either(conditions: list[Condition]) -> Condition:
    return _joined(" OR ", conditions, without="0")


def _joined(word: str, conditions: list[Condition], *, without: str) -> Condition:
    if not conditions:
        return Condition(without)
    values = tuple(value for condition in conditions for value in condition.values)
    return Condition(f"({word.join(condition.sql for condition in conditions)})", values)


def _either_net(nets: list[Net]) -> Net:
    open_nets = [net for net in nets if net.expression]
    if not open_nets:
        return NOBODY
    expression = " OR ".join(f"({net.expression})" for net in open_nets)
    return Net(expression, all(net.is_exact for net in open_nets))


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
